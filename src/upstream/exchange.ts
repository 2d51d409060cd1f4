/**
 * Forwarding: takes a question with its waiter, joins it to the same one if that is out, and tells what becomes of it:
 * answered, slow, overdue, failed. Nothing here waits for anything but datagrams and one tick.
 */
import type { Clock } from '../clock.ts'
import type { Endpoint, Settings } from '../config/settings.ts'
import type { Counters } from '../metrics/counters.ts'
import type { Datagrams } from '../net/datagram.ts'
import type { Random } from '../random.ts'
import { RestingPool } from '../resting-pool.ts'
import { Type } from '../wire/constants.ts'
import type { NameKey } from '../wire/name-key.ts'
import { textToName } from '../wire/name.ts'
import { Attempts } from './attempts.ts'
import { DeadlineWheel, TICK_MS } from './deadline-wheel.ts'
import type { ExchangeEvents } from './exchange-events.ts'
import { FLIGHT_MS } from './flights.ts'
import { LoopProbe, randomToken } from './loop-probe.ts'
import { Pending, PendingTable } from './pending.ts'
import type { FailureReason } from './pending.ts'
import { UpstreamGroup } from './selection.ts'
import { Sender } from './sender.ts'
import { endpointName, Upstream } from './upstream.ts'
import type { UpstreamStatus } from './upstream.ts'

export type { ExchangeEvents } from './exchange-events.ts'
export { Pending } from './pending.ts'
export type { FailureReason, Question } from './pending.ts'
export type { UpstreamState, UpstreamStatus } from './upstream.ts'

/** What the exchange needs of the settings; `upstreams.servers` is final here, resolv.conf has been read. */
export type ExchangeSettings = Pick<Settings, 'forward'> & {
  readonly upstreams: Pick<Settings['upstreams'], 'servers' | 'strategy'>
}

export interface ExchangeOptions {
  /** Questions out at a time. */
  readonly maxPending?: number
  /** Waiters of one question. */
  readonly maxWaiters?: number
  /** 16 hex digits, the same for all threads of the process, or loops are found by chance only. */
  readonly loopToken?: string
}

const MAX_PENDING = 10_000
const MAX_WAITERS = 1_000
const SLOW_MS = 1_800
const OVERDUE_MS = 4_500
/** The exchange goes on this long, so that a slow answer is at least cached. */
const GIVE_UP_MS = 10_000
const SWEEP_MS = 1_000
const SETTLED_KEPT = 4_096

const Phase = { Young: 0, Slow: 1, Overdue: 2 } as const

export class Exchange<Waiter> {
  /** Counts the settings it has had; `Pending.generation` tells which one a group number belongs to. */
  generation = 0
  readonly #datagrams: Datagrams
  readonly #clock: Clock
  readonly #random: Random
  readonly #counters: Counters
  readonly #events: ExchangeEvents<Waiter>
  readonly #maxPending: number
  readonly #maxWaiters: number
  readonly #table: PendingTable<Waiter>
  readonly #wheel: DeadlineWheel<Pending<Waiter>>
  readonly #sender: Sender<Waiter>
  readonly #attempts: Attempts<Waiter>
  readonly #loops: LoopProbe
  readonly #stop: () => void
  #groups: UpstreamGroup[] = []
  #upstreams = new Map<string, Upstream>()
  /** No longer in the settings, kept while answers may come. */
  #retired: { readonly upstream: Upstream; readonly closeMs: number }[] = []
  #sweptMs = -Infinity
  /** Settled questions, to be used again. */
  readonly #settled = new RestingPool<Pending<Waiter>>(SETTLED_KEPT)
  /** Nobody waits for them any more: out for the cache's sake alone, the longest first. */
  readonly #told = new Set<Pending<Waiter>>()

  constructor(
    settings: ExchangeSettings,
    datagrams: Datagrams,
    clock: Clock,
    random: Random,
    counters: Counters,
    events: ExchangeEvents<Waiter>,
    options: ExchangeOptions = {},
  ) {
    this.#datagrams = datagrams
    this.#clock = clock
    this.#random = random
    this.#counters = counters
    this.#events = events
    this.#maxPending = options.maxPending ?? MAX_PENDING
    this.#maxWaiters = options.maxWaiters ?? MAX_WAITERS
    this.#table = new PendingTable(random.bits32())
    this.#wheel = new DeadlineWheel(clock.monotonicMs())
    this.#sender = new Sender(random, this.#maxPending * 3)
    this.#attempts = new Attempts(this.#sender, clock, counters, {
      answered: (pending, bytes, length, upstreamName) =>
        this.#answered(pending, bytes, length, upstreamName),
      failed: (pending, reason) => this.#failed(pending, reason),
      scheduled: (pending) => this.#schedule(pending),
    })
    this.#loops = new LoopProbe(options.loopToken ?? randomToken(random))
    this.reconfigure(settings)
    this.#stop = clock.every(TICK_MS, () => this.#tick())
  }

  /**
   * Asks, or joins `waiter` to the same question. `key` is copied. False: too many questions or waiters are out, or
   * the group has nobody to ask; nothing will be heard of this waiter.
   */
  ask(
    key: NameKey,
    qtype: number,
    qclass: number,
    dnssecOk: boolean,
    checkingDisabled: boolean,
    group: number,
    waiter: Waiter,
  ): boolean {
    const flags = (dnssecOk ? 1 : 0) | (checkingDisabled ? 2 : 0)
    const hash = this.#table.hash(key, qtype, qclass, flags, group)
    const known = this.#table.find(hash, key, qtype, qclass, dnssecOk, checkingDisabled, group)
    if (known !== null) return this.#join(known, waiter)

    const candidates = this.#groups[group]?.order ?? []
    if (candidates.length === 0 || !this.#hasRoom()) return false
    const nowMs = this.#clock.monotonicMs()
    const { generation } = this
    const pending = this.#settled.take(nowMs) ?? new Pending<Waiter>()
    pending.begin(
      key, qtype, qclass, dnssecOk, checkingDisabled, group, generation, hash, candidates, nowMs, waiter, this.#random,
    ) // prettier-ignore
    this.#table.add(pending)
    this.#attempts.next(pending, nowMs)
    const other = this.#groups[group]!.explore(candidates, nowMs, this.#random)
    if (other >= 0 && !pending.isDone) this.#attempts.explore(pending, other, nowMs)
    return true
  }

  /** Questions out. */
  get pendingCount(): number {
    return this.#wheel.size
  }

  /**
   * Is this name a probe of ours that has come back? Then its upstream forwards to us and is asked no more; returns
   * its place among the general servers, otherwise -1. Answer such a query REFUSED.
   */
  isLoopProbe(key: NameKey): number {
    const upstream = this.#loops.find(key)
    if (upstream === null) return -1
    this.#disable(upstream)
    return this.#groups[0]!.upstreams.indexOf(upstream)
  }

  /** Another thread has found that the general upstream of this name leads back to us. */
  markLoop(upstreamName: string): void {
    const upstream = this.#groups[0]!.upstreams.find(({ name }) => name === upstreamName)
    if (upstream !== undefined) this.#disable(upstream)
  }

  /** Of all upstreams, the general ones first, in the order of the settings. */
  status(): UpstreamStatus[] {
    return this.#groups.flatMap(({ upstreams }) => upstreams.map((upstream) => upstream.status()))
  }

  /** Takes new settings: what is the same in both keeps its history; questions that are out finish where they are. */
  reconfigure(settings: ExchangeSettings): void {
    const before = this.#upstreams
    this.#upstreams = new Map()
    this.generation++
    // Group numbers may mean other zones now.
    this.#table.clear()
    const { servers, strategy } = settings.upstreams
    this.#groups = [
      new UpstreamGroup(this.#upstreamsOf(servers, 0, [], before), strategy),
      ...settings.forward.map(
        ({ zones, servers: own }, index) =>
          new UpstreamGroup(this.#upstreamsOf(own, index + 1, zones, before), strategy),
      ),
    ]
    const nowMs = this.#clock.monotonicMs()
    for (const [id, upstream] of before) {
      if (!this.#upstreams.has(id)) this.#retired.push({ upstream, closeMs: nowMs + FLIGHT_MS })
    }
    this.#loops.watch(this.#groups[0]!.upstreams, nowMs)
  }

  /** Closes all sockets; what is out is never heard of again. */
  close(): void {
    this.#stop()
    this.#table.clear()
    this.#wheel.forEach((pending) => {
      pending.isDone = true
    })
    for (const upstream of this.#upstreams.values()) upstream.close()
    for (const { upstream } of this.#retired) upstream.close()
  }

  /** True where one more may be out. Names that nobody answers must not keep out those that somebody would. */
  #hasRoom(): boolean {
    for (const pending of this.#wheel.size < this.#maxPending ? [] : this.#told) {
      this.#told.delete(pending)
      // Somebody may have joined since.
      if (pending.waiters.length === 0) this.#settle(pending)
      if (this.#wheel.size < this.#maxPending) break
    }
    return this.#wheel.size < this.#maxPending
  }

  #join(pending: Pending<Waiter>, waiter: Waiter): boolean {
    if (pending.waiters.length >= this.#maxWaiters) return false
    if (pending.waiters.length === 0) pending.waiters = [waiter]
    else pending.waiters.push(waiter)
    this.#counters.add('coalesced')
    if (pending.phase > Phase.Young) {
      pending.hasJoined = true
      this.#schedule(pending)
    }
    return true
  }

  #schedule(pending: Pending<Waiter>): void {
    if (pending.isDone) return
    const { startedMs, phase } = pending
    let dueMs = Math.min(pending.retryMs, startedMs + GIVE_UP_MS)
    if (phase < Phase.Overdue)
      dueMs = Math.min(dueMs, startedMs + (phase === Phase.Young ? SLOW_MS : OVERDUE_MS))
    this.#wheel.set(pending, pending.hasJoined ? 0 : dueMs)
  }

  #due(pending: Pending<Waiter>, nowMs: number): void {
    const ageMs = nowMs - pending.startedMs
    // On the wheel while its events are told: whoever asks in them finds it counted.
    this.#wheel.set(pending, nowMs)
    const phase = ageMs >= OVERDUE_MS ? Phase.Overdue : ageMs >= SLOW_MS ? Phase.Slow : Phase.Young
    const isNews = phase > pending.phase || pending.hasJoined
    pending.phase = phase
    pending.hasJoined = false
    if (isNews && phase > Phase.Young) this.#events.slow(pending)
    if (isNews && phase === Phase.Overdue) this.#events.overdue(pending)
    if (phase > Phase.Young && pending.waiters.length === 0) this.#told.add(pending)
    if (ageMs >= GIVE_UP_MS) this.#attempts.giveUp(pending)
    else if (nowMs >= pending.retryMs) this.#attempts.timedOut(pending, nowMs)
    this.#schedule(pending)
  }

  #answered(pending: Pending<Waiter>, bytes: Uint8Array, length: number, upstreamName: string): boolean {
    // Out of the table first: whoever asks the same while this is told asks anew.
    this.#table.remove(pending)
    pending.upstream = upstreamName
    if (!this.#events.answered(pending, bytes, length, upstreamName)) return false
    this.#settle(pending)
    this.#reuse(pending)
    return true
  }

  #failed(pending: Pending<Waiter>, reason: FailureReason): void {
    this.#settle(pending)
    this.#events.failed(pending, reason)
    this.#reuse(pending)
  }

  #settle(pending: Pending<Waiter>): void {
    pending.isDone = true
    this.#told.delete(pending)
    this.#table.remove(pending)
    this.#wheel.cancel(pending)
    this.#sender.release(pending)
  }

  /** Nobody knows of it any more; but an attempt over TCP may, so that one is left to the collector. */
  #reuse(pending: Pending<Waiter>): void {
    if (pending.triedTcp === 0) this.#settled.give(pending, this.#clock.monotonicMs())
  }

  #disable(upstream: Upstream): void {
    this.#loops.cameBack(upstream, this.#clock.monotonicMs())
    this.#groups[0]!.renew()
  }

  #tick(): void {
    const nowMs = this.#clock.monotonicMs()
    this.#wheel.advance(nowMs, (pending) => this.#due(pending, nowMs))
    this.#sender.expire(nowMs)
    this.#loops.due(nowMs, (upstream, name) => this.#sender.probe(upstream, name, Type.A, nowMs))
    for (const upstream of this.#upstreams.values()) {
      if (upstream.zone !== null && upstream.takeProbe(nowMs)) {
        this.#sender.probe(upstream, upstream.zone, Type.SOA, nowMs)
      }
    }
    for (const group of this.#groups) group.renew()
    this.#counters.set('upstreamPending', this.#wheel.size)
    if (nowMs - this.#sweptMs >= SWEEP_MS) this.#sweep(nowMs)
  }

  /** Closes what has been idle too long. */
  #sweep(nowMs: number): void {
    this.#sweptMs = nowMs
    for (const upstream of this.#upstreams.values()) {
      upstream.pool.tick(nowMs)
      upstream.tcp.tick(nowMs)
    }
    this.#retired = this.#retired.filter(({ upstream, closeMs }) => {
      if (nowMs >= closeMs) upstream.close()
      return nowMs < closeMs
    })
  }

  #upstreamsOf(
    servers: readonly Endpoint[],
    group: number,
    zones: readonly string[],
    before: ReadonlyMap<string, Upstream>,
  ): Upstream[] {
    const upstreams: Upstream[] = []
    for (const endpoint of servers) {
      // The same server asked for other zones is another upstream: their health and their rights are their own.
      const id = `${zones.join(' ')}|${endpointName(endpoint)}`
      if (this.#upstreams.has(id)) continue
      const upstream = before.get(id) ?? this.#open(endpoint, group, zones)
      upstream.group = group
      this.#upstreams.set(id, upstream)
      upstreams.push(upstream)
    }
    return upstreams
  }

  #open(endpoint: Endpoint, group: number, zones: readonly string[]): Upstream {
    const attempts = this.#attempts
    const zone = zones[0] === undefined ? null : wireName(zones[0])
    return new Upstream(endpoint, group, zone, this.#datagrams, this.#clock, this.#random, attempts, attempts)
  }
}

function wireName(text: string): Uint8Array {
  const name = new Uint8Array(256)
  return name.slice(0, Math.max(textToName(text, name), 1))
}
