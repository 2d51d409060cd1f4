/**
 * Sockets read and written in batches: recvmmsg and sendmmsg on memory laid out once, one epoll set for all of a
 * thread's sockets, on Node's ordinary event loop. A packet costs no callback, no Buffer and no object. Linux only.
 *
 *   the loop waits, for our epoll set too (event-loop.ts) ──► immediate: epoll_wait(0) ─► each readable socket: one
 *   recvmmsg, its handler for each datagram, replies into the send queue ─► sendmmsg ─► where much comes, a moment for
 *   more to come ──► the loop goes round
 *
 * Between batches the loop belongs to everybody else: TCP, timers, letters.
 */
import type { Counters } from '../metrics/counters.ts'
import type { Random } from '../random.ts'
import { BatchedConnected, BatchedListener } from './batched-sockets.ts'
import {
  NO_EVENTS,
  type BatchEvents,
  type ConnectedSocket,
  type DatagramHandler,
  type Datagrams,
  type ListeningSocket,
  type ListenSource,
} from './datagram.ts'
import type { DescriptorTable } from './descriptors.ts'
import { EpollSet } from './epoll.ts'
import { wakeLoopFor } from './event-loop.ts'
import type { Libc } from './libc.ts'
import { BATCH, MmsgArena } from './mmsg-arena.ts'
import { SendQueue } from './send-queue.ts'
import { connectUdp } from './sockets.ts'

/** A query is at most 1232 bytes from anybody well-behaved; upstreams may send more than we advertise. */
const RECEIVE_BYTES = 4096
const SEND_BYTES = 2048

/** A turn of the loop takes 20 to 40 µs: so many messages have come in one at 200,000 a second or more. */
const GATHER_FROM = 8
/** For how long more may come then; the kernel adds up to its timer slack, 50 µs unless set otherwise (prctl(2)). */
const GATHER_US = 25

/** What the loop calls when a socket is readable. */
interface Readable {
  readonly fd: number
  readonly place: number
  /** Takes a batch, and returns how many messages it had. */
  read(): number
  /** What was sent could not be, and why. */
  failed(code: string): void
}

export class BatchedDatagrams implements Datagrams {
  readonly name = 'batched'
  batch = 0
  readonly libc: Libc
  readonly counters: Counters
  readonly received = new MmsgArena(RECEIVE_BYTES)
  /** Answers given at once, in the place of their queries. */
  readonly replies: SendQueue
  /** Answers given later, and queries to upstreams: apart, because each stays on one socket. */
  readonly later: SendQueue
  readonly queries: SendQueue
  readonly #random: Random
  readonly #events: BatchEvents
  readonly #descriptors: DescriptorTable
  readonly #epoll: EpollSet
  readonly #sockets: (Readable | null)[] = []
  readonly #free: number[] = []
  #isInBatch = false
  #isFlushDue = false

  /**
   * Throws where this thread's event loop cannot be made to wake up for datagrams. Sockets do not keep the thread alive.
   */
  constructor(
    libc: Libc,
    counters: Counters,
    random: Random,
    descriptors: DescriptorTable,
    events: BatchEvents = NO_EVENTS,
  ) {
    this.libc = libc
    this.counters = counters
    this.#random = random
    this.#events = events
    this.#descriptors = descriptors
    this.replies = new SendQueue(libc, this.received, counters)
    this.later = new SendQueue(libc, new MmsgArena(SEND_BYTES), counters)
    this.queries = new SendQueue(libc, new MmsgArena(SEND_BYTES), counters, (fd, code) =>
      this.#failed(fd, code),
    )
    this.#epoll = new EpollSet(libc)
    descriptors.note(this.#epoll.fd)
    wakeLoopFor(libc, this.#epoll.fd)
    this.#readNext()
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
  watch(fd: number, read: () => number, failed: (code: string) => void): number {
    const number = this.#free.pop() ?? this.#sockets.length
    this.#sockets[number] = { fd, place: this.#descriptors.note(fd), read, failed }
    this.#epoll.add(fd, number)
    return number
  }

  /** Stops watching and closes. */
  unwatch(number: number): void {
    const socket = this.#sockets[number]
    if (!socket) return
    this.#sockets[number] = null
    this.#free.push(number)
    for (const queue of [this.later, this.queries]) queue.forget(socket.fd)
    // Closing would not take it out: main holds the same socket by another number.
    this.#epoll.remove(socket.fd)
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
    if (!this.queries.isEmpty) this.queries.flush()
    if (!this.later.isEmpty) this.later.flush()
  }

  /** The next time the loop has waited, whatever it was that woke it. */
  #readNext(): void {
    // One that holds the loop would keep it from waiting.
    setImmediate(this.#turn).unref()
  }

  readonly #turn = (): void => {
    try {
      this.#read()
    } finally {
      this.#readNext()
    }
  }

  /** A batch from each readable socket. */
  #read(): void {
    const readable = this.#epoll.look()
    if (readable <= 0) return
    this.batch++
    this.#events.begin()
    this.#isInBatch = true
    let messages = 0
    try {
      for (let i = 0; i < readable; i++) messages += this.#sockets[this.#epoll.numberAt(i)]?.read() ?? 0
    } finally {
      this.#isInBatch = false
      this.#events.end()
    }
    this.#flush()
    this.#gather(messages)
  }

  /**
   * After a batch that was neither small nor full, sleeps for a moment. A thread that is a little faster than what comes
   * would else go round for ever smaller batches, each of which costs a turn of the loop with five system calls, and keep
   * its core busy whatever it saves (benchmark: compare.py block, a seventh of the time).
   */
  #gather(messages: number): void {
    if (messages >= GATHER_FROM && messages < BATCH) this.libc.usleep(GATHER_US)
  }
}
