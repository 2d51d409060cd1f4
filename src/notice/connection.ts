/**
 * One connection to the sinkhole, whatever its port: its first bytes show whether it speaks HTTP, TLS or something else,
 * which is recorded once and answered once. It ends by itself within seconds, whatever the other side does.
 */
import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'
import { unmappedText } from '../net/address.ts'
import type { Admitted } from './admission.ts'
import { isBrowserHello, isBrowserRequest } from './browser-like.ts'
import { readClientHello } from './client-hello.ts'
import type { Sighting } from './contact-ledger.ts'
import { evidenceText } from './evidence-text.ts'
import { httpBytes, type HttpAnswer } from './http-answer.ts'
import { bodyLength, isTalk, MAX_BODY_BYTES, type Visit } from './http-desk.ts'
import { hasEmptyLine, MAX_HEAD_BYTES, readRequestHead, type RequestHead } from './http-request.ts'
import { CONTACT_TEXT } from './letters.ts'

/** For the request, counted from the beginning, so that nobody stays by a byte now and then. */
export const SPEAK_MS = 10_000
/** For more of what is neither HTTP nor TLS. */
const MORE_MS = 1000
/** For taking the answer and closing. */
const LEAVE_MS = 5000
/** What is still taken of a request that has been answered, so that the answer is not lost by a reset. */
const MAX_UNREAD_BYTES = 64 << 10
const MAX_HELLO_BYTES = 16 << 10
const LF = 10
/** Pieces that are looked at as they come; more are looked at now and then, together. */
const LOOKS = 64

/** RFC 8446 §6: a fatal alert in a record of TLS 1.2, as every version sends it before a version is agreed on. */
const alert = (description: number): Uint8Array => Uint8Array.of(21, 3, 3, 0, 2, 2, description)
/**
 * unrecognized_name: there is no server of that name here, which is true, and browsers show it as such.
 * access_denied is about the certificate of the client, and there is none.
 */
const UNRECOGNIZED_NAME = alert(112)
/** handshake_failure, for those who named none. */
const HANDSHAKE_FAILURE = alert(40)

type Seen = Pick<
  Sighting,
  'protocol' | 'host' | 'method' | 'path' | 'userAgent' | 'hasReferrer' | 'isBrowserLike'
>

const UNKNOWN: Seen = { protocol: 'tcp', host: null, method: null, path: null, userAgent: null, hasReferrer: false, isBrowserLike: false } // prettier-ignore

export interface ConnectionParts {
  /** First bytes that are hashed, and waited for of what is not understood. */
  readonly firstBytes: () => number
  readonly record: (sighting: Sighting) => void
  readonly answer: (visit: Visit, body: Uint8Array) => Promise<HttpAnswer>
  readonly wallMs: () => number
  readonly monotonicMs: () => number
}

export class Connection implements Admitted {
  readonly client: string
  readonly #socket: Socket
  readonly #parts: ConnectionParts
  readonly #clientPort: number
  readonly #local: string
  readonly #port: number
  #untilMs: number
  #bytes = new Uint8Array(0)
  #length = 0
  #isRecorded = false
  #isAnswered = false
  /** It has sent a request line, and no end of the head up to here; 0: no request line yet. */
  #headSeen = 0
  #pieces = 0
  /** Pieces have come that were not looked at. */
  #isDue = false
  /** A report whose body is on its way. */
  #awaited: RequestHead | null = null
  #unread = 0

  /** `client` is the other end's address, in the form of a contact. */
  constructor(socket: Socket, client: string, parts: ConnectionParts) {
    this.client = client
    this.#socket = socket
    this.#parts = parts
    this.#clientPort = socket.remotePort ?? 0
    this.#local = plainAddress(socket.localAddress ?? '')
    this.#port = socket.localPort ?? 0
    this.#untilMs = parts.monotonicMs() + SPEAK_MS
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    socket.on('end', () => this.#ended())
    // What is wrong with it is the other side's business; `close` follows.
    socket.on('error', () => {})
    socket.on('close', () => this.#record(this.#asFarAsSeen()))
  }

  /** Looks at what has come in too many pieces, and ends it when its time is up. */
  look(nowMs: number): void {
    if (this.#isDue) this.#understand(false)
    if (nowMs < this.#untilMs) return
    if (this.#isAnswered) this.#socket.destroy()
    else this.#ended()
  }

  giveWay(): void {
    this.#record(this.#asFarAsSeen())
    this.#socket.destroy()
  }

  #read(chunk: Uint8Array): void {
    if (this.#isAnswered) {
      this.#unread += chunk.length
      if (this.#unread > MAX_UNREAD_BYTES) this.#socket.destroy()
      return
    }
    this.#keep(chunk)
    if (this.#awaited !== null) return this.#answerAwaited(false)
    // A hello in records of a byte each is read from the beginning; a head is not.
    this.#isDue = ++this.#pieces > LOOKS && this.#headSeen === 0 && this.#length < MAX_HEAD_BYTES
    if (!this.#isDue) this.#understand(false)
  }

  /** What there is has to do: nothing more comes, or it took too long. */
  #ended(): void {
    if (this.#isAnswered) return
    if (this.#awaited === null) this.#understand(true)
    else this.#answerAwaited(true)
  }

  #understand(isAll: boolean): void {
    this.#isDue = false
    const bytes = this.#held()
    // Not from the beginning for each byte: a head of a byte at a time would cost more than a thousand visitors.
    if (this.#headSeen > 0 && !isAll && bytes.length < MAX_HEAD_BYTES) {
      const isWhole = hasEmptyLine(bytes, this.#headSeen)
      this.#headSeen = bytes.length
      if (!isWhole) return
    }
    const hello = readClientHello(bytes)
    const isHello = hello !== 'other' && bytes.length > 0
    if (isHello && (hello !== 'more' || isAll || bytes.length >= MAX_HELLO_BYTES)) return this.#refuseTls()
    const head = isHello ? 'other' : readRequestHead(bytes, isAll)
    if (typeof head !== 'string') return this.#take(head, isAll)
    if (isHello) return
    if (head === 'more' && !isAll && bytes.length > 0) {
      if (bytes.includes(LF)) this.#headSeen = bytes.length
      return
    }
    if (isAll || bytes.length >= this.#parts.firstBytes()) return this.#leave(null)
    this.#untilMs = Math.min(this.#untilMs, this.#parts.monotonicMs() + MORE_MS)
  }

  #refuseTls(): void {
    const seen = this.#asFarAsSeen()
    this.#leave(seen.host === null ? HANDSHAKE_FAILURE : UNRECOGNIZED_NAME)
  }

  #take(head: RequestHead, isAll: boolean): void {
    if (!isTalk(head)) this.#record(seenRequest(head))
    this.#isRecorded = true
    this.#awaited = head
    this.#answerAwaited(isAll)
  }

  #answerAwaited(isAll: boolean): void {
    const request = this.#awaited!
    const length = bodyLength(request)
    const body = this.#held().subarray(request.length, request.length + length)
    if (!isAll && length <= MAX_BODY_BYTES && body.length < length) return
    const atMs = this.#parts.wallMs()
    this.#isAnswered = true
    this.#untilMs = this.#parts.monotonicMs() + LEAVE_MS
    this.#bytes = new Uint8Array(0)
    this.#length = 0
    const visit = { client: this.client, request, atMs }
    void this.#answer(visit, body)
  }

  async #answer(visit: Visit, body: Uint8Array): Promise<void> {
    const answer = await this.#parts.answer(visit, body)
    this.#untilMs = this.#parts.monotonicMs() + LEAVE_MS
    if (!this.#socket.destroyed) this.#socket.end(httpBytes(answer, visit.request.method, visit.atMs))
  }

  #leave(farewell: Uint8Array | null): void {
    this.#record(this.#asFarAsSeen())
    this.#isAnswered = true
    this.#untilMs = this.#parts.monotonicMs() + LEAVE_MS
    this.#bytes = new Uint8Array(0)
    this.#length = 0
    if (farewell === null) this.#socket.end()
    else this.#socket.end(farewell)
  }

  #asFarAsSeen(): Seen {
    if (this.#isRecorded || this.#length === 0) return UNKNOWN
    const hello = readClientHello(this.#held())
    if (hello === 'other') {
      const head = readRequestHead(this.#held(), true)
      return typeof head === 'string' ? UNKNOWN : seenRequest(head)
    }
    if (hello === 'more') return { ...UNKNOWN, protocol: 'tls' }
    const host = hello.serverName === null ? null : evidenceText(hello.serverName, CONTACT_TEXT.host)
    return { ...UNKNOWN, protocol: 'tls', host, isBrowserLike: isBrowserHello(hello) }
  }

  #record(seen: Seen): void {
    if (this.#isRecorded) return
    this.#isRecorded = true
    const first = this.#held().subarray(0, this.#parts.firstBytes())
    this.#parts.record({
      client: this.client,
      clientPort: this.#clientPort,
      local: this.#local,
      port: this.#port,
      ...seen,
      firstBytes: first.length === 0 ? null : createHash('sha256').update(first).digest('hex'),
      firstBytesLength: first.length,
      atMs: this.#parts.wallMs(),
    })
  }

  #held(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  /** Adds what was read, up to the longest head and body. */
  #keep(chunk: Uint8Array): void {
    const wanted = Math.min(this.#length + chunk.length, MAX_HEAD_BYTES + MAX_BODY_BYTES)
    if (wanted > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(wanted, Math.min(this.#bytes.length * 2, MAX_HEAD_BYTES)))
      grown.set(this.#held())
      this.#bytes = grown
    }
    this.#bytes.set(chunk.subarray(0, wanted - this.#length), this.#length)
    this.#length = wanted
  }
}

function seenRequest({ method, host, path, headers }: RequestHead): Seen {
  return {
    protocol: 'http',
    host: host === null ? null : evidenceText(host, CONTACT_TEXT.host),
    method: evidenceText(method, CONTACT_TEXT.method),
    path: evidenceText(path, CONTACT_TEXT.path),
    userAgent: headers.has('user-agent')
      ? evidenceText(headers.get('user-agent')!, CONTACT_TEXT.userAgent)
      : null,
    hasReferrer: headers.has('referer'),
    isBrowserLike: isBrowserRequest(headers),
  }
}

/** An address in its shortest form, an IPv4 one never as IPv6, without the zone of a link. */
export function plainAddress(address: string): string {
  return unmappedText(address).replace(/%.*$/, '')
}
