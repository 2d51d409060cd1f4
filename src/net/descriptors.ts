/**
 * Descriptors a resolver thread has opened through the C library, which nobody closes when the thread dies: noted in
 * shared memory, one word each (the number + 1, 0: free), so that main can. A number is noted after it is opened and
 * taken out before it is closed: a thread that dies in between leaks one and never makes main close a stranger's.
 */

/** 32 upstreams with 16 sockets each, listening sockets, and room. */
const PLACES = 1024
export const DESCRIPTOR_BYTES = PLACES * 4

export class DescriptorTable {
  readonly #words: Int32Array

  /** `memory` holds `DESCRIPTOR_BYTES`, zero at first. */
  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory, 0, PLACES)
  }

  /** Notes an open descriptor; returns its place, or -1 where there is no room (then it may leak). */
  note(fd: number): number {
    const place = this.#words.indexOf(0)
    if (place >= 0) Atomics.store(this.#words, place, fd + 1)
    return place
  }

  /** To be called before the descriptor in that place is closed. */
  drop(place: number): void {
    if (place >= 0) Atomics.store(this.#words, place, 0)
  }

  /** Closes all that is noted; the thread is gone. */
  closeAll(close: (fd: number) => void): void {
    for (let place = 0; place < PLACES; place++) {
      const fd = Atomics.exchange(this.#words, place, 0) - 1
      if (fd >= 0) close(fd)
    }
  }
}
