/** Blocked queries as they come. Which machine it was stands on its own page, where looking is recorded. */
import { useState } from 'preact/hooks'
import { Badge } from '../../kit/badge.tsx'
import { Field } from '../../kit/dialog.tsx'
import { useFormat } from '../../kit/format.ts'
import { Link } from '../../kit/link.tsx'
import { machineName } from '../../kit/machine.tsx'
import { changeQuery, hrefOf, usePlace } from '../../kit/router.ts'
import { Empty, Fault, Loading } from '../../kit/states.tsx'
import { Table } from '../../kit/table.tsx'
import { useUnits, type UnitNames } from '../../kit/units.ts'
import { wordFor } from '../../kit/word.ts'
import { useWords } from '../../words/words.ts'
import { useLive, type LiveHit } from './use-live.ts'

/** What is drawn: more nobody reads, and each of them costs the browser time. */
const SHOWN = 200

export function LiveTab() {
  const words = useWords()
  const { query } = usePlace()
  const units = useUnits()
  const { hits, problem } = useLive(query.get('list'), query.get('unit'))
  const [held, hold] = useState<readonly LiveHit[] | null>(null)
  const q = (query.get('q') ?? '').toLowerCase()
  const all = held ?? hits
  const shown = all
    ?.filter(({ pair }) => q === '' || pair.lastQname.includes(q) || pair.indicator.includes(q))
    .slice(0, SHOWN)
  const waiting = held === null || hits === null ? 0 : hits.findIndex(({ key }) => key === held[0]?.key)
  return (
    <section class="card">
      <div class="filters">
        <Field label={words.journal.name}>
          <input
            type="search"
            value={query.get('q') ?? ''}
            maxLength={253}
            onInput={(event) => changeQuery({ q: event.currentTarget.value }, true)}
          />
        </Field>
        <UnitField units={units} />
        <Field label={words.journal.list}>
          <input
            defaultValue={query.get('list') ?? ''}
            maxLength={64}
            placeholder={words.journal.anyList}
            onChange={(event) => changeQuery({ list: event.currentTarget.value.trim() })}
          />
        </Field>
        <button
          type="button"
          aria-pressed={held !== null}
          disabled={hits === null}
          onClick={() => hold(held === null ? hits : null)}
        >
          {held === null ? words.journal.pause : words.journal.goOn}
        </button>
      </div>
      <p class="hint" role="status">
        {held === null ? words.journal.live : words.journal.paused(Math.max(waiting, 0))}
      </p>
      {problem !== null && <Fault problem={problem} />}
      {shown === undefined ? (
        problem === null && <Loading />
      ) : shown.length === 0 ? (
        <Empty title={words.journal.quiet}>
          <p>{words.journal.quietHint}</p>
        </Empty>
      ) : (
        <HitTable hits={shown} units={units} />
      )}
    </section>
  )
}

function UnitField({ units }: { readonly units: UnitNames }) {
  const { journal } = useWords()
  const { query } = usePlace()
  return (
    <Field label={journal.unit}>
      <select
        value={query.get('unit') ?? ''}
        onChange={(event) => changeQuery({ unit: event.currentTarget.value })}
      >
        <option value="">{journal.anyUnit}</option>
        {units.choices.map(({ id, name, depth }) => (
          <option key={id} value={id}>
            {'\u2003'.repeat(depth)}
            {name}
          </option>
        ))}
      </select>
    </Field>
  )
}

function HitTable({ hits, units }: { readonly hits: readonly LiveHit[]; readonly units: UnitNames }) {
  const words = useWords()
  const { journal } = words
  const format = useFormat()
  return (
    <Table<LiveHit>
      caption={journal.tabs.live}
      rows={hits}
      keyOf={({ key }) => key}
      columns={[
        { title: journal.time, cell: ({ pair }) => format.exactTime(pair.lastSeen) },
        {
          title: journal.machine,
          cell: ({ pair }) => (
            <Link href={hrefOf(`/machines/${pair.clientId}`)}>
              {machineName({ id: pair.clientId, address: pair.address, identity: pair.identity }, words)}
            </Link>
          ),
        },
        { title: journal.unit, cell: ({ pair }) => (pair.unit === null ? '–' : units.nameOf(pair.unit)) },
        {
          title: journal.asked,
          cell: ({ pair }) => (
            <>
              <code>{pair.lastQname}</code> <span class="hint">{pair.lastQtype}</span>
            </>
          ),
        },
        { title: journal.done, cell: ({ pair }) => <Done action={pair.lastAction} /> },
        { title: journal.list, cell: ({ pair }) => <code>{pair.lists[0] ?? '–'}</code> },
        {
          title: journal.count,
          isNumber: true,
          cell: ({ pair, grown }) =>
            grown === null ? format.count(pair.hits) : `+${format.count(grown)} = ${format.count(pair.hits)}`,
        },
      ]}
    />
  )
}

function Done({ action }: { readonly action: string }) {
  const { journal } = useWords()
  return <Badge tone={action === 'log' ? 'plain' : 'good'}>{wordFor(journal.actionOfHit, action)}</Badge>
}
