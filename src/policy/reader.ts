/**
 * Looks names and addresses up in a snapshot. `match` is called for every query and allocates nothing; its cost is one
 * probe a label, whatever the lists hold. The plain version, a scan of all entries, is the oracle in
 * test/property/policy-index.test.ts.
 */
import { Octets, sameWords } from '../octets.ts'
import { hashBytes } from '../wire/name-hash.ts'
import type { NameKey } from '../wire/name-key.ts'
import { ClientTriggers } from './client-triggers.ts'
import { ClientGroups } from './groups.ts'
import { TAG_BITS, TAG_MASK, firstIndexWord } from './hash.ts'
import { Header, PREFIX_WORDS4, PREFIX_WORDS6, checkHeader, depthBit } from './layout.ts'
import type { Matches } from './matches.ts'
import { EMPTY_META, IndicatorKind } from './meta.ts'
import type { SnapshotMeta } from './meta.ts'
import { PSEUDO_NAME_BYTES6, embedsIpv4, writePseudoName } from './prefix.ts'
import { RuleCode, RuleTable } from './rule-table.ts'

const NO_BYTES: Uint8Array = new Uint8Array(0)
const NO_VIEW = new DataView(new ArrayBuffer(0))
const NO_TRIGGERS = new ClientTriggers([], () => 0)
const NO_IDS: readonly string[] = []
const NO_GROUPS = new ClientGroups([])
const NO_WORDS: Int32Array = new Int32Array(0)

export class PolicyReader {
  readonly #memory: SharedArrayBuffer
  readonly #prefix = new Octets(PSEUDO_NAME_BYTES6)
  #bytes = NO_BYTES
  #view: DataView = NO_VIEW
  #words = NO_WORDS
  #index = NO_WORDS
  #indexScale = 0
  /** Lengths of the listed prefixes, the longest first. */
  #lengths4 = NO_BYTES
  #lengths6 = NO_BYTES
  #pairs = NO_WORDS
  #setStarts: Int32Array = new Int32Array(2)
  #setRules = NO_WORDS
  #rules = new RuleTable(EMPTY_META)
  #groups = NO_GROUPS
  #pausedClients = NO_GROUPS
  #pausedGroups = NO_IDS
  #clientTriggers = NO_TRIGGERS
  #seed = 0
  #names = 0
  #depths = 0
  #addresses = 0

  /** Reads nothing before `attach`: until then it is an empty snapshot. */
  constructor(memory: SharedArrayBuffer) {
    this.#memory = memory
  }

  /**
   * Takes what the slot holds now; called after each swap, off the path. Returns false, and is an empty snapshot
   * then, when the slot holds none that is finished.
   */
  attach(): boolean {
    const memory = this.#memory
    const bytesUsed = new Int32Array(memory, 0, memory.byteLength >> 2)[Header.bytesUsed] ?? 0
    if (checkHeader(memory, bytesUsed) !== null) {
      this.detach()
      return false
    }
    // Explicit lengths: V8's element kind for views that track a growing buffer is slower.
    const words = new Int32Array(memory, 0, bytesUsed >> 2)
    const part = (place: number, length: number): Int32Array => new Int32Array(memory, words[place], length)
    this.#bytes = new Uint8Array(memory, 0, bytesUsed)
    this.#view = new DataView(memory, 0, bytesUsed)
    this.#words = words
    this.#index = part(Header.index, words[Header.indexWords]!)
    this.#indexScale = this.#index.length / 2 ** 32
    this.#lengths4 = listedLengths(words, Header.prefixes4, PREFIX_WORDS4)
    this.#lengths6 = listedLengths(words, Header.prefixes6, PREFIX_WORDS6)
    this.#pairs = part(Header.pairs, words[Header.pairCount]! * 2)
    this.#setStarts = part(Header.sets, words[Header.setCount]! + 1)
    this.#setRules = part(Header.setRules, words[Header.setRuleCount]!)
    this.#seed = words[Header.seed]!
    this.#names = words[Header.names]!
    this.#depths = words[Header.depths]!
    this.#addresses = words[Header.addresses]!
    // JSON needs bytes of its own: decoders refuse shared ones.
    const json = Buffer.from(
      this.#bytes.slice(words[Header.meta], words[Header.meta]! + words[Header.metaBytes]!),
    )
    const meta = JSON.parse(json.toString()) as SnapshotMeta
    this.#rules = new RuleTable(meta)
    this.#groups = meta.groups === undefined ? NO_GROUPS : new ClientGroups(meta.groups)
    this.#pausedGroups = meta.paused?.groups ?? NO_IDS
    this.#clientTriggers =
      meta.clients === undefined
        ? NO_TRIGGERS
        : new ClientTriggers(meta.clients, (rule) => meta.rules[rule]!.list)
    const paused = { id: 'paused', networks: meta.paused?.networks ?? [], lists: {} }
    this.#pausedClients = paused.networks.length === 0 ? NO_GROUPS : new ClientGroups([paused])
    return true
  }

  /** Lets go of the slot and becomes an empty snapshot; from now on it may be written. */
  detach(): void {
    this.#bytes = this.#lengths4 = this.#lengths6 = NO_BYTES
    this.#view = NO_VIEW
    this.#words = this.#index = this.#pairs = this.#setRules = NO_WORDS
    this.#setStarts = new Int32Array(2)
    this.#rules = new RuleTable(EMPTY_META)
    this.#groups = this.#pausedClients = NO_GROUPS
    this.#pausedGroups = NO_IDS
    this.#clientTriggers = NO_TRIGGERS
    this.#seed = this.#names = this.#depths = this.#addresses = 0
  }

  /** What `hashSuffixes` needs for `match`. */
  get seed(): number {
    return this.#seed
  }

  get meta(): SnapshotMeta {
    return this.#rules.meta
  }

  /** Networks of clients that lists name. */
  get clientTriggers(): ClientTriggers {
    return this.#clientTriggers
  }

  /** Addresses for which blocking is paused: those of some group. Ids of groups for which it is. */
  get pausedClients(): ClientGroups {
    return this.#pausedClients
  }

  get pausedGroups(): readonly string[] {
    return this.#pausedGroups
  }

  /** Clients under a policy of their own. */
  get groups(): ClientGroups {
    return this.#groups
  }

  get rules(): RuleTable {
    return this.#rules
  }

  get names(): number {
    return this.#names
  }

  get addresses(): number {
    return this.#addresses
  }

  /** The slot's bytes: where the record of a match holds the name. Not to be written. */
  get bytes(): Uint8Array {
    return this.#bytes
  }

  /** The same in words. */
  get words(): Int32Array {
    return this.#words
  }

  /** Where set i starts in `setRules`; it ends where set i + 1 starts. */
  get setStarts(): Int32Array {
    return this.#setStarts
  }

  /** Rule numbers, those of one set in order of precedence. */
  get setRules(): Int32Array {
    return this.#setRules
  }

  /** The rule that a set is made of, where it is one and no allow entry; else -1. */
  onlyRuleOf(set: number): number {
    const start = this.#setStarts[set]!
    if (this.#setStarts[set + 1]! !== start + 1) return -1
    const rule = this.#setRules[start]!
    return this.#rules.action[rule] === RuleCode.allow ? -1 : rule
  }

  /** Finds all entries that cover the name; `key.hash` was computed under `seed`. Returns how many. */
  match(key: NameKey, found: Matches): number {
    let count = 0
    if (this.#names > 0) {
      const { bytes, labelStart, labelCount, hash } = key
      const end = key.length - 1
      const depths = this.#depths
      for (let label = 0; label < labelCount; label++) {
        // Nobody lists a name of one label, and few of four: a look at the index saved is a line of memory not read.
        if ((depths & depthBit(labelCount - label)) === 0) continue
        const record = this.#find(bytes, labelStart[label]!, end, hash[label]!)
        if (record === 0) continue
        const pair = this.#words[record >> 2]! >>> 8
        // What is listed for the name itself counts for the whole name, what is listed for names under it for the rest.
        const set = this.#pairs[pair * 2 + (label === 0 ? 0 : 1)]!
        if (set === 0) continue
        found.set[count] = set
        found.record[count++] = record
      }
    }
    found.count = count
    return count
  }

  /**
   * Finds all prefixes that cover the address at `offset` (4 or 16 bytes, as `family` says); an IPv4 address inside an
   * IPv6 one is looked up as both. Returns how many.
   */
  matchAddress(bytes: Uint8Array, offset: number, family: 4 | 6, found: Matches): number {
    found.count = 0
    if (this.#addresses === 0) return 0
    if (family === 4) return this.#matchPrefixes(bytes, offset, 4, this.#lengths4, found)
    // First as IPv4: no IPv6 prefix that covers it and is stored as such is longer than what embeds it.
    if (embedsIpv4(bytes, offset)) this.#matchPrefixes(bytes, offset + 12, 4, this.#lengths4, found)
    return this.#matchPrefixes(bytes, offset, 6, this.#lengths6, found)
  }

  /** How the entry in `record` lists for `rule`; kinds of the same name merge: exact and below are a subtree. */
  indicatorKind(record: number, rule: number): IndicatorKind {
    if (this.#bytes[record + 4]! > 63) return IndicatorKind.address
    const pair = this.#words[record >> 2]! >>> 8
    const selfSet = this.#pairs[pair * 2]!
    const belowSet = this.#pairs[pair * 2 + 1]!
    // Whoever decided is in one of them.
    if (selfSet === belowSet) return IndicatorKind.subtree
    const self = this.#holdsRule(selfSet, rule)
    if (!this.#holdsRule(belowSet, rule)) return IndicatorKind.exact
    return self ? IndicatorKind.subtree : IndicatorKind.below
  }

  /** Length of the name or pseudo-name in `record`; it starts at `record` + 4. */
  nameLength(record: number): number {
    return this.#words[record >> 2]! & 0xff
  }

  #matchPrefixes(
    bytes: Uint8Array,
    offset: number,
    family: 4 | 6,
    lengths: Uint8Array,
    found: Matches,
  ): number {
    const prefix = this.#prefix
    for (let i = 0; i < lengths.length; i++) {
      const end = writePseudoName(bytes, offset, family, lengths[i]!, prefix)
      const record = this.#find(prefix, 0, end, hashBytes(prefix, 0, end, this.#seed))
      if (record === 0) continue
      found.set[found.count] = this.#pairs[(this.#words[record >> 2]! >>> 8) * 2]!
      found.record[found.count++] = record
    }
    return found.count
  }

  /**
   * Place of the record that holds `name[start … end)`, or 0. The hash only says where to look: the bytes decide,
   * so that no name is ever blocked for another's sake. The index is never full, so the search ends.
   */
  #find(name: Octets, start: number, end: number, hash: number): number {
    const index = this.#index
    const words = this.#words
    const length = end - start
    let at = firstIndexWord(hash, this.#indexScale)
    for (;;) {
      const word = index[at]!
      if (word === 0) return 0
      if (((word ^ hash) & TAG_MASK) === 0) {
        const record = (word >>> TAG_BITS) << 2
        if ((words[record >> 2]! & 0xff) === length && this.#holds(record, name, start, length)) return record
      }
      if (++at === index.length) at = 0
    }
  }

  /** Whether the record's name, of the same length, is `length` octets of `name`. */
  #holds(record: number, name: Octets, start: number, length: number): boolean {
    if (length >= 4) return sameWords(name.view, start, this.#view, record + 4, length)
    for (let at = 0; at < length; at++) if (this.#bytes[record + 4 + at] !== name[start + at]) return false
    return true
  }

  #holdsRule(set: number, rule: number): boolean {
    for (let at = this.#setStarts[set]!; at < this.#setStarts[set + 1]!; at++) {
      if (this.#setRules[at] === rule) return true
    }
    return false
  }
}

/** The numbers of the bits that are set, the highest first. */
function listedLengths(words: Int32Array, start: number, count: number): Uint8Array {
  const lengths: number[] = []
  for (let bit = count * 32 - 1; bit >= 0; bit--) {
    if (((words[start + (bit >> 5)]! >>> (bit & 31)) & 1) === 1) lengths.push(bit)
  }
  return Uint8Array.from(lengths)
}
