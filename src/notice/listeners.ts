/** The ports of the sinkhole address: opened as the settings say, tried again where one cannot be had yet. */
import { createServer, type Server, type Socket } from 'node:net'
import { backOffMs, type BackOff } from '../back-off.ts'
import type { Clock } from '../clock.ts'
import type { Logger } from '../log/log.ts'
import { explain } from '../net/listen-error.ts'
import { canOpenSockets, openTcp } from '../net/sockets.ts'
import type { Random } from '../random.ts'
import type { NoticeSettings } from './letters.ts'

/** The kernel caps it by net.core.somaxconn. */
const BACKLOG = 4096
const BACK_OFF: BackOff = { firstMs: 1000, longestMs: 30_000 }
/** How often it is told that connections cannot be taken. */
const TELL_MS = 60_000

interface Place {
  readonly address: string
  readonly port: number
  readonly isTransparent: boolean
}

interface Open extends Place {
  server: Server | null
  isListening: boolean
  failures: number
  nextTryMs: number
}

export interface ListenerParts {
  readonly accept: (socket: Socket) => void
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
}

export class Listeners {
  readonly #parts: ListenerParts
  readonly #places = new Map<string, Open>()
  #nextTellMs = 0

  constructor(parts: ListenerParts) {
    this.#parts = parts
  }

  /** Where connections are taken, `address port` each. */
  get listening(): readonly string[] {
    return [...this.#places].filter(([, { isListening }]) => isListening).map(([key]) => key)
  }

  /** Opens what `settings` name and is not open, closes what they name no more. */
  settle({ http, tls, tcp, tproxy }: Pick<NoticeSettings, 'http' | 'tls' | 'tcp' | 'tproxy'>): void {
    const wanted = new Map<string, Place>()
    for (const { address, port } of [...http, ...tls, ...tcp])
      wanted.set(`${address} ${port}`, { address, port, isTransparent: false })
    if (tproxy !== null) wanted.set(`${tproxy.address} ${tproxy.port}`, { ...tproxy, isTransparent: true })
    for (const [key, place] of this.#places) {
      if (wanted.get(key)?.isTransparent === place.isTransparent) continue
      this.#places.delete(key)
      place.server?.close()
    }
    for (const [key, place] of wanted) {
      if (this.#places.has(key)) continue
      const open = { ...place, server: null, isListening: false, failures: 0, nextTryMs: 0 }
      this.#places.set(key, open)
      this.#open(open)
    }
  }

  /** Tries again what could not be opened. To be called about once a second. */
  tick(): void {
    const nowMs = this.#parts.clock.monotonicMs()
    for (const place of this.#places.values())
      if (place.server === null && nowMs >= place.nextTryMs) this.#open(place)
  }

  /** No connection is taken from here on. */
  close(): void {
    for (const { server } of this.#places.values()) server?.close()
    this.#places.clear()
  }

  #open(place: Open): void {
    const { address, port, isTransparent } = place
    const server = createServer({ allowHalfOpen: true, noDelay: true }, this.#parts.accept)
    place.server = server
    server.on('error', (error) => {
      // Of one connection that could not be taken; the others are.
      if (server.listening) this.#notTaken(place, error)
      else this.#failed(place, error)
    })
    server.on('listening', () => {
      place.isListening = true
      place.failures = 0
      this.#parts.log.info({ address, port }, 'listening')
    })
    if (isTransparent) this.#openTransparent(place, server)
    else server.listen({ host: address, port, backlog: BACKLOG, ipv6Only: address.includes(':') })
  }

  #openTransparent(place: Open, server: Server): void {
    const { address, port } = place
    try {
      if (!canOpenSockets()) throw new Error('it needs Linux on x86-64 or arm64')
      const fd = openTcp(address, port, { reusePort: false, isTransparent: true })
      server.listen({ fd, backlog: BACKLOG })
    } catch (error) {
      this.#failed(place, error as Error)
    }
  }

  #notTaken({ address, port }: Open, error: Error): void {
    const nowMs = this.#parts.clock.monotonicMs()
    if (nowMs < this.#nextTellMs) return
    this.#nextTellMs = nowMs + TELL_MS
    this.#parts.log.warn({ address, port, reason: error.message }, 'a connection could not be taken')
  }

  #failed(place: Open, error: Error): void {
    const { address, port, isTransparent } = place
    place.server = null
    place.isListening = false
    place.failures++
    place.nextTryMs =
      this.#parts.clock.monotonicMs() + backOffMs(place.failures, BACK_OFF, this.#parts.random)
    // Once for as long as it lasts.
    if (place.failures > 1) return
    const isForbidden = (error as NodeJS.ErrnoException).code === 'EPERM'
    const reason =
      isTransparent && isForbidden
        ? 'TPROXY needs the right CAP_NET_RAW: see docs/notice.md, every port'
        : explain(error, address, port).message
    this.#parts.log.warn({ address, port, reason }, 'an address cannot be listened on: it is tried again')
  }
}
