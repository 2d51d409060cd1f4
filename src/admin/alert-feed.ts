/**
 * Hands the store's numbered events to the alerts, in order and each once. What cannot be read or written now is taken
 * at a later poll: the alerts keep in their own file how far they came.
 */
import type { Alerts } from '../alerts/alerts.ts'
import type { Clock } from '../clock.ts'
import type { EventPage, EventScope } from '../detection/cases/queries.ts'
import { StoreUnavailable } from '../detection/queries.ts'
import type { Logger } from '../log/log.ts'

/** Where the events come from. Both throw StoreUnavailable. */
export interface EventSource {
  eventsEnd(): Pick<EventPage, 'log' | 'next'>
  eventsAfter(after: number, limit: number, scope: EventScope): EventPage
}

export interface AlertFeedOptions {
  readonly alerts: Pick<Alerts, 'readFrom' | 'take'>
  readonly events: EventSource
  readonly clock: Clock
  readonly log: Pick<Logger, 'warn' | 'error'>
}

const POLL_MS = 1000
/** More wait for the next poll: the thread has an API to serve. */
const MAX_EVENTS = 500

export class AlertFeed {
  readonly #options: AlertFeedOptions
  readonly #stop: () => void
  /** Which log the events were read from last. */
  #logKey: string | null = null
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
    const isOtherLog = this.#logKey !== null && this.#logKey !== end.log
    // Behind number 0 everything is new: so a store that has already grown past the old one is told from it too.
    const cursor = alerts.readFrom(isOtherLog ? 0 : end.next)
    if (cursor === null) return
    this.#logKey = end.log
    if (cursor >= end.next) return
    const page = events.eventsAfter(cursor, MAX_EVENTS, 'cases')
    // The file was replaced between the two: the next poll sees which it is.
    if (page.log !== end.log) return
    const isTaken = alerts.take(page.events, page.next)
    if (isTaken && page.isGap && cursor > 0)
      log.warn({ after: cursor }, 'events of the store were dropped before alerts were made of them')
  }
}
