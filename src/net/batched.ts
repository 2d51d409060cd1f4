/**
 * Sockets read and written in batches: recvmmsg and sendmmsg on memory laid out once, one epoll set for all of a
 * thread's sockets, on Node's ordinary event loop. A packet costs no callback, no Buffer and no object. Linux only.
 *
 *   wait in libuv's pool until something is readable ── setImmediate ──► epoll_wait(1 ms) ─► each readable socket: one
 *   recvmmsg, its handler for each datagram, replies into the send queue ─► sendmmsg ─► setImmediate again, until
 *   nothing is readable for a millisecond: wait
 *
 * Between batches the loop belongs to everybody else: TCP, timers, letters.
 */
import type { Counters } from '../metrics/counters.ts'
import type { Random } from '../random.ts'
import { BatchedConnected, BatchedListener } from './batched-sockets.ts'
import type {
  ConnectedSocket,
  DatagramHandler,
  Datagrams,
  ListeningSocket,
  ListenSource,
} from './datagram.ts'
import type { DescriptorTable } from './descriptors.ts'
import { addressOf, C, lastErrno, type Libc } from './libc.ts'
import { MmsgArena } from './mmsg-arena.ts'
import { SendQueue } from './send-queue.ts'
import { connectUdp } from './sockets.ts'

/** A query is at most 1232 bytes from anybody well-behaved; upstreams may send more than we advertise. */
const RECEIVE_BYTES = 4096
const SEND_BYTES = 2048
const EVENTS = 64
// struct epoll_event: 32 bits of events, 64 of data; packed to 12 bytes on x86-64, padded to 16 elsewhere.
const EVENT_WORDS = process.arch === 'x64' ? 3 : 4
const DATA_WORD = process.arch === 'x64' ? 1 : 2
/** How long one wait in the pool lasts at most: a thread cannot end while one is under way. */
const WAIT_MS = 100
/**
 * Under load the next datagram is near, and waking a thread of the pool and being woken by it costs more than the
 * datagram: the loop itself waits for it this long, and everything else on the loop that much longer. Half the CPU a
 * query at 100,000 a second (benchmark: compare.py miss).
 */
const LINGER_MS = 1

/** What the loop calls when a socket is readable. */
interface Readable {
  readonly fd: number
  readonly place: number
  read(): void
  /** What was sent could not be, and why. */
  failed(code: string): void
}

export class BatchedDatagrams implements Datagrams {
  readonly name = 'batched'
  batch = 0
  readonly libc: Libc
  readonly counters: Counters
  readonly received = new MmsgArena(RECEIVE_BYTES)
  /** Answers given at once, answers given later, and queries to upstreams: apart, because each stays on one socket. */
  readonly replies: SendQueue
  readonly later: SendQueue
  readonly queries: SendQueue
  readonly #random: Random
  readonly #onBatch: () => void
  readonly #descriptors: DescriptorTable
  readonly #epoll: number
  readonly #events = new Int32Array(EVENTS * EVENT_WORDS)
  readonly #eventsAddress = addressOf(this.#events.buffer)
  readonly #waited = new Int32Array(EVENTS * EVENT_WORDS)
  readonly #waitedAddress = addressOf(this.#waited.buffer)
  readonly #sockets: (Readable | null)[] = []
  readonly #free: number[] = []
  #isInBatch = false
  #isFlushDue = false

  /** `onBatch` is called before the datagrams of a batch are handed over. */
  constructor(
    libc: Libc,
    counters: Counters,
    random: Random,
    descriptors: DescriptorTable,
    onBatch: () => void = () => {},
  ) {
    this.libc = libc
    this.counters = counters
    this.#random = random
    this.#onBatch = onBatch
    this.#descriptors = descriptors
    this.replies = new SendQueue(libc, SEND_BYTES, counters)
    this.later = new SendQueue(libc, SEND_BYTES, counters)
    this.queries = new SendQueue(libc, SEND_BYTES, counters, (fd, code) => this.#failed(fd, code))
    this.#epoll = libc.epoll_create1(C.EPOLL_CLOEXEC)
    if (this.#epoll < 0) throw new Error(`epoll_create1: ${lastErrno()}`)
    descriptors.note(this.#epoll)
    this.#wait()
  }

  listen(source: ListenSource, onDatagram: DatagramHandler): Promise<ListeningSocket> {
    return Promise.resolve(new BatchedListener(this, source.fd, source.address, onDatagram))
  }

  connect(
    address: string,
    port: number,
    onMessage: (bytes: Uint8Array, length: number) => void,
    onError: (code: string) => void,
  ): ConnectedSocket {
    return new BatchedConnected(this, connectUdp(address, port, this.#random), onMessage, onError)
  }

  /** Watches a socket from now on; returns its number in the epoll set. */
  watch(fd: number, read: () => void, failed: (code: string) => void): number {
    const number = this.#free.pop() ?? this.#sockets.length
    this.#sockets[number] = { fd, place: this.#descriptors.note(fd), read, failed }
    const event = new Int32Array(EVENT_WORDS)
    event[0] = C.EPOLLIN
    event[DATA_WORD] = number
    if (this.libc.epoll_ctl(this.#epoll, C.EPOLL_CTL_ADD, fd, addressOf(event.buffer)) < 0) {
      throw new Error(`epoll_ctl: ${lastErrno()}`)
    }
    return number
  }

  /** Stops watching and closes. */
  unwatch(number: number): void {
    const socket = this.#sockets[number]
    if (!socket) return
    this.#sockets[number] = null
    this.#free.push(number)
    for (const queue of [this.replies, this.later, this.queries]) queue.forget(socket.fd)
    // Closing would not take it out: main holds the same socket by another number.
    this.libc.epoll_ctl(this.#epoll, C.EPOLL_CTL_DEL, socket.fd, 0)
    this.#descriptors.drop(socket.place)
    this.libc.close(socket.fd)
  }

  /** Something was queued: it leaves at the end of the batch, or soon where there is none. */
  flushSoon(): void {
    if (this.#isInBatch || this.#isFlushDue) return
    this.#isFlushDue = true
    queueMicrotask(() => {
      this.#isFlushDue = false
      this.#flush()
    })
  }

  /** Told later: whoever queued the message is still in the middle of it. */
  #failed(fd: number, code: string): void {
    const socket = this.#sockets.find((one) => one?.fd === fd)
    if (socket) queueMicrotask(() => socket.failed(code))
  }

  #flush(): void {
    if (!this.replies.isEmpty) this.replies.flush()
    if (!this.queries.isEmpty) this.queries.flush()
    if (!this.later.isEmpty) this.later.flush()
  }

  // The callback of a call in the pool must not throw, nor may the thread be ended in it: it only hands over.
  readonly #wake = (): void => void setImmediate(this.#turn)

  #wait(): void {
    this.libc.epollWaitLater(this.#epoll, this.#waitedAddress, 1, WAIT_MS, this.#wake)
  }

  /** One turn of the loop: a batch from each readable socket. */
  readonly #turn = (): void => {
    const events = this.libc.epoll_wait(this.#epoll, this.#eventsAddress, EVENTS, LINGER_MS)
    if (events <= 0) return this.#wait()
    this.batch++
    this.#onBatch()
    this.#isInBatch = true
    try {
      for (let i = 0; i < events; i++) this.#sockets[this.#events[i * EVENT_WORDS + DATA_WORD]!]?.read()
    } finally {
      this.#isInBatch = false
    }
    this.#flush()
    setImmediate(this.#turn)
  }
}
