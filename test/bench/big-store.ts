/**
 * A store as months of hits leave it, written by what writes it in the product: hits into the shared table, sealed
 * halves from there into the file, cases and events with them. Only the clock is another one.
 */
import type { Clock } from '../../src/clock.ts'
import type { Settings } from '../../src/config/settings.ts'
import { Casework } from '../../src/detection/cases/casework.ts'
import { ListRegistry } from '../../src/detection/list-registry.ts'
import { StoreWriter } from '../../src/detection/store-writer.ts'
import type { Binding } from '../../src/identity/binding.ts'
import { parseAddress } from '../../src/net/address.ts'
import { HitReader } from '../../src/detection/hit-text.ts'
import { HIT_TABLE_BYTES, HitDrain, HitWriter } from '../../src/thread/hit-table.ts'
import { textToName } from '../../src/wire/name.ts'
import { wordsOf } from '../unit/thread/hits.ts'

export interface StorePlan {
  readonly clients: number
  /** Listed names; every client asks for each. Those of list n: every name whose number is n modulo the lists. */
  readonly names: readonly string[]
  /** Listed names of which only the first clients know. */
  readonly rareNames: readonly string[]
}

export interface BuiltStore {
  readonly pairs: number
  readonly hits: number
  /** Spent in commits, and the longest of them. */
  readonly commitSeconds: number
  readonly worstCommitMs: number
  readonly bytes: number
}

/** Clients × names of one sealed half. */
const CLIENTS_AT_ONCE = 500
const NAMES_AT_ONCE = 20
const DAYS = 30
const DAY_MS = 86_400_000
/** Every so manieth pair is hit again, in a later half: a program asks more than once. */
const REPEATED = 10
const RARE_CLIENTS = 10
const BINDINGS_AT_ONCE = 1000
const SUBTREE = 1
const QNAME = 0
const BLOCKED = 0
const TYPE_A = 1

const quiet = { info: () => {}, warn: () => {}, error: () => {} }

/** Of a client by its number: ten departments of ten wards, see `bigUnits`. */
export function bigAddress(client: number): string {
  const rest = Math.floor(client / 100)
  return `10.${client % 10}.${(Math.floor(client / 10) % 10) * 16 + (rest >> 8)}.${rest & 255}`
}

/** The units these addresses belong to, as configuration. */
export function bigUnits(): string {
  const ward = (so: number, number: number): string =>
    `  - { id: so-${so}-${number}, name: Phường ${number}, parent: so-${so}, networks: ["10.${so}.${number * 16}.0/20"] }`
  return Array.from({ length: 10 }, (_, so) =>
    [
      `  - { id: so-${so}, name: Sở ${so}, networks: ["10.${so}.0.0/16"] }`,
      ...Array.from({ length: 10 }, (_, number) => ward(so, number)),
    ].join('\n'),
  ).join('\n')
}

/** Writes the store into `directory`, the data directory. `settings`: what the server will run with. */
export function buildStore(directory: string, settings: Settings, plan: StorePlan): BuiltStore {
  const { clients, names, rareNames } = plan
  const endMs = Date.now() - DAY_MS
  let nowMs = endMs - DAYS * DAY_MS
  const clock: Clock = { monotonicMs: () => performance.now(), wallMs: () => nowMs, every: () => () => {} }
  const registry = new ListRegistry()
  registry.register(settings.lists.map(({ id, campaign, basis, action }, number) => ({ number: number + 1, id, campaign, basis, action }))) // prettier-ignore
  const casework = new Casework({ directory, settings, clock, log: quiet })
  const writer = new StoreWriter({
    directory,
    registry,
    clock,
    log: quiet,
    openWitness: casework.openWitness,
  })
  casework.attach(writer)
  const table = new SharedArrayBuffer(HIT_TABLE_BYTES)
  const hits = new HitWriter(table)
  const reader = new HitReader()
  const drain = new HitDrain(table)
  const addresses = Array.from({ length: clients }, (_, number) => bytesOf(bigAddress(number)))
  const wire = [...names, ...rareNames].map((name) => ({
    indicator: wireOf(name),
    words: wordsOf(wireOf(name).subarray(0, -1)),
    below: wireOf(`c2.${name}`),
  }))
  let commitMs = 0
  let worstCommitMs = 0
  let recorded = 0

  bindAll(writer, addresses, nowMs)
  const rounds = Math.ceil(names.length / NAMES_AT_ONCE)
  for (let round = 0; round < rounds; round++) {
    for (let from = 0; from < clients; from += CLIENTS_AT_ONCE) {
      nowMs += Math.floor((DAYS * DAY_MS) / (rounds * Math.ceil(clients / CLIENTS_AT_ONCE)))
      for (let client = from; client < Math.min(clients, from + CLIENTS_AT_ONCE); client++) {
        for (let at = round * NAMES_AT_ONCE; at < Math.min(names.length, (round + 1) * NAMES_AT_ONCE); at++) {
          record(client, at)
          const before = at - NAMES_AT_ONCE
          if (before >= 0 && (client + before) % REPEATED === 0) record(client, before)
        }
      }
      commit()
    }
  }
  for (let client = 0; client < RARE_CLIENTS; client++) {
    for (let at = names.length; at < wire.length; at++) record(client, at)
  }
  commit()
  const pairs = writer.rows
  writer.close()
  if (hits.folded + hits.lost > 0) throw new Error('a half was too small')
  return { pairs, hits: recorded, commitSeconds: commitMs / 1000, worstCommitMs, bytes: writer.bytes }

  function record(client: number, at: number): void {
    recorded++
    const { indicator, words, below } = wire[at]!
    const qname = (client ^ at) & 1 ? below : indicator
    const lists = Uint16Array.of((at % settings.lists.length) + 1)
    hits.record(addresses[client]!, words, 0, indicator.length - 1, SUBTREE, QNAME, BLOCKED, TYPE_A, qname, qname.length, lists, 1, nowMs + (client % 60_000)) // prettier-ignore
  }

  function commit(): void {
    drain.flip()
    const startMs = performance.now()
    writer.commit({
      thread: 0,
      run: drain.run,
      sequence: drain.sequence,
      forEach: (take) => drain.forEach((pair) => take(reader.read(pair))),
    })
    const tookMs = performance.now() - startMs
    drain.clear()
    casework.flush()
    commitMs += tookMs
    worstCommitMs = Math.max(worstCommitMs, tookMs)
  }
}

/** Every client has a lease: a MAC and a host name. */
function bindAll(writer: StoreWriter, addresses: readonly Uint8Array[], nowMs: number): void {
  const bindings = addresses.map((address, number): Binding => {
    const digits = number.toString(16).padStart(6, '0')
    return {
      address,
      fromMs: nowMs - DAY_MS,
      untilMs: null,
      mac: `02:00:5e:${digits.slice(0, 2)}:${digits.slice(2, 4)}:${digits.slice(4)}`,
      duid: null,
      hostName: `may-${String(number).padStart(5, '0')}`,
      source: 'lease',
      sure: 'certain',
      isRouter: false,
    }
  })
  for (let from = 0; from < bindings.length; from += BINDINGS_AT_ONCE)
    writer.identity((commit) => commit.bind(bindings.slice(from, from + BINDINGS_AT_ONCE), nowMs))
}

function bytesOf(address: string): Uint8Array {
  const bytes = new Uint8Array(16)
  if (!parseAddress(address, bytes)) throw new Error(`not an address: ${address}`)
  return bytes
}

function wireOf(name: string): Uint8Array {
  const bytes = new Uint8Array(256)
  return bytes.slice(0, textToName(name, bytes))
}
