/** A value that components read and are drawn again for when it changes. */
import { useEffect, useState } from 'preact/hooks'

export class Store<T> {
  #value: T
  readonly #listeners = new Set<() => void>()

  constructor(value: T) {
    this.#value = value
  }

  get value(): T {
    return this.#value
  }

  /** Everybody who reads it is told, unless it is the same. */
  set(value: T): void {
    if (Object.is(value, this.#value)) return
    this.#value = value
    for (const listener of [...this.#listeners]) listener()
  }

  /** Gives what ends it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}

/** The value now; the component is drawn again with every other one. */
export function useStore<T>(store: Store<T>): T {
  const [, draw] = useState(0)
  const drawn = store.value
  useEffect(() => {
    const end = store.subscribe(() => draw((count) => count + 1))
    // What was set between drawing and this effect, which runs once the browser has painted.
    if (!Object.is(drawn, store.value)) draw((count) => count + 1)
    return end
    // `drawn` is that of the first drawing: from then on the subscription tells.
  }, [store])
  return drawn
}
