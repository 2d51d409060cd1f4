/** What a file is, by its contents first; the ending of its name decides between kinds of text. */
import { DocumentError } from './limits.ts'
import { refuseKnown, refuseText } from './refused-kinds.ts'

export type DocumentKind = 'docx' | 'xlsx' | 'pdf' | 'mail' | 'html' | 'json' | 'csv' | 'tsv' | 'text'

const HEAD_BYTES = 1024
const MAIL_HEADER = /^(?:from|to|cc|subject|date|message-id|received|return-path|mime-version|content-type|delivered-to|x-[a-z-]+):/i // prettier-ignore

/** Elements a page or a piece of one begins with, behind comments: programs save tables so and call them xls or doc. */
const HTML = /^(?:<\?xml[^>]*>\s*|<!--(?:(?!-->)[\s\S])*-->\s*)*<(?:!doctype html|html|head|body|meta|title|style|link|table|div|center|font|span|p|h[1-6]|[uo]l|pre|b|br)[\s/>]/i // prettier-ignore

/** Whether the file is one of those that are no text. Throws DocumentError for what cannot be read. */
export function binaryKind(
  bytes: Uint8Array,
  zipNames: (() => readonly string[]) | null,
): DocumentKind | null {
  const head = Buffer.from(bytes.subarray(0, HEAD_BYTES)).toString('latin1')
  // ISO 32000-1 annex H.3.4.1: the header may stand within the first kilobyte.
  if (head.includes('%PDF-')) return 'pdf'
  refuseKnown(head, bytes)
  if (!head.startsWith('PK')) return null
  const names = zipNames?.() ?? []
  if (names.some((name) => name.startsWith('word/'))) return 'docx'
  if (names.includes('xl/workbook.bin'))
    throw new DocumentError(
      'đây là sổ tính nhị phân (xlsb): hãy lưu thành xlsx · it is a binary workbook (xlsb): save it as xlsx',
    )
  if (names.some((name) => name.startsWith('xl/'))) return 'xlsx'
  if (names.includes('content.xml'))
    throw new DocumentError(
      'đây là tệp OpenDocument: hãy lưu thành docx hoặc xlsx · it is an OpenDocument file: save it as docx or xlsx',
    )
  throw new DocumentError(
    'đây là tệp nén: hãy giải nén rồi đưa các tệp bên trong · it is an archive: unpack it and give the files in it',
  )
}

/** What kind of text it is. `name`: of the file. Throws DocumentError for what cannot be read. */
export function textKind(text: string, name: string): DocumentKind {
  const head = text.slice(0, 4096).trimStart()
  const ending = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? ''
  refuseText(head)
  if (ending === 'csv' || ending === 'tsv') return ending
  if (/^(?:\{|\[\s*[[{"\]])/.test(head) && (ending === 'json' || isJson(text))) return 'json'
  if (HTML.test(head)) return 'html'
  if (ending === 'html' || ending === 'htm') return 'html'
  if (ending === 'eml' || isMail(head)) return 'mail'
  return 'text'
}

/** `[Adblock Plus]` and `[www.example.com]` begin like JSON too. */
function isJson(text: string): boolean {
  const last = text.trimEnd().at(-1)
  return last === '}' || last === ']'
}

/** Two headers at least before anything else. */
function isMail(head: string): boolean {
  const lines = head.split(/\r?\n/, 3).filter((line) => !/^\s/.test(line))
  return lines.length >= 2 && lines.slice(0, 2).every((line) => MAIL_HEADER.test(line))
}
