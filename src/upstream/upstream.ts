/**
 * One server questions are forwarded to: its sockets, how fast it is, whether it is there, what it can take. The
 * exchange tells it what happened; it tells the exchange what to think of it.
 */
import type { Clock } from '../clock.ts'
import type { Endpoint } from '../config/settings.ts'
import type { Datagrams } from '../net/datagram.ts'
import type { Random } from '../random.ts'
import { CaseMemory, EdnsMemory } from './capabilities.ts'
import { FAILURE_REASONS } from './pending.ts'
import type { FailureReason } from './pending.ts'
import { SocketPool } from './socket-pool.ts'
import type { PoolEvents } from './socket-pool.ts'
import { TcpClient } from './tcp-client.ts'
import type { TcpEvents } from './tcp-client.ts'

export type UpstreamState = 'up' | 'down' | 'loop'

/** What people are shown of an upstream. */
export interface UpstreamStatus {
  /** `192.0.2.1:53`, `[2001:db8::1]:53`. */
  readonly name: string
  /** 0: general; i + 1: of `settings.forward[i]`. */
  readonly group: number
  readonly state: UpstreamState
  /** Smoothed; null before the first answer. */
  readonly rttMs: number | null
  readonly requests: number
  readonly failures: Readonly<Record<FailureReason, number>>
  readonly edns: 'on' | 'off'
  /** Wall clock, milliseconds; null where EDNS is on. */
  readonly ednsOffUntil: number | null
  /** Is the case of questions mixed (0x20)? */
  readonly case: 'on' | 'off'
  readonly sockets: number
  readonly tcpConnections: number
  /** Wall clock, milliseconds; null before the first answer. */
  readonly lastAnswerAt: number | null
}

/** Unanswered in a row, and silent for so long: then it is down. One burst of loss is not enough. */
const MAX_SILENT = 3
const SILENCE_MS = 1_000
/** SERVFAIL and the like in a row: it is there, but of no use. */
const MAX_USELESS = 10
const FIRST_PROBE_MS = 1_000
const MAX_PROBE_MS = 30_000
/** Bounds of the time to wait for an answer before asking again, milliseconds. */
const MIN_WAIT_MS = 400
const MAX_WAIT_MS = 1_200
const MAX_PENALTY_MS = 2_000

export class Upstream {
  readonly endpoint: Endpoint
  readonly name: string
  /** Settings may move it; its history stays. */
  group: number
  /** A name of its own zone to probe with, wire form; null for the general ones, whose probes look for loops. */
  readonly zone: Uint8Array | null
  readonly pool: SocketPool
  readonly tcp: TcpClient
  readonly edns = new EdnsMemory()
  readonly spelling = new CaseMemory()
  readonly failures = Object.fromEntries(FAILURE_REASONS.map((reason) => [reason, 0])) as Record<
    FailureReason,
    number
  >
  requests = 0
  /** A question put to it came back to us. */
  isLoop = false
  /** Monotonic; when it last had a question or a probe. */
  usedMs = -Infinity

  readonly #clock: Clock
  #isDown = false
  #silent = 0
  #useless = 0
  #repliedMs = -Infinity
  #firstSilentMs = 0
  #probeGapMs = FIRST_PROBE_MS
  #nextProbeMs = 0
  /** RFC 6298 §2; 0 before the first answer. */
  #measured = 0
  #smoothedMs = 0
  #varianceMs = 0
  #penaltyMs = 0
  #lastAnswerWallMs: number | null = null

  constructor(
    endpoint: Endpoint,
    group: number,
    zone: Uint8Array | null,
    datagrams: Datagrams,
    clock: Clock,
    random: Random,
    poolEvents: PoolEvents,
    tcpEvents: TcpEvents,
  ) {
    this.endpoint = endpoint
    this.name = endpointName(endpoint)
    this.group = group
    this.zone = zone
    this.#clock = clock
    this.pool = new SocketPool(this, datagrams, random, poolEvents)
    this.tcp = new TcpClient(endpoint, clock, random, tcpEvents)
  }

  get state(): UpstreamState {
    return this.isLoop ? 'loop' : this.#isDown ? 'down' : 'up'
  }

  /** Lower is better: smoothed round trip plus what its silences cost lately. 0 where nothing is known yet. */
  get score(): number {
    return this.#smoothedMs + this.#penaltyMs
  }

  /** How long to wait for it before asking again. */
  get waitMs(): number {
    return Math.min(Math.max(this.#smoothedMs + 4 * this.#varianceMs, MIN_WAIT_MS), MAX_WAIT_MS)
  }

  /** Anything came back, `rttMs` after the question. */
  replied(nowMs: number, rttMs: number): void {
    this.#repliedMs = nowMs
    this.#lastAnswerWallMs = this.#clock.wallMs()
    this.#silent = 0
    this.#penaltyMs = this.#penaltyMs < 1 ? 0 : this.#penaltyMs / 2
    if (this.#smoothedMs === 0) {
      this.#smoothedMs = Math.max(rttMs, 0.01)
      this.#measured = 1
      this.#varianceMs = rttMs / 2
    } else {
      this.#varianceMs = 0.75 * this.#varianceMs + 0.25 * Math.abs(this.#smoothedMs - rttMs)
      // RFC 6298 §2.3 in the long run; the first few count alike, or one bad start would decide for long.
      const gain = Math.max(0.125, 1 / ++this.#measured)
      this.#smoothedMs = Math.max((1 - gain) * this.#smoothedMs + gain * rttMs, 0.01)
    }
    if (this.#useless < MAX_USELESS) this.#recover()
  }

  /** It answered a question as a resolver should. */
  wasUseful(): void {
    this.#useless = 0
    this.#recover()
  }

  /** An attempt at it came to nothing. */
  attemptFailed(reason: FailureReason, nowMs: number, waitedMs = 0): void {
    this.failures[reason]++
    switch (reason) {
      case 'timeout':
      case 'network':
      case 'refused':
        if (this.#silent++ === 0) this.#firstSilentMs = nowMs - waitedMs
        this.#penaltyMs = Math.min(this.#penaltyMs + Math.max(waitedMs, MIN_WAIT_MS), MAX_PENALTY_MS)
        if (this.#silent >= MAX_SILENT && (reason !== 'timeout' || this.#isSilent(nowMs))) this.#goDown(nowMs)
        return
      case 'servfail':
      case 'denied':
      case 'formerr':
      case 'notimp':
      case 'malformed':
        if (++this.#useless >= MAX_USELESS) this.#goDown(nowMs)
        return
      case 'mismatch':
      case 'tcp':
        // Says something about somebody else's packets, or about TCP: it may well be there.
        return
    }
  }

  /** True once each time a probe of a down upstream is due; the gaps grow to 30 s. */
  takeProbe(nowMs: number): boolean {
    if (!this.#isDown || nowMs < this.#nextProbeMs) return false
    this.#probeGapMs = Math.min(this.#probeGapMs * 2, MAX_PROBE_MS)
    this.#nextProbeMs = nowMs + this.#probeGapMs
    return true
  }

  status(): UpstreamStatus {
    const nowMs = this.#clock.monotonicMs()
    const offUntilMs = this.edns.offUntilMs(nowMs)
    return {
      name: this.name,
      group: this.group,
      state: this.state,
      rttMs: this.#smoothedMs === 0 ? null : this.#smoothedMs,
      requests: this.requests,
      failures: { ...this.failures },
      edns: offUntilMs === null ? 'on' : 'off',
      ednsOffUntil: offUntilMs === null ? null : this.#clock.wallMs() + offUntilMs - nowMs,
      case: this.spelling.isOn ? 'on' : 'off',
      sockets: this.pool.size,
      tcpConnections: this.tcp.size,
      lastAnswerAt: this.#lastAnswerWallMs,
    }
  }

  close(): void {
    this.pool.close()
    this.tcp.close()
  }

  #isSilent(nowMs: number): boolean {
    return nowMs - Math.max(this.#repliedMs, this.#firstSilentMs) >= SILENCE_MS
  }

  #goDown(nowMs: number): void {
    if (this.#isDown) return
    this.#isDown = true
    this.edns.distrust()
    this.#probeGapMs = FIRST_PROBE_MS
    this.#nextProbeMs = nowMs + FIRST_PROBE_MS
  }

  #recover(): void {
    this.#isDown = false
  }
}

/** `192.0.2.1:53`, `[2001:db8::1]:53`. */
export function endpointName({ address, port }: Endpoint): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
