/** What of a file could not be taken, and why: counted in full, shown as far as somebody will read. */
import { cleanText } from './host-name.ts'

export interface Refusal {
  /** From 1; 0: the file as a whole. */
  readonly line: number
  readonly reason: string
}

/** Reasons that are kept; the rest are counted. */
export const SHOWN_REFUSALS = 20

const SHOWN_OCTETS = 80

export class Refusals {
  readonly #shown: Refusal[] = []
  #count = 0

  add(line: number, reason: string): void {
    this.#count++
    if (this.#shown.length < SHOWN_REFUSALS) this.#shown.push({ line, reason })
  }

  /** All there were. */
  get count(): number {
    return this.#count
  }

  /** The first ones. */
  get shown(): readonly Refusal[] {
    return this.#shown
  }
}

/** A piece of foreign text as a reason quotes it. */
export function quoted(text: string): string {
  const cleaned = cleanText(text, SHOWN_OCTETS)
  return `"${cleaned}"${cleaned.length < text.trim().length ? '…' : ''}`
}
