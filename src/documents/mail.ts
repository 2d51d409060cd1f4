/** Mail (RFC 5322, MIME): its text, and what is attached, by the readers of each format. */
import { type Budget, DocumentError } from './limits.ts'
import { brokenLines, type DocumentSink, PLAIN, type Traits } from './sink.ts'

type Lines = readonly { readonly text: string; readonly line: number }[]

const MAX_HEADER_BYTES = 256 << 10
const MAX_MIME_DEPTH = 50
/** Characters looked at for lines that the HTML does not hold where they should stand; the rest then counts as missing. */
const MOST_SCANNED = 1e9

export interface Attachment {
  readonly name: string
  readonly bytes: Uint8Array
}

export interface Mail {
  /** As HTML where there is such a text: tables stand in it. */
  readonly html: string | null
  /** The same as plain text, beside the HTML: nobody has read it yet. */
  readonly lines: Lines
  readonly attachments: readonly Attachment[]
}

/** Lines of which `seen`, a text without white space, holds nothing. Quotation marks in front do not count. */
export function linesMissingIn(seen: string, lines: Lines): Lines {
  const missing: Lines[number][] = []
  let at = 0
  let scanned = 0
  for (const line of lines) {
    const text = line.text.replace(/^[>\s]+|\s+/g, '')
    // Both mostly go along; a look at all of it for each of many lines would take minutes.
    let found = scanned > MOST_SCANNED ? -1 : seen.indexOf(text, at)
    if (found === -1 && scanned <= MOST_SCANNED) found = seen.indexOf(text)
    if (found === -1) missing.push(line)
    if (found < at) scanned += seen.length
    else at = found + text.length
  }
  return missing
}

/** Hands on lines of a mail. Throws DocumentError. */
export function readLines(lines: Lines, traits: Traits, budget: Budget, sink: DocumentSink): void {
  for (const { text, line } of lines) {
    budget.spendRow()
    sink.line({ text, isFull: null }, { line }, traits)
  }
  sink.gap()
}

/** Hands the plain text on and returns the rest. Throws DocumentError. */
export async function readMail(bytes: Uint8Array, budget: Budget, sink: DocumentSink): Promise<Mail> {
  const { default: PostalMime } = await import('postal-mime')
  let mail
  try {
    mail = await PostalMime.parse(bytes, {
      // Each mail in the mail is read by us, counted and bounded.
      forceRfc822Attachments: true,
      maxNestingDepth: MAX_MIME_DEPTH,
      maxHeadersSize: MAX_HEADER_BYTES,
    })
  } catch (error) {
    throw new DocumentError(
      `không đọc được thư này · it is no mail that can be read: ${(error as Error).message}`,
      { cause: error },
    )
  }
  const lines = brokenLines(mail.text ?? '').map(({ text }, index) => ({ text, line: index + 1 }))
  if (mail.html === undefined && mail.text !== undefined) readLines(lines, PLAIN, budget, sink)
  const attachments = mail.attachments.map(({ filename, content, mimeType }, index) => ({
    name: filename ?? (mimeType === 'message/rfc822' ? `mail ${index + 1}.eml` : `attachment ${index + 1}`),
    bytes: typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content),
  }))
  for (const attachment of attachments) {
    budget.spendAttachment()
    budget.spendExpanded(attachment.bytes.length)
  }
  return { html: mail.html ?? null, lines, attachments }
}
