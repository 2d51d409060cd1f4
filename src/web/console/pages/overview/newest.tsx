/** What happened to cases, the newest first, as it happens. */
import { Badge, type Tone } from '../../kit/badge.tsx'
import { actorText } from '../../kit/actor.ts'
import { useFormat } from '../../kit/format.ts'
import { Link } from '../../kit/link.tsx'
import { hrefOf } from '../../kit/router.ts'
import { Empty, Fault, Loading } from '../../kit/states.tsx'
import { useUnits } from '../../kit/units.ts'
import { wordFor } from '../../kit/word.ts'
import { useEvents, type CaseEvent } from '../../api/use-events.ts'
import { useWords } from '../../words/words.ts'

const SHOWN = 12
const BACK = 1000
const TONES: Readonly<Record<string, Tone>> = {
  'case-opened': 'bad',
  'case-reinfected': 'bad',
  'priority-hit': 'notice',
}

export function Newest() {
  const words = useWords()
  const { events, problem } = useEvents(SHOWN, BACK, 'cases')
  const { nameOf } = useUnits()
  return (
    <section class="card" aria-labelledby="newest">
      <h2 id="newest">{words.overview.events}</h2>
      {problem !== null && <Fault problem={problem} />}
      {events === null ? (
        problem === null && <Loading />
      ) : events.length === 0 ? (
        <Empty title={words.overview.noEvents} />
      ) : (
        <ol class="events" aria-live="polite" aria-relevant="additions">
          {events.map((event) => (
            <Event key={event.id} event={event} nameOf={nameOf} />
          ))}
        </ol>
      )}
    </section>
  )
}

function Event({ event, nameOf }: { readonly event: CaseEvent; readonly nameOf: (unit: string) => string }) {
  const words = useWords()
  const format = useFormat()
  const { kind, clientId, unit, indicator, state, actor, at } = event
  return (
    <li>
      <Badge tone={TONES[kind] ?? 'plain'}>{wordFor(words.overview.event, kind)}</Badge>
      <span class="event-what">
        <Link href={hrefOf(`/machines/${clientId}`)}>{words.machines.numbered(clientId)}</Link>
        <span>{unit === null ? words.machines.noUnit : nameOf(unit)}</span>
        {kind === 'case-changed' && state !== null ? (
          <span>
            {words.overview.nowState(
              wordFor(words.machines.states, state),
              actor === null ? words.machine.system : actorText(actor, words),
            )}
          </span>
        ) : (
          indicator !== null && <code>{indicator}</code>
        )}
      </span>
      <time dateTime={at} title={format.exactTime(at)} class="hint">
        {format.ago(at)}
      </time>
    </li>
  )
}
