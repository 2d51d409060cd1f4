/**
 * Which list a number in a hit means. Numbers come from the list thread and hold for the life of the process; a list
 * taken out of the configuration keeps its number, because hits that name it may still be on their way.
 */
import type { Settings } from '../config/settings.ts'

/** One list in force, as the list thread tells it (`lists/registry`). */
export interface RegisteredList {
  readonly number: number
  readonly id: string
  readonly campaign: string | null
  readonly basis: string
  readonly action: string
}

export class ListRegistry {
  readonly #lists = new Map<number, RegisteredList>()
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

  /** Takes campaign, basis and action from new settings. */
  follow(settings: Settings): void {
    const configured = new Map(settings.lists.map((list) => [list.id, list]))
    for (const [number, list] of this.#lists) {
      const now = configured.get(list.id)
      if (now) {
        this.#lists.set(number, { ...list, campaign: now.campaign, basis: now.basis, action: now.action })
      }
    }
    this.#version++
  }

  /** The list of `number`; one nobody has told of is called `#number`: its hits count all the same. */
  get(number: number): RegisteredList {
    return this.#lists.get(number) ?? { number, id: `#${number}`, campaign: null, basis: '', action: '' }
  }

  all(): readonly RegisteredList[] {
    return [...this.#lists.values()]
  }
}
