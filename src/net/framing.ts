/**
 * DNS over a stream: each message behind its length in two octets (RFC 1035 §4.2.2, RFC 7766 §8). Takes the chunks as
 * they come, hands out whole messages, and never holds more than one unfinished message.
 */
const LENGTH_BYTES = 2

export class FrameReader {
  readonly #onMessage: (bytes: Uint8Array, length: number) => void
  /** The first length octet, when only that has come; otherwise -1. */
  #firstOctet = -1
  /** The unfinished message, at its full length, and how much of it has come. */
  #message: Uint8Array | null = null
  #filled = 0

  /** `onMessage` gets each message, valid during the call only. */
  constructor(onMessage: (bytes: Uint8Array, length: number) => void) {
    this.#onMessage = onMessage
  }

  /** True while a message has begun and not ended. */
  get isInside(): boolean {
    return this.#firstOctet >= 0 || this.#message !== null
  }

  /** Takes what arrived. Each octet is copied at most once, however small the chunks. */
  push(chunk: Uint8Array): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#message) at = this.#fill(this.#message, chunk, at)
      else if (this.#firstOctet < 0) this.#firstOctet = chunk[at++]!
      else {
        const length = (this.#firstOctet << 8) | chunk[at++]!
        this.#firstOctet = -1
        if (chunk.length - at >= length) {
          this.#onMessage(chunk.subarray(at, at + length), length)
          at += length
        } else {
          this.#message = new Uint8Array(length)
          this.#filled = 0
        }
      }
    }
  }

  #fill(message: Uint8Array, chunk: Uint8Array, from: number): number {
    const taken = Math.min(message.length - this.#filled, chunk.length - from)
    message.set(chunk.subarray(from, from + taken), this.#filled)
    this.#filled += taken
    if (this.#filled === message.length) {
      this.#message = null
      this.#onMessage(message, message.length)
    }
    return from + taken
  }
}

/** `bytes[0..length)` with its length before it, as one buffer, so that it leaves in one segment (RFC 7766 §8). */
export function frame(bytes: Uint8Array, length: number): Uint8Array {
  const framed = new Uint8Array(LENGTH_BYTES + length)
  framed[0] = length >> 8
  framed[1] = length & 0xff
  framed.set(bytes.subarray(0, length), LENGTH_BYTES)
  return framed
}
