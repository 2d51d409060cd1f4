/** One UDP socket that many messages leave by, and that keeps whatever comes back. */
import { createSocket, type Socket } from 'node:dgram'
import { buildQuery } from './dns-client.ts'

const SETTLE_MS = 10_000
/** Messages sent before the server is given time to read them: its receive buffer is bounded. */
const BATCH = 64
const CLASS_CHAOS = 3

export class UdpClient {
  /** All that came, in order. */
  readonly replies: Buffer[] = []
  readonly #socket: Socket
  readonly #port: number
  readonly #host: string
  readonly #settled = `settled-${process.pid}.bind`
  #wake: () => void = () => {}

  private constructor(socket: Socket, port: number, host: string) {
    this.#socket = socket
    this.#port = port
    this.#host = host
    socket.on('message', (message) => {
      if (message.includes(this.#settled.split('.')[0]!)) this.#wake()
      else this.replies.push(message)
    })
  }

  /** `from`: the source address; `host`: the server's. */
  static open(port: number, from = '127.0.0.1', host = '127.0.0.1'): Promise<UdpClient> {
    const socket = createSocket('udp4')
    return new Promise((resolve, reject) => {
      socket.once('error', reject)
      socket.bind(0, from, () => {
        socket.off('error', reject).on('error', () => {})
        resolve(new UdpClient(socket, port, host))
      })
    })
  }

  send(message: Uint8Array): void {
    this.#socket.send(message, this.#port, this.#host)
  }

  /** Sends all, no faster than they are read; resolves when what could be answered at once has been. */
  async shower(messages: readonly Uint8Array[]): Promise<Buffer[]> {
    for (let i = 0; i < messages.length; i += BATCH) {
      for (const message of messages.slice(i, i + BATCH)) this.send(message)
      await this.settle()
    }
    return this.replies
  }

  /** Resolves when the server has read all that was sent: a query it always answers at once has come back. */
  settle(): Promise<void> {
    return new Promise((resolve, reject) => {
      const ask = (): void => this.send(buildQuery(this.#settled, 'TXT', { qclass: CLASS_CHAOS }))
      const again = setInterval(ask, SETTLE_MS / 10)
      const timer = setTimeout(() => {
        clearInterval(again)
        reject(new Error(`the server has not answered for ${SETTLE_MS} ms`))
      }, SETTLE_MS)
      this.#wake = () => {
        clearTimeout(timer)
        clearInterval(again)
        resolve()
      }
      ask()
    })
  }

  close(): void {
    this.#socket.close()
  }
}
