/**
 * How an entry stands in the chain of blocks that holds it.
 *
 *   octet  0          64                   behind the message, at an even octet
 *          [fields]   [message ……… ]       [offset of a TTL, 16 bits] [ ] …
 *
 * The message is without OPT, its id 0, its question in lower case. What screening found, if anything, is a chain of
 * its own, because it changes when the policy does.
 */
import { HEADER_BYTES } from '../wire/constants.ts'

/** Where the fields stand: the first two as doubles, counted by those, the others as words. */
export const Field = {
  storedAtMs: 0,
  failedUntilMs: 1,
  facet: 4,
  /** Type | length of the name << 16. */
  question: 5,
  /** Octets of the message | count of TTLs << 16. */
  lengths: 6,
  /** Rcode | negative << 8. */
  kind: 7,
  lifetimeSeconds: 8,
  staleSeconds: 9,
  failures: 10,
  failureEde: 11,
  ede: 12,
  generation: 13,
  /** The first block of what screening found, 0 for nothing; and how many words that is. */
  screened: 14,
  screenedLength: 15,
} as const

/** Where the message begins. */
export const MESSAGE_START = 64

/** Where the name asked for begins. */
export const NAME_START = MESSAGE_START + HEADER_BYTES

/** Where the TTLs' offsets begin: each lies within one block. */
export function offsetsStart(messageLength: number): number {
  return MESSAGE_START + messageLength + (messageLength & 1)
}
