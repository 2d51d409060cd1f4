/** `GET /config`: the configuration in force. `POST /reload`: read again, now. */
import { Type, type Static } from 'typebox'
import { describeSettings } from '../../config/describe.ts'
import { AT_START } from '../../config/take-over.ts'
import type { Admin } from '../app.ts'
import { ApiError } from '../problem.ts'
import { Reason, responses, strict, Time, timeText } from '../schema.ts'
import type { AdminSources } from '../sources.ts'

const Keys = Type.Array(Type.String(), { description: 'top-level keys of the configuration' })

const Section = Type.Object({
  key: Type.String({ description: 'top-level key' }),
  text: Type.String({ description: 'YAML, defaults written out' }),
  isReadAtStart: Type.Boolean({
    description: 'a change takes effect at the next start; of `admin` only `listen` and `tls` wait for it',
  }),
})
const Effective = Type.Object({
  file: Type.Union([Type.String(), Type.Null()], { description: 'null: there is none, all is default' }),
  loadedAt: Time,
  errors: Type.Array(Type.String(), { description: 'of the last attempt to read it; empty: it was good' }),
  needsRestart: Keys,
  sections: Type.Array(Section),
})

/** What `GET /config` answers. */
export type EffectiveConfig = Static<typeof Effective>

export function addConfigRoutes(app: Admin, { config, settings, accounts }: AdminSources): void {
  app.get(
    '/config',
    {
      config: { access: 'settings.read' },
      schema: {
        tags: ['server'],
        summary: 'The configuration in force, every default written out; secrets are not in it',
        response: responses({ 200: Effective }),
      },
    },
    () => {
      const { file, loadedAt, errors, needsRestart } = config.state
      return {
        file,
        loadedAt: timeText(loadedAt),
        errors: [...errors],
        needsRestart: [...needsRestart],
        sections: sectionsOf(describeSettings(settings())),
      }
    },
  )

  app.post(
    '/reload',
    {
      config: { access: 'settings.reload', refusals: ['THANHLOC_API_UNPROCESSABLE'] },
      schema: {
        tags: ['server'],
        summary: 'Read the configuration again; says what took effect and what waits for a restart',
        body: strict({ reason: Type.Optional(Reason) }),
        response: responses({ 200: Type.Object({ applied: Keys, needsRestart: Keys }) }),
      },
    },
    async ({ body, caller }) => {
      accounts.record(caller, { action: 'settings.reload', reason: body.reason ?? '' })
      const reloaded = await config.reload()
      if ('errors' in reloaded) throw new ApiError('THANHLOC_API_UNPROCESSABLE', reloaded.errors.join('\n'))
      return { applied: [...reloaded.applied], needsRestart: [...reloaded.needsRestart] }
    },
  )
}

/** A section for each top-level key of the YAML text. */
function sectionsOf(text: string): Static<typeof Section>[] {
  return text.split(/^(?=\S)/m).map((section) => {
    const key = section.slice(0, section.indexOf(':'))
    return { key, text: section, isReadAtStart: AT_START.some((one) => one === key) || key === 'admin' }
  })
}
