/**
 * What the records of an answer mean, taken one by one: nothing new, a whole zone (RFC 5936 §2.2), or differences from one
 * serial to the next (RFC 1995 §4), several of them or condensed into one. Both begin and end with the SOA that is
 * current there.
 */
import { Type } from '../wire/constants.ts'
import type { ZoneRecord } from './message.ts'
import { isNewer, readSoa, type Soa } from './serial.ts'
import { TransferError, UnfitDifferences } from './transfer-error.ts'

/** Who takes what the answer says. */
export interface ZoneTaker {
  /** The whole zone follows, its SOA first. */
  beginWhole(): void
  /** A record of the whole zone; its SOA comes once. */
  record(record: ZoneRecord): void
  /** Of the copy here: a record goes, or one comes. In order; the SOA is not among them. */
  remove(record: ZoneRecord): void
  add(record: ZoneRecord): void
}

/** What the answer came to. */
export type AnswerKind = 'unchanged' | 'whole' | 'differences'

/** What a copy here is, and which answers are taken. */
export interface Wanted {
  /** Absolute, lower-case, with its final dot. */
  readonly zone: string
  /** Of the copy here; null: there is none, or it is not to count. */
  readonly serial: number | null
  /** Whether differences were asked for. */
  readonly mayDiffer: boolean
}

/** Signatures and proofs of a zone: they stand for what is kept, and are worth nothing once it is. */
const LEFT_OUT: ReadonlySet<number> = new Set([Type.RRSIG, Type.NSEC, 50])

type State = 'first' | 'second' | 'whole' | 'removing' | 'adding' | 'done'

export class ZoneAnswer {
  readonly #wanted: Wanted
  readonly #taker: ZoneTaker
  #state: State = 'first'
  #kind: AnswerKind = 'whole'
  #soa: Soa | null = null
  #first: ZoneRecord | null = null
  /** Of the differences at hand: where they lead to. */
  #to = 0
  #records = 0

  constructor(wanted: Wanted, taker: ZoneTaker) {
    this.#wanted = wanted
    this.#taker = taker
  }

  /** Nothing more is to come. */
  get isDone(): boolean {
    return this.#state === 'done'
  }

  get kind(): AnswerKind {
    return this.#kind
  }

  /** Of the zone as it is there; null before the first record. */
  get soa(): Soa | null {
    return this.#soa
  }

  /** The record it was read from. */
  get soaRecord(): ZoneRecord | null {
    return this.#first
  }

  /** Records that came. */
  get records(): number {
    return this.#records
  }

  /** Takes the next record. Throws TransferError where it makes no sense there. */
  take(record: ZoneRecord): void {
    if (this.#state === 'done') {
      if (this.#kind === 'unchanged') return
      throw wrong('its answer goes on behind the end of the zone')
    }
    this.#records++
    if (!isWithin(record.owner, this.#wanted.zone)) throw wrong('its answer holds a name outside the zone')
    const soa = record.type === Type.SOA ? readOwnSoa(record, this.#wanted.zone) : null
    if (this.#state === 'first') return this.#begin(record, soa)
    if (this.#state === 'second') return this.#choose(record, soa)
    if (soa !== null) return this.#turn(soa)
    if (LEFT_OUT.has(record.type)) return
    if (this.#state === 'whole') this.#taker.record(record)
    else if (this.#state === 'removing') this.#taker.remove(record)
    else this.#taker.add(record)
  }

  #begin(record: ZoneRecord, soa: Soa | null): void {
    if (soa === null) throw wrong('its answer does not begin with the SOA of the zone')
    const { serial } = this.#wanted
    this.#soa = soa
    this.#first = record
    if (serial === soa.serial) {
      this.#kind = 'unchanged'
      this.#state = 'done'
    } else if (serial !== null && !isNewer(soa.serial, serial)) {
      throw new TransferError(
        `its serial ${soa.serial} is older than ${serial}, which is here`,
        'raise the serial there above the one here; to take the zone as it is all the same, ask for it whole (see docs/zone-transfer.md)',
      )
    } else this.#state = 'second'
  }

  /** The second record tells a whole zone from differences. */
  #choose(record: ZoneRecord, soa: Soa | null): void {
    const { serial, mayDiffer } = this.#wanted
    const isDifferences = mayDiffer && soa !== null && soa.serial !== this.#soa!.serial
    if (isDifferences) {
      if (soa.serial !== serial) throw new UnfitDifferences('its differences begin elsewhere than was asked')
      this.#kind = 'differences'
      this.#state = 'removing'
      this.#to = soa.serial
      return
    }
    this.#state = 'whole'
    this.#taker.beginWhole()
    this.#taker.record(this.#first!)
    if (soa !== null) this.#turn(soa)
    else if (!LEFT_OUT.has(record.type)) this.#taker.record(record)
  }

  /** An SOA behind the first two. */
  #turn(soa: Soa): void {
    const current = this.#soa!.serial
    if (this.#state === 'whole') {
      if (soa.serial !== current) throw wrong('the zone changed while it was transferred')
      this.#state = 'done'
    } else if (this.#state === 'removing') {
      if (!isNewer(soa.serial, this.#to)) throw new UnfitDifferences('its differences lead back')
      this.#to = soa.serial
      this.#state = 'adding'
    } else if (soa.serial !== this.#to) throw new UnfitDifferences('its differences do not join')
    else if (this.#to !== current) this.#state = 'removing'
    else this.#state = 'done'
  }
}

function readOwnSoa(record: ZoneRecord, zone: string): Soa {
  const soa = record.owner === zone ? readSoa(record.rdata) : null
  if (soa === null) throw wrong('its answer holds the SOA of another zone')
  return soa
}

/** Both absolute and in lower case. */
function isWithin(owner: string, zone: string): boolean {
  if (zone === '.' || owner === zone) return true
  if (!owner.endsWith(zone)) return false
  const dot = owner.length - zone.length - 1
  // An escaped dot is part of a label.
  return owner[dot] === '.' && !isEscaped(owner, dot)
}

/** Whether the character at `at` stands behind an odd number of backslashes. */
function isEscaped(text: string, at: number): boolean {
  let backslashes = 0
  while (text[at - 1 - backslashes] === '\\') backslashes++
  return backslashes % 2 === 1
}

function wrong(reason: string): TransferError {
  return new TransferError(reason, 'see the log there; is that zone at that address?')
}
