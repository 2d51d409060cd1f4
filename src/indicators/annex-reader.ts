/** Takes what the readers of documents hand on and makes findings of it: the whole judgement of an import. */
import type { Place } from '../documents/place.ts'
import type { Cell, Declared, DocumentSink, ListEntry, Piece, TextLine, Traits } from '../documents/sink.ts'
import type { NotEnforceable, Refusal } from '../lists/outcome.ts'
import { classify } from './classify.ts'
import { guardsOf } from './guards.ts'
import { readHost } from './host.ts'
import { LineJoiner } from './lines.ts'
import { narrow, NOWHERE, readPassage, readPlainWord, type Setting } from './passage.ts'
import { type PlainWord, plainWord } from './plain-word.ts'
import { ProposalBuilder } from './proposal.ts'
import { readPieces } from './piece-readings.ts'
import type { ReasonCode } from './reasons.ts'
import { prefixesOf } from './ranges.ts'
import { refang } from './refang.ts'
import { type CellSetting, TableReader } from './rows.ts'
import { nextSection, type Section, sectionOf, tableSectionOf } from './sections.ts'
import type { Decision, Finding, Reading } from './verdict.ts'
import { wordsOf } from './words.ts'

const MAX_WRITTEN = 300
const LISTED: Setting = { ...NOWHERE, isList: true }

interface PlainLine {
  readonly word: PlainWord
  readonly place: Place
  readonly traits: Traits
}

/** One file: `file` is its number in the import. */
export class AnnexReader implements DocumentSink {
  readonly warnings: string[] = []
  readonly #file: number
  readonly #builder: ProposalBuilder
  readonly #maxCellLength: number
  readonly #lines: LineJoiner
  readonly #rows: TableReader
  /** What the title over the lines says of them, and over a table that follows. */
  #section: Section | null = null
  #tableSection: Section | null = null
  /** The part of the file that the title stands in. */
  #sectionPart: string | undefined
  /** Items have stood below that title. */
  #isUsed = false
  /** A line that needs no joining unless the next one goes on with it. */
  #plain: PlainLine | null = null
  /** The line joiner waits with nothing, or with a plain line that was given to it. */
  #isIdle = true

  constructor(file: number, builder: ProposalBuilder, maxCellLength: number) {
    this.#file = file
    this.#builder = builder
    this.#maxCellLength = maxCellLength
    this.#lines = new LineJoiner((text, place, { isList, isHidden, isUnsure = false, isStruck = false }) =>
      this.#readLine(text, place, { ...NOWHERE, isList, isHidden, isUnsure }, isStruck ? 'withdrawn' : null),
    )
    this.#rows = new TableReader({
      passage: (text, place, setting) => void this.#passage(text, place, setting, setting.doubt),
      word: (word, place, setting) => {
        for (const finding of apart(readPlainWord(word, setting))) this.#add(doubted(finding, setting.doubt), place) // prettier-ignore
      },
      number: (text, place) => this.#refuse(text, 'spreadsheet-number', place),
    })
  }

  line(line: TextLine, place: Place, traits: Traits): void {
    if (line.text.length > this.#maxCellLength) {
      this.gap()
      return this.#refuse(line.text, 'too-long', place)
    }
    const word = traits.isList ? plainWord(line.text) : null
    if (word === null) {
      this.#releasePlain()
      this.#isIdle = line.text.trim() === ''
      this.#lines.line(line, place, traits)
      return
    }
    if (!this.#isIdle) {
      this.#lines.line(line, place, traits)
      this.#isIdle = true
      return
    }
    if (this.#plain === null) this.#lines.flush()
    else this.#takePlain(this.#plain)
    this.#plain = { word, place, traits }
  }

  gap(): void {
    this.#releasePlain()
    this.#lines.flush()
    this.#isIdle = true
  }

  row(table: string, cells: readonly Cell[], traits: Traits): void {
    this.#isUsed = true
    this.#releasePlain()
    this.#lines.flush()
    const fitting = cells.filter(({ lines, place }) => {
      const [first] = lines
      const isFitting = lines.every(({ text }) => text.length <= this.#maxCellLength)
      if (!isFitting) this.#refuse(first?.text ?? '', 'too-long', place)
      return isFitting
    })
    this.#rows.row(table, fitting, traits, this.#tableSection)
  }

  value(text: string, declared: Declared, place: Place): void {
    const { role, type } = declared
    const written = shorten(text)
    const reading = readWhole(text)
    if (role === 'reference') return this.#refuse(written, 'reference', place)
    const isName = reading !== null && reading.kind !== 'hash' && reading.kind !== 'email'
    if (role === 'file' && (reading === null || isName)) return this.#refuse(written, 'file-name', place)
    if (reading === null || role === 'context') return this.#refuse(written, 'context', place)
    const { kind, value, scope, readings, refusal } = reading
    const make = (decision: Decision, reasons: readonly ReasonCode[]): Finding =>
      narrowed({ kind, value, scope, readings, written, decision, reasons }) // prettier-ignore
    if (refusal !== null) return this.#add(make('refuse', [refusal]), place)
    const held: ReasonCode[] = [
      ...guardsOf(kind, value),
      ...reading.doubts.filter((doubt) => doubt !== 'file-or-host'),
    ]
    // What belongs to a file was refused above, unless it is a hash.
    if (role !== 'indicator' && role !== 'marks-nothing' && role !== 'file') held.push(role)
    if (held.length > 0) return this.#add(make('hold', held), place)
    const reasons: ReasonCode[] = [role === 'marks-nothing' ? role : 'declared']
    if (/domain|hostname/.test(type) && kind !== 'host') reasons.push('declared-otherwise')
    this.#add(make('accept', reasons), place)
  }

  entry({ value, isName, scope, isException }: ListEntry, written: string, place: Place): void {
    const reading = isName ? readHost(value) : classify(value)
    if (reading === null || reading.refusal !== null) {
      return this.#refuse(shorten(written), reading?.refusal ?? 'junk', place, value)
    }
    const { kind } = reading
    const finding: Finding = {
      kind,
      value: reading.value,
      scope: scope === 'listed' ? 'subtree' : scope,
      decision: 'accept',
      reasons: ['listed'],
      readings: [],
      written: shorten(written),
    }
    if (isException) return this.#builder.addException(finding, this.#file, place)
    const held = [
      ...guardsOf(kind, reading.value),
      ...reading.doubts.filter((doubt) => doubt === 'local-name'),
    ]
    this.#add(held.length > 0 ? { ...finding, decision: 'hold', reasons: held } : narrow(finding), place)
  }

  refusedEntry(written: string, reason: Refusal | NotEnforceable, place: Place): void {
    const findings = REREAD.has(reason) ? readPassage(written, LISTED) : []
    if (findings.length > 0) for (const finding of findings) this.#add(finding, place)
    else this.#refuse(shorten(written), REFUSALS[reason], place)
  }

  pieces(pieces: readonly Piece[]): void {
    this.end()
    readPieces(pieces, this.#builder, this.#file, (text) => this.warn(text))
  }

  warn(text: string): void {
    this.warnings.push(text)
  }

  /** After the last of the file. */
  end(): void {
    this.gap()
    this.#rows.flush()
  }

  #takePlain({ word, place }: PlainLine): void {
    const heading = this.#sectionAt(place)
    this.#isUsed = true
    this.#add(readPlainWord(word, heading === null ? LISTED : { ...LISTED, heading }), place)
  }

  #releasePlain(): void {
    const plain = this.#plain
    this.#plain = null
    if (plain !== null) this.#lines.line({ text: plain.word.text, isFull: null }, plain.place, plain.traits)
  }

  /** A line that is no part of a table; one without indicators may be a title. */
  #readLine(text: string, place: Place, setting: Setting, doubt: CellSetting['doubt']): void {
    const findings = this.#passage(text, place, { ...setting, heading: this.#sectionAt(place) }, doubt)
    if (findings.some(({ decision }) => decision !== 'refuse')) {
      this.#isUsed = true
      return
    }
    if (!/\p{L}/u.test(text) || isItem(text, findings)) return
    // "(Tính đến ngày 23/8/2022)" says more of the title above.
    if (/^\s*\(.*\)[.:]?\s*$/s.test(text)) return
    const isOther = place.part !== this.#sectionPart
    this.#sectionPart = place.part
    const before = isOther ? null : this.#section
    const tableBefore = isOther ? null : this.#tableSection
    const isUsed = !isOther && this.#isUsed
    const named = sectionOf(text)
    // Of a contact or a source any title is the end: nobody repeats what the next list is.
    this.#section = nextSection(text, before, named, isUsed && tableBefore !== null)
    this.#tableSection = nextSection(text, tableBefore, tableSectionOf(text), isUsed)
    if (this.#section === null || named !== null) this.#isUsed = false
  }

  #sectionAt({ part }: Place): Section | null {
    return part === this.#sectionPart ? this.#section : null
  }

  #passage(text: string, place: Place, setting: Setting, doubt: CellSetting['doubt']): Finding[] {
    const findings = readPassage(text, setting)
    for (const finding of findings.flatMap(apart)) this.#add(doubted(finding, doubt), place)
    if (findings.length === 0 && setting.heading === 'indicator' && isMeant(text.trim())) {
      this.#refuse(text.trim(), 'bad-name', place)
    } else if (findings.length === 0 && setting.isList && /^[\w-]+$/.test(text.trim())) {
      this.#refuse(text.trim(), 'single-label', place)
    }
    return findings
  }

  #refuse(text: string, reason: ReasonCode, place: Place, value = shorten(text)): void {
    const written = shorten(text)
    this.#add({ kind: 'other', value, scope: 'exact', decision: 'refuse', reasons: [reason], readings: [], written }, place) // prettier-ignore
  }

  #add(finding: Finding, place: Place): void {
    this.#builder.add(finding, this.#file, place)
  }
}

/** A declared value is one word, but for what is around it. */
function readWhole(text: string): Reading | null {
  const words = wordsOf(refang(text), text)
  return words.length === 1 ? classify(words[0]!.text) : null
}

function narrowed(finding: Finding): Finding {
  return finding.decision === 'accept' ? narrow(finding) : finding
}

/** One word with signs in it, where only indicators stand: it was one before somebody wrote it so (`evil_dot_com`). */
function isMeant(text: string): boolean {
  return text.length >= 5 && text.length <= MAX_WRITTEN && /^[^\s,;]*[\p{L}\d]{2}[^\s,;]*$/u.test(text) && /[^\p{L}\p{M}\d]/u.test(text) // prettier-ignore
}

/** A range as the prefixes it is made of, each of which a person can approve. */
function apart(finding: Finding): Finding[] {
  const prefixes = finding.reasons.includes('address-range') ? prefixesOf(finding.value) : null
  if (prefixes === null) return [finding]
  return prefixes.map((value): Finding => {
    const kind = value.includes('/') ? 'cidr' : 'ip'
    return { ...finding, kind, value, reasons: [...guardsOf(kind, value), ...finding.reasons] }
  })
}

/** What its author took back is not proposed, whatever it is. */
function doubted(finding: Finding, doubt: CellSetting['doubt']): Finding {
  if (doubt === null || finding.decision === 'refuse') return finding
  const others = finding.decision === 'hold' ? finding.reasons : []
  return { ...finding, decision: 'hold', reasons: [doubt, ...others] }
}

function shorten(text: string): string {
  const plain = text.trim()
  return plain.length <= MAX_WRITTEN ? plain : `${plain.slice(0, MAX_WRITTEN)}…`
}

/** Whether a line is the item of a list, be it one that cannot be blocked: a hash, or words that are none but what was found. */
function isItem(text: string, findings: readonly Finding[]): boolean {
  if (findings.some(({ kind }) => kind === 'hash')) return true
  const rest = findings.reduce((left, { written }) => left.replace(written, () => ''), text)
  return findings.length > 0 && !/\p{L}{2}/u.test(rest)
}

/** What a list format cannot use may still be told apart. */
const REREAD: ReadonlySet<string> = new Set(['path', 'port', 'url', 'address-url', 'hash'])

const REFUSALS: Readonly<Record<Refusal | NotEnforceable, ReasonCode>> = {
  'not-a-name': 'bad-name', 'not-an-address': 'bad-address', 'single-label': 'single-label',
  'public-suffix': 'public-suffix', 'special-use': 'local-name', 'bad-idn': 'bad-idn', wildcard: 'wildcard-inside',
  'not-yet': 'unsupported-rule', 'name-server': 'unsupported-rule', 'out-of-zone': 'unsupported-rule', 'too-long': 'too-long', junk: 'junk',
  path: 'path-only', port: 'with-port', url: 'url-with-path', 'address-url': 'url-with-path', hash: 'hash', filter: 'filter',
  'bad-date': 'bad-name',
} // prettier-ignore
