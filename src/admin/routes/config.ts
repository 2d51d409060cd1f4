/** `POST /reload`: the configuration, now. */
import { Type } from 'typebox'
import type { Admin } from '../app.ts'
import { ApiError } from '../problem.ts'
import { Reason, responses, strict } from '../schema.ts'
import type { AdminSources } from '../sources.ts'

const Keys = Type.Array(Type.String(), { description: 'top-level keys of the configuration' })

export function addConfigRoutes(app: Admin, { config, accounts }: AdminSources): void {
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
