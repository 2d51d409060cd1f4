/**
 * The UDP sockets to one upstream. A question leaves by one of up to 16, drawn at random, each with a random port, in
 * use for at most 10 s or 1,000 queries: who wants to slip in an answer must guess socket, id and spelling, and the
 * ports that were worth finding are soon gone (RFC 5452 §9.2).
 */
import type { Random } from '../random.ts'
import type { ConnectedSocket, Datagrams } from '../net/datagram.ts'
import type { Upstream } from './upstream.ts'

export const POOL_SOCKETS = 16
const SOCKET_MS = 10_000
const SOCKET_QUERIES = 1000
/** Answers nobody asked for: somebody is guessing, so the port is given up. */
const MAX_STRANGE = 20
/** Retired sockets that still wait for answers; beyond, the oldest goes at once. */
const MAX_DRAINING = 64

/** One socket of a pool. */
export interface PooledSocket {
  /** Unique in this thread for good. */
  readonly number: number
  readonly upstream: Upstream
  /** Unanswered flights. */
  inFlight: number
  strange: number
  /** Takes no more questions. */
  isRetired: boolean
  isClosed: boolean
}

interface OwnSocket extends PooledSocket {
  readonly connected: ConnectedSocket
  readonly openedMs: number
  sent: number
}

export interface PoolEvents {
  /** `bytes` valid during the call. */
  message(socket: PooledSocket, bytes: Uint8Array, length: number): void
  /** The socket is closed and out of the pool; what was in flight on it is lost. */
  error(socket: PooledSocket, code: string): void
}

// Counted over all pools of the thread, so that a number names one socket.
let sockets = 0

export class SocketPool {
  readonly #upstream: Upstream
  readonly #datagrams: Datagrams
  readonly #random: Random
  readonly #events: PoolEvents
  readonly #active: (OwnSocket | null)[] = Array.from({ length: POOL_SOCKETS }, () => null)
  readonly #draining = new Set<OwnSocket>()
  #batch = -1
  #place = 0

  constructor(upstream: Upstream, datagrams: Datagrams, random: Random, events: PoolEvents) {
    this.#upstream = upstream
    this.#datagrams = datagrams
    this.#random = random
    this.#events = events
  }

  /** Open sockets, those that only wait for the last answers included. */
  get size(): number {
    return this.#active.reduce((sum, socket) => sum + (socket === null ? 0 : 1), this.#draining.size)
  }

  /** A socket for one more question. Throws what `connect` throws. */
  draw(nowMs: number): PooledSocket {
    // Drawn once a batch: what one batch asks leaves by one system call (benchmark: compare.py miss).
    if (this.#batch !== this.#datagrams.batch) {
      this.#batch = this.#datagrams.batch
      this.#place = this.#random.below(POOL_SOCKETS)
    }
    const place = this.#place
    const socket = this.#active[place] ?? null
    if (socket !== null) {
      if (!isWorn(socket, nowMs)) return socket
      this.#retire(place, socket)
    }
    const fresh = this.#open(nowMs)
    if (fresh.isClosed) throw new Error(`connecting to ${this.#upstream.name} failed at once`)
    this.#active[place] = fresh
    return fresh
  }

  send(socket: PooledSocket, bytes: Uint8Array, length: number): void {
    const own = socket as OwnSocket
    own.sent++
    own.inFlight++
    own.connected.send(bytes, length)
  }

  /** A flight by this socket is over. */
  landed(socket: PooledSocket): void {
    const own = socket as OwnSocket
    own.inFlight--
    if (own.isRetired && own.inFlight <= 0) this.#close(own)
  }

  /** Retires what is too old to be used; closes it once nothing is in flight. */
  tick(nowMs: number): void {
    for (let place = 0; place < POOL_SOCKETS; place++) {
      const socket = this.#active[place] ?? null
      if (socket !== null && isWorn(socket, nowMs)) this.#retire(place, socket)
    }
  }

  close(): void {
    for (const socket of [...this.#active, ...this.#draining]) if (socket !== null) this.#close(socket)
    this.#active.fill(null)
  }

  #open(nowMs: number): OwnSocket {
    const { address, port } = this.#upstream.endpoint
    const socket: { -readonly [Key in keyof OwnSocket]: OwnSocket[Key] } = {
      number: ++sockets,
      upstream: this.#upstream,
      inFlight: 0,
      strange: 0,
      isRetired: false,
      isClosed: false,
      openedMs: nowMs,
      sent: 0,
      connected: NOT_CONNECTED,
    }
    socket.connected = this.#datagrams.connect(
      address,
      port,
      (bytes, length) => {
        if (!socket.isClosed) this.#events.message(socket, bytes, length)
      },
      (code) => {
        if (socket.isClosed) return
        const place = this.#active.indexOf(socket)
        if (place >= 0) this.#active[place] = null
        this.#close(socket)
        this.#events.error(socket, code)
      },
    )
    return socket
  }

  #retire(place: number, socket: OwnSocket): void {
    this.#active[place] = null
    socket.isRetired = true
    if (socket.inFlight <= 0) return this.#close(socket)
    this.#draining.add(socket)
    if (this.#draining.size > MAX_DRAINING) for (const oldest of this.#draining) return this.#close(oldest)
  }

  #close(socket: OwnSocket): void {
    if (socket.isClosed) return
    socket.isClosed = socket.isRetired = true
    this.#draining.delete(socket)
    socket.connected.close()
  }
}

function isWorn(socket: OwnSocket, nowMs: number): boolean {
  return (
    nowMs - socket.openedMs >= SOCKET_MS || socket.sent >= SOCKET_QUERIES || socket.strange >= MAX_STRANGE
  )
}

const NOT_CONNECTED: ConnectedSocket = { send: () => {}, close: () => {} }
