/** One report of a wrong block, the verdict beside it, and what is decided. */
import { useState } from 'preact/hooks'
import type { Static } from 'typebox'
import type { BlockReportItem } from '../../../../admin/block-report-schema.ts'
import { send } from '../../api/call.ts'
import { mayDo } from '../../api/session.ts'
import { actorText } from '../../kit/actor.ts'
import { Badge } from '../../kit/badge.tsx'
import { FormDialog, typed } from '../../kit/dialog.tsx'
import { useFormat } from '../../kit/format.ts'
import { Link } from '../../kit/link.tsx'
import { hrefOf } from '../../kit/router.ts'
import { say } from '../../kit/toast.tsx'
import { useUnits } from '../../kit/units.ts'
import { useWords } from '../../words/words.ts'
import { VerdictText } from '../lookup/verdict.tsx'
import { AllowDialog } from './allow-dialogs.tsx'
import { ReasonField } from './reason-field.tsx'

type Report = Static<typeof BlockReportItem>
type Outcome = 'allowed' | 'kept' | 'invalid'

const TONES = { open: 'notice', allowed: 'good', kept: 'plain', invalid: 'plain' } as const

export function ReportCard({ of, onChange }: { readonly of: Report; readonly onChange: () => void }) {
  const { reports: words } = useWords()
  return (
    <article class="card" aria-label={of.name}>
      <div class="page-head">
        <h2 class="with-state">
          <code>{of.name}</code> <Badge tone={TONES[of.state]}>{words.states[of.state]}</Badge>
        </h2>
        {of.state === 'open' && mayDo('case.change') && <Deciding of={of} onChange={onChange} />}
      </div>
      <div class="columns">
        <Said of={of} />
        <Now of={of} />
      </div>
    </article>
  )
}

function Said({ of }: { readonly of: Report }) {
  const words = useWords()
  const format = useFormat()
  const { reports } = words
  const { nameOf } = useUnits()
  const machine = of.hostName ?? of.address ?? (of.clientId === null ? null : words.machines.numbered(of.clientId)) // prettier-ignore
  return (
    <dl class="pairs">
      <dt>{reports.said}</dt>
      <dd>{of.text === '' ? <span class="hint">{reports.saidNothing}</span> : <q>{of.text}</q>}</dd>
      <dt>{reports.came}</dt>
      <dd>
        {format.time(of.at)}
        {of.count > 1 && ` (${reports.times(format.count(of.count), format.time(of.lastAt))})`}
      </dd>
      <dt>{reports.from}</dt>
      <dd>
        {of.clientId === null ? (
          (machine ?? reports.unknownMachine)
        ) : (
          <Link href={hrefOf(`/machines/${of.clientId}`)}>{machine}</Link>
        )}
        {of.hostName !== null && of.address !== null && (
          <>
            {' '}
            <code>{of.address}</code>
          </>
        )}
      </dd>
      {of.unit !== null && (
        <>
          <dt>{reports.unit}</dt>
          <dd>{nameOf(of.unit)}</dd>
        </>
      )}
      <dt>{reports.reference}</dt>
      <dd>
        <code>{of.reference}</code>
      </dd>
      {of.decision !== null && (
        <>
          <dt>{reports.decision}</dt>
          <dd>
            {reports.decided(
              actorText(of.decision.by, words),
              format.time(of.decision.at),
              of.decision.reason,
            )}
          </dd>
        </>
      )}
    </dl>
  )
}

function Now({ of: { name, address, verdict } }: { readonly of: Report }) {
  const { reports: words } = useWords()
  return (
    <div class="now">
      <h3>{words.now}</h3>
      {verdict === null ? <p class="hint">{words.notKnown}</p> : <VerdictText of={verdict} />}
      <Link href={hrefOf('/lookup', { name, client: address })}>{words.more}</Link>
    </div>
  )
}

function Deciding({ of, onChange }: { readonly of: Report; readonly onChange: () => void }) {
  const { reports: words } = useWords()
  const [outcome, choose] = useState<Outcome | null>(null)
  const decide = async (chosen: Outcome, reason: string): Promise<void> => {
    await send('POST', `/reports/${of.id}/decide`, { outcome: chosen, reason })
    say(words.done)
    onChange()
  }
  const isAdmin = mayDo('list.allow')
  const close = (): void => choose(null)
  return (
    <div class="actions">
      {isAdmin ? (
        <button type="button" class="primary" onClick={() => choose('allowed')}>
          {words.allow}…
        </button>
      ) : (
        <span class="hint">{words.askAdmin}</span>
      )}
      <button type="button" onClick={() => choose('kept')}>
        {words.keep}…
      </button>
      <button type="button" onClick={() => choose('invalid')}>
        {words.invalid}…
      </button>
      {outcome === 'allowed' && (
        <AllowDialog name={of.name} then={(reason) => decide('allowed', reason)} onClose={close} />
      )}
      {(outcome === 'kept' || outcome === 'invalid') && (
        <FormDialog
          title={outcome === 'kept' ? words.keepTitle(of.name) : words.invalidTitle}
          action={words[outcome === 'kept' ? 'keep' : 'invalid']}
          onClose={close}
          onDo={(values) => decide(outcome, typed(values, 'reason'))}
        >
          <p>{outcome === 'kept' ? words.keepHint : words.invalidHint}</p>
          <ReasonField />
        </FormDialog>
      )}
    </div>
  )
}
