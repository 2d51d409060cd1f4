/** The ledger of health, part by part: what is wrong comes first, with since when and what to do. */
import type { StatusReport } from '../../../../admin/routes/status.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { Badge, type Tone } from '../../kit/badge.tsx'
import { useFormat } from '../../kit/format.ts'
import { Marked } from '../../kit/marked.tsx'
import { withLocalTimes } from '../../kit/local-times.ts'
import { Show } from '../../kit/states.tsx'
import { useStore } from '../../kit/store.ts'
import { Table } from '../../kit/table.tsx'
import { wordFor } from '../../kit/word.ts'
import { language, useWords } from '../../words/words.ts'

type Health = StatusReport['health']
type Component = Health['components'][number]

const TONES: Readonly<Record<string, Tone>> = { ok: 'good', warn: 'notice', fail: 'bad', unknown: 'plain' }
const EVERY_MS = 5000

export function HealthTab() {
  const status = useAnswer<StatusReport>('/status', { everyMs: EVERY_MS })
  return <Show of={status}>{(data) => <Parts status={data} />}</Show>
}

function Parts({ status }: { readonly status: StatusReport }) {
  const { settings } = useWords()
  const format = useFormat()
  const { health } = status
  const wrong = health.components.filter(({ troubles }) => troubles.length > 0)
  return (
    <div class="stack">
      <section class="card" aria-labelledby="state">
        <h2 id="state">
          {settings.state} <StateWord state={health.state} />
        </h2>
        <p>
          {settings.since(format.time(health.since))} {settings.version(status.version, status.node)}
        </p>
        {wrong.map((component) => (
          <Troubles key={component.component} component={component} />
        ))}
      </section>
      <section class="card" aria-labelledby="all-parts">
        <h2 id="all-parts">{settings.allParts}</h2>
        <AllParts components={health.components} />
      </section>
    </div>
  )
}

function StateWord({ state }: { readonly state: string }) {
  const { settings } = useWords()
  return <Badge tone={TONES[state] ?? 'plain'}>{wordFor(settings.states, state)}</Badge>
}

function Troubles({ component: { component, troubles } }: { readonly component: Component }) {
  const { settings, overview } = useWords()
  const format = useFormat()
  const shown = useStore(language)
  return (
    <>
      {troubles.map(({ severity, since, detail, advice }) => (
        <article key={detail.en} class={severity === 'fail' ? 'fault' : 'fault is-notice'}>
          <h3>
            {wordFor(overview.parts, component)}:{' '}
            <Marked text={withLocalTimes(detail[shown], format.exactTime)} />
          </h3>
          <p>
            <strong>{settings.advice}</strong> <Marked text={advice[shown]} />
          </p>
          <p class="detail">{settings.since(format.time(since))}</p>
        </article>
      ))}
    </>
  )
}

function AllParts({ components }: { readonly components: readonly Component[] }) {
  const { settings, overview } = useWords()
  const format = useFormat()
  const shown = useStore(language)
  return (
    <Table<Component>
      caption={settings.allParts}
      rows={components}
      keyOf={({ component }) => component}
      columns={[
        { title: settings.part, cell: ({ component }) => wordFor(overview.parts, component) },
        { title: settings.is, cell: ({ state }) => <StateWord state={state} /> },
        {
          title: settings.detail,
          cell: ({ detail }) => <Marked text={withLocalTimes(detail[shown], format.exactTime)} />,
        },
        { title: settings.from, cell: ({ since }) => format.time(since) },
      ]}
    />
  )
}
