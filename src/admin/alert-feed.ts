/**
 * Hands the store's numbered events to the alerts, in order and each once. What cannot be read or written now is taken
 * at a later poll: the alerts keep in their own file how far they came.
 */
import type { Alerts } from '../alerts/alerts.ts'
import type { AlertLog } from '../alerts/log.ts'
import type { Position } from '../alerts/outbox.ts'
import type { Clock } from '../clock.ts'
import type { EventPage, EventScope } from '../detection/cases/queries.ts'
import { StoreUnavailable } from '../detection/queries.ts'

/** Where the events come from. Both throw StoreUnavailable. */
export interface EventSource {
  eventsEnd(): Pick<EventPage, 'log' | 'next'>
  eventsAfter(after: number, limit: number, scope: EventScope): EventPage
  lastCaseEvent(upTo: number, atMs: number): number
}

export interface AlertFeedOptions {
  readonly alerts: Pick<Alerts, 'position' | 'follow' | 'take'>
  readonly events: EventSource
  readonly clock: Clock
  readonly log: Pick<AlertLog, 'warn' | 'error'>
}

const POLL_MS = 1000
/** More wait for the next poll: the thread has an API to serve. */
const MAX_EVENTS = 500

export class AlertFeed {
  readonly #options: AlertFeedOptions
  readonly #stop: () => void
  /** The log whose numbers were found to be those that were handled. */
  #checkedLog: string | null = null
  #failure: string | null = null

  /** Begins to poll. */
  constructor(options: AlertFeedOptions) {
    this.#options = options
    this.#stop = options.clock.every(POLL_MS, () => this.#poll())
  }

  close(): void {
    this.#stop()
  }

  #poll(): void {
    try {
      this.#read()
      this.#failure = null
    } catch (error) {
      // Before its first start there is no store, and what is wrong with it is told elsewhere.
      if (error instanceof StoreUnavailable) return
      const reason = error instanceof Error ? error.message : String(error)
      if (reason !== this.#failure)
        this.#options.log.error({ error }, 'events could not be handed to the alerts: tried again')
      this.#failure = reason
    }
  }

  #read(): void {
    const { alerts, events, log } = this.#options
    const end = events.eventsEnd()
    const handled = alerts.position()
    if (handled === null) return
    const cursor = this.#cursorIn(end, handled)
    if (cursor !== handled.cursor || end.log !== handled.log) {
      if (!alerts.follow(end.log, cursor)) return
      if (handled.log !== null && end.log !== handled.log)
        log.warn({ log: end.log }, 'the store has begun anew: alerts follow it from its start')
    }
    this.#checkedLog = end.log
    if (cursor >= end.next) return
    const page = events.eventsAfter(cursor, MAX_EVENTS, 'cases')
    // The file was replaced between the two: the next poll sees which it is.
    if (page.log !== end.log) return
    const isTaken = alerts.take(page)
    if (isTaken && page.isGap && cursor > 0)
      log.warn({ after: cursor }, 'events of the store were dropped before alerts were made of them')
  }

  /** The number behind which nothing was handled. */
  #cursorIn(end: Pick<EventPage, 'log' | 'next'>, { log, cursor, lastEventAtMs }: Position): number {
    // Of another log every event is new. So they are where it is not known how far they went.
    if (log !== null && log !== end.log) return 0
    const isWithin = cursor <= end.next
    if (isWithin && (this.#checkedLog === end.log || lastEventAtMs === null)) return cursor
    if (lastEventAtMs === null) return 0
    // After a power cut, or with an older copy of the file in its place, numbers are given out a second time.
    return this.#options.events.lastCaseEvent(cursor, lastEventAtMs)
  }
}
