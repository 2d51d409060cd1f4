/** A line or a cell to findings: which words are indicators, and whether where they stand makes that sure. */
import { classify } from './classify.ts'
import { guardsOf, isUnderShared } from './guards.ts'
import { type Heading, headingOf } from './headings.ts'
import type { PlainWord } from './plain-word.ts'
import type { ReasonCode } from './reasons.ts'
import { refang } from './refang.ts'
import type { Decision, Finding, Reading } from './verdict.ts'
import { type Word, wordsOf } from './words.ts'

/** Where a passage stands. */
export interface Setting {
  /** Of its column; null: it has none, or one that says nothing. */
  readonly heading: Heading | null
  /** Its table has columns of indicators, and this is none of them. */
  readonly isBeside: boolean
  /** A line of a list: what it begins with is meant. */
  readonly isList: boolean
  readonly isHidden: boolean
  /** That it stands alone says nothing. */
  readonly isUnsure?: boolean
  /** Nobody knows whether it is whole. */
  readonly isPartial?: boolean
}

export const NOWHERE: Setting = { heading: null, isBeside: false, isList: false, isHidden: false }

const PLAIN_WORD: Word = {
  text: '', written: '', start: 0, end: 0, from: 0, to: 0,
  isDefanged: false, isJoined: false, isTurned: false, hasDash: false, doubts: [],
} // prettier-ignore

/** Words that join indicators in one line. */
const CONNECTOR = /^(?:và|va|and|or|hoặc|hoac|cùng|cung|port|cổng|tcp|udp|https?|domain|domain-suffix|domain-keyword|ip-cidr6?|ip|url|c2|c&c|ioc|md5|sha-?(?:1|256|512))$/iu // prettier-ignore

/** Blanks at signs that hold names together, as whoever typed them or the justification of a line leaves them. */
const BLANK_AT_SIGN = /[ \t\u00a0]+(?=[.:/[\](){}])|(?<=[.:/[\](){}])[ \t\u00a0]+/g
/** `evil,com`, typed for a full stop. */
const COMMA_INSIDE = /(?<=[\p{L}\d]),(?=[\p{L}\d])/gu
/** Longer is a sentence. */
const LONGEST_CLOSED = 200

/** Reads one passage; `original` may hold marks of breaks. */
export function readPassage(original: string, setting: Setting): Finding[] {
  const findings = readWords(original, setting)
  if (setting.heading !== 'indicator' || original.length > LONGEST_CLOSED) return findings
  if (findings.some(({ decision }) => decision !== 'refuse')) return findings
  // Nothing in a cell that is there for indicators: `evil .com`, `45.77. 2.34`. A person sees what it was.
  const closed = original.replace(BLANK_AT_SIGN, '').replace(COMMA_INSIDE, '.')
  if (closed === original) return findings
  const held = readWords(closed, setting).flatMap((finding): Finding[] => {
    const { decision, value, reasons, readings } = finding
    if (decision === 'refuse') return []
    const doubts = reasons.filter((reason) => reason !== 'listed' && reason !== 'defanged')
    return [{ ...finding, decision: 'hold', reasons: ['broken', ...doubts], readings: readings.length > 0 ? readings : [value], written: original }] // prettier-ignore
  })
  return held.length > 0 ? held : findings
}

function readWords(original: string, setting: Setting): Finding[] {
  const mapped = refang(original)
  const words = wordsOf(mapped, original)
  const read = words.map((word) => ({ word, reading: classify(word.text) }))
  if (!read.some(({ reading }) => reading !== null)) return []
  const isPlainWord = ({ word, reading }: (typeof read)[number]): boolean =>
    reading === null && isWord(word.text)
  const firstPlain = read.findIndex(isPlainWord)
  const findings: Finding[] = []
  for (const [index, { word, reading }] of read.entries()) {
    if (reading === null) continue
    const before = mapped.text.slice(0, word.start)
    const label = labelBefore(before.slice(-LONGEST_LABEL))
    const place: Standing = {
      isAlone: firstPlain === -1,
      isFirst: firstPlain === -1 || index < firstPlain,
      label,
      // Behind the label come indicators only.
      isList: label !== null && !read.slice(index).some(isPlainWord),
      isNumbered: index === 0 && before.trim() === '' && setting.heading !== 'indicator' && !setting.isList,
    }
    findings.push(judge(word, reading, setting, place))
  }
  return findings
}

/** The same for a line that is one word in plain ASCII and nothing else, read already: most lines of most lists. */
export function readPlainWord({ text, isDefanged, reading }: PlainWord, setting: Setting): Finding {
  const standing = setting.heading === 'indicator' || setting.isList ? ALONE : ALONE_UNSURE
  return judge({ ...PLAIN_WORD, text, written: text, isDefanged }, reading, setting, standing)
}

interface Standing {
  readonly isAlone: boolean
  readonly isFirst: boolean
  readonly label: Heading | null
  readonly isList: boolean
  readonly isNumbered: boolean
}

const ALONE: Standing = { isAlone: true, isFirst: true, label: null, isList: false, isNumbered: false }
const ALONE_UNSURE: Standing = { ...ALONE, isNumbered: true }

function isWord(text: string): boolean {
  const bare = text.replace(/:$/, '')
  return (
    /\p{L}{2}/u.test(bare) &&
    !CONNECTOR.test(bare) &&
    !(text.endsWith(':') && headingOf(bare) === 'indicator')
  )
}

/** How far before a word its label may begin. */
const LONGEST_LABEL = 300

/** What the last label (`Tên miền:`) in front says. */
function labelBefore(text: string): Heading | null {
  const match = /(?:^|[\n.;,()|-])\s*([^\n.;()|:]{1,80}):[^:\n]*$/u.exec(text)
  return match === null ? null : headingOf(match[1]!)
}

function judge(word: Word, reading: Reading, setting: Setting, standing: Standing): Finding {
  const { written, isDefanged } = word
  const { kind, value, scope } = reading
  const make = (decision: Decision, reasons: readonly ReasonCode[], readings = reading.readings): Finding =>
    ({ kind, value, scope, decision, reasons, readings, written }) // prettier-ignore
  if (word.doubts.length > 0) return readDoubtful(word, reading, make)
  if (reading.refusal !== null) return make('refuse', [reading.refusal])
  const misplaced = refusalBy(kind, setting, standing, isDefanged)
  if (misplaced !== null) return make('refuse', [misplaced])
  const doubts = [...reading.doubts, ...doubtsOf(word)].filter(
    (doubt) => doubt !== 'file-or-host' || !isSure(setting, isDefanged),
  )
  const numbered = standing.isNumbered && !isDefanged ? withoutNumber(value, kind) : null
  if (numbered !== null) doubts.push('numbered')
  const position = positionOf(setting, standing, isDefanged)
  if (position.decision === 'accept' && isSentenceEnd(word, setting, standing))
    return make('refuse', ['sentence-end'])
  if (position.decision === 'hold' && isSentenceEnd(word, setting, standing))
    return make('refuse', ['sentence-end'])
  // Pieces from columns that only white space parts: nobody knows whether they belong together.
  if (word.isJoined && setting.isUnsure === true) doubts.push('broken')
  const guards = guardsOf(kind, value)
  const readings = numbered === null ? reading.readings : [value, numbered]
  if (guards.length > 0 || doubts.length > 0) {
    const held = position.decision === 'hold' ? [position.reason] : []
    return make('hold', [...guards, ...doubts, ...held], readings)
  }
  const joined: ReasonCode[] = word.isJoined ? ['joined'] : []
  return narrow(make(position.decision, [position.reason, ...joined], readings))
}

/** A name on shared hosting stands for itself alone. */
export function narrow(finding: Finding): Finding {
  if (finding.kind !== 'host' || !isUnderShared(finding.value)) return finding
  return { ...finding, scope: 'exact', reasons: [...finding.reasons, 'shared-hosting'] }
}

function isSure({ heading, isList }: Setting, isDefanged: boolean): boolean {
  return heading === 'indicator' || isList || isDefanged
}

interface Position {
  readonly decision: 'accept' | 'hold'
  readonly reason: ReasonCode
}

function positionOf(setting: Setting, standing: Standing, isDefanged: boolean): Position {
  const { heading, isBeside, isList, isHidden, isUnsure } = setting
  const hold = (reason: ReasonCode): Position => ({ decision: 'hold', reason })
  if (isHidden) return hold('hidden')
  if (setting.isPartial === true) return hold('broken')
  if (heading === 'victim' || standing.label === 'victim') return hold('victim')
  if (heading === 'reference' || standing.label === 'reference') return hold('reference')
  if (heading === 'indicator') return { decision: 'accept', reason: 'listed' }
  if (isDefanged) return { decision: 'accept', reason: 'defanged' }
  if (isBeside) return hold('other-column')
  if ((standing.isAlone && isUnsure !== true) || (isList && standing.isFirst))
    return { decision: 'accept', reason: 'listed' }
  if (standing.label === 'indicator' && standing.isList) return { decision: 'accept', reason: 'labelled' }
  return hold('running-text')
}

/** What the column or the label rules out. */
function refusalBy(
  kind: Reading['kind'],
  { heading }: Setting,
  { label }: Standing,
  isDefanged: boolean,
): ReasonCode | null {
  const isName = kind === 'host' || kind === 'host-port'
  if (isName && !isDefanged && (heading === 'file' || label === 'file')) return 'file-name'
  const isAddress = kind === 'ip' || kind === 'cidr'
  if (isAddress && !isDefanged && (heading === 'number' || label === 'number')) return 'version'
  return null
}

function doubtsOf(word: Word): ReasonCode[] {
  const doubts: ReasonCode[] = []
  if (word.isTurned) doubts.push('turned')
  if (word.hasDash) doubts.push('dash')
  return doubts
}

/** `1.evil.com`: what is left without the number; null: it has none. */
function withoutNumber(value: string, kind: Reading['kind']): string | null {
  const match = kind === 'host' ? /^\d{1,3}\.(.+\..+)$/.exec(value) : null
  return match !== null && classify(match[1]!)?.refusal === null ? match[1]! : null
}

/** `hoạt động.In`: a sentence ended without a blank, and the next one began. */
function isSentenceEnd(word: Word, { heading, isList }: Setting, standing: Standing): boolean {
  if (word.isDefanged || heading === 'indicator' || isList || standing.isAlone) return false
  return /^[^.\p{Lu}]*\p{Ll}\.\p{Lu}\p{Ll}*$/u.test(word.text)
}

/** Joined where it may not belong together: held with each way to read it. */
function readDoubtful(
  { text, doubts }: Word,
  whole: Reading,
  make: (decision: Decision, reasons: readonly ReasonCode[], readings: readonly string[]) => Finding,
): Finding {
  if (whole.refusal === 'email' || whole.refusal === 'hash') return make('refuse', [whole.refusal], [])
  const readings = new Set<string>()
  const add = (part: string): void => {
    const reading = classify(part.replace(/^[.-]+|[.]+$/g, ''))
    if (reading !== null && reading.refusal === null) readings.add(reading.value)
  }
  for (const variant of withoutHyphens(text, doubts)) add(variant)
  // Each piece by itself, and pieces that stand beside each other.
  const cuts = [0, ...doubts, text.length]
  for (let from = 0; from < cuts.length - 1; from++) {
    for (let to = from + 1; to < cuts.length; to++) {
      const [start, end] = [cuts[from]!, cuts[to]!]
      const inner = doubts.filter((at) => at > start && at < end).map((at) => at - start)
      for (const variant of withoutHyphens(text.slice(start, end), inner)) add(variant)
    }
  }
  const guards = whole.refusal === null ? guardsOf(whole.kind, whole.value) : []
  return make('hold', ['broken', ...guards], [...readings].slice(0, MAX_READINGS))
}

/**
 * Hyphens at breaks may be put in: with and without each of them, as they stand there first. Of more than `most` either
 * nearly all are of the name or nearly all are put in.
 */
export function withoutHyphens(text: string, doubts: readonly number[], most = MAX_HYPHENS): string[] {
  const hyphens = doubts.filter((at) => text[at - 1] === '-')
  const count = hyphens.length
  const sets = count <= most ? subsets(count) : fewOrMost(Math.min(count, MOST_HYPHENS))
  return sets.map((left) => {
    let variant = ''
    let from = 0
    for (const [index, at] of hyphens.entries()) {
      variant += text.slice(from, left.has(index) ? at - 1 : at)
      from = at
    }
    return variant + text.slice(from)
  })
}

/** Of the numbers below `count`, the smallest first. */
function subsets(count: number): ReadonlySet<number>[] {
  const all = Array.from({ length: 2 ** count }, (_, bits) => new Set(Array.from({ length: count }, (__, at) => at).filter((at) => (bits >> at) & 1))) // prettier-ignore
  return all.toSorted((a, b) => a.size - b.size)
}

function fewOrMost(count: number): ReadonlySet<number>[] {
  const all = Array.from({ length: count }, (_, at) => at)
  const one = all.map((at) => new Set([at]))
  const allButOne = all.map((at) => new Set(all.filter((each) => each !== at)))
  return [new Set<number>(), new Set(all), ...one, ...allButOne]
}

/** Of one item: more nobody reads. */
const MAX_READINGS = 24

/** Each doubles the readings. */
const MAX_HYPHENS = 3
/** Of a word, looked at one by one. */
const MOST_HYPHENS = 12
