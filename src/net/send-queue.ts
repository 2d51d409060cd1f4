/**
 * Datagrams on their way out, sent with one system call when the batch ends, the socket changes or the room is full.
 * sendmmsg stops at the first message it cannot send, and would take the rest of the batch down with it: what comes
 * behind a failed one is sent all the same.
 */
import type { Counters } from '../metrics/counters.ts'
import { C, lastErrno, type Libc } from './libc.ts'
import { BATCH, type MmsgArena } from './mmsg-arena.ts'

/** A socket whose buffer is full gets this long to make room, so often in a batch; what fails then is lost, and counted. */
const FULL_WAIT_MS = 2
const FULL_WAITS = 3

export class SendQueue {
  readonly arena: MmsgArena
  readonly #libc: Libc
  readonly #counters: Counters
  readonly #onFailed: (fd: number, code: string) => void
  readonly #poll = new Int32Array(2)
  #fd = -1
  #count = 0

  /** `arena`: where the messages stand. `onFailed`: one to `fd` could not be sent; called at the end of a flush. */
  constructor(
    libc: Libc,
    arena: MmsgArena,
    counters: Counters,
    onFailed: (fd: number, code: string) => void = () => {},
  ) {
    this.#libc = libc
    this.#counters = counters
    this.#onFailed = onFailed
    this.arena = arena
  }

  get isEmpty(): boolean {
    return this.#count === 0
  }

  /** The place of the next message for `fd`: fill its buffer and name, then `add`. */
  place(fd: number): number {
    if (this.#count === BATCH || (fd !== this.#fd && this.#count > 0)) this.flush()
    this.#fd = fd
    return this.#count
  }

  /**
   * The message in that place is to be sent: `length` bytes, to the name of `nameLength` bytes, from the address its
   * control buffer of `controlLength` bytes says, 0: from the one the socket is bound to.
   */
  add(length: number, nameLength: number, controlLength = 0): void {
    this.arena.setSize(this.#count, length)
    this.arena.setNameLength(this.#count, nameLength)
    this.arena.setControlLength(this.#count, controlLength)
    this.#count++
  }

  flush(): void {
    const count = this.#count
    this.#count = 0
    let waits = 0
    let failed: string | null = null
    for (let from = 0; from < count;) {
      const sent = this.#libc.sendmmsg(this.#fd, this.arena.headerAt(from), count - from, C.MSG_DONTWAIT)
      if (sent > 0) from += sent
      else {
        const code = lastErrno()
        if (code === 'EAGAIN' && waits++ < FULL_WAITS && this.#waitForRoom()) continue
        // Port 0, a route or the address that was asked is gone, a firewall, nobody there: this one is lost, the next
        // may not be.
        this.#counters.add('udpSendErrors')
        failed = code
        from++
      }
    }
    if (failed !== null) this.#onFailed(this.#fd, failed)
  }

  /** What is queued for a socket that is being closed is nobody's any more. */
  forget(fd: number): void {
    if (fd === this.#fd) this.#count = 0
  }

  #waitForRoom(): boolean {
    this.#poll[0] = this.#fd
    this.#poll[1] = C.POLLOUT
    return this.#libc.poll(this.#poll, 1, FULL_WAIT_MS) > 0
  }
}
