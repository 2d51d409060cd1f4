/**
 * How many owners of clean names share an address, as far as one thread's answers tell: for the guard that keeps a CDN from
 * being blocked. Nothing is noted while queries are answered; who asks has the kept answers gone through, a little at a
 * time between batches, and gets numbers alone.
 */
import type { AnswerCache } from '../cache/answer-cache.ts'
import type { Entry } from '../cache/entry.ts'
import type { Clock } from '../clock.ts'
import type { Policy } from '../policy/decide.ts'
import { Verdict, VerdictKind } from '../policy/verdict.ts'
import { Answer, readAnswer } from '../wire/answer.ts'
import { Class, HEADER_BYTES, MAX_MESSAGE_BYTES, Type } from '../wire/constants.ts'
import { hashSuffixes, NameKey } from '../wire/name-key.ts'
import { nameToText, readName } from '../wire/name.ts'
import { domainOf } from './domain-of.ts'

/** Addresses in one letter, and names that are not clean. */
export const MAX_ASKED = 10_000
export const MAX_EXCEPT = 10_000
/** Owners of one address that are told apart; beyond it is shared enough. */
export const MOST_OWNERS = 50
/** A slice, and the rest after it: a tenth of the thread at most, so that no query waits long. */
const SLICE_MS = 0.5
const REST_MS = 5
/** Blocks between two looks at the clock. */
const STRIDE = 32

/** An address or a network: 4 or 16 bytes, host bits zero. */
export interface AskedAddress {
  readonly address: Uint8Array
  readonly prefixLength: number
}

export interface SharedQuestion {
  readonly addresses: readonly AskedAddress[]
  /** Names whose owners do not count: somebody says that they are bad. Lower-case A-labels. */
  readonly except: readonly string[]
}

export interface SharedCounts {
  /** Clean names whose addresses were looked at. */
  readonly names: number
  /** By place in what was asked: owners of clean names that lead there, at most MOST_OWNERS. */
  readonly owners: readonly number[]
}

export interface SharedSources {
  readonly cache: AnswerCache
  readonly policy: Policy
  /** Monotonic, and not of the batch. */
  readonly clock: Pick<Clock, 'monotonicMs'>
  /** Called at the begin of each slice. */
  readonly begin: () => void
}

export class SharedAddresses {
  readonly #sources: SharedSources
  #running: Promise<unknown> = Promise.resolve()

  constructor(sources: SharedSources) {
    this.#sources = sources
  }

  /** Goes through what is kept, once at a time; others wait. Rejects with RangeError where too much is asked. */
  count(asked: SharedQuestion): Promise<SharedCounts> {
    if (asked.addresses.length > MAX_ASKED || asked.except.length > MAX_EXCEPT)
      return Promise.reject(new RangeError(`${MAX_ASKED} addresses are the most, and ${MAX_EXCEPT} names`))
    const done = this.#running.then(() => this.#count(asked))
    this.#running = done.catch(() => {})
    return done
  }

  async #count(asked: SharedQuestion): Promise<SharedCounts> {
    const { cache, policy, clock, begin } = this.#sources
    const look = new Look(asked, policy)
    for (let block = 1; ;) {
      begin()
      const endMs = clock.monotonicMs() + SLICE_MS
      do block = cache.walk(block, STRIDE, look.entry)
      while (block !== 0 && clock.monotonicMs() < endMs)
      if (block === 0) return { names: look.names, owners: look.owners.map(({ size }) => size) }
      await new Promise((resolve) => setTimeout(resolve, REST_MS))
    }
  }
}

/** Prefixes of one length, by their octets. */
interface Level {
  readonly bytes: number
  readonly prefixLength: number
  readonly places: ReadonlyMap<string, number>
}

/** One going through. */
class Look {
  names = 0
  readonly owners: readonly Set<string>[]
  readonly #levels: readonly Level[]
  readonly #except: ReadonlySet<string>
  readonly #policy: Policy
  readonly #message = Buffer.alloc(MAX_MESSAGE_BYTES)
  readonly #answer = new Answer()
  readonly #key = new NameKey()
  readonly #verdict = new Verdict()
  readonly #masked = Buffer.alloc(16)

  constructor({ addresses: asked, except }: SharedQuestion, policy: Policy) {
    this.#policy = policy
    this.#except = new Set(except.map(domainOf))
    // What is asked twice is counted once, for both.
    const sets = new Map<string, Set<string>>()
    const textOf = ({ address, prefixLength }: AskedAddress): string =>
      `${prefixLength} ${Buffer.from(address).toString('latin1')}`
    for (const one of asked) sets.set(textOf(one), sets.get(textOf(one)) ?? new Set())
    this.owners = asked.map((one) => sets.get(textOf(one))!)
    const levels = Map.groupBy(asked.entries(), ([, { address, prefixLength }]) => address.length * 1000 + prefixLength) // prettier-ignore
    this.#levels = [...levels.values()].map((ones) => ({
      bytes: ones[0]![1].address.length,
      prefixLength: ones[0]![1].prefixLength,
      places: new Map(ones.map(([place, { address }]) => [Buffer.from(address).toString('latin1'), place])),
    }))
  }

  readonly entry = (entry: Entry): void => {
    const { qtype } = entry
    if ((qtype !== Type.A && qtype !== Type.AAAA) || entry.negative || !entry.isServable) return
    const length = entry.copyMessage(this.#message)
    const answer = this.#answer
    if (length === -1 || !readAnswer(this.#message, length, answer) || answer.qclass !== Class.IN) return
    this.names++
    let owner: string | null = null
    for (let record = 0; record < answer.answerCount; record++) {
      const size = answer.rdataLength[record]!
      const type = answer.type[record]!
      if (!((type === Type.A && size === 4) || (type === Type.AAAA && size === 16))) continue
      for (const level of this.#levels) {
        const place = level.bytes === size ? level.places.get(this.#mask(answer.rdata[record]!, level)) : undefined // prettier-ignore
        if (place === undefined || this.owners[place]!.size >= MOST_OWNERS) continue
        owner ??= this.#ownerOf(answer)
        if (owner === '') return
        this.owners[place]!.add(owner)
      }
    }
  }

  /** The owner of the name asked for; empty: some list holds the name, or it is not to count. */
  #ownerOf({ questionEnd }: Answer): string {
    const key = this.#key
    const policy = this.#policy
    if (readName(this.#message, HEADER_BYTES, questionEnd, key) === -1) return ''
    hashSuffixes(key, policy.seed)
    if (policy.match(key) > 0) {
      const kind = policy.decide(false, this.#verdict)
      if (kind === VerdictKind.Block || kind === VerdictKind.Log) return ''
    }
    const owner = domainOf(nameToText(key.bytes))
    return this.#except.has(owner) ? '' : owner
  }

  #mask(offset: number, { bytes, prefixLength }: Level): string {
    const masked = this.#masked
    this.#message.copy(masked, 0, offset, offset + bytes)
    const whole = prefixLength >> 3
    if (whole < bytes) {
      masked[whole]! &= 0xff00 >> (prefixLength & 7)
      masked.fill(0, whole + 1, bytes)
    }
    return masked.toString('latin1', 0, bytes)
  }
}
