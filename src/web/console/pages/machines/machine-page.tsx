/** One machine. Opening it is recorded, so it asks again only when something has happened to it, or when somebody says so. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { session } from '../../api/session.ts'
import { useEvents } from '../../api/use-events.ts'
import { useAnswer } from '../../api/use-answer.ts'
import { useCampaigns } from '../../kit/campaigns.ts'
import { Link } from '../../kit/link.tsx'
import { machineName } from '../../kit/machine.tsx'
import { hrefOf, usePlace } from '../../kit/router.ts'
import { Empty, Show } from '../../kit/states.tsx'
import { useStore } from '../../kit/store.ts'
import { say } from '../../kit/toast.tsx'
import { useWords } from '../../words/words.ts'
import type { PageProps } from '../../routes.tsx'
import type { CaseSummary, MachineDetail } from './answers.ts'
import { CaseCard } from './case-card.tsx'
import { Contacts } from './contacts.tsx'
import { Badges } from './machines-page.tsx'
import { Names } from './names.tsx'
import { Picture } from './picture.tsx'
import { PrintSheet } from './print-sheet.tsx'
import { Silences } from './silences.tsx'
import { WhoCard } from './who-card.tsx'
import '../../style/machines.css'

/** Enough to see that something new is there. */
const KEPT_EVENTS = 50

export function MachinePage({ id }: PageProps) {
  return <OneMachine key={id} id={id} />
}

function OneMachine({ id }: PageProps) {
  const { machine: words, pages } = useWords()
  const { query } = usePlace()
  const shown = useAnswer<MachineDetail>(`/clients/${encodeURIComponent(id)}`)
  const { refresh } = shown
  const latest = useLatestEvent(shown.data?.id ?? null)
  useEffect(() => {
    if (latest === null) return
    refresh()
    say(words.changedNow)
  }, [latest, refresh])
  if (shown.problem?.status === 404 || shown.problem?.status === 400)
    return (
      <>
        <h1>{pages.machine}</h1>
        <Empty title={words.notFound}>
          <p>{words.notFoundHint}</p>
          <Link href={hrefOf('/machines')}>{words.back}</Link>
        </Empty>
      </>
    )
  return (
    <Show of={shown}>
      {(data) =>
        query.get('print') === '1' ? (
          <PrintSheet machine={data} />
        ) : (
          <Machine data={data} latest={latest} reload={shown.reload} />
        )
      }
    </Show>
  )
}

/** Number of the last thing that somebody else did to that machine, or it itself, while it is looked at; null: nothing. */
function useLatestEvent(clientId: number | null): number | null {
  const { events } = useEvents(KEPT_EVENTS, 0)
  const now = useStore(session)
  const own = now.state === 'in' ? `user:${now.caller.name}` : null
  const latest =
    events?.find((event) => event.clientId === clientId && (event.actor === null || event.actor !== own))
      ?.id ?? null
  // The list is bounded: what has left it has still happened.
  const kept = useRef<number | null>(null)
  kept.current = latest ?? kept.current
  return kept.current
}

function Machine({
  data,
  latest,
  reload,
}: {
  readonly data: MachineDetail
  readonly latest: number | null
  readonly reload: () => void
}) {
  const words = useWords()
  const { machine: own } = words
  const { titleOf } = useCampaigns()
  // The first in which there is something to do is open; the order stays, whatever is done.
  const [openId] = useState(() => (data.cases.find((one) => !isDone(one)) ?? data.cases[0])?.id)
  return (
    <div class="page">
      <div class="page-head">
        <div>
          <p class="hint">
            <Link href={hrefOf('/machines')}>{words.pages.machines}</Link> /{' '}
            {words.machines.numbered(data.id)}
          </p>
          <div class="case-head">
            <h1>{machineName(data, words)}</h1>
            <Badges machine={data} />
          </div>
          <p class="hint">{own.recorded}</p>
        </div>
        <div class="actions">
          <button type="button" onClick={reload}>
            {own.refresh}
          </button>
          <Link href={hrefOf(`/machines/${data.id}`, { print: 1 })} class="button">
            {own.print}
          </Link>
        </div>
      </div>
      <div class="machine-top">
        <section class="stack" aria-labelledby="cases">
          <h2 id="cases">{own.cases}</h2>
          {data.cases.length === 0 && <p class="hint">{own.noCases}</p>}
          {data.cases.map((one) => (
            <CaseCard
              key={one.id}
              summary={one}
              campaign={titleOf(one.campaign)}
              isOpen={one.id === openId}
              latest={latest}
              onChanged={reload}
            />
          ))}
        </section>
        <WhoCard machine={data} />
      </div>
      <Picture machine={data} />
      <Names machine={data} onChanged={reload} />
      <Contacts machine={data} />
      <Silences machine={data} onChanged={reload} />
    </div>
  )
}

function isDone({ state }: CaseSummary): boolean {
  return state === 'cleaned' || state === 'false-alarm'
}
