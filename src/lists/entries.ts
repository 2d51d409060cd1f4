/** Puts what a format reads from one list into the snapshot, past screen and guards, and counts what came of it. */
import type { SnapshotBuilder } from '../policy/builder.ts'
import { nameToText } from '../wire/name.ts'
import { acceptedGuards, documentOf } from './approved-line.ts'
import { LISTED } from './entry.ts'
import type { Effect, EntrySink, NameKind } from './entry.ts'
import { lineText } from './formats/tokens.ts'
import { isTooWide, type Guards } from './guards.ts'
import { shortText } from './outcome.ts'
import type { GuardReason, NotEnforceable, Refusal, Tally } from './outcome.ts'
import { prefixText } from './prefix-text.ts'
import type { ListRules } from './rules.ts'
import type { NameScreen } from './screen.ts'

/** What decides about the entries of one list. */
export interface EntryChecks {
  readonly screen: NameScreen
  readonly guards: Guards
  /** Names and addresses, normalised, that guards let through in this list. */
  readonly accept: ReadonlySet<string>
  /** Lines name the guards that somebody has let their entry pass: see `acceptedGuards`. */
  readonly isApproved: boolean
  /** An allow list blocks nothing, so only what is no name is refused in it. */
  readonly isAllowList: boolean
}

const NO_LINE: Uint8Array = new Uint8Array(0)
const HASH = 0x23

export class ListEntries implements EntrySink {
  lineNumber = 0
  readonly #builder: Pick<SnapshotBuilder, 'addName' | 'addAddress'>
  readonly #rules: ListRules
  readonly #checks: EntryChecks
  readonly #tally: Tally
  #bytes = NO_LINE
  #start = 0
  #end = 0
  /** Which one that is: zones hand on an entry when the next one begins, and move `lineNumber` back to it. */
  #at = 0
  /** The rule of plain entries: that of the list or, of approved ones, that of the document they came with. */
  #listed: number

  constructor(
    builder: Pick<SnapshotBuilder, 'addName' | 'addAddress'>,
    rules: ListRules,
    checks: EntryChecks,
    tally: Tally,
  ) {
    this.#builder = builder
    this.#rules = rules
    this.#listed = rules.listed
    this.#checks = checks
    this.#tally = tally
  }

  /** The line that what follows comes from. */
  setLine(bytes: Uint8Array, start: number, end: number, lineNumber: number): void {
    // Storing a reference costs more than storing a number, and a chunk has thousands of lines.
    if (bytes !== this.#bytes) this.#bytes = bytes
    this.#start = start
    this.#end = end
    this.lineNumber = this.#at = lineNumber
    this.#tally.lines = lineNumber
    if (this.#checks.isApproved && bytes[start] === HASH) this.#followDocument()
  }

  name(wire: Uint8Array, length: number, kind: NameKind, effect: Effect): void {
    if (this.#checks.isAllowList && !this.#isAdmitted()) return
    if (!this.#checks.screen.isPlain(wire) && this.#isStopped(wire, effect)) return
    const rule = effect === LISTED ? this.#listed : this.#rules.of(effect)
    if (rule === -1) return this.refuse('not-yet')
    if (this.#builder.addName(wire, length, kind, rule) === 'new') this.#tally.names++
    else this.#tally.duplicates++
  }

  address(address: Uint8Array, prefixLength: number, effect: Effect): void {
    const { guards, accept, isAllowList } = this.#checks
    if (isAllowList && !this.#isAdmitted()) return
    const found = isAllowList ? null : guards.addressReason({ address, prefixLength })
    const reason = found !== 'too-wide' && letsPass(effect) ? null : found
    if (reason !== null && !accept.has(prefixText(address, prefixLength)) && !this.#isApproved(reason)) {
      return this.#tally.holdBack(reason, this.lineNumber, () => prefixText(address, prefixLength))
    }
    const rule = effect === LISTED ? this.#listed : this.#rules.of(effect)
    if (rule === -1) return this.refuse('not-yet')
    if (this.#builder.addAddress(address, prefixLength, rule) === 'new') this.#tally.addresses++
    else this.#tally.duplicates++
  }

  client(address: Uint8Array, prefixLength: number, effect: Effect): void {
    const network = prefixText(address, prefixLength)
    // Whom a list blocks altogether it should know exactly; whom it lets through it may know roughly.
    const isWide = !letsPass(effect) && isTooWide({ address, prefixLength })
    if (isWide && !this.#checks.accept.has(network))
      return this.#tally.holdBack('too-wide', this.lineNumber, () => network)
    if (!this.#rules.client(network, effect)) return this.refuse('not-yet')
    this.#tally.addresses++
  }

  refuse(reason: Refusal): void {
    this.#tally.refuse(reason, this.lineNumber, () => this.#lineText())
  }

  skip(reason: NotEnforceable): void {
    this.#tally.skip(reason, this.lineNumber, () => this.#lineText())
  }

  /** What stands below came with another document. */
  #followDocument(): void {
    const document = documentOf(lineText(this.#bytes, this.#start, this.#end))
    if (document !== null) this.#listed = this.#rules.listedBy(document)
  }

  #isStopped(wire: Uint8Array, effect: Effect): boolean {
    const { screen, accept, isAllowList } = this.#checks
    const found = screen.examine(wire, accept)
    if (found === null) return false
    if (isAllowList && !(found.kind === 'refused' && found.reason === 'single-label')) return false
    if (found.kind === 'held-back' && letsPass(effect)) return false
    if (found.kind === 'held-back' && this.#isApproved(found.reason)) return false
    const text = (): string => nameToText(wire)
    if (found.kind === 'refused') this.#tally.refuse(found.reason, this.lineNumber, text)
    else if (found.kind === 'hash') this.#tally.skip('hash', this.lineNumber, text)
    else this.#tally.holdBack(found.reason, this.lineNumber, text)
    return true
  }

  /** Whether the allow entry of this line is in time. */
  #isAdmitted(): boolean {
    const line = this.lineNumber === this.#at ? lineText(this.#bytes, this.#start, this.#end) : ''
    const admitted = this.#tally.allowed?.admit(line) ?? true
    if (admitted === 'bad-date') this.refuse('bad-date')
    return admitted === true
  }

  /** A guard that came to hold it later stops it all the same. */
  #isApproved(reason: GuardReason): boolean {
    if (!this.#checks.isApproved) return false
    return acceptedGuards(lineText(this.#bytes, this.#start, this.#end)).includes(reason)
  }

  #lineText(): string {
    return shortText(this.#bytes, this.#start, this.#end)
  }
}

/** Guards are about blocks: what lets a name or an address pass does what they are for. */
function letsPass({ kind }: Effect): boolean {
  return kind === 'pass' || kind === 'except'
}
