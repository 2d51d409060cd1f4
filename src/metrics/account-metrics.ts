/** Accounts of the admin API. What stands in their file is left out while it cannot be read. */
import type { AccountsStatus } from '../accounts/accounts.ts'
import { single, type Declarations } from './declare.ts'

export function declareAccountMetrics(declare: Declarations, status: () => AccountsStatus): void {
  declare.gauge('accounts_up', '1 while the accounts can be read.', [], () =>
    single(Number(status().file !== null)),
  )
  declare.counter('sign_in_failures_total', 'Attempts to sign in that came to nothing.', ['reason'], () =>
    Object.entries(status().failures).map(([reason, count]) => [{ reason }, count]),
  )
  declare.gauge(
    'sign_ins_locked',
    'Who has to wait a quarter of an hour after failed attempts.',
    ['by'],
    () => {
      const locked = status().file?.locked
      if (locked === undefined) return []
      return [[{ by: 'account' }, locked.accounts] as const, [{ by: 'source' }, locked.sources] as const]
    },
  )
  declare.gauge('sessions', 'Sessions of people that are alive.', [], () => single(status().file?.sessions))
  declare.gauge('audit_trail_head', 'Number of the last row of the audit trail.', [], () =>
    single(status().file?.trailHead),
  )
}
