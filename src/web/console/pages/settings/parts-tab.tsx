/** What the server is made of and whom it talks to: upstreams, other nodes, channels of alerts, cache, threads. */
import type { StatusReport } from '../../../../admin/routes/status.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { Badge } from '../../kit/badge.tsx'
import { useFormat } from '../../kit/format.ts'
import { Show } from '../../kit/states.tsx'
import { Table } from '../../kit/table.tsx'
import { wordFor } from '../../kit/word.ts'
import { useWords } from '../../words/words.ts'
import { CacheCard } from './cache-card.tsx'
import { ChannelsCard } from './channels-card.tsx'

const EVERY_MS = 5000

export function PartsTab() {
  const status = useAnswer<StatusReport>('/status', { everyMs: EVERY_MS })
  return (
    <Show of={status}>
      {(data) => (
        <div class="stack">
          <Upstreams upstreams={data.upstreams} />
          <ChannelsCard alerts={data.alerts} onTested={status.refresh} />
          <Nodes nodes={data.nodes} />
          <CacheCard cache={data.cache} onFlushed={status.refresh} />
          <Threads threads={data.threads} />
        </div>
      )}
    </Show>
  )
}

function Upstreams({ upstreams }: { readonly upstreams: StatusReport['upstreams'] }) {
  const { settings } = useWords()
  const format = useFormat()
  return (
    <section class="card" aria-labelledby="upstreams">
      <h2 id="upstreams">{settings.upstreams}</h2>
      <Table
        caption={settings.upstreams}
        rows={upstreams}
        keyOf={({ name, group }) => `${group} ${name}`}
        columns={[
          { title: settings.server, cell: ({ name }) => <code>{name}</code> },
          {
            title: settings.purpose,
            cell: ({ group }) => (group === 0 ? settings.general : settings.ofForward(group)),
          },
          {
            title: settings.is,
            cell: ({ state }) => (
              <Badge tone={state === 'up' ? 'good' : 'bad'}>{wordFor(settings.upstreamStates, state)}</Badge>
            ),
          },
          {
            title: settings.rtt,
            isNumber: true,
            cell: ({ rttMs }) => (rttMs === null ? '–' : `${format.count(Math.round(rttMs * 10) / 10)} ms`),
          },
          { title: settings.requests, isNumber: true, cell: ({ requests }) => format.count(requests) },
          {
            title: settings.failures,
            isNumber: true,
            cell: ({ failures }) =>
              format.count(Object.values(failures).reduce((sum, count) => sum + count, 0)),
          },
          {
            title: settings.lastAnswer,
            cell: ({ lastAnswerAt }) => (lastAnswerAt === null ? '–' : format.exactTime(lastAnswerAt)),
          },
        ]}
      />
    </section>
  )
}

function Nodes({ nodes }: { readonly nodes: StatusReport['nodes'] }) {
  const { settings } = useWords()
  const format = useFormat()
  return (
    <section class="card" aria-labelledby="nodes">
      <h2 id="nodes">{settings.nodes}</h2>
      {nodes.length === 0 ? (
        <p class="hint">{settings.noNodes}</p>
      ) : (
        <Table
          caption={settings.nodes}
          rows={nodes}
          keyOf={({ id }) => id}
          columns={[
            {
              title: settings.server,
              cell: ({ id, url, error, advice }) => (
                <>
                  <code>{id}</code> <span class="hint">{url}</span>
                  {error !== null && <div class="detail">{error}</div>}
                  {advice !== null && <div class="detail">{advice}</div>}
                </>
              ),
            },
            {
              title: settings.is,
              cell: ({ state }) => (
                <Badge tone={state === 'current' ? 'good' : state === 'failing' ? 'bad' : 'notice'}>
                  {wordFor(settings.nodeStates, state)}
                </Badge>
              ),
            },
            {
              title: settings.lag,
              cell: ({ lagSeconds }) => (lagSeconds === null ? '–' : format.span(lagSeconds)),
            },
            {
              title: settings.lastAnswer,
              cell: ({ lastPullAt }) => (lastPullAt === null ? '–' : format.exactTime(lastPullAt)),
            },
            { title: settings.hits, isNumber: true, cell: ({ hits }) => format.count(hits) },
          ]}
        />
      )}
    </section>
  )
}

function Threads({ threads }: { readonly threads: StatusReport['threads'] }) {
  const { settings } = useWords()
  const format = useFormat()
  return (
    <section class="card" aria-labelledby="threads">
      <h2 id="threads">{settings.threads}</h2>
      <Table
        caption={settings.threads}
        rows={threads}
        keyOf={({ name }) => name}
        columns={[
          { title: settings.thread, cell: ({ name }) => <code>{name}</code> },
          { title: settings.startedAt, cell: ({ startedAt }) => format.time(startedAt) },
          { title: settings.restarts, isNumber: true, cell: ({ restarts }) => format.count(restarts) },
          { title: settings.lastError, cell: ({ lastError }) => lastError ?? '–' },
        ]}
      />
    </section>
  )
}
