/** What it asked for, on whose list, and whether a program or a person asks. */
import { useState } from 'preact/hooks'
import { ApiProblem, get } from '../../api/call.ts'
import { mayDo } from '../../api/session.ts'
import { Badge, type Tone } from '../../kit/badge.tsx'
import { useFormat, type Format } from '../../kit/format.ts'
import { Link } from '../../kit/link.tsx'
import { hrefOf } from '../../kit/router.ts'
import { Fault } from '../../kit/states.tsx'
import { useStore } from '../../kit/store.ts'
import { Table, type Column } from '../../kit/table.tsx'
import { wordFor } from '../../kit/word.ts'
import type { Words } from '../../words/vi/vi.ts'
import { language, useWords } from '../../words/words.ts'
import type { MachineDetail, MachineHit } from './answers.ts'
import { placeText } from '../lists/place-text.ts'
import { intervalBars } from './scale.ts'
import { SilenceDialog } from './silences.tsx'

const TONES: Readonly<Record<string, Tone>> = { 'machine-like': 'bad', 'human-like': 'plain' }

export function Names({
  machine,
  onChanged,
}: {
  readonly machine: MachineDetail
  readonly onChanged: () => void
}) {
  const words = useWords()
  const format = useFormat()
  const { rows, hasMore, problem, more } = useHits(machine)
  const [silenced, silence] = useState<string | null>(null)
  if (rows.length === 0) return null
  return (
    <section class="card names" aria-labelledby="names">
      <h2 id="names">{words.machine.names}</h2>
      <Table
        caption={words.machine.namesCaption}
        columns={columnsOf(words, format, mayDo('case.change') ? silence : null)}
        rows={rows}
        keyOf={({ kind, indicator }) => `${kind} ${indicator}`}
      />
      {problem !== null && <Fault problem={problem} />}
      {hasMore && (
        <div class="pager">
          <button type="button" onClick={more}>
            {words.machine.moreHits}
          </button>
        </div>
      )}
      {silenced !== null && (
        <SilenceDialog
          clientId={machine.id}
          indicator={silenced}
          onDone={onChanged}
          onClose={() => silence(null)}
        />
      )}
    </section>
  )
}

/** The first page comes with the machine; others when they are asked for. */
function useHits(machine: MachineDetail) {
  const [added, setAdded] = useState<{
    of: MachineDetail
    items: readonly MachineHit[]
    next: string | null
  }>()
  const [problem, setProblem] = useState<ApiProblem | null>(null)
  const isOfThis = added?.of === machine
  const rows = isOfThis ? [...machine.hitPage.items, ...added.items] : machine.hitPage.items
  const next = isOfThis ? added.next : machine.hitPage.next
  const more = async (): Promise<void> => {
    try {
      const { hitPage } = await get<MachineDetail>(`/clients/${machine.id}`, { query: { cursor: next } })
      setAdded({
        of: machine,
        items: [...(isOfThis ? added.items : []), ...hitPage.items],
        next: hitPage.next,
      })
      setProblem(null)
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      setProblem(error)
    }
  }
  return { rows, hasMore: next !== null, problem, more: () => void more() }
}

function columnsOf(
  words: Words,
  format: Format,
  silence: ((indicator: string) => void) | null,
): Column<MachineHit>[] {
  const { machine } = words
  return [
    { title: machine.indicator, cell: (hit) => <Indicator hit={hit} silence={silence} /> },
    {
      title: machine.lists,
      cell: ({ lists, nodes, document, origin }) => (
        <>
          {lists.map((id) => (
            <div key={id}>
              <code>{id}</code>
            </div>
          ))}
          {document !== null && <div class="hint">{document}</div>}
          {origin !== null && (
            <div class="hint">{placeText({ file: origin.file, ...origin.place }, words)}</div>
          )}
          {nodes.map((node) => (
            <Badge key={node} tone="plain">
              {node}
            </Badge>
          ))}
        </>
      ),
    },
    {
      title: machine.hits,
      isNumber: true,
      cell: ({ hits, blocked }) => (
        <>
          {format.count(hits)}
          {blocked === 0 && <div class="hint">{machine.onlyLogged}</div>}
        </>
      ),
    },
    {
      title: machine.firstAndLast,
      cell: ({ firstSeen, lastSeen }) => (
        <div class="stack-tight times">
          <time dateTime={firstSeen} title={format.exactTime(firstSeen)}>
            {format.time(firstSeen)}
          </time>
          <time dateTime={lastSeen} title={format.exactTime(lastSeen)}>
            {format.time(lastSeen)}
          </time>
        </div>
      ),
    },
    { title: machine.rhythm, cell: (hit) => <Rhythm rhythm={hit.rhythm} /> },
  ]
}

function Indicator({
  hit,
  silence,
}: {
  readonly hit: MachineHit
  readonly silence: ((indicator: string) => void) | null
}) {
  const { machine: words } = useWords()
  const format = useFormat()
  const { indicator, lastQname, silencedUntil } = hit
  return (
    <div class="stack-tight">
      <span>
        {mayDo('lookup') ? (
          <Link href={hrefOf('/lookup', { name: indicator })}>
            <code>{indicator}</code>
          </Link>
        ) : (
          <code>{indicator}</code>
        )}
      </span>
      {lastQname !== indicator && (
        <span class="hint">
          {words.asked}: <code>{lastQname}</code>
        </span>
      )}
      {silencedUntil !== null ? (
        <span class="hint">{words.silencedUntil(format.day(silencedUntil))}</span>
      ) : (
        silence !== null && (
          <span>
            <button type="button" class="quiet small" onClick={() => silence(indicator)}>
              {words.silence}
              <span class="for-ears"> {indicator}</span>
            </button>
          </span>
        )
      )}
    </div>
  )
}

function Rhythm({ rhythm }: { readonly rhythm: MachineHit['rhythm'] }) {
  const { machine: words } = useWords()
  const shown = useStore(language)
  const { hint, reason, histogram } = rhythm
  return (
    <div class="rhythm">
      {hint === 'unknown' ? (
        <details>
          <summary>{wordFor(words.hints, hint)}</summary>
          <p class="hint">{reason[shown]}</p>
        </details>
      ) : (
        <>
          <Badge tone={TONES[hint] ?? 'plain'}>{wordFor(words.hints, hint)}</Badge>
          <p class="hint">{reason[shown]}</p>
        </>
      )}
      <Histogram histogram={histogram} />
    </div>
  )
}

const WIDTH = 160
const HEIGHT = 36

function Histogram({ histogram }: { readonly histogram: MachineHit['rhythm']['histogram'] }) {
  const { machine: words } = useWords()
  const format = useFormat()
  const first = histogram[0]
  const last = histogram.at(-1)
  if (first === undefined || last === undefined) return null
  return (
    <svg
      class="bars histogram"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={words.intervals(
        format.span(first.fromSeconds),
        format.span(last.toSeconds ?? last.fromSeconds),
      )}
    >
      <rect class="strip-ground" y={HEIGHT - 1} width={WIDTH} height={1} />
      {intervalBars(histogram).map(({ x, width, height, fromSeconds, toSeconds, count }) => (
        <rect
          key={fromSeconds}
          x={x * WIDTH}
          width={Math.max(2, width * WIDTH - 1)}
          y={HEIGHT - Math.max(2, height * HEIGHT)}
          height={Math.max(2, height * HEIGHT)}
        >
          <title>
            {`${format.span(fromSeconds)} – ${toSeconds === null ? '…' : format.span(toSeconds)}: ${format.count(count)}`}
          </title>
        </rect>
      ))}
    </svg>
  )
}
