/**
 * The memory of a hit table, drawn once for its two ends (hit-table.ts writes, hit-drain.ts reads).
 *
 *   header   32-bit words: active half | turn | sequence | run | pairs of half 0, 1 | folds of half 0, 1
 *            64-bit floats from byte 32: hits folded | hits lost
 *   half 0   65,536 hash slots (high bits of the hash, entry number + 1 in the low 15), 26,624 entries of 896 bytes
 *   half 1   the same
 *
 * Entries are taken in order, pairs from 0, folds behind them; a half is emptied by zeroing its slots and counts.
 */
import { SecureRandom } from '../random.ts'
import type { ZoneAction } from '../config/settings.ts'

/** What `action` of a hit counts; the same order wherever actions are numbers. */
export const HIT_ACTIONS = [
  'sinkhole', 'nxdomain', 'nodata', 'refused', 'drop', 'log', 'tcp-only',
] as const satisfies readonly ZoneAction[] // prettier-ignore
/** What `indicatorKind` counts. An address stands as [0xF4|0xF6, prefix length, 4|16 bytes]. */
export const INDICATOR_KINDS = ['exact', 'subtree', 'below', 'address'] as const
/** What `trigger` counts. */
export const TRIGGERS = ['qname', 'alias', 'address', 'client'] as const

/** Pairs of client and indicator a half holds; what comes beyond is counted per indicator, its client unknown. */
export const HIT_PAIRS = 24_576
/** Indicators a half holds such counts for; what comes beyond is lost, and counted. */
export const HIT_FOLDS = 2_048
/** Lists a hit names; the deciding one is the first. */
export const HIT_LISTS = 16

// Header words, then floats.
export const ACTIVE = 0
export const TURN = 1
export const SEQUENCE = 2
export const RUN = 3
export const PAIRS = 4
export const FOLDS = 6
export const FOLDED = 4
export const LOST = 5
const HEADER_BYTES = 64

export const SLOTS = 65_536
const ENTRIES = HIT_PAIRS + HIT_FOLDS
export const ENTRY_MASK = 0x7fff
const SLOT_BYTES = SLOTS * 4

// An entry: four floats (blocked, logged, first ms, last ms), then by byte. What every hit reads or writes stands in the
// first two cache lines, for indicators up to 36 octets (benchmark: compare.py block).
export const QTYPE = 32
export const TRIGGER_BITS = 34
export const LIST_COUNT = 35
export const ACTION = 36
export const FIRST_LENGTH = 37
export const LAST_LENGTH = 38
// All lists, the deciding one once more.
export const LISTS = 40
// From the client to the end of the indicator stands what tells a pair from all others.
export const CLIENT = 72
export const DECIDING = 88
export const KIND = 90
export const INDICATOR_LENGTH = 91
export const INDICATOR = 92
export const FIRST_QNAME = 352
export const LAST_QNAME = 608
/** Whole cache lines. */
export const ENTRY_BYTES = 896

const HALF_BYTES = SLOT_BYTES + ENTRIES * ENTRY_BYTES

/** Bytes of one table. Address space: a page is taken when a hit first reaches it, and most never are. */
export const HIT_TABLE_BYTES = HEADER_BYTES + 2 * HALF_BYTES

/** Where entry `entry` of `half` begins. */
export function entryByte(half: number, entry: number): number {
  return HEADER_BYTES + half * HALF_BYTES + SLOT_BYTES + entry * ENTRY_BYTES
}

/** Where the slots of `half` begin, in 32-bit words. */
export function slotWord(half: number): number {
  return (HEADER_BYTES + half * HALF_BYTES) >> 2
}

/**
 * A random number, not 0, drawn once in the life of the memory: tells this process's sequences from those of an
 * earlier one, and seeds the hash so that no client can choose addresses that collide.
 */
export function runOf(words: Int32Array): number {
  if (Atomics.load(words, RUN) === 0) Atomics.compareExchange(words, RUN, 0, new SecureRandom().bits32() | 1)
  return Atomics.load(words, RUN)
}

/** Ends the write a dead thread was in, so that the drainer does not wait for it. Only when its thread is gone. */
export function releaseHitTable(memory: SharedArrayBuffer): void {
  const words = new Int32Array(memory, 0, HEADER_BYTES / 4)
  if (Atomics.load(words, TURN) & 1) Atomics.add(words, TURN, 1)
}
