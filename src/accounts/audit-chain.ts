/** Follows the chain of the audit trail row by row, from its anchor, and says where it breaks. */
import { HASHED_FIELDS, hashFields, type AuditHead } from './audit-entry.ts'
import type { Statements } from './accounts-file.ts'

/** A row as its bytes stand in the file: text that is no UTF-8 must not be mended before it is hashed. */
export interface ChainRow {
  /** In the order of HASHED_FIELDS. */
  readonly fields: readonly Uint8Array[]
  readonly hash: string
}

/**
 * `missing`: rows were removed. `changed`: a row is not what its hash was made of. `unlinked`: it does not follow the row
 * before it: replaced, inserted or moved. `beside`: a row stands outside of the chain. `anchor`: the start of the trail
 * was removed otherwise than by pruning. `cut`, `rewritten`: by the head from outside.
 */
export type BreakKind = 'missing' | 'changed' | 'unlinked' | 'beside' | 'anchor' | 'cut' | 'rewritten'

export interface ChainBreak {
  readonly kind: BreakKind
  /** The row at which it shows. */
  readonly seq: number
  readonly detail: string
}

const SEQ = HASHED_FIELDS.indexOf('seq')
const PREV = HASHED_FIELDS.indexOf('prev')

const SELECT_ROWS = `SELECT ${HASHED_FIELDS.map((field) => `CAST(${field} AS BLOB) AS ${field}`).join(', ')}, hash
  FROM audit WHERE audit.seq > ? ORDER BY audit.seq LIMIT ?`

/** At most `limit` rows behind `seq`. Throws what SQLite throws. */
export function rowsBehind(statements: Statements, seq: number, limit: number): ChainRow[] {
  return statements
    .of(SELECT_ROWS)
    .all(seq, limit)
    .map((row) => ({
      fields: HASHED_FIELDS.map((field) => row[field] as Uint8Array),
      hash: String(row['hash']),
    }))
}

export class ChainCheck {
  #at: AuditHead
  #count = 0

  /** Begins behind `anchor`. */
  constructor(anchor: AuditHead) {
    this.#at = anchor
  }

  /** The last row that was right; at first the anchor. */
  get at(): AuditHead {
    return this.#at
  }

  /** Rows that were right. */
  get count(): number {
    return this.#count
  }

  /** Takes the next row; what is wrong with it, or null. */
  take({ fields, hash }: ChainRow): ChainBreak | null {
    const expected = this.#at.seq + 1
    const seq = Number(text(fields[SEQ]!))
    if (seq !== expected) {
      const detail =
        seq === expected + 1 ? `row ${expected} is missing` : `rows ${expected} to ${seq - 1} are missing`
      return { kind: 'missing', seq: expected, detail }
    }
    if (hashFields(fields) !== hash)
      return { kind: 'changed', seq, detail: `row ${seq} was changed: its hash does not fit what it says` }
    if (text(fields[PREV]!) !== this.#at.hash)
      return {
        kind: 'unlinked',
        seq,
        detail: `row ${seq} does not follow row ${seq - 1}: one of them was replaced`,
      }
    this.#at = { seq, hash }
    this.#count++
    return null
  }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}
