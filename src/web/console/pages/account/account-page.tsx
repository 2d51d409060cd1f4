/** One's own account: who one is, the password, the second factor. */
import { useEffect } from 'preact/hooks'
import { renewSession, session, type Caller } from '../../api/session.ts'
import { Badge } from '../../kit/badge.tsx'
import { useStore } from '../../kit/store.ts'
import { useWords } from '../../words/words.ts'
import { FactorCard } from './factor-card.tsx'
import { PasswordForm } from './password-form.tsx'
import '../../style/account.css'

export function AccountPage() {
  const now = useStore(session)
  // How many recovery codes are left may have changed since the sign-in.
  useEffect(() => void renewSession().catch(() => {}), [])
  return now.state === 'in' ? <Account caller={now.caller} /> : null
}

function Account({ caller }: { readonly caller: Caller }) {
  const { pages, account } = useWords()
  return (
    <>
      <h1>{pages.account}</h1>
      <section class="card" aria-labelledby="who">
        <h2 id="who">{caller.name}</h2>
        <dl class="pairs">
          <dt>{account.role}</dt>
          <dd>{roleName(account.roles, caller.role)}</dd>
          <dt>{account.units}</dt>
          <dd>{caller.units === null ? account.allUnits : <Units ids={caller.units} />}</dd>
          <dt>{account.factor}</dt>
          <dd>
            {caller.recoveryCodesLeft === null ? (
              <Badge tone="notice">{account.factorOff}</Badge>
            ) : (
              <Badge tone="good">{account.factorOn}</Badge>
            )}
          </dd>
        </dl>
      </section>
      <div class="columns">
        <FactorCard caller={caller} />
        <section class="card" aria-labelledby="password">
          <h2 id="password">{account.passwordTitle}</h2>
          <p class="hint">{account.endsSessions}</p>
          <PasswordForm name={caller.name} />
        </section>
      </div>
    </>
  )
}

function Units({ ids }: { readonly ids: readonly string[] }) {
  return (
    <>
      {ids.map((id, index) => (
        <>
          {index > 0 && ', '}
          <code key={id}>{id}</code>
        </>
      ))}
    </>
  )
}

/** The word for a role; one that has none as it is. */
export function roleName(roles: Readonly<Record<string, string>>, role: string | null): string {
  return role === null ? '–' : (roles[role] ?? role)
}
