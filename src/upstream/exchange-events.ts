/** What the exchange tells whoever asks it. */
import type { FailureReason, Pending } from './pending.ts'

/** What becomes of a question. Called from sockets and from the tick, never from inside `ask`. */
export interface ExchangeEvents<Waiter> {
  /**
   * The answer from `upstreamName`: source, id and question are checked, the rest is not; the question may be in
   * another case than asked. `bytes` is valid during the call. Answer all waiters; false: it cannot be read, and the
   * next upstream is asked (the waiters stay). May be a refusal (SERVFAIL, REFUSED …) when all have refused.
   */
  answered(pending: Pending<Waiter>, bytes: Uint8Array, length: number, upstreamName: string): boolean
  /** 1.8 s have passed (RFC 8767 §5). Said again when others have joined since, and before `overdue`. */
  slow(pending: Pending<Waiter>): void
  /** 4.5 s have passed; the question stays out for the cache's sake. Said again when others have joined since. */
  overdue(pending: Pending<Waiter>): void
  /** Every upstream has failed, or 10 s have passed. */
  failed(pending: Pending<Waiter>, reason: FailureReason): void
}
