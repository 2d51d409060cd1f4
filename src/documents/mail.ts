/** Mail (RFC 5322, MIME): its text, and what is attached, by the readers of each format. */
import { type Budget, DocumentError } from './limits.ts'
import { type DocumentSink, PLAIN } from './sink.ts'
import { brokenLines } from './sink.ts'

const MAX_HEADER_BYTES = 256 << 10
const MAX_MIME_DEPTH = 50

export interface Attachment {
  readonly name: string
  readonly bytes: Uint8Array
}

export interface Mail {
  /** As HTML where there is such a text: tables stand in it. */
  readonly html: string | null
  readonly attachments: readonly Attachment[]
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
    throw new DocumentError(`it is no mail that can be read: ${(error as Error).message}`, { cause: error })
  }
  if (mail.html === undefined && mail.text !== undefined) {
    for (const [index, line] of brokenLines(mail.text).entries()) {
      budget.spendRow()
      sink.line(line, { line: index + 1 }, PLAIN)
    }
    sink.gap()
  }
  const attachments = mail.attachments.map(({ filename, content, mimeType }, index) => ({
    name: filename ?? (mimeType === 'message/rfc822' ? `mail ${index + 1}.eml` : `attachment ${index + 1}`),
    bytes: typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content),
  }))
  for (const attachment of attachments) {
    budget.spendAttachment()
    budget.spendExpanded(attachment.bytes.length)
  }
  return { html: mail.html ?? null, attachments }
}
