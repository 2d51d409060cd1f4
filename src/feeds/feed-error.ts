/** Why a feed was not taken, and what to do about it. */
import { cleanText } from '../alerts/clean-text.ts'

/** Names in a certificate may be many. */
const MAX_REASON_OCTETS = 300

export interface FeedErrorOptions extends ErrorOptions {
  /** The server asked to be left alone for so long. */
  readonly retryAfterMs?: number | null
}

export class FeedError extends Error {
  readonly code = 'THANHLOC_FEED'
  /** `failed`: it did not come, or not whole. `refused`: it came and is not believed. */
  readonly kind: 'failed' | 'refused'
  /** What to do, for the operator. */
  readonly advice: string
  readonly retryAfterMs: number | null

  /** Neither text names a secret; what the other side sent is shortened, on one line. */
  constructor(kind: 'failed' | 'refused', reason: string, advice: string, options: FeedErrorOptions = {}) {
    super(cleanText(reason, MAX_REASON_OCTETS), options)
    this.kind = kind
    this.advice = advice
    this.retryAfterMs = options.retryAfterMs ?? null
  }
}

const BY_STATUS: Readonly<Record<number, string>> = {
  401: 'it wants a token, or another one: see `tokenFile`; tokens end',
  403: 'it does not let this server or this token have the file; of another server of this kind the token needs the role `firewall`',
  404: 'correct `url`',
  407: 'the proxy wants a password: see `proxyPasswordFile`',
  410: 'the publisher has given it up: take the list out, or correct `url`',
  421: 'it is called by a name it does not know: of another server of this kind add the name in `url` to its `admin.hosts`',
}

/** What an answer other than 200 and 304 means. `retryAfterMs`: as it asks. */
export function statusError(status: number, retryAfterMs: number | null): FeedError {
  const advice = BY_STATUS[status] ?? 'it passes as a rule; if not, ask who publishes it'
  return new FeedError('failed', `the server answers ${status}`, advice, { retryAfterMs })
}
