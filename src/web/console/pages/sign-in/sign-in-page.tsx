/** Signing in, with the second factor where the account has one; also in front of a page whose session is over. */
import { useState } from 'preact/hooks'
import { ApiProblem } from '../../api/call.ts'
import { signIn } from '../../api/session.ts'
import { Field, typed, useSubmit } from '../../kit/dialog.tsx'
import { Fault } from '../../kit/states.tsx'
import { useWords } from '../../words/words.ts'
import icon from '../../icon.svg'

export function SignInPage({ isOver = false, name }: { readonly isOver?: boolean; readonly name?: string }) {
  const { signIn: words } = useWords()
  const [isCodeNeeded, needCode] = useState(false)
  const { problem, isDoing, submit } = useSubmit(async (values) => {
    const code = typed(values, 'code').replaceAll(/\s/g, '')
    try {
      await signIn({
        name: typed(values, 'name'),
        password: typed(values, 'password'),
        ...(code === '' ? {} : { code }),
      })
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.code !== 'THANHLOC_ACCOUNT_CODE_NEEDED') throw error
      needCode(true)
    }
  })
  return (
    <div class={isOver ? 'sign-in in-front' : 'sign-in'}>
      <form onSubmit={submit} aria-labelledby="sign-in-title">
        <img src={icon} alt="" width="44" height="44" />
        <h1 id="sign-in-title">Thanh Lọc</h1>
        <p class="hint">{isOver ? words.isOver : words.what}</p>
        <Field label={words.name}>
          <input
            name="name"
            autocomplete="username"
            required
            autofocus={!isOver}
            value={name}
            readOnly={isOver}
          />
        </Field>
        <Field label={words.password}>
          <input
            name="password"
            type="password"
            autocomplete="current-password"
            required
            autofocus={isOver}
          />
        </Field>
        {isCodeNeeded && (
          <Field label={words.code} hint={words.codeHint}>
            <input
              name="code"
              autocomplete="one-time-code"
              inputMode="text"
              required
              autofocus
              maxLength={64}
            />
          </Field>
        )}
        {problem !== null && <Fault problem={problem} />}
        <button type="submit" class="primary" disabled={isDoing} aria-busy={isDoing}>
          {words.enter}
        </button>
        <p class="hint">{words.firstAccount}</p>
        <code class="hint">thanhloc user add … --role admin --own</code>
      </form>
    </div>
  )
}
