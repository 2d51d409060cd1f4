/**
 * The lines of a list of approved entries, by which the file tells by itself, and on another node too, on whose word each
 * entry blocks. What stands in one line holds for those below it until the next of its kind:
 *
 *   # import 12 {"document":"1298/CATTT-NCSC","issuer":"…","issued":"2022-08-23","files":[{"name":"annex.docx","sha256":"…"}]}
 *   # approval {"by":"user:an","at":"2026-11-22T08:00:00.000Z","reason":"…"}
 *   =evil.example # 12/34 accepted:own-record {"written":"evil[.]example","places":2,"place":{"table":1,"row":2}}
 *
 * Readers take a file as it comes from elsewhere: what is missing or wrong in a comment costs the comment alone.
 */
import type { ImportOrigin } from './basis.ts'
import type { GuardReason } from './outcome.ts'

/** Of texts that people wrote; a line of a list has 4,096 bytes. */
const MAX_TEXT = 200
const MAX_REASON = 500
const MAX_FILES = 4
const MAX_PLACE = 1500
/** What a blocked answer tells has to fit into it. */
const MAX_DOCUMENT = 100

const IMPORT = /^# import (\d{1,15}) (\{.*\})\s*$/s
const APPROVAL = /^# approval (\{.*\})\s*$/s
/** The entry has no blank, so nothing that a document says can stand where the guards do. */
const ENTRY = /^\s*(\S+) # (\d{1,15})\/(\d{1,15})(?: accepted:([a-z,-]+))?(?: (\{.*\}))?\s*$/s

export interface ImportLine {
  readonly import: number
  readonly document: string
  readonly issuer: string
  readonly issued: string | null
  readonly files: readonly { readonly name: string; readonly sha256: string }[]
}

export interface ApprovalLine {
  readonly by: string
  /** RFC 3339. */
  readonly at: string
  readonly reason: string
}

/** Where an entry comes from inside its import. */
export interface EntryComment {
  readonly import: number
  readonly item: number
  /** Guards of the server that the approval lets it pass. */
  readonly accepted: readonly GuardReason[]
  readonly written: string
  /** Number of the file among those of the import. */
  readonly file: number
  /** How often it stands there, and where first. */
  readonly places: number
  readonly place: Readonly<Record<string, unknown>>
}

export function importLine({ import: id, document, issuer, issued, files }: ImportLine): string {
  const told = {
    document: textOf(document),
    issuer: textOf(issuer),
    issued,
    files: files.slice(0, MAX_FILES).map(({ name, sha256 }) => ({ name: textOf(name), sha256 })),
  }
  return `# import ${id} ${JSON.stringify(told)}\n`
}

export function approvalLine({ by, at, reason }: ApprovalLine): string {
  const told = { by: textOf(by), at, reason: textOf(reason, MAX_REASON) }
  return `# approval ${JSON.stringify(told)}\n`
}

/** What stands behind the entry `text`; what goes without saying is left out, for there may be millions. */
export function entryComment(text: string, entry: EntryComment): string {
  const { import: id, item, accepted, written, file, places, place } = entry
  const guards = accepted.length === 0 ? '' : ` accepted:${accepted.join()}`
  const where = plainPlace(place)
  const isLong = Buffer.byteLength(JSON.stringify(where)) > MAX_PLACE
  const told = {
    ...(written !== text && { written: textOf(written) }),
    ...(file !== 0 && { file }),
    ...(places !== 1 && { places }),
    ...(!isLong && { place: where }),
  }
  return ` # ${id}/${item}${guards} ${JSON.stringify(told)}`
}

/** The guards that the approval of an entry names. */
export function acceptedGuards(line: string): readonly string[] {
  return ENTRY.exec(line)?.[4]?.split(',') ?? []
}

/** The document that the entries below `line` came with, fit for an answer; null: it is no such line. */
export function documentOf(line: string): string | null {
  const head = readImport(line)
  return head === null ? null : head.document.slice(0, MAX_DOCUMENT)
}

/** Goes through a file of approved entries and knows where each comes from. */
export class ApprovedOrigins {
  #import: ImportLine | null = null
  #approval: ApprovalLine | null = null

  /** Takes the next line. Returns where the entry on it comes from; null: it holds none, or does not say. */
  take(line: string): ImportOrigin | null {
    if (line.startsWith('#')) {
      const head = readImport(line)
      if (head !== null) this.#approval = null
      this.#import = head ?? this.#import
      this.#approval = readApproval(line) ?? this.#approval
      return null
    }
    const match = ENTRY.exec(line)
    const head = this.#import
    const approval = this.#approval
    if (match === null || head === null || approval === null || Number(match[2]) !== head.import) return null
    const told = objectOf(match[5] ?? '{}')
    const place = told['place']
    const original = head.files[numberOf(told['file'], 0)] ?? { name: '', sha256: '' }
    return {
      import: head.import,
      item: Number(match[3]),
      document: head.document,
      issuer: head.issuer,
      issued: head.issued,
      file: original.name,
      sha256: original.sha256,
      isKept: false,
      place: typeof place === 'object' && place !== null ? plainPlace(place) : {},
      places: numberOf(told['places'], 1),
      written: textOf(told['written'] ?? match[1]!.replace(/^(?:=|\*\.)/, '')),
      accepted: match[4]?.split(',') ?? [],
      approvedBy: approval.by,
      approvedAt: approval.at,
      reason: approval.reason,
    }
  }
}

function readImport(line: string): ImportLine | null {
  const match = IMPORT.exec(line)
  if (match === null) return null
  const told = objectOf(match[2]!)
  const issued = textOf(told['issued'])
  const files = Array.isArray(told['files']) ? (told['files'] as unknown[]) : []
  return {
    import: Number(match[1]),
    document: textOf(told['document']),
    issuer: textOf(told['issuer']),
    issued: /^\d{4}-\d\d-\d\d$/.test(issued) ? issued : null,
    files: files.slice(0, MAX_FILES).map((file) => {
      const { name, sha256 } = isObject(file) ? file : {}
      return { name: textOf(name), sha256: textOf(sha256) }
    }),
  }
}

function readApproval(line: string): ApprovalLine | null {
  const match = APPROVAL.exec(line)
  if (match === null) return null
  const { by, at, reason } = objectOf(match[1]!)
  const when = Date.parse(textOf(at))
  return {
    by: textOf(by),
    at: new Date(Number.isNaN(when) ? 0 : when).toISOString(),
    reason: textOf(reason, MAX_REASON),
  }
}

function objectOf(json: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json)
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function numberOf(value: unknown, otherwise: number): number {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : otherwise
}

/** One line that shows what it says: it goes into answers, logs and terminals. */
function textOf(value: unknown, most = MAX_TEXT): string {
  if (typeof value !== 'string') return ''
  return value.replace(UNFIT, ' ').slice(0, most).trim()
}

/** Control characters, line ends, halves of characters, and marks that turn the direction of writing. */
const UNFIT = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]+/gu

const PLACE_KEYS = ['part', 'page', 'table', 'row', 'cell', 'sheet', 'line', 'path']

function plainPlace(place: object): Readonly<Record<string, string | number>> {
  return Object.fromEntries(
    PLACE_KEYS.flatMap((key): [string, string | number][] => {
      const value = (place as Readonly<Record<string, unknown>>)[key]
      if (typeof value === 'string') return [[key, textOf(value, MAX_PLACE)]]
      return Number.isSafeInteger(value) ? [[key, value as number]] : []
    }),
  )
}
