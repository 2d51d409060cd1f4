/**
 * Sockets on node:dgram: works wherever Node does, at the cost of a callback, a Buffer and an object a packet.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import type { Counters } from '../metrics/counters.ts'
import type { Random } from '../random.ts'
import { parseAddress } from './address.ts'
import { FIRST_PORT, isWildcard, PORT_TRIES } from './sockets.ts'
import {
  NO_EVENTS,
  type BatchEvents,
  type ConnectedSocket,
  type DatagramHandler,
  type Datagrams,
  type ListeningSocket,
  type ListenSource,
  type Peer,
} from './datagram.ts'

/** Room for one reply; what does not fit a datagram goes by TCP. */
const REPLY_BYTES = 4096
export class PortableDatagrams implements Datagrams {
  readonly name = 'portable'
  batch = 0
  readonly #counters: Counters
  readonly #random: Random
  readonly #events: BatchEvents

  /** Each datagram is a batch of its own. */
  constructor(counters: Counters, random: Random, events: BatchEvents = NO_EVENTS) {
    this.#counters = counters
    this.#random = random
    this.#events = events
  }

  listen(source: ListenSource, onDatagram: DatagramHandler): Promise<ListeningSocket> {
    // node:dgram does not say which address was asked, nor lets the answer leave from it.
    if (isWildcard(source.address)) {
      return Promise.reject(
        new Error(`datagrams read one by one need a socket for each address, not ${source.address}`),
      )
    }
    const isIPv6 = source.address.includes(':')
    const socket = createSocket({
      type: isIPv6 ? 'udp6' : 'udp4',
      ipv6Only: isIPv6,
      reusePort: source.fd < 0,
    })
    const listening = new PortableListener(socket, source.address, this.#counters)
    const peer: Peer = {
      address: new Uint8Array(16),
      port: 0,
      text: '',
      scope: 0,
      local: null,
      localScope: 0,
    }
    const out = new Uint8Array(REPLY_BYTES)
    socket.on('message', (bytes: Buffer, from: RemoteInfo) => {
      // A reply to port 0 can reach nobody, and some kernels refuse to send it.
      if (from.port === 0 || !parseAddress(from.address, peer.address)) return
      this.batch++
      peer.port = from.port
      peer.text = from.address
      this.#events.begin()
      try {
        const length = onDatagram(bytes, bytes.length, peer, listening, out)
        if (length > 0) listening.send(out, length, peer)
      } finally {
        this.#events.end()
      }
    })
    return new Promise((resolve, reject) => {
      socket.once('error', reject)
      socket.once('listening', () => {
        socket.removeListener('error', reject)
        socket.on('error', () => this.#counters.add('udpSendErrors'))
        resolve(listening)
      })
      if (source.fd >= 0) socket.bind({ fd: source.fd })
      else socket.bind({ address: source.address, port: source.port, exclusive: true })
    })
  }

  connect(
    address: string,
    port: number,
    onMessage: (bytes: Uint8Array, length: number) => void,
    onError: (code: string) => void,
  ): ConnectedSocket {
    const onDatagram = (bytes: Uint8Array, length: number): void => {
      this.batch++
      this.#events.begin()
      try {
        onMessage(bytes, length)
      } finally {
        this.#events.end()
      }
    }
    return new PortableConnected(address, port, this.#random, onDatagram, onError)
  }
}

class PortableListener implements ListeningSocket {
  readonly address: string
  readonly #socket: Socket
  readonly #counters: Counters
  #isClosed = false

  constructor(socket: Socket, address: string, counters: Counters) {
    this.#socket = socket
    this.address = address
    this.#counters = counters
  }

  get port(): number {
    return this.#socket.address().port
  }

  send(bytes: Uint8Array, length: number, peer: Peer): void {
    // Who waits for an answer may outlive the address that was asked; node:dgram would throw.
    if (this.#isClosed) return
    // A copy: node:dgram reads the bytes after this call, the caller reuses them.
    this.#socket.send(Buffer.from(bytes.subarray(0, length)), peer.port, peer.text, (error) => {
      if (error) this.#counters.add('udpSendErrors')
    })
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#socket.close()
  }
}

class PortableConnected implements ConnectedSocket {
  readonly #socket: Socket
  readonly #onError: (code: string) => void
  /** Sent before the socket was connected; null once it is. */
  #early: Buffer[] | null = []
  #isClosed = false

  constructor(
    address: string,
    port: number,
    random: Random,
    onMessage: (bytes: Uint8Array, length: number) => void,
    onError: (code: string) => void,
  ) {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
    this.#socket = socket
    this.#onError = onError
    let tries = 0
    const bind = (): void => {
      const source = tries++ < PORT_TRIES ? FIRST_PORT + random.below(65_536 - FIRST_PORT) : 0
      socket.bind({ port: source, exclusive: true })
    }
    socket.on('message', (bytes: Buffer) => onMessage(bytes, bytes.length))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if ((error.code === 'EADDRINUSE' || error.code === 'EACCES') && tries <= PORT_TRIES) bind()
      else onError(error.code ?? 'EIO')
    })
    socket.on('connect', () => this.#flush())
    socket.on('listening', () => {
      if (!this.#isClosed) socket.connect(port, address)
    })
    bind()
  }

  send(bytes: Uint8Array, length: number): void {
    if (this.#isClosed) return
    const copy = Buffer.from(bytes.subarray(0, length))
    if (this.#early) this.#early.push(copy)
    else this.#transmit(copy)
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#socket.close()
  }

  #flush(): void {
    const early = this.#early ?? []
    this.#early = null
    if (this.#isClosed) return
    for (const bytes of early) this.#transmit(bytes)
  }

  #transmit(bytes: Buffer): void {
    this.#socket.send(bytes, (error: NodeJS.ErrnoException | null) => {
      if (error && !this.#isClosed) this.#onError(error.code ?? 'EIO')
    })
  }
}
