/** DNS over UDP: one listening socket for each address, datagrams in, datagrams out. */
import type { Counters } from '../metrics/counters.ts'
import type { Datagrams, ListeningSocket, ListenSource, Peer } from '../net/datagram.ts'
import { receiveDrops } from '../net/sockets.ts'
import type { Origin, QuestionHandler, ReplyTo } from '../query/origin.ts'
import { MAX_UDP_PAYLOAD } from '../wire/constants.ts'

/** The origin of the datagram at hand, reused. */
class UdpOrigin implements Origin {
  readonly transport = 0
  readonly maxBytes = MAX_UDP_PAYLOAD
  peer!: Peer
  socket!: ListeningSocket

  get address(): Uint8Array {
    return this.peer.address
  }

  later(): ReplyTo {
    return new UdpReply(this.socket, this.peer)
  }
}

/** Where one answer goes; a copy of the peer, and all there is to it: one is made for every query that is forwarded. */
class UdpReply implements ReplyTo, Peer {
  readonly address = new Uint8Array(16)
  port: number
  text: string
  scope: number
  readonly #socket: ListeningSocket

  constructor(socket: ListeningSocket, peer: Peer) {
    this.#socket = socket
    this.port = peer.port
    this.text = peer.text
    this.scope = peer.scope
    for (let i = 0; i < 16; i++) this.address[i] = peer.address[i]!
  }

  send(bytes: Uint8Array, length: number): void {
    if (length > 0) this.#socket.send(bytes, length, this)
  }
}

interface Listening {
  readonly socket: ListeningSocket
  /** -1: bound by the thread itself. */
  readonly fd: number
  /** Datagrams the kernel had dropped when it was last looked at. */
  drops: number
}

export class UdpTransport {
  readonly #datagrams: Datagrams
  readonly #question: QuestionHandler
  readonly #counters: Counters
  readonly #sockets = new Map<string, Listening>()
  readonly #origin = new UdpOrigin()

  constructor(datagrams: Datagrams, question: QuestionHandler, counters: Counters) {
    this.#datagrams = datagrams
    this.#question = question
    this.#counters = counters
  }

  /** Answers on `source` from now on. Rejects when the socket cannot be used. */
  async add(source: ListenSource): Promise<void> {
    // What the kernel dropped while the thread was being restarted has been dropped all the same, but once.
    const drops = source.fd < 0 ? 0 : receiveDrops(source.fd)
    const socket = await this.#datagrams.listen(source, (bytes, length, peer, from, out) => {
      this.#origin.peer = peer
      this.#origin.socket = from
      return this.#question(bytes, length, this.#origin, out)
    })
    this.remove(source)
    this.#sockets.set(keyOf(source), { socket, fd: source.fd, drops })
  }

  /** Stops answering on an address the machine has lost. */
  remove(source: { readonly address: string; readonly port: number }): void {
    this.#sockets.get(keyOf(source))?.socket.close()
    this.#sockets.delete(keyOf(source))
  }

  /** Counts what the kernel has dropped since the last call; to be called about once a second. */
  countDrops(): void {
    for (const listening of this.#sockets.values()) {
      if (listening.fd < 0) continue
      const drops = receiveDrops(listening.fd)
      // The kernel counts in 32 bits.
      this.#counters.add('udpReceiveDrops', (drops - listening.drops) >>> 0)
      listening.drops = drops
    }
  }

  close(): void {
    for (const { socket } of this.#sockets.values()) socket.close()
    this.#sockets.clear()
  }
}

function keyOf({ address, port }: { readonly address: string; readonly port: number }): string {
  return `${address} ${port}`
}
