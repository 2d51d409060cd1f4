/**
 * Who is at an address now, by all sources together: one history a source, what was known before the start, and the
 * order in which sources are believed.
 */
import { addressText } from '../net/address.ts'
import { isSameMachine, joinBindings, type Binding, type IdentitySource } from './binding.ts'
import { SourceHistory, type Change, type HistoryOptions } from './source-history.ts'

type SourceOptions = Pick<HistoryOptions, 'source' | 'graceMs' | 'canExpire'>

interface Chapter {
  readonly source: IdentitySource
  readonly history: SourceHistory
}

export class AddressBook {
  readonly #changed: (change: Change, binding: Binding) => void
  /** By id: several lease files are one kind of source. */
  readonly #chapters = new Map<string, Chapter>()
  /** Open bindings that earlier runs told, until a source speaks of their address. */
  readonly #remembered = new Map<IdentitySource, Map<string, Binding>>()

  /** `changed` is called for all that begins, ends or changes, at once and in order. */
  constructor(changed: (change: Change, binding: Binding) => void) {
    this.#changed = changed
  }

  /** Tells of a binding that was open at the end of an earlier run, so that it is the same one when it is seen again. */
  remember(binding: Binding): void {
    if (binding.untilMs !== null) return
    let known = this.#remembered.get(binding.source)
    if (known === undefined) this.#remembered.set(binding.source, (known = new Map()))
    const address = addressText(binding.address)
    const before = known.get(address)
    // Of two that are open at once the later one is meant.
    if (before !== undefined) this.#end(before.fromMs < binding.fromMs ? before : binding, binding.fromMs)
    if (before === undefined || before.fromMs < binding.fromMs) known.set(address, binding)
  }

  /** The history of the source `id`, begun where there is none. */
  open(id: string, options: SourceOptions): SourceHistory {
    const { source } = options
    const known = this.#chapters.get(id)
    if (known !== undefined) return known.history
    const history = new SourceHistory({
      ...options,
      changed: (change, binding) => {
        if (change !== 'closed' || !this.#isHeldElsewhere(id, source, binding)) this.#changed(change, binding)
      },
      takeRemembered: (address) => {
        const remembered = this.#remembered.get(source)
        const binding = remembered?.get(address) ?? null
        remembered?.delete(address)
        return binding
      },
    })
    this.#chapters.set(id, { source, history })
    return history
  }

  /** The source `id` is configured no more: what it says ends at `atMs`. */
  close(id: string, atMs: number): void {
    this.#chapters.get(id)?.history.end(atMs)
    this.#chapters.delete(id)
  }

  /** All sources of this kind have been read: what none of them knows any more ended at `atMs`. */
  forget(source: IdentitySource, atMs: number): void {
    const remembered = this.#remembered.get(source) ?? new Map<string, Binding>()
    this.#remembered.delete(source)
    for (const binding of remembered.values()) this.#end(binding, atMs)
  }

  /** Who is at `address` (in the form of `readAddress`) now, or null where no source knows. */
  find(address: string): Binding | null {
    const found = [...this.#chapters.values()].map(({ history }) => history.find(address))
    return joinBindings(found.filter((binding) => binding !== null))
  }

  /** Every binding that is open now. */
  *all(): Generator<Binding> {
    for (const { history } of this.#chapters.values()) yield* history.all()
  }

  #end(binding: Binding, atMs: number): void {
    this.#changed('closed', { ...binding, untilMs: Math.max(atMs, binding.fromMs) })
  }

  /** Two servers may share their leases: what one drops the other still says in the same words. */
  #isHeldElsewhere(id: string, source: IdentitySource, binding: Binding): boolean {
    const address = addressText(binding.address)
    for (const [other, chapter] of this.#chapters) {
      if (other === id || chapter.source !== source) continue
      const found = chapter.history.find(address)
      if (found !== null && found.fromMs === binding.fromMs && isSameMachine(found, binding)) return true
    }
    return false
  }
}
