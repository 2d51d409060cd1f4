/** An epoll set (epoll(7)): which of many descriptors are readable, by numbers of the caller's own. */
import { addressOf, C, lastErrno, type Libc } from './libc.ts'

/** Readable descriptors told of in one look; the next look tells of the others. */
const EVENTS = 64
// struct epoll_event: 32 bits of events, 64 of data; packed to 12 bytes on x86-64, padded to 16 elsewhere.
const EVENT_WORDS = process.arch === 'x64' ? 3 : 4
const DATA_WORD = process.arch === 'x64' ? 1 : 2

export class EpollSet {
  readonly fd: number
  readonly #libc: Libc
  readonly #events = new Int32Array(EVENTS * EVENT_WORDS)
  readonly #eventsAddress = addressOf(this.#events.buffer)

  /** Throws where the process has no descriptor left. */
  constructor(libc: Libc) {
    this.#libc = libc
    this.fd = libc.epoll_create1(C.EPOLL_CLOEXEC)
    if (this.fd < 0) throw new Error(`epoll_create1: ${lastErrno()}`)
  }

  /** `number` is what `numberAt` gives when `fd` is readable. */
  add(fd: number, number: number): void {
    addReadable(this.#libc, this.fd, fd, number)
  }

  remove(fd: number): void {
    this.#libc.epoll_ctl(this.fd, C.EPOLL_CTL_DEL, fd, 0)
  }

  /** How many are readable now; never waits. */
  look(): number {
    return this.#libc.epoll_wait(this.fd, this.#eventsAddress, EVENTS, 0)
  }

  /** The number of the `i`th that the latest look has found readable. */
  numberAt(i: number): number {
    return this.#events[i * EVENT_WORDS + DATA_WORD]!
  }
}

/** Puts `fd` into the epoll set `epoll`, which tells of it as `number`. Throws where the kernel refuses. */
export function addReadable(libc: Libc, epoll: number, fd: number, number: number): void {
  const event = new Int32Array(EVENT_WORDS)
  event[0] = C.EPOLLIN
  event[DATA_WORD] = number
  if (libc.epoll_ctl(epoll, C.EPOLL_CTL_ADD, fd, addressOf(event.buffer)) < 0) {
    throw new Error(`epoll_ctl: ${lastErrno()}`)
  }
}
