/** Numbered events as server-sent events (WHATWG HTML, 9.2): text for one reader, who may come back where it left off. */
import type { EventPage, StoredEvent } from '../detection/cases/queries.ts'

/** Where a reader stands: numbers mean nothing in another log. As text `log.number`, the id of an event. */
export interface EventPosition {
  readonly log: string
  readonly after: number
}

export interface EventStreamOptions {
  /** What stands behind a number. Throws StoreUnavailable. */
  readonly read: (after: number) => EventPage
  readonly end: () => Pick<EventPage, 'log' | 'next'>
  /** What the reader may see of an event, as JSON; null: nothing. */
  readonly show: (events: readonly StoredEvent[]) => readonly { readonly id: number; readonly kind: string }[]
}

/** After how long a reader that lost its connection comes back. */
const RETRY_MS = 1000
/** Between signs of life; proxies give up on what is silent for longer. */
const HEARTBEAT_MS = 15_000

/** What `Last-Event-ID` says, or null where it says nothing that was ever an id here. */
export function readPosition(text: string): EventPosition | null {
  const [, log, after] = /^([\w-]{1,64})\.(\d{1,15})$/.exec(text) ?? []
  return log === undefined ? null : { log, after: Number(after) }
}

export class EventStream {
  readonly #options: EventStreamOptions
  #place: EventPosition
  #toldMs: number
  #opening: string

  /**
   * `lastId`: the last id a reader had; null: it begins at the end of the log. Throws StoreUnavailable.
   */
  constructor(options: EventStreamOptions, lastId: string | null, nowMs: number) {
    this.#options = options
    const { log, next } = options.end()
    const last = lastId === null ? null : readPosition(lastId)
    const isKnown = last?.log === log
    this.#place = isKnown ? last : { log, after: next }
    this.#toldMs = nowMs
    const gap = lastId !== null && !isKnown ? eventText('gap', this.#id, {}) : ''
    this.#opening = `retry: ${RETRY_MS}\nid: ${this.#id}\n\n${gap}`
  }

  /** What is to be sent now; empty: nothing. Throws StoreUnavailable, and then loses nothing. */
  step(nowMs: number): string {
    const page = this.#options.read(this.#place.after)
    const isOther = page.log !== this.#place.log
    const isMoved = isOther || page.next !== this.#place.after
    const before = this.#opening
    this.#opening = ''
    this.#place = { log: page.log, after: page.next }
    const gap = isOther || page.isGap ? eventText('gap', this.#id, {}) : ''
    const shown = isOther ? [] : this.#options.show(page.events)
    const events = shown.map((event) => eventText(event.kind, `${page.log}.${event.id}`, event))
    const text = before + gap + events.join('')
    if (text === '' && !isMoved && nowMs - this.#toldMs < HEARTBEAT_MS) return ''
    this.#toldMs = nowMs
    // An id alone is no event, and says how far the reader has come without one that is for it.
    return text + (shown.at(-1)?.id === page.next ? '' : `id: ${this.#id}\n\n`)
  }

  get #id(): string {
    return `${this.#place.log}.${this.#place.after}`
  }
}

function eventText(kind: string, id: string, data: object): string {
  return `event: ${kind}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`
}
