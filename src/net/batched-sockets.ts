/** The two kinds of socket of batched.ts: what becomes of each datagram of a batch, and of what is sent. */
import { copyOctets, Octets } from '../octets.ts'
import { isMappedIPv4 } from './address.ts'
import type { BatchedDatagrams } from './batched.ts'
import type { ConnectedSocket, DatagramHandler, ListeningSocket, Peer } from './datagram.ts'
import { C, lastErrno } from './libc.ts'
import { BATCH, CONTROL_ROOM, MmsgArena } from './mmsg-arena.ts'
import { Destination, readLocal, writeLocal } from './pktinfo.ts'
import { SendQueue } from './send-queue.ts'
import { boundPort, isWildcard } from './sockets.ts'

/** Bytes of sockaddr_in and sockaddr_in6. */
const NAME4 = 16
const NAME6 = 28
/** Where the header says TC (RFC 1035 §4.1.1). */
const TC_BYTE = 2
const TC_BIT = 2

export class BatchedListener implements ListeningSocket {
  readonly address: string
  readonly port: number
  readonly #owner: BatchedDatagrams
  readonly #fd: number
  readonly #number: number
  readonly #onDatagram: DatagramHandler
  /**
   * In the room that all sockets receive in, or for a wildcard address one with room for control messages too. Answers
   * gather at its front, in the places of queries that are over, and leave before anything else is received there. As long
   * as each is answered at once, question and name are where they are to be (benchmark: compare.py block).
   */
  readonly #replies: SendQueue
  // One a family, so that only what differs is written: 4 bytes of 16.
  readonly #peer4: Peer
  readonly #peer6: Peer
  #isClosed = false

  constructor(owner: BatchedDatagrams, fd: number, address: string, onDatagram: DatagramHandler) {
    this.#owner = owner
    this.#fd = fd
    this.address = address
    const isForAll = isWildcard(address)
    this.#replies = isForAll
      ? new SendQueue(
          owner.libc,
          new MmsgArena(owner.received.buffers[0]!.length, CONTROL_ROOM),
          owner.counters,
        )
      : owner.replies
    this.#peer4 = peerOf(mappedPrefix(), isForAll ? mappedPrefix() : null)
    this.#peer6 = peerOf(new Octets(16), isForAll ? new Octets(16) : null)
    this.port = boundPort(fd)
    this.#onDatagram = onDatagram
    this.#number = owner.watch(
      fd,
      () => this.#read(),
      () => {},
    )
  }

  send(bytes: Uint8Array, length: number, peer: Peer): void {
    // Who waits for an answer may outlive the address that was asked, and its number may be another socket's by now.
    if (this.#isClosed) return
    const { later } = this.#owner
    const place = later.place(this.#fd)
    const buffer = later.arena.buffers[place]!
    if (length > buffer.length) return
    copyOctets(bytes, 0, buffer, 0, length)
    const isIPv4 = isMappedIPv4(peer.address)
    const nameLength = writeName(later.arena, place, isIPv4, peer)
    later.add(length, nameLength, leaveFrom(later.arena, place, isIPv4, peer))
    this.#owner.flushSoon()
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#replies.forget(this.#fd)
    this.#owner.unwatch(this.#number)
  }

  #read(): number {
    const { libc, counters } = this.#owner
    const replies = this.#replies
    const received = replies.arena
    const count = libc.recvmmsg(this.#fd, received.base, BATCH, C.MSG_DONTWAIT, 0)
    // Nothing there after all, or an error the kernel had kept for this socket: either is over with this call.
    if (count <= 0) return 0
    for (let i = 0; i < count && !this.#isClosed; i++) {
      // Longer than any query, and what is left of it is none; or what was to say which address was asked is cut.
      if ((received.flagsOf(i) & (C.MSG_TRUNC | C.MSG_CTRUNC)) !== 0) {
        counters.add('udpTruncated')
        continue
      }
      const peer = this.#readName(received, i)
      // A reply to port 0 can reach nobody, and would end the batch of all others.
      if (peer === null) continue
      const isIPv4 = peer === this.#peer4
      const destination = readLocal(received, i, isIPv4, peer)
      if (destination === Destination.untold) counters.add('udpTruncated')
      // Broadcasts: a socket of one address hears none either. Every thread would answer, and a forged asker be flooded.
      if (destination !== Destination.own) continue
      const place = replies.place(this.#fd)
      const out = received.buffers[place]!
      const length = this.#onDatagram(received.buffers[i]!, received.lengthOf(i), peer, this, out)
      if (length === 0 || this.#isClosed) continue
      if (place !== i) copyName(received, i, place)
      replies.add(length, isIPv4 ? NAME4 : NAME6, leaveFrom(received, place, isIPv4, peer))
    }
    replies.flush()
    received.resetReceived(count)
    return count
  }

  /** Who sent message `i`; null for port 0. */
  #readName(arena: MmsgArena, i: number): Peer | null {
    const { bytes } = arena
    const at = arena.nameOf(i)
    const port = (bytes[at + 2]! << 8) | bytes[at + 3]!
    if (port === 0) return null
    const isIPv4 = bytes[at] === C.AF_INET
    const peer = isIPv4 ? this.#peer4 : this.#peer6
    peer.port = port
    if (isIPv4) {
      copyOctets(bytes, at + 4, peer.address, 12, 4)
    } else {
      copyOctets(bytes, at + 8, peer.address, 0, 16)
      peer.scope = arena.words[(at + 24) >> 2]!
    }
    return peer
  }
}

/** The name of message `i` becomes that of message `place`, which is over. */
function copyName(arena: MmsgArena, i: number, place: number): void {
  const { words } = arena
  const source = arena.nameOf(i) >> 2
  const target = arena.nameOf(place) >> 2
  for (let word = 0; word < NAME6 >> 2; word++) words[target + word] = words[source + word]!
}

/** Writes `peer` as the name of message `place`. Returns its length. */
function writeName(arena: MmsgArena, place: number, isIPv4: boolean, peer: Peer): number {
  const { bytes, words } = arena
  const at = arena.nameOf(place)
  bytes[at] = isIPv4 ? C.AF_INET : C.AF_INET6
  bytes[at + 1] = 0
  bytes[at + 2] = peer.port >> 8
  bytes[at + 3] = peer.port & 0xff
  words[(at + 4) >> 2] = 0
  if (isIPv4) {
    copyOctets(peer.address, 12, bytes, at + 4, 4)
    return NAME4
  }
  copyOctets(peer.address, 0, bytes, at + 8, 16)
  words[(at + 24) >> 2] = peer.scope
  return NAME6
}

/** Message `place` leaves from the address that was asked, where the socket has many. Returns its control length. */
function leaveFrom(arena: MmsgArena, place: number, isIPv4: boolean, { local, localScope }: Peer): number {
  return local === null ? 0 : writeLocal(arena, place, isIPv4, local, localScope)
}

function peerOf(address: Uint8Array, local: Uint8Array | null): Peer {
  return { address, port: 0, text: '', scope: 0, local, localScope: 0 }
}

function mappedPrefix(): Uint8Array {
  const address = new Octets(16)
  address[10] = address[11] = 0xff
  return address
}

export class BatchedConnected implements ConnectedSocket {
  readonly #owner: BatchedDatagrams
  readonly #fd: number
  readonly #number: number
  readonly #onMessage: (bytes: Uint8Array, length: number) => void
  readonly #onError: (code: string) => void
  #isClosed = false

  constructor(
    owner: BatchedDatagrams,
    fd: number,
    onMessage: (bytes: Uint8Array, length: number) => void,
    onError: (code: string) => void,
  ) {
    this.#owner = owner
    this.#fd = fd
    this.#onMessage = onMessage
    this.#onError = onError
    this.#number = owner.watch(
      fd,
      () => this.#read(),
      (code) => {
        if (!this.#isClosed) onError(code)
      },
    )
  }

  send(bytes: Uint8Array, length: number): void {
    if (this.#isClosed) return
    const { queries } = this.#owner
    const place = queries.place(this.#fd)
    const buffer = queries.arena.buffers[place]!
    copyOctets(bytes, 0, buffer, 0, length)
    queries.add(length, 0)
    this.#owner.flushSoon()
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#owner.unwatch(this.#number)
  }

  #read(): number {
    const { libc, received } = this.#owner
    const count = libc.recvmmsg(this.#fd, received.base, BATCH, C.MSG_DONTWAIT, 0)
    if (count < 0) {
      const code = lastErrno()
      if (code !== 'EAGAIN') this.#onError(code)
      return 0
    }
    // What one message brings about may close this socket: the rest of the batch is then nobody's.
    for (let i = 0; i < count && !this.#isClosed; i++) {
      // Longer than we said we take: as good as truncated by the sender, and TC says so to whoever reads it.
      if ((received.flagsOf(i) & C.MSG_TRUNC) !== 0) received.buffers[i]![TC_BYTE]! |= TC_BIT
      this.#onMessage(received.buffers[i]!, received.lengthOf(i))
    }
    received.resetReceived(count)
    return count
  }
}
