/** A name has at most 127 labels; an address at most 33 + 129 prefixes. */
export const MAX_MATCHES = 192

/** What a reader found for one name or address, the longest first. Reused; good until the next swap. */
export class Matches {
  count = 0
  /** Number of the set of rules that hold it. */
  readonly set = new Int32Array(MAX_MATCHES)
  /** Place of the record in the snapshot. */
  readonly record = new Int32Array(MAX_MATCHES)
}
