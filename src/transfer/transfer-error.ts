/** Why a zone could not be taken from its primary, and what to do about it. */

export class TransferError extends Error {
  readonly code = 'THANHLOC_TRANSFER'
  /** What to do, for the operator. */
  readonly advice: string

  /** Neither text names a secret or quotes what the other side sent. */
  constructor(reason: string, advice: string, options?: ErrorOptions) {
    super(reason, options)
    this.advice = advice
  }
}

/** The differences do not fit the copy here, or there are none to be had: the whole zone is asked for instead. */
export class UnfitDifferences extends TransferError {
  constructor(reason: string, advice = 'nothing: the whole zone is asked for instead') {
    super(reason, advice)
  }
}

const NETWORK = 'look at the network and the firewalls between the two: TCP to that address and port'

/** By the code of the error. */
const BY_CODE: Readonly<Record<string, readonly [reason: string, advice: string]>> = {
  ECONNREFUSED: ['nobody listens there', 'start the primary, or correct `primary.server`'],
  ETIMEDOUT: ['it cannot be reached', NETWORK],
  EHOSTUNREACH: ['it cannot be reached', NETWORK],
  ENETUNREACH: ['it cannot be reached', NETWORK],
  ECONNRESET: ['the connection broke off', 'see the log there'],
  EPIPE: ['the connection broke off', 'see the log there'],
  ENOSPC: ['there is no room left on the disk here', 'make room in the data directory'],
}

/** What a connection or a file that failed means. */
export function systemError(error: NodeJS.ErrnoException): TransferError {
  const [reason, advice] = BY_CODE[error.code ?? ''] ?? [error.message, 'see the log']
  return new TransferError(reason, advice, { cause: error })
}

/** RFC 1035 §4.1.1, RFC 2136 §2.2, as a primary means them. */
const BY_RCODE: Readonly<Record<number, readonly [reason: string, advice: string]>> = {
  1: ['it does not understand the question (FORMERR)', 'see the log there'],
  2: ['it cannot answer now (SERVFAIL)', 'see the log there: the zone may have expired or not been loaded'],
  3: ['it knows no such zone (NXDOMAIN)', 'correct `primary.zone`, or set the zone up there'],
  4: ['it gives no zones away (NOTIMP)', 'allow transfers there'],
  5: [
    'it refuses (REFUSED)',
    'allow transfers to this server there (`allow-transfer`, `provide-xfr`), by its address or its key',
  ],
  9: [
    'it is not responsible for the zone, or does not take the key (NOTAUTH)',
    'correct `primary.zone` and `primary.tsig`, or set the zone up there',
  ],
}

/** What an answer with `rcode`, which is not 0, means. */
export function rcodeError(rcode: number): TransferError {
  const [reason, advice] = BY_RCODE[rcode] ?? [`it answers with rcode ${rcode}`, 'see the log there']
  // RFC 1995 §4: a server that knows no differences.
  return rcode === 1 || rcode === 4 ? new UnfitDifferences(reason, advice) : new TransferError(reason, advice)
}
