/**
 * Upstream sockets that go nowhere: every datagram sent is kept, and the test says what comes back, on which socket
 * and when. Nothing is asynchronous, so with a fake clock a test of ten seconds takes none.
 */
import { Octets } from '../../src/octets.ts'
import type { ConnectedSocket, Datagrams, ListeningSocket } from '../../src/net/datagram.ts'

/** A datagram the exchange sent. */
export interface Sent {
  /** `address:port` of the upstream. */
  readonly to: string
  readonly bytes: Uint8Array
  readonly id: number
  /** Lower-case, no final dot. */
  readonly name: string
  readonly qtype: number
  readonly hasEdns: boolean
  readonly socket: ScriptedSocket
  /** Delivers these bytes on the socket it left by; an answer with 192.0.2.1 unless given. */
  reply(bytes?: Uint8Array): void
}

/** Room for a message from an upstream. */
const RECEIVE_BYTES = 4096

export class ScriptedSocket implements ConnectedSocket {
  readonly to: string
  isClosed = false
  readonly #owner: ScriptedDatagrams
  readonly #onMessage: (bytes: Uint8Array, length: number) => void
  readonly #onError: (code: string) => void

  constructor(
    owner: ScriptedDatagrams,
    to: string,
    onMessage: (bytes: Uint8Array, length: number) => void,
    onError: (code: string) => void,
  ) {
    this.#owner = owner
    this.to = to
    this.#onMessage = onMessage
    this.#onError = onError
  }

  send(bytes: Uint8Array, length: number): void {
    this.#owner.note(this, Uint8Array.from(bytes.subarray(0, length)))
  }

  close(): void {
    this.isClosed = true
  }

  /** In room that is longer, as the kernel does. */
  deliver(bytes: Uint8Array): void {
    const room = new Octets(Math.max(RECEIVE_BYTES, bytes.length))
    room.set(bytes)
    this.#onMessage(room, bytes.length)
  }

  fail(code: string): void {
    this.#onError(code)
  }
}

export class ScriptedDatagrams implements Datagrams {
  readonly name = 'scripted'
  #batch = 0
  /** Every look is another batch. */
  get batch(): number {
    return this.#batch++
  }
  readonly sockets: ScriptedSocket[] = []
  /** Questions, without the probes for loops and health. */
  readonly sent: Sent[] = []
  readonly probes: Sent[] = []
  /** Called with each question, after it is noted. */
  onSend: (sent: Sent) => void = () => {}
  /** The next `connect` throws this. */
  connectError: Error | null = null

  listen(): Promise<ListeningSocket> {
    return Promise.reject(new Error('scripted datagrams do not listen'))
  }

  connect(
    address: string,
    port: number,
    onMessage: (bytes: Uint8Array, length: number) => void,
    onError: (code: string) => void,
  ): ConnectedSocket {
    if (this.connectError !== null) throw this.connectError
    const socket = new ScriptedSocket(this, `${address}:${port}`, onMessage, onError)
    this.sockets.push(socket)
    return socket
  }

  /** The latest question sent. */
  get last(): Sent {
    const sent = this.sent.at(-1)
    if (sent === undefined) throw new Error('nothing was sent')
    return sent
  }

  note(socket: ScriptedSocket, bytes: Uint8Array): void {
    const end = questionEnd(bytes)
    const name = nameAt(bytes)
    const sent: Sent = {
      to: socket.to,
      bytes,
      id: (bytes[0]! << 8) | bytes[1]!,
      name,
      qtype: (bytes[end - 4]! << 8) | bytes[end - 3]!,
      hasEdns: bytes[11] === 1,
      socket,
      reply: (reply = answerTo(bytes)) => socket.deliver(reply),
    }
    if (name.endsWith('.loop-probe.thanhloc.internal')) {
      this.probes.push(sent)
      return
    }
    this.sent.push(sent)
    this.onSend(sent)
  }
}

function nameAt(bytes: Uint8Array): string {
  const labels: string[] = []
  for (let at = 12; bytes[at]! !== 0; at += bytes[at]! + 1) {
    labels.push(String.fromCharCode(...bytes.subarray(at + 1, at + 1 + bytes[at]!)))
  }
  return labels.join('.').toLowerCase()
}

/** Offset behind the question. */
export function questionEnd(bytes: Uint8Array): number {
  let at = 12
  while (bytes[at]! !== 0) at += bytes[at]! + 1
  return at + 5
}

/** An answer to the query in `bytes`, by hand: the question as asked and, with rcode 0, one A record. */
export function answerTo(
  bytes: Uint8Array,
  options: { rcode?: number; address?: readonly [number, number, number, number]; truncated?: boolean } = {},
): Uint8Array {
  const end = questionEnd(bytes)
  const rcode = options.rcode ?? 0
  const hasRecord = rcode === 0 && !options.truncated
  const reply = new Uint8Array(end + (hasRecord ? 16 : 0))
  reply.set(bytes.subarray(0, end))
  reply[2] = 0x81 | (options.truncated ? 2 : 0)
  reply[3] = 0x80 | rcode
  reply.set([0, 1, 0, hasRecord ? 1 : 0, 0, 0, 0, 0], 4)
  if (hasRecord) {
    reply.set([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...(options.address ?? [192, 0, 2, 1])], end)
  }
  return reply
}
