/** DNS over TCP for tests: messages behind their length (RFC 1035 §4.2.2), as many on their way as one likes. */
import { connect, type Socket } from 'node:net'

export interface TcpTarget {
  readonly host?: string
  readonly port: number
  /** The source address. */
  readonly from?: string
}

/** A TCP connection on which several queries may be out. */
export class TcpConnection {
  readonly socket: Socket
  /** Resolves when the other side, or an error, has ended the connection. */
  readonly closed: Promise<void>
  readonly #messages: Buffer[] = []
  #wake: () => void = () => {}
  #buffered: Buffer = Buffer.alloc(0)
  #isClosed = false

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (chunk: Buffer) => this.#take(chunk))
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#isClosed = true
        this.#wake()
        resolve()
      })
    })
    socket.on('error', () => {})
  }

  static open({ host = '127.0.0.1', port, from }: TcpTarget): Promise<TcpConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({
        host,
        port,
        noDelay: true,
        ...(from === undefined ? {} : { localAddress: from }),
      })
      socket.once('error', reject)
      socket.once('connect', () => {
        socket.off('error', reject)
        resolve(new TcpConnection(socket))
      })
    })
  }

  /** Sends one message behind its length. */
  send(bytes: Uint8Array): void {
    const frame = Buffer.alloc(2 + bytes.length)
    frame.writeUInt16BE(bytes.length, 0)
    frame.set(bytes, 2)
    this.socket.write(frame)
  }

  /** The next message; rejects with `code` `TIMEOUT` or `CLOSED`. */
  async receive(timeoutMs = 2_000): Promise<Buffer> {
    const untilMs = performance.now() + timeoutMs
    for (;;) {
      const message = this.#messages.shift()
      if (message !== undefined) return message
      if (this.#isClosed) throw Object.assign(new Error('connection closed'), { code: 'CLOSED' })
      const leftMs = untilMs - performance.now()
      if (leftMs <= 0) throw timeoutError(timeoutMs)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs)
        this.#wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  }

  close(): void {
    this.socket.destroy()
  }

  #take(chunk: Buffer): void {
    this.#buffered = Buffer.concat([this.#buffered, chunk])
    for (;;) {
      const length = this.#buffered.length < 2 ? Infinity : this.#buffered.readUInt16BE(0)
      if (this.#buffered.length < 2 + length) break
      this.#messages.push(this.#buffered.subarray(2, 2 + length))
      this.#buffered = this.#buffered.subarray(2 + length)
    }
    this.#wake()
  }
}

/** What a reply that does not come is rejected with. */
export function timeoutError(timeoutMs: number): Error {
  return Object.assign(new Error(`no reply within ${timeoutMs} ms`), { code: 'TIMEOUT' })
}
