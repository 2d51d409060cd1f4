/** A question in front of the page: the browser's own dialog, so that focus and Escape are right. */
import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { ApiProblem } from '../api/call.ts'
import { useWords } from '../words/words.ts'
import { Fault } from './states.tsx'

/** Open as long as it is drawn; `onClose` is to take it out. */
export function Dialog({
  title,
  onClose,
  children,
}: {
  readonly title: string
  readonly onClose: () => void
  readonly children: ComponentChildren
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => element?.close()
  }, [])
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
    >
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  )
}

/**
 * A form in a dialog that does one thing: what it cannot do it says, and stays. `onDo` may throw ApiProblem; `onDone` is told
 * what it gave, and closes the dialog unless it is given.
 */
export function FormDialog<T = void>({
  title,
  action,
  isDanger = false,
  onDo,
  onClose,
  onDone = onClose,
  children,
}: {
  readonly title: string
  /** On the button that does it. */
  readonly action: string
  readonly isDanger?: boolean
  readonly onDo: (values: FormData) => Promise<T>
  readonly onDone?: (done: T) => void
  readonly onClose: () => void
  readonly children: ComponentChildren
}) {
  const { kit } = useWords()
  const { problem, isDoing, submit } = useSubmit(async (values) => {
    onDone(await onDo(values))
  })
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={submit}>
        {children}
        {problem !== null && <Fault problem={problem} />}
        <div class="actions">
          <button type="button" onClick={onClose}>
            {kit.cancel}
          </button>
          <button
            type="submit"
            class={isDanger ? 'danger' : 'primary'}
            disabled={isDoing}
            aria-busy={isDoing}
          >
            {isDoing ? kit.working : action}
          </button>
        </div>
      </form>
    </Dialog>
  )
}

/** A form's way: not sent twice, refusals kept to be shown. */
export function useSubmit(onDo: (values: FormData) => Promise<void>) {
  const [problem, setProblem] = useState<ApiProblem | null>(null)
  const [isDoing, setDoing] = useState(false)
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    if (isDoing) return
    const values = new FormData(event.currentTarget as HTMLFormElement)
    setDoing(true)
    setProblem(null)
    onDo(values)
      .catch((error: unknown) => {
        if (!(error instanceof ApiProblem)) throw error
        setProblem(error)
      })
      .finally(() => setDoing(false))
  }
  return { problem, isDoing, submit }
}

/** What was typed into the field of that name; empty where there is none. */
export function typed(values: FormData, name: string): string {
  const value = values.get(name)
  return typeof value === 'string' ? value : ''
}

/** The field `code`, of an authenticator or a recovery code, without the blanks people write in it. */
export function typedCode(values: FormData): string {
  return typed(values, 'code').replaceAll(/\s/g, '')
}

/** The fields `password` and, where it was filled in, `code`. */
export function typedProof(values: FormData): { password: string; code?: string } {
  const code = typedCode(values)
  return { password: typed(values, 'password'), ...(code === '' ? {} : { code }) }
}

/** A field with its label, and a hint below. */
export function Field({
  label,
  hint,
  children,
}: {
  readonly label: string
  readonly hint?: string
  readonly children: ComponentChildren
}) {
  return (
    <label class="field">
      <span class="field-label">{label}</span>
      {children}
      {hint !== undefined && <span class="hint">{hint}</span>}
    </label>
  )
}
