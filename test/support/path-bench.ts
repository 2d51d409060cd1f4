/**
 * The query path with all its real parts, on a clock that the test moves and upstream sockets that the test plays:
 * what happens after 1.8 seconds takes none.
 */
import { NetworkSet } from '../../src/access/networks.ts'
import { RateLimiter } from '../../src/access/rate-limit.ts'
import { AnswerCache } from '../../src/cache/answer-cache.ts'
import { parseSettings } from '../../src/config/load.ts'
import { clientText, HitReader, type Hit } from '../../src/detection/hit-text.ts'
import type { Settings } from '../../src/config/settings.ts'
import { Counters } from '../../src/metrics/counters.ts'
import { SnapshotBuilder } from '../../src/policy/builder.ts'
import { Octets } from '../../src/octets.ts'
import { Policy } from '../../src/policy/decide.ts'
import type { ListMeta, RuleMeta } from '../../src/policy/meta.ts'
import type { Waiter } from '../../src/query/asked.ts'
import { Forwarders } from '../../src/query/forwarders.ts'
import type { Origin } from '../../src/query/origin.ts'
import type { Parts } from '../../src/query/parts.ts'
import { QueryPath } from '../../src/query/path.ts'
import { SecureRandom } from '../../src/random.ts'
import { RATE_TABLE_BYTES, REVEALED_PAIRS_BYTES } from '../../src/thread/shared-state.ts'
import { HIT_TABLE_BYTES, HitWriter } from '../../src/thread/hit-table.ts'
import { HitDrain } from '../../src/thread/hit-drain.ts'
import { Exchange } from '../../src/upstream/exchange.ts'
import { address16 } from './addresses.ts'
import { decode, encode, type DecodedPacket, type RecordToEncode } from './dns-packet.ts'
import { FakeClock } from './fake-clock.ts'
import { build, list, rule, SEED, slots, type Entry } from './policy-fixture.ts'
import { ScriptedDatagrams, type Sent } from './scripted-datagrams.ts'

export interface Ask {
  readonly from?: string
  readonly transport?: 0 | 1
  readonly edns?: { readonly size?: number; readonly dnssecOk?: boolean } | null
  readonly flags?: number
  readonly id?: number
}

/** What became of one query: the reply at once, later, or not yet. */
export class Outcome {
  bytes: Buffer | null = null
  /** True when it was let go without an answer. */
  isDropped = false

  get packet(): DecodedPacket & { readonly rcode: string; readonly id: number } {
    if (this.bytes === null) throw new Error('there is no answer')
    return decode(this.bytes) as DecodedPacket & { rcode: string; id: number }
  }

  /** `A 192.0.2.1` of each answer. */
  get answers(): string[] {
    return this.packet.answers.map((record) => `${record.type} ${String(record.data)}`)
  }

  /** Info codes of its Extended DNS Errors. */
  get ede(): number[] {
    const opt = this.packet.additionals.find((record) => record.type === 'OPT')
    if (opt === undefined || !('options' in opt)) return []
    return opt.options.filter(({ code }) => code === 15).map(({ data }) => data.readUInt16BE(0))
  }
}

/** Room for a datagram in a batch. */
const DATAGRAM_BYTES = 4096

/** dns-packet has no codec for it, and takes its name for type 0. */
const UNKNOWN_HTTPS = 'UNKNOWN_65'

const CONFIG = `
upstreams: { servers: ["127.0.0.1:1"] }
sinkhole: { ipv4: 10.10.10.10, ipv6: "fd00:10::10", ttl: 60s }
access: { networks: ["10.0.0.0/8", "127.0.0.0/8"] }
`

export class PathBench {
  readonly clock = new FakeClock()
  readonly datagrams = new ScriptedDatagrams()
  readonly counters = new Counters()
  readonly path: QueryPath
  readonly parts: Parts
  readonly exchange: Exchange<Waiter>
  readonly settings: Settings
  readonly policy: Policy
  pausedUntilMs = 0
  /** Answers to datagrams are written over their questions, as batches have it; else beside them. */
  isInPlace = false
  readonly #bases = slots()
  readonly #overlays = slots()
  readonly #hits = new SharedArrayBuffer(HIT_TABLE_BYTES)
  readonly #out = new Uint8Array(65_535)
  #slot = 0

  /** `replaced`: parts put in the place of the real ones, to measure what those cost. */
  constructor(config = '', replaced: Partial<Parts> = {}) {
    const loaded = parseSettings(CONFIG + config, { file: null })
    if (!('settings' in loaded)) throw new Error(loaded.errors.join('\n'))
    this.settings = loaded.settings
    const { access, cache } = this.settings
    this.policy = new Policy(this.#bases, this.#overlays)
    const events = {
      answered: (...all: Parameters<QueryPath['answered']>) => this.path.answered(...all),
      slow: (...all: Parameters<QueryPath['slow']>) => this.path.slow(...all),
      overdue: (...all: Parameters<QueryPath['overdue']>) => this.path.overdue(...all),
      failed: (...all: Parameters<QueryPath['failed']>) => this.path.failed(...all),
    }
    const random = new SecureRandom()
    this.exchange = new Exchange<Waiter>(
      this.settings,
      this.datagrams,
      this.clock,
      random,
      this.counters,
      events,
    )
    const exempt = new NetworkSet(access.exempt)
    this.parts = {
      clock: this.clock,
      counters: this.counters,
      policy: this.policy,
      cache: new AnswerCache(cache, this.clock, 1),
      hits: new HitWriter(this.#hits),
      limiter: new RateLimiter(
        new SharedArrayBuffer(RATE_TABLE_BYTES),
        access.queriesPerSecond,
        exempt,
        this.clock,
      ),
      forwarders: new Forwarders(
        new SharedArrayBuffer(REVEALED_PAIRS_BYTES),
        this.settings.identity.forwarders.networks,
        this.clock,
      ),
      exchange: this.exchange,
      networks: new NetworkSet(access.networks),
      settings: this.settings,
      onLoop: () => {},
      pausedUntilMs: () => this.pausedUntilMs,
      ...replaced,
    }
    this.path = new QueryPath(this.parts)
    this.lists([], [], [])
  }

  /** Puts these entries in force: of list 0 unless `lists` and `rules` say otherwise. */
  lists(
    entries: readonly Entry[],
    lists: readonly ListMeta[] = [list(7)],
    rules: readonly RuleMeta[] = [rule(0)],
  ): void {
    this.#slot ^= 1
    build(this.#bases[this.#slot]!, lists, rules, entries)
    this.policy.attachBase(this.#slot)
  }

  /** Pauses blocking for the clients of these networks, CIDR. */
  pauseFor(...networks: readonly string[]): void {
    new SnapshotBuilder(this.#overlays[0], SEED).finish({ lists: [], rules: [], counts: {}, paused: { networks, groups: [] } }) // prettier-ignore
    this.policy.attachOverlay(0)
  }

  /** Asks; the outcome fills when the answer comes. */
  ask(
    name: string,
    type = 'A',
    { from = '10.1.2.3', transport = 0, edns = {}, flags = 0x0100, id = 4321 }: Ask = {},
  ): Outcome {
    const opt = { type: 'OPT', name: '.', udpPayloadSize: edns?.size ?? 1232, flags: edns?.dnssecOk === true ? 0x8000 : 0, options: [] } // prettier-ignore
    const questions = [{ name, type: type === 'HTTPS' ? UNKNOWN_HTTPS : type }]
    const query = encode({ id, type: 'query', flags, questions, additionals: edns === null ? [] : [opt] })
    return this.send(query, from, transport)
  }

  /** The same for bytes as they are. */
  send(query: Uint8Array, from = '10.1.2.3', transport: 0 | 1 = 0): Outcome {
    const outcome = new Outcome()
    const keep = (bytes: Uint8Array, length: number): void => {
      if (outcome.bytes !== null || outcome.isDropped) throw new Error('answered twice')
      if (length === 0) outcome.isDropped = true
      else outcome.bytes = Buffer.from(bytes.subarray(0, length))
    }
    let isLater = false
    const origin: Origin = {
      transport,
      address: address16(from),
      maxBytes: transport === 0 ? 1232 : 65_535,
      later: () => {
        isLater = true
        return { address: origin.address.slice(), send: keep }
      },
    }
    // A buffer of its own that is spoiled afterwards, as the transports do.
    const isInPlace = this.isInPlace && transport === 0
    const request = isInPlace ? new Octets(DATAGRAM_BYTES) : new Uint8Array(query.length)
    request.set(query)
    const out = isInPlace ? request : this.#out
    const length = this.path.question(request, query.length, origin, out)
    if (length > 0 || !isLater) keep(out, length)
    request.fill(0xee)
    origin.address.fill(0xee)
    return outcome
  }

  /** The latest question that went up, answered with these records. */
  answer(
    answers: readonly RecordToEncode[],
    options: { rcode?: number; authorities?: readonly RecordToEncode[]; sent?: Sent; flags?: number } = {},
  ): void {
    const sent = options.sent ?? this.datagrams.last
    const { authorities = [], rcode = 0, flags = 0x0180 } = options
    const question = {
      name: sent.name,
      type: sent.qtype === 28 ? 'AAAA' : sent.qtype === 65 ? UNKNOWN_HTTPS : 'A',
    }
    const reply = encode({ id: sent.id, type: 'response', flags: flags | rcode, questions: [question], answers, authorities }) // prettier-ignore
    // With the case it was asked in.
    for (let at = 12; sent.bytes[at] !== 0; at++) reply[at] = sent.bytes[at]!
    sent.reply(reply)
  }

  /** Everything recorded since the last call. */
  hits(): (Hit & { readonly client: string })[] {
    const drain = new HitDrain(this.#hits)
    const found: (Hit & { readonly client: string })[] = []
    if (drain.flip()) {
      drain.forEach((pair) => {
        const hit = new HitReader().read(pair)
        found.push({ ...hit, client: clientText(hit.clientKey) })
      })
      drain.clear()
    }
    return found
  }
}
