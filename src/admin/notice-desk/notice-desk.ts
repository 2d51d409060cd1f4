/**
 * The server's end of the socket to the notice service: listens where the settings say so, hands contacts to the store,
 * answers what visitors ask, and tells every connection the settings it works by. DNS does not depend on any of it.
 */
import { rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import type { Clock } from '../../clock.ts'
import type { Settings } from '../../config/settings.ts'
import type { ContactsKept } from '../../detection/contact-intake.ts'
import type { Logger } from '../../log/log.ts'
import type { Mail } from '../../metrics/thread-status.ts'
import type { ContactProtocol, Contacts } from '../../notice/letters.ts'
import { listenOnSocket } from '../admin-socket.ts'
import { Connection } from './connection.ts'
import { noticeSettings, isNoticeWanted } from './notice-settings.ts'
import { Visitors, type VisitorParts } from './visitors.ts'

export interface NoticeDeskOptions extends VisitorParts {
  readonly settings: Settings
  readonly mail: Mail
  readonly clock: Clock
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>
}

/** For status, metrics and health. Counts: since the control thread was started. */
export interface NoticeStatus {
  /** Whether the settings ask for the service. */
  readonly isWanted: boolean
  /** Why its socket cannot be listened on, or null. */
  readonly fault: string | null
  /** Versions of the services that are connected. */
  readonly connected: readonly string[]
  /** Connections and requests that are in the store, by protocol. */
  readonly contacts: Readonly<Record<ContactProtocol, number>>
  /** What the service could not hold, or the store never take. */
  readonly dropped: number
  /** When the last contact came in, wall clock, milliseconds; null: none yet. */
  readonly lastMs: number | null
}

const RETRY_MS = 5000
/** One service, and another one that is starting while it ends. */
const MOST_CONNECTIONS = 4

export class NoticeDesk {
  readonly #options: NoticeDeskOptions
  readonly #visitors: Visitors
  readonly #connections = new Set<Connection>()
  readonly #contacts: Record<ContactProtocol, number> = { http: 0, tls: 0, tcp: 0 }
  readonly #stop: () => void
  #settings: Settings
  #told: string
  #server: Server | null = null
  /** Where it listens, or is about to. */
  #path: string | null = null
  #isOpening = false
  #fault: string | null = null
  #dropped = 0
  #lastMs: number | null = null

  /** Begins to listen, where the settings ask for it; `status` says how that went. */
  constructor(options: NoticeDeskOptions) {
    this.#options = options
    this.#settings = options.settings
    this.#told = JSON.stringify(noticeSettings(options.settings))
    this.#visitors = new Visitors(options)
    this.#stop = options.clock.every(RETRY_MS, () => void this.#open())
    void this.#open()
  }

  /** Takes new settings: tells them, and listens where they say. */
  configure(settings: Settings): void {
    this.#settings = settings
    const letter = noticeSettings(settings)
    const told = JSON.stringify(letter)
    if (told !== this.#told) for (const connection of this.#connections) connection.tell(letter)
    this.#told = told
    if (this.#path !== null && this.#path !== this.#wantedPath) this.#shut()
    void this.#open()
  }

  status(): NoticeStatus {
    return {
      isWanted: this.#wantedPath !== null,
      fault: this.#fault,
      connected: [...this.#connections].flatMap(({ version }) => version ?? []),
      contacts: { ...this.#contacts },
      dropped: this.#dropped,
      lastMs: this.#lastMs,
    }
  }

  close(): void {
    this.#stop()
    this.#shut()
  }

  get #wantedPath(): string | null {
    return isNoticeWanted(this.#settings.notice) ? this.#settings.notice.socket : null
  }

  async #open(): Promise<void> {
    const path = this.#wantedPath
    if (path === null) this.#fault = null
    if (path === null || this.#server !== null || this.#isOpening) return
    this.#isOpening = true
    const server = createServer((socket) => this.#accept(socket))
    try {
      await listenOnSocket(server, path, true)
      server.on('error', (error) => this.#options.log.error({ error }, 'the socket of the notice service had an error')) // prettier-ignore
      this.#server = server
      this.#path = path
      if (this.#fault !== null) this.#options.log.info({ socket: path }, 'the notice service can connect now')
      this.#fault = null
    } catch (error) {
      server.close()
      const fault = `${path}: ${(error as Error).message}`
      if (fault !== this.#fault) this.#options.log.error({ socket: path, error }, 'the socket of the notice service cannot be listened on; trying again') // prettier-ignore
      this.#fault = fault
    } finally {
      this.#isOpening = false
    }
    // Other settings may have come meanwhile.
    if (this.#path !== null && this.#path !== this.#wantedPath) this.#shut()
  }

  #shut(): void {
    this.#server?.close()
    if (this.#path !== null) rmSync(this.#path, { force: true })
    this.#server = null
    this.#path = null
    for (const connection of this.#connections) connection.close()
  }

  #accept(socket: ConstructorParameters<typeof Connection>[0]): void {
    const { mail, clock, log } = this.#options
    if (this.#connections.size >= MOST_CONNECTIONS) {
      log.warn({ connections: this.#connections.size }, 'too many connections of notice services: one is turned away') // prettier-ignore
      socket.destroy()
      return
    }
    const connection = new Connection(socket, noticeSettings(this.#settings), {
      mail,
      clock,
      log,
      check: (letter) => this.#visitors.check(letter),
      report: (letter) => this.#visitors.report(letter),
      kept: (letter, outcome) => this.#count(letter, outcome),
      closed: (closed) => this.#connections.delete(closed),
    })
    this.#connections.add(connection)
  }

  #count({ contacts, dropped }: Contacts, outcome: ContactsKept): void {
    if (outcome === 'known') return
    this.#dropped += dropped
    if (outcome === 'refused') {
      this.#dropped += contacts.reduce((sum, { count }) => sum + count, 0)
      return
    }
    for (const { protocol, count } of contacts) this.#contacts[protocol] += count
    if (contacts.length > 0) this.#lastMs = this.#options.clock.wallMs()
  }
}
