/** What of the machine opens no case now: set for one indicator, lifted again. */
import { useState } from 'preact/hooks'
import { send } from '../../api/call.ts'
import { mayDo } from '../../api/session.ts'
import { actorText } from '../../kit/actor.ts'
import { dayOf, endOfDay } from '../../kit/days.ts'
import { Field, FormDialog, typed } from '../../kit/dialog.tsx'
import { useFormat } from '../../kit/format.ts'
import { say } from '../../kit/toast.tsx'
import { useWords } from '../../words/words.ts'
import type { MachineDetail } from './answers.ts'

const MONTH_DAYS = 30
const MOST_DAYS = 365

export function Silences({
  machine,
  onChanged,
}: {
  readonly machine: MachineDetail
  readonly onChanged: () => void
}) {
  const words = useWords()
  const format = useFormat()
  const [lifted, lift] = useState<string | null>(null)
  const { machine: own } = words
  if (machine.silences.length === 0) return null
  return (
    <section class="card" aria-labelledby="silences">
      <h2 id="silences">{own.silences}</h2>
      <ul class="plain-list">
        {machine.silences.map(({ indicator, kind, until, at, actor, reason, caseId }) => {
          const isOver = Date.parse(until) <= Date.now()
          return (
            <li key={`${kind} ${indicator}`} class="silence">
              <div class="stack-tight">
                <span>
                  <code>{indicator}</code> {isOver ? own.silenceEnded : own.silencedUntil(format.day(until))}
                </span>
                <span class="hint">
                  {own.silenceBy(actorText(actor, words), format.time(at))}
                  {caseId !== null && `, ${own.ofFalseAlarm(caseId)}`}: {reason}
                </span>
              </div>
              {!isOver && mayDo('case.change') && (
                <button type="button" onClick={() => lift(indicator)}>
                  {own.lift}
                  <span class="for-ears"> {indicator}</span>
                </button>
              )}
            </li>
          )
        })}
      </ul>
      {lifted !== null && (
        <FormDialog
          title={own.liftTitle(lifted)}
          action={own.lift}
          onClose={() => lift(null)}
          onDo={async (values) => {
            const query = { client: machine.id, indicator: lifted, reason: typed(values, 'reason') }
            await send('DELETE', '/silences', {}, { query })
            say(own.lifted)
            onChanged()
          }}
        >
          <Reason />
        </FormDialog>
      )}
    </section>
  )
}

export function SilenceDialog({
  clientId,
  indicator,
  onDone,
  onClose,
}: {
  readonly clientId: number
  readonly indicator: string
  readonly onDone: () => void
  readonly onClose: () => void
}) {
  const { machine: words } = useWords()
  return (
    <FormDialog
      title={words.silenceTitle(indicator)}
      action={words.silence}
      onClose={onClose}
      onDo={async (values) => {
        const until = endOfDay(typed(values, 'until'))
        await send('POST', '/silences', {
          client: clientId,
          indicator,
          until,
          reason: typed(values, 'reason'),
        })
        say(words.silenced)
        onDone()
      }}
    >
      <p>{words.silenceHint}</p>
      <Until />
      <Reason />
    </FormDialog>
  )
}

/** A day from today on, a month ahead unless chosen. */
export function Until({ hint }: { readonly hint?: string }) {
  const { machine: words } = useWords()
  const now = new Date()
  const daysOn = (days: number): string =>
    dayOf(new Date(now.getFullYear(), now.getMonth(), now.getDate() + days))
  return (
    <Field label={words.until} {...(hint === undefined ? {} : { hint })}>
      <input
        type="date"
        name="until"
        required
        min={daysOn(0)}
        max={daysOn(MOST_DAYS)}
        defaultValue={daysOn(MONTH_DAYS)}
      />
    </Field>
  )
}

function Reason() {
  const { machine: words } = useWords()
  return (
    <Field label={words.reason}>
      <textarea name="reason" required maxLength={1000} />
    </Field>
  )
}
