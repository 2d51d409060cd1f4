/** The line level of SMTP (RFC 5321): commands out, replies in. */
import type { Socket } from 'node:net'
import { dial, secure, type Target } from './dial.ts'
import { ReplyReader, type Reply } from './smtp-replies.ts'
import { DeliveryError, reasonOf } from './transport.ts'

/** Replies that nobody waits for; more of them, and the server is not one. */
const MAX_REPLIES = 100

export class SmtpConnection {
  readonly #target: Target
  readonly #reader = new ReplyReader()
  readonly #replies: Reply[] = []
  #socket: Socket
  #failure: DeliveryError | null = null
  #wake: (() => void) | null = null
  #stopListening: () => void = () => {}

  private constructor(target: Target, socket: Socket) {
    this.#target = target
    this.#socket = socket
    this.#listen()
  }

  /** Connects, encrypted from the start where `isSecure`. Rejects with DeliveryError. */
  static async open(target: Target, isSecure: boolean, signal: AbortSignal): Promise<SmtpConnection> {
    const socket = await dial(target, signal)
    return new SmtpConnection(target, isSecure ? await secure(socket, target) : socket)
  }

  /** The own address of the connection. */
  get localAddress(): string {
    return this.#socket.localAddress ?? '127.0.0.1'
  }

  /** The next reply. Rejects with DeliveryError when the connection ends or what comes is no SMTP. */
  async reply(): Promise<Reply> {
    for (;;) {
      const reply = this.#replies.shift()
      if (reply !== undefined) return reply
      if (this.#failure !== null) throw this.#failure
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  /** Sends one command and takes its reply. `line` holds no line break. */
  command(line: string): Promise<Reply> {
    this.#socket.write(`${line}\r\n`)
    return this.reply()
  }

  /** Sends the content of a message, made by `stuffDots`, and takes the reply. */
  data(stuffed: string): Promise<Reply> {
    this.#socket.write(stuffed, 'latin1')
    return this.reply()
  }

  /** Goes on encrypted. What came in the clear behind the reply may be from anybody, and ends it (RFC 3207 §6). */
  async encrypt(): Promise<void> {
    if (this.#replies.length > 0 || this.#reader.isWithin)
      throw new DeliveryError('the server, or somebody between, sent more after STARTTLS: not trusted')
    this.#stopListening()
    this.#socket = await secure(this.#socket, this.#target)
    this.#listen()
  }

  close(): void {
    this.#socket.destroy()
  }

  #listen(): void {
    const socket = this.#socket
    const onData = (chunk: Buffer): void => this.#receive(chunk)
    const onError = (error: Error): void => this.#fail(reasonOf(error))
    const onClose = (): void => this.#fail('the server closed the connection')
    socket.on('data', onData).on('error', onError).on('close', onClose)
    this.#stopListening = () => socket.off('data', onData).off('error', onError).off('close', onClose)
  }

  #receive(chunk: Buffer): void {
    if (this.#failure !== null) return
    try {
      this.#replies.push(...this.#reader.read(chunk))
      if (this.#replies.length > MAX_REPLIES) this.#fail('the server sends replies without end')
    } catch (error) {
      this.#fail(reasonOf(error))
    }
    this.#wakeUp()
  }

  #fail(reason: string): void {
    this.#failure ??= new DeliveryError(`SMTP with ${this.#target.host}: ${reason}`)
    this.#socket.destroy()
    this.#wakeUp()
  }

  #wakeUp(): void {
    this.#wake?.()
    this.#wake = null
  }
}

/**
 * `text` (lines ended by CRLF) as it follows DATA: a full stop at the start of a line is doubled, a line of one ends it
 * (RFC 5321 §4.5.2).
 */
export function stuffDots(text: string): string {
  const stuffed = text.replace(/(^|\n)\./g, '$1..')
  return `${stuffed}${stuffed === '' || stuffed.endsWith('\r\n') ? '' : '\r\n'}.\r\n`
}
