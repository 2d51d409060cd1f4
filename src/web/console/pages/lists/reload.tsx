/** Reading lists again: at once, or with the word of a person for a version that has become suspiciously small. */
import { useState } from 'preact/hooks'
import { ApiProblem, send } from '../../api/call.ts'
import { FormDialog, typed } from '../../kit/dialog.tsx'
import { Fault } from '../../kit/states.tsx'
import { say } from '../../kit/toast.tsx'
import { useWords } from '../../words/words.ts'
import { ReasonField } from './reason-field.tsx'

/** Of one list, or of all. */
export function ReloadButton({
  title,
  list,
  onDone,
}: {
  readonly title: string
  readonly list?: string
  readonly onDone: () => void
}) {
  const { lists: words } = useWords()
  const [isDoing, setDoing] = useState(false)
  const [problem, setProblem] = useState<ApiProblem | null>(null)
  const reload = async (): Promise<void> => {
    setDoing(true)
    setProblem(null)
    try {
      await send('POST', '/lists/reload', list === undefined ? {} : { list })
      say(words.reloaded)
      onDone()
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      setProblem(error)
    } finally {
      setDoing(false)
    }
  }
  return (
    <>
      {problem !== null && <Fault problem={problem} />}
      <button type="button" disabled={isDoing} aria-busy={isDoing} onClick={() => void reload()}>
        {isDoing ? words.reloading : title}
      </button>
    </>
  )
}

/** Takes the version that lies there, however small. */
export function ForceButton({ list, onDone }: { readonly list: string; readonly onDone: () => void }) {
  const { lists: words } = useWords()
  const [isAsking, ask] = useState(false)
  return (
    <>
      <button type="button" class="danger" onClick={() => ask(true)}>
        {words.force}
      </button>
      {isAsking && (
        <FormDialog
          title={words.forceTitle(list)}
          action={words.force}
          isDanger
          onClose={() => ask(false)}
          onDo={async (values) => {
            await send('POST', '/lists/reload', { list, force: true, reason: typed(values, 'reason') })
            say(words.reloaded)
            onDone()
          }}
        >
          <p>{words.forceHint}</p>
          <ReasonField />
        </FormDialog>
      )}
    </>
  )
}
