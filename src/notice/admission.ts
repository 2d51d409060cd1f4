/**
 * How many connections there may be. Above it the oldest goes, of the client that has too many or of all: who speaks
 * has been answered long before it is the oldest, so it is the idle ones that go. All in the order they came in.
 */

/** Something that is open. */
export interface Admitted {
  readonly client: string
  /** Closes it at once. */
  giveWay(): void
}

export class Admission<T extends Admitted> {
  readonly #total: number
  readonly #perClient: number
  readonly #open = new Set<T>()
  readonly #byClient = new Map<string, Set<T>>()
  #gaveWay = 0

  constructor(total: number, perClient: number) {
    this.#total = total
    this.#perClient = perClient
  }

  get size(): number {
    return this.#open.size
  }

  /** How many have been closed for others so far. */
  get gaveWay(): number {
    return this.#gaveWay
  }

  /** All that are open, the oldest first. */
  open(): Iterable<T> {
    return this.#open
  }

  enter(one: T): void {
    const own = this.#byClient.get(one.client)
    if (own !== undefined && own.size >= this.#perClient) this.#closeOldest(own)
    else if (this.#open.size >= this.#total) this.#closeOldest(this.#open)
    this.#open.add(one)
    // Asked again: the set of a client goes with its last connection.
    const owns = this.#byClient.get(one.client) ?? new Set()
    this.#byClient.set(one.client, owns.add(one))
  }

  leave(one: T): void {
    this.#open.delete(one)
    const own = this.#byClient.get(one.client)
    own?.delete(one)
    if (own?.size === 0) this.#byClient.delete(one.client)
  }

  #closeOldest(among: ReadonlySet<T>): void {
    const [oldest] = among
    if (oldest === undefined) return
    this.#gaveWay++
    // Here and not when its socket says that it is closed: that comes later.
    this.leave(oldest)
    oldest.giveWay()
  }
}
