/** One TCP connection of a client: messages in, answers out in the order they are ready (RFC 7766 §6.2.1.1). */
import type { Socket } from 'node:net'
import type { Clock } from '../clock.ts'
import { parseAddress } from '../net/address.ts'
import { frame, FrameReader } from '../net/framing.ts'
import type { Origin, QuestionHandler, ReplyTo } from '../query/origin.ts'
import { MAX_MESSAGE_BYTES } from '../wire/constants.ts'

/** Queries of one connection under way; more are not read until some are answered. */
const MAX_PENDING = 200
/** Answers waiting for a client that does not read; beyond that it is cut off. */
const MAX_UNSENT_BYTES = 1 << 20
/** Time for a client to take its last answers before the connection is cut. */
const LINGER_MS = 2000

export class TcpConnection implements Origin {
  readonly transport = 1
  readonly maxBytes = MAX_MESSAGE_BYTES
  readonly address = new Uint8Array(16)
  readonly client: string
  lastQueryMs: number
  readonly #socket: Socket
  readonly #clock: Clock
  #pending = 0
  #hasEnded = false

  constructor(
    socket: Socket,
    client: string,
    question: QuestionHandler,
    out: Uint8Array,
    clock: Clock,
    onClose: () => void,
  ) {
    this.#socket = socket
    this.client = client
    this.#clock = clock
    this.lastQueryMs = clock.monotonicMs()
    parseAddress(client, this.address)
    const reader = new FrameReader((bytes, length) => {
      // Ended or cut off: there is no way back for an answer, and the client asks again elsewhere.
      if (socket.writableEnded || socket.destroyed) return
      this.lastQueryMs = clock.monotonicMs()
      const answerLength = question(bytes, length, this, out)
      if (answerLength > 0) this.#write(out, answerLength)
    })
    socket.on('data', (chunk: Buffer) => reader.push(chunk))
    socket.on('end', () => {
      this.#hasEnded = true
      this.#endWhenDone()
    })
    // A reset or a broken pipe: 'close' follows.
    socket.on('error', () => socket.destroy())
    socket.on('close', onClose)
  }

  /** No query under way. */
  get isIdle(): boolean {
    return this.#pending === 0
  }

  later(): ReplyTo {
    this.#pending++
    if (this.#pending >= MAX_PENDING) this.#socket.pause()
    let isOpen = true
    return {
      address: this.address,
      send: (bytes, length) => {
        if (!isOpen) return
        isOpen = false
        this.#pending--
        this.lastQueryMs = this.#clock.monotonicMs()
        if (length > 0) this.#write(bytes, length)
        if (this.#socket.isPaused() && this.#pending < MAX_PENDING) this.#socket.resume()
        this.#endWhenDone()
      },
    }
  }

  /** Closes once what was written has been taken, and cuts a client that does not take it. */
  end(): void {
    this.#socket.end()
    setTimeout(() => this.#socket.destroy(), LINGER_MS).unref()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  #write(bytes: Uint8Array, length: number): void {
    if (this.#socket.destroyed || this.#socket.writableEnded) return
    this.#socket.write(frame(bytes, length))
    if (this.#socket.writableLength > MAX_UNSENT_BYTES) this.#socket.destroy()
  }

  #endWhenDone(): void {
    if (this.#hasEnded && this.#pending === 0 && !this.#socket.writableEnded) this.end()
  }
}
