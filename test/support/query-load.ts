/** A steady load of queries over UDP that notices every one that stays unanswered. */
import { createSocket, type Socket } from 'node:dgram'
import { buildQuery } from './dns-client.ts'

const TICK_MS = 10

export interface LoadResult {
  readonly sent: number
  /** Ids that got no answer. */
  readonly lost: number
  /** Replies by rcode (the four bits of the header). */
  readonly rcodes: ReadonlyMap<number, number>
  /** Milliseconds of the slowest answer, as this process saw it. */
  readonly slowestMs: number
}

export class QueryLoad {
  readonly #socket: Socket
  readonly #port: number
  readonly #names: readonly string[]
  readonly #waiting = new Map<number, number>()
  readonly #rcodes = new Map<number, number>()
  readonly #timer: NodeJS.Timeout
  readonly #perSecond: number
  readonly #startedMs = performance.now()
  #sent = 0
  #slowestMs = 0

  /** Asks A of `names` in turn, `perSecond` of them, until `stop`. */
  static async start(port: number, names: readonly string[], perSecond: number): Promise<QueryLoad> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 })
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
    return new QueryLoad(socket, port, names, perSecond)
  }

  private constructor(socket: Socket, port: number, names: readonly string[], perSecond: number) {
    this.#socket = socket
    this.#port = port
    this.#names = names
    this.#perSecond = perSecond
    socket.on('message', (reply) => this.#take(reply))
    this.#timer = setInterval(() => this.#send(), TICK_MS)
  }

  get sent(): number {
    return this.#sent
  }

  /** Sends no more, and gives what is out up to `patienceMs` to come back. */
  async stop(patienceMs = 5_000): Promise<LoadResult> {
    clearInterval(this.#timer)
    const deadline = performance.now() + patienceMs
    while (this.#waiting.size > 0 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    this.#socket.close()
    const result = { sent: this.#sent, lost: this.#waiting.size, rcodes: this.#rcodes }
    return { ...result, slowestMs: this.#slowestMs }
  }

  /** Catches up after a pause of this process, at most a tenth of a second of it at once. */
  #send(): void {
    const due = Math.floor(((performance.now() - this.#startedMs) / 1000) * this.#perSecond)
    const most = this.#sent + Math.ceil(this.#perSecond / 10)
    while (this.#sent < Math.min(due, most)) {
      const id = this.#sent & 0xffff
      const name = this.#names[this.#sent++ % this.#names.length]!
      this.#waiting.set(id, performance.now())
      this.#socket.send(buildQuery(name, 'A', { id }), this.#port, '127.0.0.1')
    }
  }

  #take(reply: Buffer): void {
    const id = reply.readUInt16BE(0)
    const sentMs = this.#waiting.get(id)
    if (sentMs === undefined) return
    this.#waiting.delete(id)
    this.#slowestMs = Math.max(this.#slowestMs, performance.now() - sentMs)
    const rcode = reply[3]! & 15
    this.#rcodes.set(rcode, (this.#rcodes.get(rcode) ?? 0) + 1)
  }
}
