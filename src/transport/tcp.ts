/**
 * DNS over TCP (RFC 7766, RFC 9210): queries pipelined, answers as they come, idle connections closed, and bounds on
 * connections in all and per client, on queries under way and on answers not yet taken.
 */
import { createServer, type Server } from 'node:net'
import type { Clock } from '../clock.ts'
import type { Settings } from '../config/settings.ts'
import type { Counters } from '../metrics/counters.ts'
import type { ListenSource } from '../net/datagram.ts'
import type { QuestionHandler } from '../query/origin.ts'
import { MAX_MESSAGE_BYTES } from '../wire/constants.ts'
import { TcpConnection } from './tcp-connection.ts'

const SWEEP_MS = 1000

export class TcpTransport {
  readonly #question: QuestionHandler
  readonly #bypass: QuestionHandler
  readonly #counters: Counters
  readonly #clock: Clock
  readonly #servers = new Map<string, Server>()
  /** Oldest first. */
  readonly #connections = new Set<TcpConnection>()
  readonly #perClient = new Map<string, number>()
  readonly #out = new Uint8Array(MAX_MESSAGE_BYTES)
  readonly #stopSweeping: () => void
  #limits: Settings['tcp']

  /** `bypass` takes the questions of sockets that are marked so. */
  constructor(
    question: QuestionHandler,
    bypass: QuestionHandler,
    limits: Settings['tcp'],
    counters: Counters,
    clock: Clock,
  ) {
    this.#question = question
    this.#bypass = bypass
    this.#limits = limits
    this.#counters = counters
    this.#clock = clock
    this.#stopSweeping = clock.every(SWEEP_MS, () => this.#closeIdle())
  }

  /** Answers on `source` from now on. Rejects when the socket cannot be used. */
  add(source: ListenSource): Promise<void> {
    const question = source.isBypass === true ? this.#bypass : this.#question
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      const client = socket.remoteAddress
      // The client was gone before it was accepted.
      if (client === undefined) return void socket.destroy()
      if (!this.#admit(client)) {
        this.#counters.add('tcpRefused')
        return void socket.destroy()
      }
      const connection = new TcpConnection(socket, client, question, this.#out, this.#clock, () =>
        this.#forget(connection),
      )
      this.#connections.add(connection)
      this.#perClient.set(client, (this.#perClient.get(client) ?? 0) + 1)
      this.#counters.set('tcpConnections', this.#connections.size)
    })
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      const listening = (): void => {
        server.off('error', reject)
        // Out of descriptors, say: that connection is lost, the server goes on.
        server.on('error', () => this.#counters.add('tcpRefused'))
        this.#servers.get(keyOf(source))?.close()
        this.#servers.set(keyOf(source), server)
        resolve()
      }
      if (source.fd >= 0) server.listen({ fd: source.fd }, listening)
      else {
        const ipv6Only = source.address.includes(':')
        server.listen({ host: source.address, port: source.port, ipv6Only, reusePort: true }, listening)
      }
    })
  }

  /** Stops answering on an address the machine has lost. */
  remove(source: { readonly address: string; readonly port: number }): void {
    this.#servers.get(keyOf(source))?.close()
    this.#servers.delete(keyOf(source))
  }

  /** New limits; connections there are stay. */
  setLimits(limits: Settings['tcp']): void {
    this.#limits = limits
  }

  /** Accepts nothing more. Connections there are get their answers, then `close` ends them. */
  stopAccepting(): void {
    for (const server of this.#servers.values()) server.close()
    this.#servers.clear()
  }

  close(): void {
    this.stopAccepting()
    this.#stopSweeping()
    for (const connection of [...this.#connections]) connection.end()
  }

  /** RFC 9210 §4.2-4.3: at the bound the oldest idle connection makes room; a client at its own bound is refused. */
  #admit(client: string): boolean {
    if ((this.#perClient.get(client) ?? 0) >= this.#limits.perClient) return false
    if (this.#connections.size < this.#limits.total) return true
    for (const connection of this.#connections) {
      if (connection.isIdle) {
        connection.destroy()
        // Its 'close' comes when the others that connect at this moment have been let in.
        this.#forget(connection)
        return true
      }
    }
    return false
  }

  #forget(connection: TcpConnection): void {
    if (!this.#connections.delete(connection)) return
    const left = (this.#perClient.get(connection.client) ?? 1) - 1
    if (left > 0) this.#perClient.set(connection.client, left)
    else this.#perClient.delete(connection.client)
    this.#counters.set('tcpConnections', this.#connections.size)
  }

  #closeIdle(): void {
    const before = this.#clock.monotonicMs() - this.#limits.idleMs
    for (const connection of this.#connections) {
      if (connection.isIdle && connection.lastQueryMs < before) connection.end()
    }
  }
}

function keyOf({ address, port }: { readonly address: string; readonly port: number }): string {
  return `${address} ${port}`
}
