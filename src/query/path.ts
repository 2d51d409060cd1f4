/**
 * THE path of a query: `question` when it comes, `answered` (or `slow`, `overdue`, `failed`) when its upstream does.
 * Each is read from top to bottom; the order of the steps is the policy of the product.
 */
import type { NetworkSet } from '../access/networks.ts'
import type { Entry } from '../cache/entry.ts'
import type { Settings } from '../config/settings.ts'
import { Outcome } from '../metrics/counters.ts'
import { copyOctets, Octets } from '../octets.ts'
import { Screening } from '../policy/screening.ts'
import { Verdict, VerdictKind } from '../policy/verdict.ts'
import type { ExchangeEvents } from '../upstream/exchange.ts'
import { NOBODY, type Pending } from '../upstream/pending.ts'
import { Answer, cutOpt, readAnswer } from '../wire/answer.ts'
import { Class, MAX_MESSAGE_BYTES, Rcode } from '../wire/constants.ts'
import { hashSuffixes, NameKey } from '../wire/name-key.ts'
import { readName } from '../wire/name.ts'
import { capTtls, normaliseOwnerCase } from '../wire/patch.ts'
import { Parse, Query, readQuestion } from '../wire/question.ts'
import type { ExtendedErrors } from '../wire/respond.ts'
import { Asked, Waiter, Waiters } from './asked.ts'
import { BlockAnswers, kindFor } from './block-answer.ts'
import { groupOf, isPausedFor, machineOf } from './group-of.ts'
import { keptFor, screeningOf } from './kept.ts'
import { Leads, mayFollow, type From, type Led } from './led.ts'
import { LocalAnswers } from './local-answers.ts'
import type { Origin } from './origin.ts'
import type { Parts } from './parts.ts'
import { recordHit } from './record-hit.ts'
import { refusedType } from './refused-type.ts'
import { Errors, passedOn, Replies } from './replies.ts'
import { AnswerScreen } from './screen.ts'

/**
 * Queries that wait for upstreams, in each thread. One takes about a kilobyte: without this bound a flood of names whose
 * servers do not answer would fill the heap.
 */
const MAX_WAITING = 65_536

/**
 * How long a failure is remembered at most while no upstream is there at all: that is nothing about the name, and once
 * the line is back nobody shall wait the five minutes of RFC 9520.
 */
const OUTAGE_MS = 5_000

export class QueryPath implements ExchangeEvents<Waiter> {
  readonly #parts: Parts
  readonly #replies: Replies
  readonly #blocks: BlockAnswers
  readonly #local: LocalAnswers
  readonly #screening: Screening
  readonly #screen: AnswerScreen
  readonly #waiters: Waiters
  readonly #leads: Leads
  /** Aliases that are followed when all who waited for one answer have been answered. */
  readonly #held: Led[] = []
  // Reused for every query and answer. Nothing of them is kept when a call is over.
  readonly #query = new Query()
  readonly #asked = new Asked()
  readonly #verdict = new Verdict()
  readonly #screened = new Verdict()
  readonly #answer = new Answer()
  readonly #pendingKey = new NameKey()
  readonly #out = new Octets(MAX_MESSAGE_BYTES)
  #waiting = 0

  constructor(parts: Parts) {
    this.#parts = parts
    this.#replies = new Replies(parts.settings, parts.counters, parts.clock)
    this.#blocks = new BlockAnswers(parts.settings, this.#replies)
    this.#local = new LocalAnswers(parts.settings, this.#replies)
    this.#screening = new Screening(parts.policy)
    this.#screen = new AnswerScreen(this.#screening)
    this.#waiters = new Waiters(parts.clock)
    this.#leads = new Leads(this.#waiters, this.#replies)
  }

  /** Takes changed settings, between queries. */
  configure(settings: Settings, networks: NetworkSet): void {
    this.#parts.settings = settings
    this.#parts.networks = networks
    this.#replies.configure(settings)
    this.#blocks.configure(settings)
    this.#local.configure(settings)
  }

  /** One query: see QuestionHandler. */
  question(request: Uint8Array, length: number, origin: Origin, out: Uint8Array): number {
    const { counters, clock, networks, limiter, forwarders } = this.#parts
    const query = this.#query
    const asked = this.#asked
    counters.query(origin.transport)
    asked.begin(request, query, origin, clock.monotonicMs())

    const parsed = readQuestion(request, length, query)
    if (parsed === Parse.Drop) return this.#replies.drop(asked)
    // Strangers first: they learn nothing but that they are strangers.
    if (!networks.contains(origin.address)) return this.#replies.refuseStranger(out, asked)
    // Over the limit the query goes on: its hit must count, only its reply is withheld.
    asked.isWithheld = limiter.over(origin.address)
    if (parsed !== Parse.Ok) return this.#replies.empty(out, asked, query.rcodeWanted, Outcome.invalid, null)
    if (query.qclass !== Class.IN) return this.#local.otherClass(out, asked, query)
    const refused = refusedType(query.qtype)
    if (refused !== Rcode.NoError) return this.#replies.empty(out, asked, refused, Outcome.refused, null)

    // Behind access and rate limit, which an option must not get round.
    asked.revealed = forwarders.machineOf(request, query, origin.address)
    return this.#resolve(out, asked, query, origin)
  }

  /** What a client asked for, or what an alias of ours has led to. */
  #resolve(out: Uint8Array, asked: Asked, query: Query, from: From): number {
    const { policy, cache } = this.#parts
    // Before anything that could answer: a listed name is blocked whatever else is known of it.
    const kind = kindFor(asked, this.#judge(query.key, asked), this.#verdict)
    if (kind === VerdictKind.Block) return this.#block(out, asked, query.key, this.#verdict, from)
    if (kind === VerdictKind.Log) this.#log(asked, query.key)
    asked.isExempt = kind === VerdictKind.Allow
    if (!policy.hasSay) asked.unknownUnder = policy.generation

    const loop = this.#parts.exchange.isLoopProbe(query.key)
    if (loop >= 0) return this.#refuseLoop(out, asked, loop)
    const group = this.#local.find(query, policy.seed)
    if (group < 0) return this.#answerHere(out, asked, query, from)

    const { qtype, qclass, dnssecOk, cd } = query
    const entry = cache.find(query.key, qtype, qclass, dnssecOk, cd, group)
    if (entry !== undefined) {
      if (entry.isFresh) return this.#fromCache(out, asked, query.key, entry, from)
      // RFC 9520: nobody could answer a moment ago, so nobody is asked; what is stale is better than nothing.
      if (entry.isFailing) return this.#afterFailure(out, asked, query.key, entry, from)
    }
    // RD=0 asks for what is known here, and that is not known.
    if (!query.rd) return this.#replies.empty(out, asked, Rcode.Refused, Outcome.refused, null)
    if (this.#askUpstream(asked, query, from, group)) return 0
    return this.#replies.empty(out, asked, Rcode.ServFail, Outcome.failed, Errors.network)
  }

  /** Lets it wait for an upstream's answer. False: too much is under way. */
  #askUpstream(asked: Asked, query: Query, from: From, group: number): boolean {
    if (this.#waiting >= MAX_WAITING) return false
    const { key, qtype, qclass, dnssecOk, cd } = query
    const waiter = this.#waiters.of(asked, from)
    if (this.#parts.exchange.ask(key, qtype, qclass, dnssecOk, cd, group, waiter)) {
      this.#waiting++
      return true
    }
    // It lets go of its place in the transport.
    waiter.answer(this.#out, 0)
    return false
  }

  /** An upstream's answer; source, id and question are checked. False: it cannot be read, ask another. */
  answered(pending: Pending<Waiter>, bytes: Uint8Array, length: number): boolean {
    const { cache, policy, settings } = this.#parts
    const answer = this.#answer
    if (!readAnswer(bytes, length, answer)) return false
    // OPT is hop by hop (RFC 6891 §6.1.1): theirs ends here.
    const end = cutOpt(bytes, length, answer)
    if (end === -1) return false
    normaliseOwnerCase(bytes, end, answer)
    const ede = passedOn(answer)
    if (answer.rcode !== Rcode.NoError && answer.rcode !== Rcode.NxDomain) {
      // Those above 15 are between the upstream and us, and a client without EDNS would see a part of them: 16 as NOERROR.
      this.#failWith(pending, answer.rcode > 15 ? Rcode.ServFail : answer.rcode, ede)
      return true
    }
    capTtls(bytes, answer.ttlOffset, answer.count, settings.cache.maxTtlSeconds)
    // A forward zone's servers speak of the agency's own machines: address lists do not judge them.
    const screened = this.#screen.look(bytes, answer, pending.group === 0)
    const notes = { generation: policy.generation, screened, ede: answer.ede }
    if (this.#isCurrent(pending)) cache.store(pending, bytes, answer, notes)
    this.#release(pending, screened, (waiter) => {
      copyOctets(bytes, 0, this.#out, 0, end)
      return this.#replies.message(this.#out, end, waiter, answer.rcode, Outcome.forwarded, true, ede)
    })
    return true
  }

  /** No answer for 1.8 s: what is stale is served now, and the answer still kept when it comes (RFC 8767 §5). */
  slow(pending: Pending<Waiter>): void {
    const entry = keptFor(this.#parts, pending)
    if (entry?.isServable === true) this.#releaseStale(pending, entry)
  }

  /** No answer in the time a client waits. The exchange goes on; its answer will be in the cache. */
  overdue(pending: Pending<Waiter>): void {
    this.#releaseFailed(pending, Rcode.ServFail, Errors.network)
  }

  /** Every upstream has failed, or the time is over. */
  failed(pending: Pending<Waiter>): void {
    const isOutage = pending.candidates.every(({ state }) => state !== 'up')
    this.#failWith(pending, Rcode.ServFail, Errors.unreachable, isOutage ? OUTAGE_MS : undefined)
  }

  #failWith(pending: Pending<Waiter>, rcode: number, ede: ExtendedErrors | null, mostMs?: number): void {
    const { cache } = this.#parts
    const entry = this.#isCurrent(pending)
      ? cache.storeFailure(pending, ede?.code ?? -1, mostMs)
      : keptFor(this.#parts, pending)
    if (entry?.isServable === true) this.#releaseStale(pending, entry)
    else this.#releaseFailed(pending, rcode, ede)
  }

  /** Was it asked under the settings in force? Group numbers of earlier ones may mean other zones or servers now. */
  #isCurrent({ generation }: Pending<Waiter>): boolean {
    return generation === this.#parts.exchange.generation
  }

  #releaseFailed(pending: Pending<Waiter>, rcode: number, ede: ExtendedErrors | null): void {
    this.#release(pending, null, (waiter) =>
      this.#replies.empty(this.#out, waiter, rcode, Outcome.failed, ede),
    )
  }

  #releaseStale(pending: Pending<Waiter>, entry: Entry): void {
    this.#release(pending, this.#screeningOf(entry), (waiter) => this.#replies.kept(this.#out, waiter, entry))
  }

  /** Answers all who wait, each under the policy of this moment, whatever it was when they asked. */
  #release(pending: Pending<Waiter>, screened: Int32Array | null, write: (waiter: Waiter) => number): void {
    const { policy } = this.#parts
    const { generation } = policy
    const { waiters } = pending
    pending.waiters = NOBODY
    this.#waiting -= waiters.length
    let kind: VerdictKind | null = null
    for (const waiter of waiters) {
      let length: number
      // Judging again what cannot have changed was a tenth of a forwarded query (benchmark: compare.py miss).
      if (screened === null && waiter.unknownUnder === generation) length = write(waiter)
      else {
        if (kind === null || policy.isPerClient) kind = this.#judgePending(pending, waiter)
        length = this.#writeUnder(kind, waiter, screened, write)
      }
      waiter.answer(this.#out, length)
    }
    if (this.#held.length > 0) for (const led of this.#held.splice(0)) this.#follow(led)
  }

  /** The name that waited, in `#pendingKey`, and what policy says of it now to that waiter. */
  #judgePending(pending: Pending<Waiter>, waiter: Waiter): VerdictKind {
    readName(pending.name, 0, pending.nameLength, this.#pendingKey)
    return this.#judge(this.#pendingKey, waiter)
  }

  /** Writes what one who waited is told, the name being of that kind. */
  #writeUnder(
    judged: VerdictKind,
    waiter: Waiter,
    screened: Int32Array | null,
    write: (waiter: Waiter) => number,
  ): number {
    const key = this.#pendingKey
    const kind = kindFor(waiter, judged, this.#verdict)
    waiter.isExempt = kind === VerdictKind.Allow
    if (kind === VerdictKind.Block) return this.#block(this.#out, waiter, key, this.#verdict, waiter)
    if (kind === VerdictKind.Log && !waiter.isLogged) this.#log(waiter, key)
    if (this.#isBlockedBy(screened, waiter, key))
      return this.#block(this.#out, waiter, key, this.#screened, waiter)
    return write(waiter)
  }

  /** What policy says of the name to who asks; fills `#verdict`. */
  #judge(key: NameKey, asked: Asked): VerdictKind {
    const { policy } = this.#parts
    hashSuffixes(key, policy.seed)
    policy.match(key)
    this.#verdict.group = groupOf(policy, asked)
    return policy.decide(policy.hasSay && this.#isPaused(asked), this.#verdict, machineOf(asked))
  }

  /** What policy says of where the answer leads; fills `#screened`, and records the hit of a list that only logs. */
  #isBlockedBy(screened: Int32Array | null, asked: Asked, key: NameKey): boolean {
    if (screened === null || asked.isExempt) return false
    this.#screening.restore(screened)
    // Who asks is who was judged last.
    this.#screened.group = this.#verdict.group
    const judged = this.#screening.decide(this.#isPaused(asked), this.#screened, this.#verdict.endPlace)
    const kind = kindFor(asked, judged, this.#screened)
    if (kind === VerdictKind.Log) recordHit(this.#parts, asked, key, this.#screened)
    return kind === VerdictKind.Block
  }

  /** For all, or for who asks, who was judged last. */
  #isPaused(asked: Asked): boolean {
    const { policy, clock, pausedUntilMs } = this.#parts
    const until = pausedUntilMs()
    if (until !== 0 && clock.wallMs() < until) return true
    return isPausedFor(policy, this.#verdict.group, asked)
  }

  /** Answers what is blocked, with what an alias leads to where that is the answer; the hit is one. */
  #block(out: Uint8Array, asked: Asked, key: NameKey, verdict: Verdict, from: From): number {
    recordHit(this.#parts, asked, key, verdict)
    const length = this.#blocks.writeAlias(out, asked, verdict)
    if (length === 0) return this.#blocks.write(out, asked, verdict)
    const led = this.#leads.blocked(asked, from, out, length, this.#blocks.forgedBy(verdict))
    if (!(from instanceof Waiter)) return this.#follow(led)
    // It waited with others, who come first: what they are answered from would be used anew.
    this.#held.push(led.later())
    return 0
  }

  /** Own records and special-use names. An own alias may lead elsewhere. */
  #answerHere(out: Uint8Array, asked: Asked, query: Query, from: From): number {
    const length = this.#local.write(out, asked, query)
    const { target } = this.#local
    if (target === 0 || length === -1 || !mayFollow(asked)) return this.#local.finish(out, length, asked)
    return this.#follow(this.#leads.own(asked, from, out, length, target))
  }

  /** Asks for what an alias leads to, and answers with both. */
  #follow(led: Led): number {
    const { asked, query, out } = led.begin()
    const length = this.#resolve(out, asked, query, led)
    return length === 0 ? 0 : led.finish(out, length)
  }

  /** Records the hit of a qname that a list only logs. */
  #log(asked: Asked, key: NameKey): void {
    asked.isLogged = true
    recordHit(this.#parts, asked, key, this.#verdict)
  }

  #fromCache(out: Uint8Array, asked: Asked, key: NameKey, entry: Entry, from: From): number {
    if (this.#isBlockedBy(this.#screeningOf(entry), asked, key))
      return this.#block(out, asked, key, this.#screened, from)
    return this.#replies.kept(out, asked, entry)
  }

  #afterFailure(out: Uint8Array, asked: Asked, key: NameKey, entry: Entry, from: From): number {
    if (entry.isServable) return this.#fromCache(out, asked, key, entry, from)
    return this.#replies.empty(out, asked, Rcode.ServFail, Outcome.failed, Errors.cachedError)
  }

  /** A query of our own has come back: that upstream forwards to us. */
  #refuseLoop(out: Uint8Array, asked: Asked, upstream: number): number {
    this.#parts.onLoop(upstream)
    return this.#replies.empty(out, asked, Rcode.Refused, Outcome.refused, null)
  }

  #screeningOf(entry: Entry): Int32Array | null {
    return screeningOf(this.#parts, this.#screen, entry, this.#out, this.#answer)
  }
}
