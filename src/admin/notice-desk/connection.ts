/**
 * One connection of the notice service: letters in, letters out. The first thing that is wrong ends it, with a line in the
 * log; how fast it is read is bounded.
 */
import type { Socket } from 'node:net'
import type { Clock } from '../../clock.ts'
import type { ContactsKept } from '../../detection/contact-intake.ts'
import type { Logger } from '../../log/log.ts'
import type { Mail } from '../../metrics/thread-status.ts'
import { LetterLines } from '../../notice/letter-lines.ts'
import {
  MAX_LETTER_BYTES,
  type Check,
  type Checked,
  type Contacts,
  type NoticeSettings,
  type Report,
  type Reported,
  type ServerLetter,
} from '../../notice/letters.ts'
import { ContactQueue } from './contact-queue.ts'
import { BadLetter, readServiceLetter } from './service-letter.ts'
import { unavailable } from './visitors.ts'

const HELLO_MS = 5000
/** Read in a second; what comes beyond waits in the socket. */
const BYTES_A_SECOND = 8 << 20
/** Not yet taken by the service; more: it is dead. */
const MOST_UNREAD_BYTES = 64 << 20
/** Questions that wait for the store at the same time. */
const MOST_ASKED = 256

export interface ConnectionParts {
  readonly mail: Mail
  readonly clock: Clock
  readonly log: Pick<Logger, 'info' | 'warn'>
  /** This and the next never reject. */
  readonly check: (letter: Check) => Promise<Checked>
  readonly report: (letter: Report) => Promise<Reported>
  /** What became of the contacts of a letter. */
  readonly kept: (letter: Contacts, outcome: ContactsKept) => void
  readonly closed: (connection: Connection) => void
}

export class Connection {
  readonly #parts: ConnectionParts
  readonly #socket: Socket
  readonly #lines = new LetterLines(MAX_LETTER_BYTES)
  readonly #stops: (() => void)[] = []
  #queue: ContactQueue | null = null
  #version: string | null = null
  #asked = 0
  #readBytes = 0

  constructor(socket: Socket, settings: NoticeSettings, parts: ConnectionParts) {
    this.#socket = socket
    this.#parts = parts
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    socket.on('error', (error) => this.#fail(error.message))
    socket.on('close', () => this.#closed())
    const hello = setTimeout(() => this.#fail('it did not say hello'), HELLO_MS)
    hello.unref()
    this.#stops.push(
      () => clearTimeout(hello),
      parts.clock.every(1000, () => this.#readOn()),
    )
    this.tell(settings)
  }

  /** Of the service, once it has said hello. */
  get version(): string | null {
    return this.#version
  }

  tell(letter: ServerLetter): void {
    if (this.#socket.destroyed) return
    this.#socket.write(`${JSON.stringify(letter)}\n`)
    if (this.#socket.writableLength > MOST_UNREAD_BYTES) this.#fail('it does not take what it is told')
  }

  close(): void {
    this.#socket.destroy()
  }

  #read(chunk: Buffer): void {
    try {
      for (const line of this.#lines.push(chunk)) if (!this.#socket.destroyed) this.#take(line)
    } catch (error) {
      if (!(error instanceof BadLetter || error instanceof RangeError)) throw error
      this.#fail(error.message)
    }
    this.#readBytes += chunk.length
    if (this.#readBytes > BYTES_A_SECOND) this.#socket.pause()
  }

  #readOn(): void {
    this.#readBytes = 0
    this.#socket.resume()
  }

  #take(line: string): void {
    const letter = readServiceLetter(line)
    if (letter.type === 'hello') this.#greet(letter.session, letter.version)
    else if (this.#queue === null) throw new BadLetter('it did not say hello first')
    else if (letter.type === 'contacts') {
      if (!this.#queue.add(letter)) throw new BadLetter('more contacts than are confirmed to it')
    } else void this.#ask(letter)
  }

  #greet(session: string, version: string): void {
    if (this.#queue !== null) throw new BadLetter('it said hello twice')
    const { mail, log, kept } = this.#parts
    this.#stops.shift()!()
    this.#version = version
    this.#queue = new ContactQueue({
      session,
      mail,
      log,
      kept: (letter, outcome) => {
        kept(letter, outcome)
        this.tell({ type: 'kept', sequence: letter.sequence })
      },
    })
    log.info({ version }, 'the notice service is connected')
  }

  async #ask(letter: Check | Report): Promise<void> {
    if (this.#asked >= MOST_ASKED) return this.tell(unavailable(letter))
    this.#asked++
    this.tell(await (letter.type === 'check' ? this.#parts.check(letter) : this.#parts.report(letter)))
    this.#asked--
  }

  #fail(reason: string): void {
    if (!this.#socket.destroyed)
      this.#parts.log.warn({ reason }, 'the connection of the notice service is ended')
    this.#socket.destroy()
  }

  #closed(): void {
    for (const stop of this.#stops) stop()
    this.#queue?.close()
    this.#parts.closed(this)
  }
}
