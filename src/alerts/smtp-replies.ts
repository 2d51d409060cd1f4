/** Replies of an SMTP server (RFC 5321 §4.2), of one or more lines, out of whatever pieces they come in. Bounded. */
import { cleanText } from './clean-text.ts'

export interface Reply {
  readonly code: number
  /** Without the code. */
  readonly lines: readonly string[]
}

/** RFC 5321 §4.5.3.1.5 says 512; servers are known to say more. */
const MAX_LINE_OCTETS = 4096
const MAX_LINES = 200
const MAX_SHOWN_OCTETS = 300

/** What came is not what an SMTP server says. */
export class NoReply extends Error {
  readonly code = 'THANHLOC_SMTP_REPLY'
}

export class ReplyReader {
  /** The line that is not complete; Latin-1, so that a character is an octet. */
  #rest = ''
  /** Lines of the reply that is not complete. */
  #lines: string[] = []

  /** Whether part of a reply has come. */
  get isWithin(): boolean {
    return this.#rest !== '' || this.#lines.length > 0
  }

  /** The replies that `chunk` completes. Throws NoReply. */
  read(chunk: Buffer): Reply[] {
    const [first = '', ...others] = chunk.toString('latin1').split('\n')
    const lines = [this.#rest + first, ...others]
    this.#rest = lines.pop()!
    if (this.#rest.length > MAX_LINE_OCTETS || lines.some((line) => line.length > MAX_LINE_OCTETS))
      throw new NoReply('the server sends a line without end')
    return lines.map((line) => this.#readLine(line.replace(/\r$/, ''))).filter((reply) => reply !== null)
  }

  /** The reply that `line` ends, or null. */
  #readLine(line: string): Reply | null {
    const match = /^([2-5]\d\d)(?:([- ])(.*))?$/s.exec(line)
    if (match === null)
      throw new NoReply(`the server says "${cleanText(line, 100)}", which is no reply of SMTP`)
    this.#lines.push(Buffer.from(match[3] ?? '', 'latin1').toString('utf8'))
    if (this.#lines.length > MAX_LINES) throw new NoReply('the server sends a reply without end')
    if (match[2] === '-') return null
    const reply = { code: Number(match[1]), lines: this.#lines }
    this.#lines = []
    return reply
  }
}

/** `550 no such user`, on one line, short. */
export function replyText({ code, lines }: Reply): string {
  return cleanText(`${code} ${lines.join(' ')}`, MAX_SHOWN_OCTETS)
}
