/** Signing in, with the second factor where the account has one; also in front of a page whose session is over. */
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { ApiProblem } from '../../api/call.ts'
import { leave, signIn, type WhyOut } from '../../api/session.ts'
import { useCountdown } from '../../kit/countdown.ts'
import { Field, typed, typedProof, useSubmit } from '../../kit/dialog.tsx'
import { LanguageChoice } from '../../kit/language-choice.tsx'
import { Fault } from '../../kit/states.tsx'
import { useWords } from '../../words/words.ts'
import icon from '../../icon.svg'

export function SignInPage({ why }: { readonly why: WhyOut | null }) {
  const { signIn: words } = useWords()
  useEffect(() => {
    document.title = `${words.enter} · Thanh Lọc`
  }, [words])
  return (
    <main class="sign-in">
      <SignInForm note={why === null ? words.what : words.why[why]} name={null}>
        <p class="hint">
          {words.firstAccount} <code>thanhloc user add … --role admin --own</code>
        </p>
        <LanguageChoice />
      </SignInForm>
    </main>
  )
}

/** The page behind stays as it is, and out of reach, until the same person is back. */
export function SignInAgain({ name }: { readonly name: string }) {
  const { signIn: words } = useWords()
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const element = dialog.current
    element?.showModal()
    return () => element?.close()
  }, [])
  return (
    <dialog
      ref={dialog}
      class="sign-in in-front"
      aria-labelledby="sign-in-title"
      onCancel={(event) => event.preventDefault()}
      // The second Escape closes it all the same.
      onClose={() => dialog.current?.showModal()}
    >
      <SignInForm note={words.isOver} name={name}>
        <button type="button" class="quiet" onClick={() => leave('signedOut')}>
          {words.another}
        </button>
      </SignInForm>
    </dialog>
  )
}

/** `name`: whose session it was; null: anybody's. */
function SignInForm({
  note,
  name,
  children,
}: {
  readonly note: string
  readonly name: string | null
  readonly children: ComponentChildren
}) {
  const { signIn: words, kit } = useWords()
  const [isCodeNeeded, needCode] = useState(false)
  const { problem, isDoing, submit } = useSubmit(async (values) => {
    try {
      await signIn({ name: typed(values, 'name'), ...typedProof(values) })
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.code !== 'THANHLOC_ACCOUNT_CODE_NEEDED') throw error
      needCode(true)
    }
  })
  const wait = useCountdown(problem?.retryAfterS ?? null, problem)
  return (
    <form onSubmit={submit} aria-labelledby="sign-in-title">
      <img src={icon} alt="" width="44" height="44" />
      <h1 id="sign-in-title">Thanh Lọc</h1>
      <p class="hint">{note}</p>
      <Field label={words.name}>
        <input
          name="name"
          autocomplete="username"
          required
          autofocus={name === null}
          value={name ?? undefined}
          readOnly={name !== null}
        />
      </Field>
      <Field label={words.password}>
        <input
          name="password"
          type="password"
          autocomplete="current-password"
          required
          autofocus={name !== null}
        />
      </Field>
      {isCodeNeeded && <CodeField />}
      {problem !== null && <Fault problem={problem} />}
      <button type="submit" class="primary" disabled={isDoing || wait > 0} aria-busy={isDoing}>
        {isDoing ? kit.working : words.enter}
      </button>
      {children}
    </form>
  )
}

/** Of the authenticator, or one of the recovery codes; takes the focus, because it is asked for last. */
function CodeField() {
  const { signIn: words } = useWords()
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.focus(), [])
  return (
    <Field label={words.code} hint={words.codeHint}>
      <input ref={input} name="code" autocomplete="one-time-code" required maxLength={64} />
    </Field>
  )
}
