/** A message as mail (RFC 5322, MIME): seven bits, lines of at most 998 octets, Vietnamese first. */
import { mailDate } from './local-time.ts'
import type { Message } from './message.ts'
import { headerText, quotePrintable } from './quoted-printable.ts'

export interface Envelope {
  readonly from: string
  readonly to: readonly string[]
  /** Wall clock, milliseconds. */
  readonly nowMs: number
}

const SENDER = 'Thanh Lọc'

/** Header and body, lines ended by CRLF. The addresses have been checked: they hold nothing that ends a header. */
export function mailOf(message: Message, { from, to, nowMs }: Envelope): string {
  const { title, text, id, kind, severity } = message
  const headers = [
    `From: ${headerText(SENDER)} <${from}>`,
    `To: ${to.join(',\r\n ')}`,
    `Subject: ${headerText(`[${SENDER}] ${title.vi}`)}`,
    `Date: ${mailDate(nowMs)}`,
    // The same in every attempt: mail servers and readers drop the second of a kind.
    `Message-ID: <${id}@${from.slice(from.lastIndexOf('@') + 1)}>`,
    // RFC 3834 §5, the keyword of RFC 5436 §2.7.1: no automatic answers to a notification.
    'Auto-Submitted: auto-notified',
    `Thanhloc-Kind: ${kind}`,
    `Thanhloc-Severity: ${severity}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: quoted-printable',
  ]
  const body = `${title.vi}\n\n${text.vi}\n\n---\n\n${title.en}\n\n${text.en}\n`
  return `${headers.join('\r\n')}\r\n\r\n${quotePrintable(body)}`
}
