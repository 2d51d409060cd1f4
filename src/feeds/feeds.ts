/**
 * All lists that are fetched, as the configuration names them. Owned by the control thread: what it does is a question
 * of minutes, and no query waits for it.
 */
import type { AlertLog } from '../alerts/log.ts'
import type { Clock } from '../clock.ts'
import type { Settings } from '../config/settings.ts'
import type { Random } from '../random.ts'
import { Feed, type FeedOptions } from './feed.ts'
import type { FeedStatus } from './feed-status.ts'

export interface FeedsOptions {
  readonly settings: FeedsSettings
  /** Of this program, for the logs of those who publish. */
  readonly version: string
  readonly clock: Clock
  readonly random: Random
  readonly log: AlertLog
  /** A version is in place that a person wanted, however small it is. */
  readonly forced: (id: string) => Promise<unknown>
}

export type FeedsSettings = Pick<Settings, 'lists' | 'upstreams' | 'forward' | 'records'>

/** Fetched at the same time; the others wait. */
export const MAX_AT_ONCE = 4
const TICK_MS = 1000

export class Feeds {
  readonly #options: FeedsOptions
  readonly #stop: () => void
  #settings: FeedsSettings
  #feeds: readonly Feed[] = []
  #isClosed = false

  /** Begins to fetch. */
  constructor(options: FeedsOptions) {
    this.#options = options
    this.#settings = options.settings
    this.configure(options.settings)
    this.#stop = options.clock.every(TICK_MS, () => this.run())
  }

  /** Takes over changed settings: feeds that are gone or changed are left, the others go on. */
  configure(settings: FeedsSettings): void {
    this.#settings = settings
    const before = new Map(this.#feeds.map((feed) => [keyOf(feed.list), feed]))
    const wanted = new Set(settings.lists.map(keyOf))
    const gone = [...before].filter(([key]) => !wanted.has(key)).map(([, feed]) => feed.close())
    this.#feeds = settings.lists.flatMap(({ id, path, format, match, feed }) => {
      if (feed === null) return []
      const list = { id, path, format, match, feed }
      const opened = before.get(keyOf(list)) ?? this.#open(list, Promise.all(gone))
      return opened === null ? [] : [opened]
    })
  }

  /** Starts those that are due, as many as may run at the same time; those that waited longest first. */
  run(): void {
    if (this.#isClosed) return
    let room = MAX_AT_ONCE - this.#feeds.filter(({ isRunning }) => isRunning).length
    const due = this.#feeds
      .filter(({ isDue }) => isDue)
      .toSorted((a, b) => a.status().nextMs - b.status().nextMs)
    for (const feed of due) {
      if (room-- <= 0) return
      // Whoever waited finds its place free.
      void feed.run().then(() => this.run())
    }
  }

  /** In the order of the configuration. */
  status(): FeedStatus[] {
    return this.#feeds.map((feed) => feed.status())
  }

  /**
   * Fetches the list `id` now. Resolves with how it is when that is over, or after `patienceMs`; null: no list that is
   * fetched has that id. `isForced`: takes it however large or small it has become.
   */
  async fetch(id: string, isForced: boolean, patienceMs: number): Promise<FeedStatus | null> {
    const feed = this.#feeds.find(({ list }) => list.id === id)
    if (feed === undefined) return null
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, patienceMs)))
    await Promise.race([fetchAnew(feed, isForced), late])
    clearTimeout(timer)
    return feed.status()
  }

  /** Stops, and cuts off what is under way. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#stop()
    await Promise.all(this.#feeds.map((feed) => feed.close()))
  }

  #open(list: FeedOptions['list'], ready: Promise<unknown>): Feed | null {
    try {
      return new Feed({ ...this.#options, list, ready, settings: () => this.#settings })
    } catch (error) {
      this.#options.log.error({ list: list.id, error }, 'a list cannot be fetched: its directory cannot be written') // prettier-ignore
      return null
    }
  }
}

/** What is under way was begun before anybody asked; what another who asked has begun will do, unless it is to be forced. */
async function fetchAnew(feed: Feed, isForced: boolean): Promise<void> {
  if (feed.isRunning) await feed.run()
  while (isForced && feed.isRunning) await feed.run()
  await feed.run(isForced)
}

function keyOf({ id, path, format, match, feed }: Settings['lists'][number] | FeedOptions['list']): string {
  return JSON.stringify([id, path, format, match, feed])
}
