/**
 * The statements of ISC's lease files: words and strings that end in `;`, or in `{` where a block follows. Comments
 * begin with `#`. A string keeps its octets (one character each), because they may be a DUID.
 */

export interface StatementHandler {
  /** `words` of a statement or of the head of a block; of a string its octets, of a word its text. */
  statement(words: readonly string[], line: number): void
  open(words: readonly string[], line: number): void
  close(line: number): void
  /** A line that is no statement. */
  broken(line: number, reason: string): void
}

/** No statement that says something has more. */
const MAX_WORDS = 64

const SPACE = 0x20
const QUOTE = 0x22
const HASH = 0x23
const SEMICOLON = 0x3b
const OPEN = 0x7b
const CLOSE = 0x7d
const BACKSLASH = 0x5c

export class StatementReader {
  readonly #handler: StatementHandler
  #words: string[] = []

  constructor(handler: StatementHandler) {
    this.#handler = handler
  }

  /** Forgets the words of a statement that has begun. */
  reset(): void {
    this.#words = []
  }

  line(text: string, line: number): void {
    for (let at = 0; at < text.length;) {
      const code = text.charCodeAt(at)
      // Control characters part words as white space does.
      if (code <= SPACE) at++
      else if (code === HASH) return
      else if (code === SEMICOLON || code === OPEN || code === CLOSE) {
        at++
        this.#finish(code, line)
      } else if (code === QUOTE) {
        const end = endOfString(text, at + 1)
        if (end === -1) {
          this.reset()
          this.#handler.broken(line, 'a string without its closing quotes')
          return
        }
        this.#push(octetsOf(text.slice(at + 1, end)))
        at = end + 1
      } else {
        const end = endOfWord(text, at)
        this.#push(text.slice(at, end))
        at = end
      }
    }
  }

  #push(word: string): void {
    if (this.#words.length < MAX_WORDS) this.#words.push(word)
  }

  #finish(code: number, line: number): void {
    const words = this.#words
    this.#words = []
    if (code === OPEN) this.#handler.open(words, line)
    else {
      if (words.length > 0) this.#handler.statement(words, line)
      if (code === CLOSE) this.#handler.close(line)
    }
  }
}

function endOfWord(text: string, at: number): number {
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code <= SPACE || code === SEMICOLON || code === OPEN || code === CLOSE || code === QUOTE) return at
  }
  return at
}

/** The place of the closing quotes, or -1. */
function endOfString(text: string, at: number): number {
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === BACKSLASH) at++
    else if (code === QUOTE) return at
  }
  return -1
}

/** `\303\241` are the octets 0xc3 0xa1, `\"` a quote. One character an octet. */
function octetsOf(text: string): string {
  const octets = Buffer.from(text).toString('latin1')
  if (!octets.includes('\\')) return octets
  return octets.replace(/\\([0-3][0-7]{2}|[^])/g, (_, escaped: string) =>
    escaped.length === 3 ? String.fromCharCode(parseInt(escaped, 8)) : escaped,
  )
}
