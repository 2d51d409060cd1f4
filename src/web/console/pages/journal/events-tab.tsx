/** What became of cases, as it happens: found, changed, infected again, new names. */
import { useEvents, type CaseEvent } from '../../api/use-events.ts'
import { actorText } from '../../kit/actor.ts'
import { Field } from '../../kit/dialog.tsx'
import { useFormat } from '../../kit/format.ts'
import { Link } from '../../kit/link.tsx'
import { StateBadge } from '../../kit/machine.tsx'
import { changeQuery, hrefOf, usePlace } from '../../kit/router.ts'
import { Empty, Fault, Loading } from '../../kit/states.tsx'
import { Table } from '../../kit/table.tsx'
import { useUnits } from '../../kit/units.ts'
import { wordFor } from '../../kit/word.ts'
import { useWords } from '../../words/words.ts'

const KEPT = 300
const BACK = 1000

export function EventsTab() {
  const words = useWords()
  const { journal } = words
  const format = useFormat()
  const units = useUnits()
  const { query } = usePlace()
  const scope = query.get('scope') === 'all' ? 'all' : 'cases'
  const { events, problem } = useEvents(KEPT, BACK, scope)
  return (
    <section class="card">
      <div class="filters">
        <Field label={journal.scope}>
          <select
            value={scope}
            onChange={(event) => changeQuery({ scope: event.currentTarget.value === 'all' ? 'all' : null })}
          >
            <option value="cases">{journal.scopes.cases}</option>
            <option value="all">{journal.scopes.all}</option>
          </select>
        </Field>
      </div>
      <p class="hint">{journal.eventsHint(KEPT)}</p>
      {problem !== null && <Fault problem={problem} />}
      {events === null ? (
        problem === null && <Loading />
      ) : events.length === 0 ? (
        <Empty title={journal.noEvents} />
      ) : (
        <Table<CaseEvent>
          caption={journal.tabs.events}
          rows={events}
          keyOf={({ id }) => id}
          columns={[
            { title: journal.time, cell: ({ at }) => format.exactTime(at) },
            {
              title: journal.what,
              cell: ({ kind, state }) => (
                <>
                  {wordFor(words.overview.event, kind)} {state !== null && <StateBadge state={state} />}
                </>
              ),
            },
            {
              title: journal.machine,
              cell: ({ clientId }) => (
                <Link href={hrefOf(`/machines/${clientId}`)}>{words.machines.numbered(clientId)}</Link>
              ),
            },
            { title: journal.unit, cell: ({ unit }) => (unit === null ? '–' : units.nameOf(unit)) },
            {
              title: journal.campaign,
              cell: ({ campaign }) => (campaign === '' ? '–' : <code>{campaign}</code>),
            },
            {
              title: journal.indicator,
              cell: ({ indicator }) => (indicator === null ? '–' : <code>{indicator}</code>),
            },
            { title: journal.who, cell: ({ actor }) => (actor === null ? '–' : actorText(actor, words)) },
          ]}
        />
      )}
    </section>
  )
}
