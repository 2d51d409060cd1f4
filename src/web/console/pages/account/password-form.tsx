/** Changing one's own password: of one's own accord, or because somebody else has set it. */
import { useEffect, useState } from 'preact/hooks'
import { changePassword, signOut, type Caller } from '../../api/session.ts'
import { Field, typed, useSubmit } from '../../kit/dialog.tsx'
import { Fault } from '../../kit/states.tsx'
import { say } from '../../kit/toast.tsx'
import { useWords } from '../../words/words.ts'
import icon from '../../icon.svg'

/** All there is until the password has been changed. */
export function FirstPasswordPage({ caller }: { readonly caller: Caller }) {
  const { account } = useWords()
  useEffect(() => {
    document.title = `${account.passwordTitle} · Thanh Lọc`
  }, [account])
  return (
    <main class="sign-in">
      <div class="sign-in-card">
        <img src={icon} alt="" width="44" height="44" />
        <h1>{account.passwordTitle}</h1>
        <p>{account.mustChange(caller.name)}</p>
        <PasswordForm name={caller.name} />
        <SignOutButton />
      </div>
    </main>
  )
}

function SignOutButton() {
  const { frame } = useWords()
  return (
    <button type="button" class="quiet" onClick={() => void signOut()}>
      {frame.signOut}
    </button>
  )
}

export function PasswordForm({ name }: { readonly name: string }) {
  const { account, kit } = useWords()
  const [isUnlike, setUnlike] = useState(false)
  const { problem, isDoing, submit } = useSubmit(async (values) => {
    const next = typed(values, 'next')
    setUnlike(next !== typed(values, 'again'))
    if (next !== typed(values, 'again')) return
    await changePassword(name, typed(values, 'current'), next)
    say(account.passwordChanged)
  })
  return (
    <form class="stack" onSubmit={submit}>
      <input type="hidden" name="username" autocomplete="username" value={name} />
      <Field label={account.currentPassword}>
        <input name="current" type="password" autocomplete="current-password" required />
      </Field>
      <Field label={account.nextPassword} hint={account.passwordHint}>
        <input name="next" type="password" autocomplete="new-password" required maxLength={1024} />
      </Field>
      <Field label={account.nextAgain}>
        <input name="again" type="password" autocomplete="new-password" required maxLength={1024} />
      </Field>
      {isUnlike && (
        <p class="fault" role="alert">
          {account.unlike}
        </p>
      )}
      {problem !== null && <Fault problem={problem} />}
      <div class="actions">
        <button type="submit" class="primary" disabled={isDoing} aria-busy={isDoing}>
          {isDoing ? kit.working : account.changePassword}
        </button>
      </div>
    </form>
  )
}
