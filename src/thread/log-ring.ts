/**
 * Log lines on their way from one thread to standard output. The thread alone writes, the control thread (after it,
 * main) alone reads; neither ever waits for the other. When nobody reads, new lines are dropped and counted.
 *
 *   word 0   tail: where the next unread byte is      moved by the reader
 *   word 1   head: where the next byte will go        moved by the writer, after the whole line stands in place
 *   word 2   lines dropped
 *   byte 64  the ring: lines of UTF-8, each ending in a line feed, running over the end to the start
 *
 * A writer that dies inside a line leaves nothing: its bytes lie beyond the head. A reader that dies inside a line
 * leaves the tail there, and whoever reads next sees by the byte before it that the line has begun.
 */

const HEADER_BYTES = 64
const TAIL = 0
const HEAD = 1
const DROPPED = 2
const LINE_FEED = 0x0a

/** Bytes of the shared memory of one ring, the header included. */
export const LOG_RING_BYTES = 1 << 20

/** A longer line is dropped: one line must not push out all others. */
export const MAX_LINE_BYTES = 64 << 10

/** The views both sides have of one ring. One byte always stays free: full and empty must differ. */
class RingMemory {
  readonly words: Int32Array
  readonly bytes: Buffer
  readonly capacity: number

  constructor(memory: SharedArrayBuffer) {
    this.words = new Int32Array(memory, 0, HEADER_BYTES / 4)
    this.bytes = Buffer.from(memory, HEADER_BYTES)
    this.capacity = memory.byteLength - HEADER_BYTES
  }

  used(head: number, tail: number): number {
    return head >= tail ? head - tail : this.capacity - tail + head
  }
}

/** The writing end; one a ring. */
export class LogRingWriter {
  readonly #ring: RingMemory
  /** Takes a line that runs over the end of the ring, so that no character is split by the encoder. */
  readonly #scratch = Buffer.allocUnsafe(MAX_LINE_BYTES)

  constructor(memory: SharedArrayBuffer) {
    this.#ring = new RingMemory(memory)
  }

  /** Appends `line`, with a line feed where it has none. False: no room or too long; dropped and counted. */
  write(line: string): boolean {
    const { words, bytes, capacity } = this.#ring
    const ended = line.endsWith('\n')
    const textBytes = Buffer.byteLength(line)
    const length = ended ? textBytes : textBytes + 1
    const head = Atomics.load(words, HEAD)
    const free = capacity - 1 - this.#ring.used(head, Atomics.load(words, TAIL))
    if (length > MAX_LINE_BYTES || length > free) {
      Atomics.add(words, DROPPED, 1)
      return false
    }
    if (head + length <= capacity) {
      bytes.write(line, head)
      if (!ended) bytes[head + textBytes] = LINE_FEED
    } else {
      this.#scratch.write(line)
      if (!ended) this.#scratch[textBytes] = LINE_FEED
      this.#scratch.copy(bytes, head, 0, capacity - head)
      this.#scratch.copy(bytes, 0, capacity - head, length)
    }
    Atomics.store(words, HEAD, (head + length) % capacity)
    return true
  }
}

/** The reading end; one at a time a ring. */
export class LogRingReader {
  readonly #ring: RingMemory

  constructor(memory: SharedArrayBuffer) {
    this.#ring = new RingMemory(memory)
  }

  /** Lines the writer had to drop so far; runs over at 2^32. */
  get dropped(): number {
    return Atomics.load(this.#ring.words, DROPPED) >>> 0
  }

  /** Bytes not yet read. */
  get pending(): number {
    const { words } = this.#ring
    return this.#ring.used(Atomics.load(words, HEAD), Atomics.load(words, TAIL))
  }

  /** True when the last byte taken was not the end of a line: the rest must come before any other ring's lines. */
  get isInsideLine(): boolean {
    const { words, bytes, capacity } = this.#ring
    const tail = Atomics.load(words, TAIL)
    const before = bytes[tail === 0 ? capacity - 1 : tail - 1]
    // Memory never written is zero: the very start of the ring is no line's inside.
    return before !== LINE_FEED && before !== 0
  }

  /**
   * The next bytes in place, at most `maxBytes`; cut after the last line feed among them where there is one. Empty
   * when there is nothing. They stay valid, and unread, until `consume`.
   */
  peek(maxBytes: number): Buffer {
    const { words, bytes, capacity } = this.#ring
    const tail = Atomics.load(words, TAIL)
    const head = Atomics.load(words, HEAD)
    const end = Math.min(head >= tail ? head : capacity, tail + maxBytes)
    const chunk = bytes.subarray(tail, end)
    const lastFeed = chunk.lastIndexOf(LINE_FEED)
    return lastFeed < 0 ? chunk : chunk.subarray(0, lastFeed + 1)
  }

  /** Marks the first `length` bytes of what `peek` gave as read. */
  consume(length: number): void {
    const { words, capacity } = this.#ring
    Atomics.store(words, TAIL, (Atomics.load(words, TAIL) + length) % capacity)
  }

  /** Takes whole lines, without their line feeds, up to about `maxBytes` of them. */
  read(maxBytes = 256 << 10): string[] {
    const parts: Buffer[] = []
    let left = maxBytes
    // A line over the end of the ring comes in two pieces: go on until the line is whole.
    while (left > 0 || !endsLine(parts)) {
      const chunk = this.peek(Math.max(left, MAX_LINE_BYTES))
      if (chunk.length === 0) break
      parts.push(Buffer.from(chunk))
      this.consume(chunk.length)
      left -= chunk.length
    }
    const lines = Buffer.concat(parts).toString('utf8').split('\n')
    lines.pop()
    return lines
  }
}

function endsLine(parts: readonly Buffer[]): boolean {
  const last = parts.at(-1)
  return last === undefined || last[last.length - 1] === LINE_FEED
}
