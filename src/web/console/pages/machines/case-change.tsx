/** Changes a case: its state, whose it is, a note. Where somebody else was faster, what is new is shown and nothing typed is lost. */
import { useState } from 'preact/hooks'
import { ApiProblem, send } from '../../api/call.ts'
import { session } from '../../api/session.ts'
import { Field, FormDialog, typed } from '../../kit/dialog.tsx'
import { endOfDay } from '../../kit/days.ts'
import { useStore } from '../../kit/store.ts'
import { say } from '../../kit/toast.tsx'
import { wordFor } from '../../kit/word.ts'
import { useWords } from '../../words/words.ts'
import type { CaseDetail } from './answers.ts'
import { moveWord } from './moves.ts'
import { Until } from './silences.tsx'

const FALSE_ALARM = 'false-alarm'
const MOST_NOTE = 4000

export function CaseChange({
  of,
  to,
  onDone,
  onConflict,
  onClose,
}: {
  /** As it is known now: its version goes with the change. */
  readonly of: CaseDetail
  /** Null: a note alone. */
  readonly to: string | null
  readonly onDone: () => void
  /** To read the case anew. */
  readonly onConflict: () => void
  readonly onClose: () => void
}) {
  const words = useWords()
  const now = useStore(session)
  const [isConflict, setConflict] = useState(false)
  // What changes behind the dialog nobody has read: the new version counts once the refusal has shown it.
  const [opened] = useState(of.version)
  const { machine: own } = words
  const isFalseAlarm = to === FALSE_ALARM
  const me = now.state === 'in' ? now.caller.name : ''
  const [move] = useState(() => (to === null ? own.addNote : moveWord(words, of.state, to)))
  const change = async (values: FormData): Promise<void> => {
    const assignee = typed(values, 'assignee').trim()
    const body = {
      version: isConflict ? of.version : opened,
      note: typed(values, 'note').trim(),
      ...(to === null ? {} : { to }),
      ...(to !== null && assignee !== (of.assignee ?? '') ? { assignee } : {}),
      ...(isFalseAlarm ? { until: endOfDay(typed(values, 'until')) } : {}),
    }
    try {
      await send('POST', `/cases/${of.id}/change`, body)
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.status !== 409) throw error
      setConflict(true)
      onConflict()
      throw error
    }
    say(to === null ? own.noted : own.changed(wordFor(words.machines.states, to)))
    onDone()
  }
  return (
    <FormDialog
      title={own.changeTitle(of.id, move)}
      action={to === null ? own.save : move}
      isDanger={isFalseAlarm}
      onDo={change}
      onClose={onClose}
    >
      <Field label={own.note} hint={isFalseAlarm ? own.noteNeeded : own.noteHint}>
        <textarea name="note" autofocus maxLength={MOST_NOTE} required={isFalseAlarm || to === null} />
      </Field>
      {to !== null && (
        <Field label={own.assignee} hint={own.assigneeHint}>
          <input name="assignee" maxLength={200} defaultValue={of.assignee ?? me} />
        </Field>
      )}
      {isFalseAlarm && <Until hint={own.untilHint} />}
      {isConflict && (
        <p class="notice" role="status">
          {own.conflict(wordFor(words.machines.states, of.state))}
        </p>
      )}
    </FormDialog>
  )
}
