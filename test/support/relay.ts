/** Passes datagrams on to another port and the replies back, as a router that forwards DNS does. */
import { createSocket, type Socket } from 'node:dgram'

export class Relay {
  readonly port: number
  /** Messages passed on. */
  count = 0
  /** Nothing is passed on before it is set. */
  target = 0
  readonly #listening: Socket
  readonly #outside = new Map<string, Socket>()

  private constructor(socket: Socket) {
    this.port = socket.address().port
    this.#listening = socket
    socket.on('message', (message, { address, port }) => {
      if (this.target === 0) return
      this.count++
      this.#socketFor(address, port).send(message, this.target, '127.0.0.1')
    })
  }

  static open(): Promise<Relay> {
    const socket = createSocket('udp4')
    return new Promise((resolve) => socket.bind(0, '127.0.0.1', () => resolve(new Relay(socket))))
  }

  close(): void {
    this.#listening.close()
    for (const socket of this.#outside.values()) socket.close()
  }

  #socketFor(address: string, port: number): Socket {
    const key = `${address} ${port}`
    let socket = this.#outside.get(key)
    if (socket === undefined) {
      socket = createSocket('udp4').on('error', () => {})
      socket.on('message', (reply) => this.#listening.send(reply, port, address))
      this.#outside.set(key, socket)
    }
    return socket
  }
}
