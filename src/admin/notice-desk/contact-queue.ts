/**
 * Letters with contacts on their way to the store, those of a connection in their order: a later one must not be in before an
 * earlier one, or that would be taken for one sent twice. What the store cannot take now is tried again; nothing is
 * confirmed before it is in.
 */
import type { ContactsKept } from '../../detection/contact-intake.ts'
import type { Logger } from '../../log/log.ts'
import type { Mail } from '../../metrics/thread-status.ts'
import type { Contacts } from '../../notice/letters.ts'

/** The service has 32 on their way at most. */
const MOST_WAITING = 64
/** So much time lies between two: what an exposed service sends must not keep the store from its hits. */
const PAUSE_MS = 100
const RETRY_MS = 1000
const STORE_WAIT_MS = 10_000

export interface ContactQueueOptions {
  readonly session: string
  readonly mail: Mail
  readonly log: Pick<Logger, 'warn'>
  /** It is in the store, was there already, or never will be. */
  readonly kept: (letter: Contacts, outcome: ContactsKept) => void
}

export class ContactQueue {
  readonly #options: ContactQueueOptions
  #waiting: Contacts[] = []
  #timer: NodeJS.Timeout | null = null
  #isAsking = false
  #isClosed = false
  #hasFailed = false

  constructor(options: ContactQueueOptions) {
    this.#options = options
  }

  /** Takes a letter; false: too many wait. */
  add(letter: Contacts): boolean {
    if (this.#waiting.length >= MOST_WAITING) return false
    this.#waiting.push(letter)
    if (this.#timer === null && !this.#isAsking) void this.#send()
    return true
  }

  /** Forgets what waits: it is not confirmed, so the service sends it again. */
  close(): void {
    this.#isClosed = true
    this.#waiting = []
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  async #send(): Promise<void> {
    const { session, mail, log, kept } = this.#options
    const [letter] = this.#waiting
    this.#timer = null
    if (letter === undefined) return
    this.#isAsking = true
    let waitMs = PAUSE_MS
    try {
      const { sequence, contacts } = letter
      const body = { session, sequence, contacts }
      const outcome = await mail.request<ContactsKept>('store', 'contacts/keep', body, STORE_WAIT_MS)
      if (this.#isClosed) return
      this.#waiting.shift()
      this.#hasFailed = false
      kept(letter, outcome)
    } catch (error) {
      if (!this.#hasFailed) log.warn({ error }, 'the store takes no contacts now: they wait')
      this.#hasFailed = true
      waitMs = RETRY_MS
    } finally {
      this.#isAsking = false
    }
    if (this.#isClosed) return
    this.#timer = setTimeout(() => void this.#send(), waitMs)
    this.#timer.unref()
  }
}
