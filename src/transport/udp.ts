/** DNS over UDP: one listening socket for each address, datagrams in, datagrams out. */
import type { Datagrams, ListeningSocket, ListenSource, Peer } from '../net/datagram.ts'
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
    const { socket, peer } = this
    const copy: Peer = { ...peer, address: peer.address.slice() }
    return {
      send: (bytes, length) => {
        if (length > 0) socket.send(bytes, length, copy)
      },
    }
  }
}

export class UdpTransport {
  readonly #datagrams: Datagrams
  readonly #question: QuestionHandler
  readonly #sockets = new Map<string, ListeningSocket>()
  readonly #origin = new UdpOrigin()

  constructor(datagrams: Datagrams, question: QuestionHandler) {
    this.#datagrams = datagrams
    this.#question = question
  }

  /** Answers on `source` from now on. Rejects when the socket cannot be used. */
  async add(source: ListenSource): Promise<void> {
    const socket = await this.#datagrams.listen(source, (bytes, length, peer, from, out) => {
      this.#origin.peer = peer
      this.#origin.socket = from
      return this.#question(bytes, length, this.#origin, out)
    })
    this.#sockets.get(keyOf(source))?.close()
    this.#sockets.set(keyOf(source), socket)
  }

  /** Stops answering on an address the machine has lost. */
  remove(source: { readonly address: string; readonly port: number }): void {
    this.#sockets.get(keyOf(source))?.close()
    this.#sockets.delete(keyOf(source))
  }

  close(): void {
    for (const socket of this.#sockets.values()) socket.close()
    this.#sockets.clear()
  }
}

function keyOf({ address, port }: { readonly address: string; readonly port: number }): string {
  return `${address} ${port}`
}
