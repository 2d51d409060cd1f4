/**
 * Which list a number in a hit means. Numbers come from the list thread and hold for the life of the process; a list
 * taken out of the configuration keeps its number, because hits that name it may still be on their way.
 */
import type { ListSettings, Settings } from '../config/settings.ts'

/** One list in force, as the list thread tells it (`lists/registry`). */
export interface RegisteredList {
  readonly number: number
  readonly id: string
  readonly campaign: string | null
  readonly basis: string
  readonly action: string
}

/** The same with what the configuration says of it. */
export interface KnownList extends RegisteredList {
  /** Number of the document it came with; empty: none. */
  readonly document: string
  /** It holds what was approved of imports: each entry has a document of its own. */
  readonly isApproved: boolean
}

type Configured = Pick<ListSettings, 'document' | 'approved'>

const NOT_CONFIGURED: Configured = { document: '', approved: false }

export class ListRegistry {
  readonly #lists = new Map<number, RegisteredList>()
  #configured: ReadonlyMap<string, Configured> = new Map()
  #version = 0

  /** Moves with every change. */
  get version(): number {
    return this.#version
  }

  get size(): number {
    return this.#lists.size
  }

  /** Adds lists and replaces what is known of those already there. */
  register(lists: readonly RegisteredList[]): void {
    for (const list of lists) this.#lists.set(list.number, list)
    this.#version++
  }

  /** Takes campaign, basis, document and action from new settings. */
  follow(settings: Pick<Settings, 'lists'>): void {
    const configured = new Map(settings.lists.map((list) => [list.id, list]))
    this.#configured = configured
    for (const [number, list] of this.#lists) {
      const now = configured.get(list.id)
      if (now) {
        this.#lists.set(number, { ...list, campaign: now.campaign, basis: now.basis, action: now.action })
      }
    }
    this.#version++
  }

  /** The list of `number`; one nobody has told of is called `#number`: its hits count all the same. */
  get(number: number): KnownList {
    return this.#known(
      this.#lists.get(number) ?? { number, id: `#${number}`, campaign: null, basis: '', action: '' },
    )
  }

  all(): readonly KnownList[] {
    return [...this.#lists.values()].map((list) => this.#known(list))
  }

  #known(list: RegisteredList): KnownList {
    const { document, approved } = this.#configured.get(list.id) ?? NOT_CONFIGURED
    return { ...list, document, isApproved: approved }
  }
}
