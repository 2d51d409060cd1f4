/** Figures since midnight, each of which leads to what it counts. */
import { mayDo } from '../../api/session.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { startOfDay } from '../../kit/days.ts'
import { Figure, Figures } from '../../kit/figure.tsx'
import { useFormat } from '../../kit/format.ts'
import { hrefOf, type Query } from '../../kit/router.ts'
import { useWords } from '../../words/words.ts'
import { machinesIn, OPEN_STATES, type MachineNumbers, type RecentTraffic } from './answers.ts'

const EVERY_MS = 15_000
/** The server has counted since its start: a few seconds after midnight are no other day. */
const NEAR_MS = 60_000
const UNKNOWN = '–'

export function Today({
  day,
  all,
  traffic,
}: {
  readonly day: string
  readonly all: MachineNumbers | null
  readonly traffic: RecentTraffic | null
}) {
  const { overview: words } = useWords()
  const format = useFormat()
  const since = startOfDay(day)
  const seen = useAnswer<MachineNumbers>('/numbers', { query: { since }, everyMs: EVERY_MS }).data
  const found = useAnswer<MachineNumbers>('/numbers', {
    query: { firstSince: since },
    everyMs: EVERY_MS,
  }).data
  const count = (value: number | undefined): string => (value === undefined ? UNKNOWN : format.count(value))
  const listed = (query: Query): { readonly href?: string } =>
    mayDo('client.read') ? { href: hrefOf('/machines', query) } : {}
  const reinfected = seen?.machines['reinfected'] ?? 0
  return (
    <section class="today" aria-labelledby="today">
      <h2 id="today" class="for-ears">
        {words.today}
      </h2>
      <Figures>
        <Figure
          label={words.queries}
          value={count(traffic?.sum.queries)}
          note={noteOf(traffic) ?? words.today}
        />
        <Figure
          label={words.blocked}
          value={count(traffic?.sum.blocked)}
          note={noteOf(traffic) ?? words.today}
          {...(mayDo('client.read') ? { href: hrefOf('/journal') } : {})}
        />
        <Figure
          label={words.machines}
          value={count(seen === null ? undefined : machinesIn(seen))}
          note={words.today}
          {...listed({ since: day, kind: 'machine' })}
        />
        <Figure
          label={words.newMachines}
          value={count(found === null ? undefined : machinesIn(found))}
          note={words.today}
          {...listed({ firstSince: day, kind: 'machine' })}
        />
        <Figure
          label={words.reinfected}
          value={count(seen === null ? undefined : reinfected)}
          note={words.today}
          isBad={reinfected > 0}
          {...listed({ since: day, status: 'reinfected', kind: 'machine' })}
        />
        <Figure
          label={words.open}
          value={count(all === null ? undefined : machinesIn(all, OPEN_STATES))}
          note={words.openNote}
          {...listed({ sort: 'state' })}
        />
      </Figures>
    </section>
  )

  /** Where the server has not counted the whole day. */
  function noteOf(of: RecentTraffic | null): string | null {
    if (of === null || since === null) return null
    const isWhole = Date.parse(of.sum.from) - Date.parse(since) < NEAR_MS
    return isWhole ? null : words.queriesSince(format.timeOfDay(of.sum.from))
  }
}
