/**
 * What the threads share, allocated once by main and kept for the life of the process: a thread that is restarted
 * finds everything where the dead one left it. Each layout is drawn where it is defined; this is the list of them.
 */
import { COUNTER_BYTES } from '../metrics/counters.ts'
import type { Settings } from '../config/settings.ts'
import { DESCRIPTOR_BYTES } from '../net/descriptors.ts'
import type { HandedOver } from '../net/listeners.ts'
import type { Random } from '../random.ts'
import { HIT_TABLE_BYTES } from './hit-table.ts'
import { LOG_RING_BYTES } from './log-ring.ts'
import { CONTROL_BYTES } from './control-words.ts'
import type { ThreadName } from './mail.ts'

/** Address space, not memory, kept for a snapshot slot: pages are taken as a list grows into them. */
const SNAPSHOT_MAX_BYTES = 1 << 30
const SNAPSHOT_START_BYTES = 1 << 20
const OVERLAY_MAX_BYTES = 16 << 20
const OVERLAY_START_BYTES = 64 << 10

/** Room for 65,536 clients within one second: access/rate-limit. */
export const RATE_TABLE_BYTES = 65_536 * 16

/** Room for 8,192 machines with hits behind forwarders: query/revealed-pairs. */
export const REVEALED_PAIRS_BYTES = 8_192 * 40

type SlotPair = readonly [SharedArrayBuffer, SharedArrayBuffer]

export interface SharedState {
  /** See control-words. */
  readonly control: SharedArrayBuffer
  /** Two policy snapshots, used in turn: generation g lives in slot g & 1. */
  readonly snapshots: SlotPair
  /** The same for single edits (runtime allow entries). */
  readonly overlays: SlotPair
  /** One block a resolver thread: metrics/counters. */
  readonly counters: readonly SharedArrayBuffer[]
  /** One table a resolver thread: hit-table. */
  readonly hitTables: readonly SharedArrayBuffer[]
  /** One table a resolver thread: net/descriptors. */
  readonly descriptors: readonly SharedArrayBuffer[]
  readonly rateTable: SharedArrayBuffer
  /** query/revealed-pairs. */
  readonly revealedPairs: SharedArrayBuffer
  /** One ring a thread: log-ring. */
  readonly logRings: Readonly<Record<string, SharedArrayBuffer>>
  /** 16 hex digits drawn at start: by them a query of ours that comes back to us is known (upstream/loop-probe). */
  readonly loopToken: string
}

/** What every thread gets when it starts. `index` counts resolver threads from 0; -1 for the others. */
export interface ThreadStart {
  readonly name: ThreadName
  readonly index: number
  readonly settings: Settings
  readonly shared: SharedState
}

/** What a resolver thread gets on top. */
export interface ResolverStart extends ThreadStart {
  readonly sockets: HandedOver
}

/** The names of all threads but main, resolver threads first. */
export function threadNames(workers: number): Exclude<ThreadName, 'main'>[] {
  const resolvers = Array.from({ length: workers }, (_, index) => `resolver-${index}` as const)
  return [...resolvers, 'lists', 'store', 'control']
}

/** Allocates everything for `workers` resolver threads. */
export function allocateSharedState(workers: number, random: Random): SharedState {
  const each = (bytes: number): SharedArrayBuffer[] =>
    Array.from({ length: workers }, () => new SharedArrayBuffer(bytes))
  const pair = (bytes: number, maxByteLength: number): SlotPair => [
    new SharedArrayBuffer(bytes, { maxByteLength }),
    new SharedArrayBuffer(bytes, { maxByteLength }),
  ]
  return {
    control: new SharedArrayBuffer(CONTROL_BYTES),
    snapshots: pair(SNAPSHOT_START_BYTES, SNAPSHOT_MAX_BYTES),
    overlays: pair(OVERLAY_START_BYTES, OVERLAY_MAX_BYTES),
    counters: each(COUNTER_BYTES),
    hitTables: each(HIT_TABLE_BYTES),
    descriptors: each(DESCRIPTOR_BYTES),
    rateTable: new SharedArrayBuffer(RATE_TABLE_BYTES),
    revealedPairs: new SharedArrayBuffer(REVEALED_PAIRS_BYTES),
    logRings: Object.fromEntries(
      ['main', ...threadNames(workers)].map((name) => [name, new SharedArrayBuffer(LOG_RING_BYTES)]),
    ),
    loopToken: [random.bits32(), random.bits32()].map((word) => word.toString(16).padStart(8, '0')).join(''),
  }
}
