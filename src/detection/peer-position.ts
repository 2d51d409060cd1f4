/** How far one node has told another of its hits, and the bounds of a page. Loads nothing: every reader of the store has it. */

/** Rows of a page. */
export const MAX_PEER_ROWS = 10_000
/** Addresses told of a client: the latest. */
export const PEER_ADDRESSES = 16
/** Earlier ids told of a client. */
export const PEER_MERGED = 10_000

/** A page that is none; `cause` tells where. */
export class BadPeerPage extends Error {
  readonly code = 'THANHLOC_BAD_PEER_PAGE'
}

/** How far a walk through what has changed has come; see peer-export.ts. */
export interface PeerPosition {
  /** Rows changed after it are told. */
  readonly base: number
  /** The last row told: revision and id of its client, and its indicator. */
  readonly revision: number
  readonly client: number
  readonly indicator: number
}

/** Where a walk begins that tells all that was changed after `base`. */
export function startOf(base: number): PeerPosition {
  return { base, revision: base + 1, client: 0, indicator: 0 }
}

export function positionText({ base, revision, client, indicator }: PeerPosition): string {
  return [base, revision, client, indicator].join('.')
}

/** Empty: from the beginning. Throws BadPeerPage. */
export function readPosition(text: string): PeerPosition {
  if (text === '') return startOf(0)
  const [base, revision, client, indicator] = text.split('.').map(Number)
  if (!/^\d{1,15}(?:\.\d{1,15}){3}$/.test(text))
    throw new BadPeerPage(`"${text}" is no position in the changes`)
  return { base: base!, revision: revision!, client: client!, indicator: indicator! }
}
