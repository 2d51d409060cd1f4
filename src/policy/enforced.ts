/**
 * All that a policy enforces, record by record: what each listed name and network comes to when all lists and allow
 * entries have spoken. It is decided as a query is, so that whoever takes it over blocks what this server blocks.
 */
import { hashSuffixes, NameKey } from '../wire/name-key.ts'
import { readName } from '../wire/name.ts'
import type { Policy } from './decide.ts'
import { HEADER_BYTES, Header, IPV4_MARK, recordBytes } from './layout.ts'
import type { Matches } from './matches.ts'
import { ACTIONS } from './meta.ts'
import { indicatorText } from './indicator-text.ts'
import { EMBEDDING_BITS } from './prefix.ts'
import type { PolicyReader } from './reader.ts'
import type { LocalData } from './rule-table.ts'
import { Verdict, VerdictKind } from './verdict.ts'

/** What is done with a name or network: a block action, `pass` where an entry lets it through, or nothing. */
export interface Enforced {
  readonly action: (typeof ACTIONS)[number] | 'pass'
  /** Records a zone gives instead of the sinkhole's addresses, or null. */
  readonly data: LocalData | null
}

export interface EnforcedEntry {
  /** A name in lower-case A-labels, an address or a network. */
  readonly text: string
  readonly isAddress: boolean
  /** For the name itself, or the network; null: nothing. */
  readonly self: Enforced | null
  /** For all names under it; null for networks. */
  readonly below: Enforced | null
}

const CHILD = Uint8Array.of(1, 0x2a)

/** What of a policy is told. */
export type EnforcedPart = 'names' | 'networks' | 'all'

/**
 * The entries of `policy`, which must stay attached; null for each that comes to nothing, so that whoever goes through
 * millions of them can stop in between. A pause does not count: it ends by itself, and others would not hear of it.
 */
export function* enforcedEntries(
  policy: Policy,
  part: EnforcedPart = 'all',
): Generator<EnforcedEntry | null> {
  const walk = new Walk(policy)
  /** Few: single edits. */
  const told = new Set<string>()
  for (const reader of [policy.overlay, policy.base]) {
    const end = reader.words[Header.recordsEnd] ?? HEADER_BYTES
    for (let record = HEADER_BYTES; record < end; record += recordBytes(reader.nameLength(record))) {
      const isAddress = reader.bytes[record + 4]! > 63
      const isWanted = part === 'all' || isAddress === (part === 'networks')
      const entry = isWanted ? walk.entry(reader, record, isAddress) : null
      if (entry !== null && reader === policy.overlay) told.add(entry.text)
      yield entry !== null && reader === policy.base && told.has(entry.text) ? null : entry
    }
  }
}

class Walk {
  readonly #policy: Policy
  readonly #key = new NameKey()
  readonly #verdict = new Verdict()
  readonly #wire = new Uint8Array(258)

  constructor(policy: Policy) {
    this.#policy = policy
  }

  entry(reader: PolicyReader, record: number, isAddress: boolean): EnforcedEntry | null {
    const length = reader.nameLength(record)
    const start = record + 4
    const [self, below] = isAddress
      ? [this.#network(reader, record), null]
      : this.#names(reader.bytes.subarray(start, start + length))
    if (self === null && below === null) return null
    return { text: indicatorText(reader.bytes, start, length), isAddress, self, below }
  }

  /** What holds for the name, without the root's zero byte, and for one under it. */
  #names(name: Uint8Array): [Enforced | null, Enforced | null] {
    const self = this.#name(name, false)
    const below = this.#name(name, true)
    if (self !== null && below !== null) return [self, below]
    // What one list excepts, or another only logs, would be blocked with the name above by whoever does not hear of it.
    const around = this.#name(name.subarray(name[0]! + 1), true)
    const passes = around !== null && around.action !== 'pass' ? PASS : null
    return [self ?? passes, below ?? passes]
  }

  /** `isBelow`: for a name under it that nothing else lists, since no list can hold a label `*`. */
  #name(name: Uint8Array, isBelow: boolean): Enforced | null {
    const at = isBelow ? CHILD.length : 0
    const end = at + name.length
    if (name.length === 0 || end + 1 > 255) return null
    this.#wire.set(CHILD)
    this.#wire.set(name, at)
    this.#wire[end] = 0
    if (readName(this.#wire, 0, end + 1, this.#key) === -1) return null
    hashSuffixes(this.#key, this.#policy.seed)
    this.#policy.match(this.#key)
    return this.#decided()
  }

  #network(reader: PolicyReader, record: number): Enforced | null {
    const { bytes } = reader
    const family = bytes[record + 4] === IPV4_MARK ? 4 : 6
    const prefixLength = bytes[record + 5]!
    this.#policy.matchAddress(bytes, record + 6, family)
    // Longer networks that begin with the same address do not speak for all of this one.
    this.#dropLonger(prefixLength, family)
    const self = this.#decided()
    if (self !== null) return self
    this.#dropLonger(prefixLength - 1, family)
    const around = this.#decided()
    return around !== null && around.action !== 'pass' ? PASS : null
  }

  #decided(): Enforced | null {
    const kind = this.#policy.decide(false, this.#verdict)
    if (kind === VerdictKind.Block)
      return { action: ACTIONS[this.#verdict.action]!, data: this.#verdict.data }
    return kind === VerdictKind.Allow ? PASS : null
  }

  #dropLonger(prefixLength: number, family: 4 | 6): void {
    const { overlay, overlayFound, base, baseFound } = this.#policy
    dropLonger(overlay, overlayFound, prefixLength, family)
    dropLonger(base, baseFound, prefixLength, family)
  }
}

const PASS: Enforced = { action: 'pass', data: null }

/** Of what was found for an address of `family` leaves the networks with prefixes of at most `prefixLength` bits. */
function dropLonger(reader: PolicyReader, found: Matches, prefixLength: number, family: 4 | 6): void {
  let kept = 0
  for (let match = 0; match < found.count; match++) {
    const record = found.record[match]!
    const isEmbedded = family === 6 && reader.bytes[record + 4] === IPV4_MARK
    if (reader.bytes[record + 5]! + (isEmbedded ? EMBEDDING_BITS : 0) > prefixLength) continue
    found.set[kept] = found.set[match]!
    found.record[kept++] = record
  }
  found.count = kept
}
