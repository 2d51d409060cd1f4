/** Asking for a list now, or taking what came on the word of a person: the same of feeds and of zones. */
import { useState } from 'preact/hooks'
import { ApiProblem, send } from '../../api/call.ts'
import { FormDialog, typed } from '../../kit/dialog.tsx'
import { Fault } from '../../kit/states.tsx'
import { say } from '../../kit/toast.tsx'
import { useWords } from '../../words/words.ts'
import { ReasonField } from './reason-field.tsx'

/** `path` takes `force` and `reason`; `tell` says what came of it. */
export function SourceActions<T>({
  path,
  now,
  force,
  isForceOffered,
  tell,
  onDone,
}: {
  readonly path: string
  readonly now: string
  readonly force: { readonly action: string; readonly title: string; readonly hint: string }
  readonly isForceOffered: boolean
  readonly tell: (answer: T) => string
  readonly onDone: () => void
}) {
  const { sources: words } = useWords()
  const [isDoing, setDoing] = useState(false)
  const [isAsking, ask] = useState(false)
  const [problem, setProblem] = useState<ApiProblem | null>(null)
  const call = async (body: object): Promise<void> => {
    setDoing(true)
    try {
      say(tell(await send<T>('POST', path, body)))
    } finally {
      setDoing(false)
      onDone()
    }
  }
  const askNow = async (): Promise<void> => {
    setProblem(null)
    try {
      await call({})
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      setProblem(error)
    }
  }
  return (
    <>
      <div class="actions">
        <button type="button" disabled={isDoing} aria-busy={isDoing} onClick={() => void askNow()}>
          {isDoing ? words.fetching : now}
        </button>
        {isForceOffered && (
          <button type="button" class="danger" disabled={isDoing} onClick={() => ask(true)}>
            {force.action}
          </button>
        )}
      </div>
      {problem !== null && <Fault problem={problem} />}
      {isAsking && (
        <FormDialog
          title={force.title}
          action={force.action}
          isDanger
          onClose={() => ask(false)}
          onDo={(values) => call({ force: true, reason: typed(values, 'reason') })}
        >
          <p>{force.hint}</p>
          <ReasonField />
        </FormDialog>
      )}
    </>
  )
}
