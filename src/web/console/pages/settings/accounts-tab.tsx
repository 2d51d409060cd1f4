/** Accounts of people and tokens of programs. */
import { TokensCard } from './tokens-card.tsx'
import { UsersCard } from './users-card.tsx'

export function AccountsTab() {
  return (
    <div class="stack">
      <UsersCard />
      <TokensCard />
    </div>
  )
}
