/**
 * TCP to one upstream, for what does not fit a datagram and for what must not be guessed: at most two connections,
 * kept for 10 s, several questions out on each and answered in any order (RFC 7766 §6.2).
 */
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import type { Clock } from '../clock.ts'
import type { Endpoint } from '../config/settings.ts'
import { frame, FrameReader } from '../net/framing.ts'
import type { Random } from '../random.ts'

const MAX_CONNECTIONS = 2
const MAX_PIPELINED = 100
const CONNECT_MS = 3_000
/** RFC 7766 §6.2.3: the client closes what it does not use, rather than the server. */
const IDLE_MS = 10_000
/** A connection whose oldest question waits so long has gone deaf. */
const STALL_MS = 6_000

/** `context` is what `ask` was given. */
export interface TcpEvents {
  /** `bytes` valid during the call; the id is checked, the question is not. */
  answered(context: unknown, bytes: Uint8Array, length: number): void
  failed(context: unknown): void
}

interface Waiting {
  readonly context: unknown
  readonly framed: Uint8Array
  readonly sentMs: number
  /** RFC 7766 §6.2.4: asked again once when a used connection is closed under it. */
  readonly isSecondTry: boolean
}

interface Connection {
  readonly socket: Socket
  readonly waiting: Map<number, Waiting>
  isConnected: boolean
  hasAnswered: boolean
  readonly openedMs: number
  usedMs: number
}

export class TcpClient {
  readonly #endpoint: Endpoint
  readonly #clock: Clock
  readonly #random: Random
  readonly #events: TcpEvents
  readonly #connections = new Set<Connection>()
  #isClosed = false

  constructor(endpoint: Endpoint, clock: Clock, random: Random, events: TcpEvents) {
    this.#endpoint = endpoint
    this.#clock = clock
    this.#random = random
    this.#events = events
  }

  /** Open connections. */
  get size(): number {
    return this.#connections.size
  }

  /** Asks the query in the first `length` of `bytes` (copied), under an id of its own. False: there is no room. */
  ask(bytes: Uint8Array, length: number, context: unknown): boolean {
    return this.#ask({
      context,
      framed: frame(bytes, length),
      sentMs: this.#clock.monotonicMs(),
      isSecondTry: false,
    })
  }

  /** Closes what is idle, deaf or does not connect. */
  tick(nowMs: number): void {
    for (const connection of this.#connections) {
      const [oldest] = connection.waiting.values()
      const isLate = !connection.isConnected && nowMs - connection.openedMs >= CONNECT_MS
      const isDeaf = oldest !== undefined && nowMs - Math.max(oldest.sentMs, connection.usedMs) >= STALL_MS
      const isIdle = oldest === undefined && nowMs - connection.usedMs >= IDLE_MS
      if (isLate || isDeaf || isIdle) this.#drop(connection)
    }
  }

  close(): void {
    this.#isClosed = true
    for (const connection of this.#connections) this.#drop(connection)
  }

  #ask(waiting: Waiting): boolean {
    const connection = this.#choose()
    if (connection === null) return false
    let id = this.#random.below(0x1_0000)
    while (connection.waiting.has(id)) id = (id + 1) & 0xffff
    waiting.framed[2] = id >> 8
    waiting.framed[3] = id & 0xff
    connection.waiting.set(id, waiting)
    connection.socket.write(waiting.framed)
    return true
  }

  /** The least busy; a new one while that is busy and there may be more. */
  #choose(): Connection | null {
    if (this.#isClosed) return null
    let best: Connection | null = null
    for (const one of this.#connections) if (best === null || one.waiting.size < best.waiting.size) best = one
    if (best === null || (best.waiting.size > 0 && this.#connections.size < MAX_CONNECTIONS))
      return this.#open()
    return best.waiting.size < MAX_PIPELINED ? best : null
  }

  #open(): Connection {
    const { address, port } = this.#endpoint
    const nowMs = this.#clock.monotonicMs()
    const socket = connect({ host: address, port, noDelay: true })
    const connection: Connection = {
      socket,
      waiting: new Map(),
      isConnected: false,
      hasAnswered: false,
      openedMs: nowMs,
      usedMs: nowMs,
    }
    const reader = new FrameReader((bytes, length) => this.#received(connection, bytes, length))
    socket.on('connect', () => (connection.isConnected = true))
    socket.on('data', (chunk: Buffer) => reader.push(chunk))
    // 'close' follows and does the rest.
    socket.on('error', () => {})
    socket.on('end', () => this.#drop(connection))
    socket.on('close', () => this.#drop(connection))
    this.#connections.add(connection)
    return connection
  }

  #received(connection: Connection, bytes: Uint8Array, length: number): void {
    const id = length >= 2 ? (bytes[0]! << 8) | bytes[1]! : -1
    const waiting = connection.waiting.get(id)
    if (waiting === undefined) return
    connection.waiting.delete(id)
    connection.hasAnswered = true
    connection.usedMs = this.#clock.monotonicMs()
    this.#events.answered(waiting.context, bytes, length)
  }

  /** Closes it; what waits on it is asked once more where the connection had worked before, else it has failed. */
  #drop(connection: Connection): void {
    if (!this.#connections.delete(connection)) return
    connection.socket.destroy()
    for (const waiting of connection.waiting.values()) {
      const isWorthIt = connection.hasAnswered && !waiting.isSecondTry
      if (!isWorthIt || !this.#ask({ ...waiting, isSecondTry: true })) this.#events.failed(waiting.context)
    }
    connection.waiting.clear()
  }
}
