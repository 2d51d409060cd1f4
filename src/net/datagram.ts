/**
 * The socket interface of the data plane. Two implementations stand behind it: `portable` on node:dgram and, on
 * Linux, a batched one. Sockets that listen are opened by the main thread and handed over by number, so that the
 * kernel keeps what arrives while a resolver thread is being restarted.
 */

/** Who sent a datagram. Reused between calls: copy what must outlive the call. */
export interface Peer {
  /** 16 bytes; IPv4 as ::ffff:a.b.c.d. */
  readonly address: Uint8Array
  port: number
  /** The same in text form with its zone, for the portable implementation; empty in the batched one. */
  text: string
  /** Number of the interface of a link-local address, for the batched implementation; otherwise 0. */
  scope: number
  /**
   * The address that was asked, which the answer leaves from, in the form of `address`; null where the socket is bound
   * to it. With the number of its interface where it is link-local, otherwise 0.
   */
  readonly local: Uint8Array | null
  localScope: number
}

/**
 * Takes one datagram. `bytes` and `peer` are valid during the call only. `out` may be `bytes`: the answer is then written
 * over the question. Returns how many bytes of `out` to send back at once, or 0 (dropped, or answered later by `send`).
 */
export type DatagramHandler = (
  bytes: Uint8Array,
  length: number,
  peer: Peer,
  socket: ListeningSocket,
  out: Uint8Array,
) => number

/** A socket clients send to. */
export interface ListeningSocket {
  /** As in its ListenSource. */
  readonly address: string
  readonly port: number
  /** Sends the first `length` of `bytes` (copied before this returns) to where `peer` says. */
  send(bytes: Uint8Array, length: number, peer: Peer): void
  close(): void
}

/** A socket of a random local port, connected to one upstream: the kernel drops what others send. */
export interface ConnectedSocket {
  /** Sends the first `length` of `bytes`, copied before this returns. */
  send(bytes: Uint8Array, length: number): void
  close(): void
}

/**
 * Where a listening socket comes from: a number handed over by main, or, without FFI, an address to bind here. A
 * wildcard address is one socket for all addresses of its family, opened with `tellLocal`; the batched implementation
 * alone can answer there.
 */
export type ListenSource = {
  readonly fd: number
  readonly address: string
  readonly port: number
  /** What comes here was sent to another resolver: see `bypass` in the configuration. */
  readonly isBypass?: boolean
}

/** What is to be done before the datagrams of a batch are handed over, and after all of them have been. */
export interface BatchEvents {
  readonly begin: () => void
  readonly end: () => void
}

/** For those to whom batches mean nothing. */
export const NO_EVENTS: BatchEvents = { begin: () => {}, end: () => {} }

export interface Datagrams {
  /** `portable` or `batched`: for the log and the build_info metric. */
  readonly name: string
  /** Moves with every batch of datagrams handed over; what one batch sends on one socket costs one system call. */
  readonly batch: number
  listen(source: ListenSource, onDatagram: DatagramHandler): Promise<ListeningSocket>
  /**
   * Connects a socket with a random source port to `address`.`port`. `onMessage` gets each datagram (valid during the
   * call only); `onError` an errno code such as ECONNREFUSED, which means the other side is not there.
   */
  connect(
    address: string,
    port: number,
    onMessage: (bytes: Uint8Array, length: number) => void,
    onError: (code: string) => void,
  ): ConnectedSocket
}
