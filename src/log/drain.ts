/**
 * Log rings to standard output: the control thread's part of the log. One write is in flight at a time, straight from
 * the shared memory; a ring is read on only as far as was written, so a stalled reader fills the rings and nothing else.
 */
import type { LogRingReader } from '../thread/log-ring.ts'
import type { LogOutput } from './output.ts'

/** Longest piece given to one write; as long as the longest line. */
const WRITE_BYTES = 64 << 10
const RETRY_MS = 5

/** A ring and whose it is. */
export interface NamedRing {
  readonly thread: string
  readonly reader: LogRingReader
}

export class LogDrain {
  readonly #rings: readonly NamedRing[]
  readonly #output: LogOutput
  #turn: number
  #isWriting = false
  #isClosed = false
  #settled: () => void = () => {}

  constructor(rings: readonly NamedRing[], output: LogOutput) {
    this.#rings = rings
    this.#output = output
    // A drain that died inside a line left that line to us: it must be finished before any other.
    this.#turn = Math.max(
      0,
      rings.findIndex(({ reader }) => reader.isInsideLine),
    )
  }

  /** Starts writing what stands in the rings, unless it is being written. To be called every few milliseconds. */
  pump(): void {
    if (this.#isWriting || this.#isClosed) return
    const reader = this.#next()
    if (!reader) return
    this.#isWriting = true
    this.#output.write(reader.peek(WRITE_BYTES), (error, written) => {
      this.#isWriting = false
      // Whatever the error (stalled, disk full, nobody there): the lines stay, and the next call tries again.
      if (!error) reader.consume(written)
      this.#settled()
      if (!error) this.pump()
    })
  }

  /** Lines dropped so far, by thread. */
  dropped(): Record<string, number> {
    return Object.fromEntries(this.#rings.map(({ thread, reader }) => [thread, reader.dropped]))
  }

  /** No write starts after this; resolves when the one in flight is over. What is left is for `drainNow`. */
  close(): Promise<void> {
    this.#isClosed = true
    return this.#isWriting ? new Promise((resolve) => (this.#settled = resolve)) : Promise.resolve()
  }

  /** The ring to read on: the same inside a line, else the next that holds anything, each in its turn. */
  #next(): LogRingReader | null {
    const current = this.#rings[this.#turn]?.reader
    if (current?.isInsideLine && current.pending > 0) return current
    for (let step = 1; step <= this.#rings.length; step++) {
      const turn = (this.#turn + step) % this.#rings.length
      const reader = this.#rings[turn]!.reader
      if (reader.pending === 0) continue
      this.#turn = turn
      return reader
    }
    return null
  }
}

/**
 * Writes what stands in the rings before it returns: for main, at the very end, when the control thread is gone.
 * Waits for a slow reader up to `patienceMs` in all (a stalled one must not hold the shutdown) and returns the bytes
 * left unwritten.
 */
export function drainNow(rings: readonly NamedRing[], output: LogOutput, patienceMs = 500): number {
  const insideFirst = rings.toSorted((a, b) => Number(b.reader.isInsideLine) - Number(a.reader.isInsideLine))
  let patience = Math.ceil(patienceMs / RETRY_MS)
  for (const { reader } of insideFirst) {
    while (reader.pending > 0) {
      try {
        reader.consume(output.writeNow(reader.peek(WRITE_BYTES)))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || patience-- <= 0) return unwritten(rings)
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS)
      }
    }
  }
  return unwritten(rings)
}

function unwritten(rings: readonly NamedRing[]): number {
  return rings.reduce((left, { reader }) => left + reader.pending, 0)
}
