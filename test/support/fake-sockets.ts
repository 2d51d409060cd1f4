/**
 * The sockets of a fake upstream: UDP and TCP on one port, and a second UDP socket to answer from a wrong source.
 */
import dgram from 'node:dgram'
import net from 'node:net'

/** Takes one message and the port it came from; `reply` sends back, `replyAsStranger` from another port. */
export type OnMessage = (
  bytes: Buffer,
  port: number,
  transport: 'udp' | 'tcp',
  reply: (bytes: Buffer) => void,
  replyAsStranger: (bytes: Buffer) => void,
) => void

export class FakeSockets {
  readonly port: number
  readonly #udp: dgram.Socket
  readonly #stranger: dgram.Socket
  readonly #tcp: net.Server
  readonly #open = new Set<net.Socket>()

  private constructor(udp: dgram.Socket, stranger: dgram.Socket, tcp: net.Server) {
    this.port = udp.address().port
    this.#udp = udp
    this.#stranger = stranger
    this.#tcp = tcp
  }

  /** Opens all; port 0 takes one that is free for UDP and TCP. `onConnection` false: closed at once. */
  static async open(
    address: string,
    port: number,
    onMessage: OnMessage,
    onConnection: () => boolean,
  ): Promise<FakeSockets> {
    for (let attempt = 0; attempt < 20; attempt++) {
      const udp = await bindUdp(address, port)
      const tcp = await listenTcp(address, udp.address().port)
      if (tcp === null) {
        // The free UDP port is somebody's for TCP.
        udp.close()
        if (port !== 0) break
        continue
      }
      const sockets = new FakeSockets(udp, await bindUdp(address, 0), tcp)
      sockets.#serve(onMessage, onConnection)
      return sockets
    }
    throw new Error(`fake upstream: port ${port} of ${address} is taken`)
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy()
    await Promise.all(
      [this.#udp, this.#stranger, this.#tcp].map(
        (each) => new Promise<void>((resolve) => void each.close(() => resolve())),
      ),
    )
  }

  #serve(onMessage: OnMessage, onConnection: () => boolean): void {
    const udp = this.#udp
    let closed = false
    udp.on('close', () => (closed = true))
    udp.on('message', (bytes, peer) => {
      const sendBy = (socket: dgram.Socket) => (reply: Buffer) => {
        if (!closed) socket.send(reply, peer.port, peer.address)
      }
      onMessage(bytes, peer.port, 'udp', sendBy(udp), sendBy(this.#stranger))
    })
    this.#tcp.on('connection', (socket) => {
      this.#open.add(socket)
      socket.on('close', () => this.#open.delete(socket))
      socket.on('error', () => socket.destroy())
      if (!onConnection()) return void socket.destroy()
      readFrames(socket, onMessage)
    })
  }
}

/** RFC 1035 §4.2.2: two bytes of length before each message. */
function readFrames(socket: net.Socket, onMessage: OnMessage): void {
  const port = socket.remotePort ?? 0
  const reply = (message: Buffer): void => {
    const head = Buffer.alloc(2)
    head.writeUInt16BE(message.length, 0)
    if (!socket.destroyed) socket.write(Buffer.concat([head, message]))
  }
  let bytes = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk])
    while (bytes.length >= 2 && bytes.length >= 2 + bytes.readUInt16BE(0)) {
      const end = 2 + bytes.readUInt16BE(0)
      onMessage(bytes.subarray(2, end), port, 'tcp', reply, reply)
      bytes = bytes.subarray(end)
    }
  })
}

function bindUdp(address: string, port: number): Promise<dgram.Socket> {
  const socket = dgram.createSocket(address.includes(':') ? 'udp6' : 'udp4')
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.bind(port, address, () => {
      socket.removeListener('error', reject)
      socket.on('error', () => {})
      resolve(socket)
    })
  })
}

/** null where the port is taken. */
function listenTcp(address: string, port: number): Promise<net.Server | null> {
  const server = net.createServer({ noDelay: true })
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    )
    server.listen(port, address, () => resolve(server))
  })
}
