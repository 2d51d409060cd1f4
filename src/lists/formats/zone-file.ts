/**
 * Master files (RFC 1035 §5), line by line: directives, `@`, blank owners, parentheses over several lines, quoted
 * strings, comments after `;`. Gives records as text; which of them mean anything is for the format above to say.
 */
import { lineText, trimEnd } from './tokens.ts'

/** A name of a zone file. Not absolute: relative to an origin that the file does not name. */
export interface ZoneName {
  /** No final dot; empty for the origin itself (or the root, when absolute). */
  readonly text: string
  readonly isAbsolute: boolean
}

export interface ZoneHandler {
  /**
   * `type` in capitals; `rdata` in words, quotes kept. `ttl`: its own or that of `$TTL`, as it is written (`2h`, `90`);
   * null: neither says one. `origin`: what names in `rdata` are relative to.
   */
  record(owner: ZoneName, type: string, rdata: readonly string[], ttl: string | null, origin: ZoneName): void
  /** What is neither record nor known directive. */
  problem(reason: 'junk' | 'not-yet' | 'too-long'): void
}

/** Of one record; an RPZ record has six. */
const MAX_WORDS = 1024
const CLASS = /^(?:IN|CH|HS|CLASS\d+)$/i
const TTL = /^(?:\d+[smhdw]?)+$/i

export class ZoneFileReader {
  readonly #handler: ZoneHandler
  #origin: ZoneName = { text: '', isAbsolute: false }
  #owner: ZoneName | null = null
  #ttl: string | null = null
  #words: string[] = []
  #depth = 0
  #hasOwner = false
  #isTooLong = false

  constructor(handler: ZoneHandler) {
    this.#handler = handler
  }

  line(bytes: Uint8Array, start: number, end: number): void {
    const text = lineText(bytes, start, trimEnd(bytes, start, end))
    if (this.#depth === 0) this.#hasOwner = text !== '' && !/^[\s;]/.test(text)
    if (!this.#readWords(text)) {
      this.#reset()
      return this.#handler.problem('junk')
    }
    if (this.#depth > 0) return
    const words = this.#words
    const isTooLong = this.#isTooLong
    this.#reset()
    if (isTooLong) this.#handler.problem('too-long')
    else if (words.length > 0) this.#finish(words)
  }

  end(): void {
    if (this.#depth > 0) this.#handler.problem('junk')
  }

  /** Adds the words of a line; false where quotes or parentheses do not match. */
  #readWords(text: string): boolean {
    let at = 0
    while (at < text.length) {
      const character = text[at]!
      if (character === ';') return true
      if (character === '(') this.#depth++
      else if (character === ')') this.#depth--
      else if (character === '"') {
        const close = closingQuote(text, at + 1)
        if (close === -1) return false
        this.#push(text.slice(at, close + 1))
        at = close
      } else if (!isBlank(character)) {
        const stop = wordEnd(text, at)
        this.#push(text.slice(at, stop))
        at = stop - 1
      }
      if (this.#depth < 0) return false
      at++
    }
    return true
  }

  #push(word: string): void {
    if (this.#words.length < MAX_WORDS) this.#words.push(word)
    else this.#isTooLong = true
  }

  #reset(): void {
    this.#words = []
    this.#depth = 0
    this.#isTooLong = false
  }

  #finish(words: readonly string[]): void {
    if (this.#hasOwner && words[0]!.startsWith('$')) return this.#directive(words)
    let next = 0
    if (this.#hasOwner) this.#owner = this.#resolve(words[next++]!)
    // TTL and class come in either order.
    let ttl = this.#ttl
    for (; next < words.length; next++) {
      if (TTL.test(words[next]!)) ttl = words[next]!
      else if (!CLASS.test(words[next]!)) break
    }
    const type = words[next]
    if (this.#owner === null || type === undefined) return this.#handler.problem('junk')
    this.#handler.record(this.#owner, type.toUpperCase(), words.slice(next + 1), ttl, this.#origin)
  }

  #directive(words: readonly string[]): void {
    const keyword = words[0]!.toUpperCase()
    if (keyword === '$TTL' && words[1] !== undefined && TTL.test(words[1])) this.#ttl = words[1]
    else if (keyword === '$ORIGIN' && words[1] !== undefined) this.#origin = this.#resolve(words[1])
    else this.#handler.problem('not-yet')
  }

  #resolve(word: string): ZoneName {
    return resolveName(word, this.#origin)
  }
}

/** What `word`, a name as it is written, means under `origin`. */
export function resolveName(word: string, origin: ZoneName): ZoneName {
  if (word === '@') return origin
  if (isAbsolute(word)) return { text: word.slice(0, -1), isAbsolute: true }
  return { text: origin.text === '' ? word : `${word}.${origin.text}`, isAbsolute: origin.isAbsolute }
}

/** Ends in a dot that no backslash escapes. */
export function isAbsolute(word: string): boolean {
  if (!word.endsWith('.')) return false
  let backslashes = 0
  while (word[word.length - 2 - backslashes] === '\\') backslashes++
  return backslashes % 2 === 0
}

function isBlank(character: string): boolean {
  return (
    character === ' ' || character === '\t' || character === '\r' || character === '\f' || character === '\v'
  )
}

function closingQuote(text: string, at: number): number {
  for (; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at
  }
  return -1
}

function wordEnd(text: string, at: number): number {
  for (; at < text.length; at++) {
    const character = text[at]!
    if (character === '\\') at++
    else if (
      isBlank(character) ||
      character === ';' ||
      character === '(' ||
      character === ')' ||
      character === '"'
    ) {
      break
    }
  }
  return Math.min(at, text.length)
}
