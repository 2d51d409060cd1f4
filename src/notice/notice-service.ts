/**
 * The notice and sinkhole service as one: ports, connections, what was seen, and the link to the server. It knows
 * nothing of itself; with the first settings it opens its ports, and while the server is away it goes on with the latest.
 */
import type { Socket } from 'node:net'
import type { Clock } from '../clock.ts'
import type { Logger } from '../log/log.ts'
import type { Random } from '../random.ts'
import { Admission } from './admission.ts'
import { Connection, plainAddress, type ConnectionParts } from './connection.ts'
import { ContactLedger } from './contact-ledger.ts'
import { answerVisit, type DeskParts } from './http-desk.ts'
import { Listeners } from './listeners.ts'
import { ServerLink } from './server-link.ts'
import { Speakers } from './speakers.ts'

/** How often connections are looked at whose time may be up. */
const LOOK_MS = 500
/** How often a letter is written: connections within it that look the same are one contact. */
const LETTER_MS = 1000
/** How often it is told that connections had to give way. */
const TELL_MS = 60_000
/** For the last letters at the end. */
const LAST_LETTERS_MS = 2000
const LAST_LOOK_MS = 50

export interface NoticeServiceParts {
  /** Of the server's socket. */
  readonly socket: string
  readonly version: string
  /** Connections at the same time: in all, and of one client. */
  readonly connections: { readonly total: number; readonly perClient: number }
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
}

export class NoticeService {
  readonly #parts: NoticeServiceParts
  readonly #ledger = new ContactLedger()
  readonly #link: ServerLink
  readonly #admission: Admission<Connection>
  readonly #listeners: Listeners
  readonly #connectionParts: ConnectionParts
  #speakers = new Speakers({ organisation: '', contact: '', units: [] })
  #firstBytes = 512
  #toldGaveWay = 0
  #stops: (() => void)[] = []

  constructor(parts: NoticeServiceParts) {
    const { clock, random, log, socket, version, connections } = parts
    this.#parts = parts
    this.#admission = new Admission(connections.total, connections.perClient)
    this.#listeners = new Listeners({ accept: (accepted) => this.#accept(accepted), clock, random, log })
    this.#link = new ServerLink({
      path: socket,
      version,
      ledger: this.#ledger,
      settled: (settings) => {
        this.#speakers = new Speakers(settings)
        this.#firstBytes = settings.firstBytes
        this.#listeners.settle(settings)
      },
      clock,
      random,
      log,
    })
    const desk: DeskParts = {
      speakerOf: (client) => this.#speakers.of(client),
      check: (client) => this.#link.check(client),
      report: (client, name, text) => this.#link.report(client, name, text),
    }
    this.#connectionParts = {
      firstBytes: () => this.#firstBytes,
      record: (sighting) => this.#ledger.add(sighting),
      answer: (visit, body) => answerVisit(visit, body, desk),
      wallMs: () => clock.wallMs(),
      monotonicMs: () => clock.monotonicMs(),
    }
  }

  /** One line for `systemctl status`. */
  get status(): string {
    const { listening } = this.#listeners
    const server = this.#link.isConnected
      ? 'connected to the server'
      : `waits for the server at ${this.#parts.socket}`
    return `${server}; listens on ${listening.length === 0 ? 'no address' : listening.join(', ')}; ${this.#admission.size} connections open, ${this.#ledger.size} contacts held`
  }

  start(): void {
    const { clock } = this.#parts
    this.#stops = [
      clock.every(LOOK_MS, () => this.#look()),
      clock.every(LETTER_MS, () => this.#link.tick()),
      clock.every(LETTER_MS, () => this.#listeners.tick()),
      clock.every(TELL_MS, () => this.#tell()),
    ]
    this.#link.tick()
  }

  /** Takes no more connections, tells the server what there is, and ends. */
  async stop(): Promise<void> {
    this.#listeners.close()
    for (const connection of this.#admission.open()) connection.giveWay()
    for (const stop of this.#stops) stop()
    this.#link.tick()
    for (
      let ms = 0;
      ms < LAST_LETTERS_MS && this.#link.isConnected && !this.#link.isSettled;
      ms += LAST_LOOK_MS
    ) {
      await new Promise((resolve) => setTimeout(resolve, LAST_LOOK_MS))
      this.#link.tick()
    }
    if (!this.#link.isSettled)
      this.#parts.log.warn({ contacts: this.#ledger.size }, 'ends with contacts the server has not confirmed')
    this.#link.close()
  }

  #accept(socket: Socket): void {
    // None: it was reset before it could be looked at.
    if (socket.remoteAddress === undefined) return void socket.destroy()
    const connection = new Connection(socket, plainAddress(socket.remoteAddress), this.#connectionParts)
    this.#admission.enter(connection)
    socket.on('close', () => this.#admission.leave(connection))
  }

  #look(): void {
    const nowMs = this.#parts.clock.monotonicMs()
    for (const connection of this.#admission.open()) connection.look(nowMs)
  }

  #tell(): void {
    const { gaveWay } = this.#admission
    if (gaveWay > this.#toldGaveWay)
      this.#parts.log.warn(
        { connections: gaveWay - this.#toldGaveWay },
        'more connections than there may be: the oldest were closed',
      )
    this.#toldGaveWay = gaveWay
  }
}
