/**
 * The attempts at one question: whom to ask next and how, and what to make of what comes back. Knows nothing of who
 * waits; `exchange.ts` does.
 *
 *   next → a datagram → no answer in time ────────────────→ next; the third time TCP
 *                     → refused with EDNS ────────────────→ the same without
 *                     → SERVFAIL …, nobody there ─────────→ next, and this one no more
 *                     → truncated, or nearly the question → TCP → failed → next
 *                     → answered
 */
import type { Clock } from '../clock.ts'
import type { Counters } from '../metrics/counters.ts'
import { Answer } from '../wire/answer.ts'
import { Rcode } from '../wire/constants.ts'
import { Flight } from './flights.ts'
import type { FailureReason, Pending } from './pending.ts'
import { hasOpt, hasUpperCase, isBadVersion, isTruncated, judgeReply, Verdict } from './reply.ts'
import { choosePlace, MAX_SILENCES, silencesOf } from './selection.ts'
import type { Sender } from './sender.ts'
import type { PooledSocket, PoolEvents } from './socket-pool.ts'
import type { TcpEvents } from './tcp-client.ts'

export interface AttemptEvents<Waiter> {
  /** False: it cannot be read, go on. */
  answered(pending: Pending<Waiter>, bytes: Uint8Array, length: number, upstreamName: string): boolean
  /** Every upstream has failed. */
  failed(pending: Pending<Waiter>, reason: FailureReason): void
  /** `pending.retryMs` is new. */
  scheduled(pending: Pending<Waiter>): void
}

/** Whatever comes back, a question is not asked without end. */
const MAX_ATTEMPTS = 12
/** The wait doubles with each silence up to this. */
const FIRST_WAIT_MS = 400
const LAST_WAIT_MS = 1_600
const TCP_WAIT_MS = 2_500

interface TcpAttempt<Waiter> {
  readonly pending: Pending<Waiter>
  readonly place: number
  readonly isWithEdns: boolean
  /** TCP is the only way there (truncated), not a precaution. */
  readonly isNeeded: boolean
}

export class Attempts<Waiter> implements PoolEvents, TcpEvents {
  readonly #sender: Sender<Waiter>
  readonly #clock: Clock
  readonly #counters: Counters
  readonly #events: AttemptEvents<Waiter>
  readonly #answer = new Answer()

  constructor(sender: Sender<Waiter>, clock: Clock, counters: Counters, events: AttemptEvents<Waiter>) {
    this.#sender = sender
    this.#clock = clock
    this.#counters = counters
    this.#events = events
  }

  /** Asks the next upstream; where none is left, waits for late answers, or ends the question if all have failed. */
  next(pending: Pending<Waiter>, nowMs: number): void {
    const place = pending.attempts < MAX_ATTEMPTS ? choosePlace(pending) : -1
    if (place >= 0) {
      if (silencesOf(pending, place) < MAX_SILENCES) return this.#askUdp(pending, place, nowMs)
      return this.#askTcp(pending, place, false, nowMs)
    }
    const hasAllFailed = pending.failed === (1 << pending.candidates.length) - 1
    const isSpent = hasAllFailed || pending.attempts >= MAX_ATTEMPTS
    if (isSpent || pending.refusal !== null) return this.giveUp(pending)
    pending.retryMs = Infinity
    this.#events.scheduled(pending)
  }

  /** Passes on the best there is: a refusal, or the failure. */
  giveUp(pending: Pending<Waiter>): void {
    const { refusal } = pending
    if (refusal !== null && this.#events.answered(pending, refusal, refusal.length, pending.refusedBy)) return
    this.#events.failed(pending, pending.lastFailure)
  }

  /** No answer came in the time given to the current attempt. */
  timedOut(pending: Pending<Waiter>, nowMs: number): void {
    const { current } = pending
    if (current >= 0 && (pending.failed & (1 << current)) === 0) {
      const reason = pending.isTcp ? 'tcp' : 'timeout'
      pending.candidates[current]!.attemptFailed(reason, nowMs, nowMs - pending.sentMs)
      if (silencesOf(pending, current) < MAX_SILENCES) pending.lastFailure = reason
      if (!pending.isTcp) {
        if (pending.isWithEdns) pending.ednsUnanswered |= 1 << current
        if (silencesOf(pending, current) < MAX_SILENCES) pending.silences += 1 << (2 * current)
      }
      pending.timeouts++
    }
    this.next(pending, nowMs)
  }

  /** Puts the question to one more upstream, to measure it. */
  explore(pending: Pending<Waiter>, place: number, nowMs: number): void {
    pending.candidates[place]!.requests++
    this.#sender.launch(pending, place, this.#flagsFor(pending, place, nowMs) | Flight.Probe, nowMs)
  }

  /** A datagram from an upstream. */
  message(socket: PooledSocket, bytes: Uint8Array, length: number): void {
    const nowMs = this.#clock.monotonicMs()
    const flights = this.#sender.flights
    const entry = length >= 2 ? flights.find(socket.number, (bytes[0]! << 8) | bytes[1]!) : -1
    if (entry < 0) return this.#strange(socket)
    const pending = flights.pending[entry]!
    const { upstream } = socket
    if (pending === null) return this.#measured(entry, bytes, length, nowMs)

    const at = pending.nameLength
    let verdict = judgeReply(bytes, length, pending.name, at, at + 4)
    if (verdict === Verdict.NoReply) return this.#strange(socket)
    const place = flights.place[entry]!
    const flags = flights.flags[entry]!
    const rttMs = nowMs - flights.sentMs[entry]!
    // Also where it is no answer: whoever has found socket and id shall not have a second try.
    this.#sender.land(entry)
    if (verdict === Verdict.OtherCase) {
      if (flags & Flight.MixedCase) upstream.spelling.changed()
      else verdict = Verdict.Good
    } else if (verdict === Verdict.Good && flags & Flight.MixedCase && upstream.spelling.isInDoubt) {
      if (hasUpperCase(pending.name, at, at)) upstream.spelling.kept()
    }
    if (verdict === Verdict.OtherCase || verdict === Verdict.OtherQuestion) {
      this.#counters.add('upstreamMismatched')
      return this.#nearMiss(pending, place, nowMs)
    }
    upstream.replied(nowMs, rttMs)
    const isWithEdns = (flags & Flight.Edns) !== 0
    if (verdict === Verdict.NoQuestion) return this.#bareHeader(pending, place, isWithEdns, bytes, nowMs)
    if (isTruncated(bytes)) {
      this.#tookEdns(pending, place, isWithEdns, nowMs)
      upstream.wasUseful()
      return this.#askTcp(pending, place, true, nowMs)
    }
    this.#judge(pending, place, isWithEdns, bytes, length, nowMs)
  }

  /** A socket is gone, and all that was in flight on it. */
  error(socket: PooledSocket, code: string): void {
    const nowMs = this.#clock.monotonicMs()
    const reason = code === 'ECONNREFUSED' ? 'refused' : 'network'
    for (const entry of this.#sender.flights.of(socket)) {
      // What is asked anew below may have taken the place of an old flight.
      if (this.#sender.flights.socket[entry] !== socket) continue
      const pending = this.#sender.flights.pending[entry] ?? null
      const place = this.#sender.flights.place[entry]!
      this.#sender.land(entry)
      if (pending === null) socket.upstream.attemptFailed(reason, nowMs)
      else this.#placeFailed(pending, place, reason, nowMs)
    }
  }

  answered(context: unknown, bytes: Uint8Array, length: number): void {
    const { pending, place, isWithEdns } = context as TcpAttempt<Waiter>
    if (pending.isDone) return
    const nowMs = this.#clock.monotonicMs()
    const at = pending.nameLength
    const verdict = judgeReply(bytes, length, pending.name, at, at + 4)
    if (verdict === Verdict.NoQuestion) return this.#bareHeader(pending, place, isWithEdns, bytes, nowMs)
    // What goes over TCP needs no case to be believed.
    if (verdict !== Verdict.Good && verdict !== Verdict.OtherCase) {
      return this.#placeFailed(pending, place, 'mismatch', nowMs)
    }
    if (isTruncated(bytes)) return this.#placeFailed(pending, place, 'malformed', nowMs)
    this.#judge(pending, place, isWithEdns, bytes, length, nowMs)
  }

  failed(context: unknown): void {
    const { pending, place, isNeeded } = context as TcpAttempt<Waiter>
    const nowMs = this.#clock.monotonicMs()
    if (pending.isDone) return
    if (isNeeded) return this.#placeFailed(pending, place, 'tcp', nowMs)
    // It was a precaution: the datagram has another try, at another upstream first.
    pending.candidates[place]!.attemptFailed('tcp', nowMs)
    if (pending.current === place) this.next(pending, nowMs)
  }

  #askUdp(pending: Pending<Waiter>, place: number, nowMs: number): void {
    const upstream = pending.candidates[place]!
    const flags = this.#flagsFor(pending, place, nowMs)
    const waitMs = Math.max(upstream.waitMs, Math.min(FIRST_WAIT_MS << pending.timeouts, LAST_WAIT_MS))
    this.#begin(pending, place, flags, false, nowMs, waitMs)
    if (!this.#sender.launch(pending, place, flags, nowMs)) {
      // At the next tick, not here: nothing may be answered inside `ask`.
      pending.failed |= 1 << place
      pending.lastFailure = 'network'
      pending.retryMs = nowMs
    }
    this.#events.scheduled(pending)
  }

  #askTcp(pending: Pending<Waiter>, place: number, isNeeded: boolean, nowMs: number): void {
    const flags = this.#flagsFor(pending, place, nowMs)
    this.#begin(pending, place, flags, true, nowMs, TCP_WAIT_MS)
    pending.triedTcp |= 1 << place
    this.#counters.add('upstreamTcp')
    this.#events.scheduled(pending)
    const attempt: TcpAttempt<Waiter> = { pending, place, isWithEdns: pending.isWithEdns, isNeeded }
    const mayAsk = pending.attempts <= MAX_ATTEMPTS
    if (!mayAsk || !this.#sender.launchTcp(pending, place, flags, attempt)) this.failed(attempt)
  }

  #begin(
    pending: Pending<Waiter>,
    place: number,
    flags: number,
    isTcp: boolean,
    nowMs: number,
    waitMs: number,
  ): void {
    const upstream = pending.candidates[place]!
    upstream.requests++
    pending.attempts++
    pending.current = place
    pending.upstream = upstream.name
    pending.isTcp = isTcp
    pending.isWithEdns = (flags & Flight.Edns) !== 0
    pending.sentMs = nowMs
    pending.retryMs = nowMs + waitMs
  }

  #flagsFor(pending: Pending<Waiter>, place: number, nowMs: number): number {
    const { edns, spelling } = pending.candidates[place]!
    const bit = 1 << place
    const isShunned = (pending.ednsUnanswered & bit) !== 0 && !edns.isProven(nowMs)
    const isWithEdns = edns.isOn(nowMs) && !isShunned && (pending.ednsRefused & bit) === 0
    return (isWithEdns ? Flight.Edns : 0) | (spelling.isOn ? Flight.MixedCase : 0)
  }

  /** A late answer, or one to a probe: tells how the upstream is. */
  #measured(entry: number, bytes: Uint8Array, length: number, nowMs: number): void {
    const socket = this.#sender.flights.socket[entry]!
    const rttMs = nowMs - this.#sender.flights.sentMs[entry]!
    if (length < 12 || (bytes[2]! & 0x80) === 0) return this.#strange(socket)
    this.#sender.land(entry)
    const { upstream } = socket
    upstream.replied(nowMs, rttMs)
    const rcode = bytes[3]! & 15
    if (rcode === Rcode.NoError || rcode === Rcode.NxDomain) upstream.wasUseful()
  }

  #strange(socket: PooledSocket): void {
    this.#counters.add('upstreamMismatched')
    socket.strange++
  }

  #nearMiss(pending: Pending<Waiter>, place: number, nowMs: number): void {
    pending.candidates[place]!.attemptFailed('mismatch', nowMs)
    pending.lastFailure = 'mismatch'
    this.#askTcp(pending, place, false, nowMs)
  }

  /** Servers that cannot read a query often send its header back, alone. */
  #bareHeader(
    pending: Pending<Waiter>,
    place: number,
    isWithEdns: boolean,
    bytes: Uint8Array,
    nowMs: number,
  ): void {
    const reason = REFUSALS[bytes[3]! & 15]
    if (reason === undefined) return this.#nearMiss(pending, place, nowMs)
    if (!this.#retriedWithoutEdns(pending, place, isWithEdns, reason, nowMs)) {
      this.#placeFailed(pending, place, reason, nowMs)
    }
  }

  /** The answer to this question: good, or a refusal? */
  #judge(
    pending: Pending<Waiter>,
    place: number,
    isWithEdns: boolean,
    bytes: Uint8Array,
    length: number,
    nowMs: number,
  ): void {
    const upstream = pending.candidates[place]!
    const reason = isBadVersion(bytes, length, this.#answer) ? 'notimp' : REFUSALS[bytes[3]! & 15]
    if (reason === undefined) {
      if (!this.#events.answered(pending, bytes, length, upstream.name)) {
        return this.#placeFailed(pending, place, 'malformed', nowMs)
      }
      this.#tookEdns(pending, place, isWithEdns, nowMs)
      return upstream.wasUseful()
    }
    // A SERVFAIL with an OPT is not for want of EDNS, and its EDE (RFC 8914) would be lost by asking without.
    const isMeant = reason === 'servfail' && hasOpt(bytes, length, this.#answer)
    if (!isMeant && this.#retriedWithoutEdns(pending, place, isWithEdns, reason, nowMs)) return
    // Not `slice`, which is no copy where the bytes are a Buffer.
    pending.refusal = new Uint8Array(bytes.subarray(0, length))
    pending.refusedBy = upstream.name
    this.#placeFailed(pending, place, reason, nowMs)
  }

  /** RFC 6891 §6.2.2: a server may refuse a query because of its OPT; once more without it. */
  #retriedWithoutEdns(
    pending: Pending<Waiter>,
    place: number,
    isWithEdns: boolean,
    reason: FailureReason,
    nowMs: number,
  ): boolean {
    const bit = 1 << place
    const upstream = pending.candidates[place]!
    if (!isWithEdns || (pending.ednsRefused & bit) !== 0 || pending.attempts >= MAX_ATTEMPTS) return false
    if (reason === 'formerr' || reason === 'notimp') pending.ednsRefused |= bit
    // Some servers know no better word than SERVFAIL. Where EDNS is known to work it means what it says.
    else if (reason === 'servfail' && !upstream.edns.isProven(nowMs)) pending.ednsUnanswered |= bit
    else return false
    upstream.failures[reason]++
    this.#askUdp(pending, place, nowMs)
    return true
  }

  /** Notes what a good answer says about EDNS. */
  #tookEdns(pending: Pending<Waiter>, place: number, isWithEdns: boolean, nowMs: number): void {
    const { edns } = pending.candidates[place]!
    const bit = 1 << place
    if (isWithEdns) edns.answered(nowMs)
    else if (!edns.isOn(nowMs)) return
    else if (pending.ednsRefused & bit) edns.refused(nowMs)
    else if (pending.ednsUnanswered & bit) edns.answeredOnlyWithout(nowMs)
  }

  /** This upstream has said its last on this question. */
  #placeFailed(pending: Pending<Waiter>, place: number, reason: FailureReason, nowMs: number): void {
    pending.candidates[place]!.attemptFailed(reason, nowMs)
    pending.failed |= 1 << place
    pending.lastFailure = reason
    // Another attempt may be running, with time of its own.
    const isRunning = place !== pending.current && (pending.failed & (1 << pending.current)) === 0
    if (!isRunning && !pending.isDone) this.next(pending, nowMs)
  }
}

/** Rcodes after which another upstream is asked. All others are answers. */
const REFUSALS: Readonly<Record<number, FailureReason>> = {
  [Rcode.FormErr]: 'formerr',
  [Rcode.ServFail]: 'servfail',
  [Rcode.NotImp]: 'notimp',
  [Rcode.Refused]: 'denied',
}
