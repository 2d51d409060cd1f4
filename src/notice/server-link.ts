/**
 * The service's end of the socket between it and the server (letters.ts). The server may be away for a second or for
 * days: it is tried again, the contacts wait within their bounds, and what was sent and not confirmed is sent again, so
 * that the server has each at least once and knows it by session and sequence.
 */
import { connect, type Socket } from 'node:net'
import { backOffMs, type BackOff } from '../back-off.ts'
import type { Clock } from '../clock.ts'
import type { Logger } from '../log/log.ts'
import type { Random } from '../random.ts'
import type { ContactLedger } from './contact-ledger.ts'
import { LetterLines } from './letter-lines.ts'
import type { Checked, NoticeSettings, Reported, ServerLetter, ServiceLetter } from './letters.ts'

/** Settings with ten thousand units are a few megabytes. */
const MAX_SERVER_LETTER_BYTES = 64 << 20
const BACK_OFF: BackOff = { firstMs: 500, longestMs: 15_000 }
/** A visitor waits for it. */
const ANSWER_MS = 3000
/** Visitors that wait at the same time. */
const MAX_WAITING = 256
/** Letters on the way; with 256 contacts each. */
const MAX_UNCONFIRMED = 32

export interface LinkParts {
  /** Of the socket. */
  readonly path: string
  readonly version: string
  readonly ledger: ContactLedger
  readonly settled: (settings: NoticeSettings) => void
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
}

interface Unconfirmed {
  readonly sequence: number
  readonly line: string
}

interface Waiting {
  readonly untilMs: number
  readonly settle: (letter: Checked | Reported | null) => void
}

export class ServerLink {
  readonly #parts: LinkParts
  readonly #session: string
  #socket: Socket | null = null
  #isConnected = false
  #isClosed = false
  #failures = 0
  #nextTryMs = 0
  #sequence = 0
  #unconfirmed: Unconfirmed[] = []
  #nextId = 0
  readonly #waiting = new Map<number, Waiting>()

  constructor(parts: LinkParts) {
    this.#parts = parts
    this.#session = Array.from({ length: 4 }, () => parts.random.bits32().toString(16).padStart(8, '0')).join(
      '',
    )
  }

  get isConnected(): boolean {
    return this.#isConnected
  }

  /** Whether the server has confirmed all there was. */
  get isSettled(): boolean {
    return this.#unconfirmed.length === 0 && this.#parts.ledger.isEmpty
  }

  /** Connects, sends what there is, gives up what waits too long. To be called about once a second. */
  tick(): void {
    const nowMs = this.#parts.clock.monotonicMs()
    for (const [id, { untilMs, settle }] of this.#waiting) {
      if (untilMs > nowMs) continue
      this.#waiting.delete(id)
      settle(null)
    }
    if (this.#socket === null && nowMs >= this.#nextTryMs) this.#connect()
    // Without a server they stay in the ledger, where those that look the same are one.
    while (this.#isConnected && !this.#parts.ledger.isEmpty && this.#unconfirmed.length < MAX_UNCONFIRMED) {
      const sequence = ++this.#sequence
      const line = lineOf({ type: 'contacts', sequence, ...this.#parts.ledger.take() })
      this.#unconfirmed.push({ sequence, line })
      this.#socket!.write(line)
    }
  }

  /** What is known of the machine at `client`; null: the server cannot be asked. */
  async check(client: string): Promise<Checked | null> {
    const letter = await this.#ask((id) => ({ type: 'check', id, client }))
    return letter?.type === 'checked' ? letter : null
  }

  /** Hands over a report of a false block; null: the server cannot be reached. */
  async report(client: string, name: string, text: string): Promise<Reported | null> {
    const letter = await this.#ask((id) => ({ type: 'report', id, client, name, text }))
    return letter?.type === 'reported' ? letter : null
  }

  /** For good. */
  close(): void {
    this.#isClosed = true
    this.#socket?.destroy()
    for (const { settle } of this.#waiting.values()) settle(null)
    this.#waiting.clear()
  }

  #ask(letterOf: (id: number) => ServiceLetter): Promise<Checked | Reported | null> {
    if (!this.#isConnected || this.#waiting.size >= MAX_WAITING) return Promise.resolve(null)
    const id = ++this.#nextId
    const untilMs = this.#parts.clock.monotonicMs() + ANSWER_MS
    return new Promise((settle) => {
      this.#waiting.set(id, { untilMs, settle })
      this.#socket!.write(lineOf(letterOf(id)))
    })
  }

  #connect(): void {
    const { path, version, log } = this.#parts
    const socket = connect(path)
    const lines = new LetterLines(MAX_SERVER_LETTER_BYTES)
    let reason = 'the server closed the connection'
    this.#socket = socket
    socket.on('connect', () => {
      log.info({ socket: path }, 'connected to the server')
      this.#isConnected = true
      socket.write(lineOf({ type: 'hello', session: this.#session, version }))
      for (const { line } of this.#unconfirmed) socket.write(line)
    })
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const line of lines.push(chunk)) this.#take(JSON.parse(line) as ServerLetter)
      } catch (error) {
        reason = `what the server says cannot be read: ${(error as Error).message}`
        socket.destroy()
      }
    })
    socket.on('error', (error) => (reason = error.message))
    socket.on('close', () => {
      this.#socket = null
      this.#isConnected = false
      for (const { settle } of this.#waiting.values()) settle(null)
      this.#waiting.clear()
      this.#failures++
      this.#nextTryMs =
        this.#parts.clock.monotonicMs() + backOffMs(this.#failures, BACK_OFF, this.#parts.random)
      // Once each time it goes away, however long it stays away.
      if (this.#failures === 1 && !this.#isClosed)
        log.warn(
          { socket: path, reason },
          'the server is away: it is tried again, contacts are held meanwhile',
        )
    })
  }

  #take(letter: ServerLetter): void {
    if (letter.type === 'settings') {
      // Not at `connect`: one that ends each connection at once is away.
      this.#failures = 0
      this.#parts.settled(letter)
    } else if (letter.type === 'kept') {
      this.#unconfirmed = this.#unconfirmed.filter(({ sequence }) => sequence !== letter.sequence)
    } else {
      const waiting = this.#waiting.get(letter.id)
      this.#waiting.delete(letter.id)
      waiting?.settle(letter)
    }
  }
}

function lineOf(letter: ServiceLetter): string {
  return `${JSON.stringify(letter)}\n`
}
