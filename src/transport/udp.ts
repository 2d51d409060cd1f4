/** DNS over UDP: one listening socket for each address, datagrams in, datagrams out. */
import type { Clock } from '../clock.ts'
import type { Counters } from '../metrics/counters.ts'
import type { Datagrams, ListeningSocket, ListenSource, Peer } from '../net/datagram.ts'
import { receiveDrops } from '../net/sockets.ts'
import { copyOctets, Octets } from '../octets.ts'
import { RestingPool } from '../resting-pool.ts'
import type { Origin, QuestionHandler, ReplyTo } from '../query/origin.ts'
import { MAX_UDP_PAYLOAD } from '../wire/constants.ts'

/** Replies sent that are kept to be used again: as many as waiters. */
const REPLIES_KEPT = 4_096

/** The origin of the datagram at hand, reused. */
class UdpOrigin implements Origin {
  readonly transport = 0
  readonly maxBytes = MAX_UDP_PAYLOAD
  peer!: Peer
  socket!: ListeningSocket
  readonly #clock: Clock
  readonly #sent = new RestingPool<UdpReply>(REPLIES_KEPT)

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get address(): Uint8Array {
    return this.peer.address
  }

  later(): ReplyTo {
    const reply = this.#sent.take(this.#clock.monotonicMs()) ?? new UdpReply(this)
    reply.aim(this.socket, this.peer)
    return reply
  }

  /** `reply` has been sent. */
  give(reply: UdpReply): void {
    this.#sent.give(reply, this.#clock.monotonicMs())
  }
}

/** Where one answer goes: a copy of the peer, because the answer comes when the peer at hand is another. */
class UdpReply implements ReplyTo, Peer {
  readonly address = new Octets(16)
  port = 0
  text = ''
  scope = 0
  local: Uint8Array | null = null
  localScope = 0
  readonly #local = new Octets(16)
  readonly #origin: UdpOrigin
  #socket!: ListeningSocket

  constructor(origin: UdpOrigin) {
    this.#origin = origin
  }

  aim(socket: ListeningSocket, peer: Peer): void {
    this.#socket = socket
    this.port = peer.port
    this.text = peer.text
    this.scope = peer.scope
    copyOctets(peer.address, 0, this.address, 0, 16)
    this.local = peer.local && this.#local
    if (peer.local === null) return
    this.localScope = peer.localScope
    copyOctets(peer.local, 0, this.#local, 0, 16)
  }

  send(bytes: Uint8Array, length: number): void {
    if (length > 0) this.#socket.send(bytes, length, this)
    this.#origin.give(this)
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
  readonly #bypass: QuestionHandler
  readonly #counters: Counters
  readonly #sockets = new Map<string, Listening>()
  readonly #origin: UdpOrigin

  /** `bypass` takes the questions of sockets that are marked so. */
  constructor(
    datagrams: Datagrams,
    question: QuestionHandler,
    bypass: QuestionHandler,
    counters: Counters,
    clock: Clock,
  ) {
    this.#origin = new UdpOrigin(clock)
    this.#datagrams = datagrams
    this.#question = question
    this.#bypass = bypass
    this.#counters = counters
  }

  /** Answers on `source` from now on. Rejects when the socket cannot be used. */
  async add(source: ListenSource): Promise<void> {
    // What the kernel dropped while the thread was being restarted has been dropped all the same, but once.
    const drops = source.fd < 0 ? 0 : receiveDrops(source.fd)
    const question = source.isBypass === true ? this.#bypass : this.#question
    const socket = await this.#datagrams.listen(source, (bytes, length, peer, from, out) => {
      this.#origin.peer = peer
      this.#origin.socket = from
      return question(bytes, length, this.#origin, out)
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
