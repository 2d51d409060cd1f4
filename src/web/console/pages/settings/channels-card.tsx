/** Where alerts go, and a message to try each. */
import { useState } from 'preact/hooks'
import type { StatusReport } from '../../../../admin/routes/status.ts'
import { ApiProblem, send } from '../../api/call.ts'
import { mayDo } from '../../api/session.ts'
import { useFormat } from '../../kit/format.ts'
import { Fault } from '../../kit/states.tsx'
import { Table } from '../../kit/table.tsx'
import { useWords } from '../../words/words.ts'

interface Tested {
  readonly channel: string
  readonly isDelivered: boolean
  readonly reason: string | null
  readonly durationMs: number
}

export function ChannelsCard({
  alerts,
  onTested,
}: {
  readonly alerts: StatusReport['alerts']
  readonly onTested: () => void
}) {
  const { settings } = useWords()
  const format = useFormat()
  const { channels, trouble } = alerts
  return (
    <section class="card" aria-labelledby="channels">
      <h2 id="channels">{settings.channels}</h2>
      {trouble !== null && <p class="fault">{trouble}</p>}
      {channels.length === 0 ? (
        <p class="hint">{settings.noChannels}</p>
      ) : (
        <Table
          caption={settings.channels}
          rows={channels}
          keyOf={({ id }) => id}
          columns={[
            {
              title: settings.channel,
              cell: ({ id, type }) => (
                <>
                  <code>{id}</code> <span class="hint">{type}</span>
                </>
              ),
            },
            { title: settings.sent, isNumber: true, cell: ({ sent }) => format.count(sent) },
            { title: settings.pending, isNumber: true, cell: ({ pending }) => format.count(pending) },
            {
              title: settings.lastSuccess,
              cell: ({ lastSuccessAt }) => (lastSuccessAt === null ? '–' : format.time(lastSuccessAt)),
            },
            {
              title: settings.lastError,
              cell: ({ lastError, lastErrorAt }) =>
                lastErrorAt === null ? '–' : `${format.time(lastErrorAt)} ${lastError ?? ''}`,
            },
            {
              title: settings.test,
              cell: ({ id }) => (mayDo('alert.test') ? <TestButton id={id} onTested={onTested} /> : '–'),
            },
          ]}
        />
      )}
    </section>
  )
}

function TestButton({ id, onTested }: { readonly id: string; readonly onTested: () => void }) {
  const { settings, kit } = useWords()
  const [isDoing, setDoing] = useState(false)
  const [result, setResult] = useState<Tested | ApiProblem | null>(null)
  const test = async (): Promise<void> => {
    setDoing(true)
    setResult(null)
    try {
      setResult(await send<Tested>('POST', `/alerts/${encodeURIComponent(id)}/test`))
      onTested()
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      setResult(error)
    } finally {
      setDoing(false)
    }
  }
  return (
    <>
      <button type="button" disabled={isDoing} aria-busy={isDoing} onClick={() => void test()}>
        {isDoing ? kit.working : settings.sendTest}
      </button>
      <div role="status">
        {result instanceof ApiProblem ? (
          <Fault problem={result} />
        ) : (
          result !== null &&
          (result.isDelivered ? settings.delivered : settings.notDelivered(result.reason ?? ''))
        )}
      </div>
    </>
  )
}
