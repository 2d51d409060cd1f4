/** What the store thread does with letters about contacts: into the file, or given up where the database will never take them. */
import type { Clock } from '../clock.ts'
import type { Settings } from '../config/settings.ts'
import type { AtAddress, ContactLetter } from './contact-commit.ts'
import { routedBy } from './contact-places.ts'
import { isOurs } from './fault.ts'
import type { StoreLog } from './log.ts'
import type { StoreWriter } from './store-writer.ts'

/** `known`: it is in already. `refused`: it is given up, or it would be sent for ever and block all after it. */
export type ContactsKept = 'committed' | 'known' | 'refused'

/** How often it is told that there are too many visitors. */
const TELL_MS = 60_000

export class ContactIntake {
  readonly #writer: Pick<StoreWriter, 'contacts'>
  readonly #clock: Clock
  readonly #log: StoreLog
  #isRouted: (local: string) => boolean
  #unkept = 0
  #nextTellMs = 0

  constructor(
    writer: Pick<StoreWriter, 'contacts'>,
    settings: Pick<Settings, 'notice' | 'sinkhole'>,
    clock: Clock,
    log: StoreLog,
  ) {
    this.#writer = writer
    this.#clock = clock
    this.#log = log
    this.#isRouted = routedBy(settings)
  }

  configure(settings: Pick<Settings, 'notice' | 'sinkhole'>): void {
    this.#isRouted = routedBy(settings)
  }

  /** `contacts/keep`. Throws what SQLite and the file system throw where it may be tried again. */
  keep(letter: ContactLetter): ContactsKept {
    try {
      return this.#writer.contacts((commit) => {
        const kept = commit.commit(letter, this.#clock.wallMs(), (local) => this.#isRouted(local))
        this.#tellUnkept(commit.takeUnkept())
        return kept
      })
    } catch (error) {
      if (!isOurs(error)) throw error
      const { session, sequence, contacts } = letter
      this.#log.error({ error, session, sequence, contacts: contacts.length }, 'contacts that the database refuses are given up') // prettier-ignore
      return 'refused'
    }
  }

  #tellUnkept(contacts: number): void {
    this.#unkept += contacts
    const nowMs = this.#clock.monotonicMs()
    if (this.#unkept === 0 || nowMs < this.#nextTellMs) return
    this.#nextTellMs = nowMs + TELL_MS
    this.#log.warn({ contacts: this.#unkept }, 'too many addresses came to the sinkhole without a hit: of others nothing is kept') // prettier-ignore
    this.#unkept = 0
  }

  /** `contacts/at`: who has an address (text) now. Throws as `keep`. */
  at(address: string): AtAddress | null {
    return this.#writer.contacts((commit) => commit.at(address, this.#clock.wallMs()))
  }
}
