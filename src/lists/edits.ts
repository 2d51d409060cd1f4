/** Single edits in force: what overrides.json says, built into the overlay and the pause word. */
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import type { Logger } from '../log/log.ts'
import type { ControlWords } from '../thread/control-words.ts'
import { Overrides, OVERRIDES_LIST } from './overrides.ts'
import type { EndedOverride, Override } from './overrides.ts'
import type { Slots } from './slots.ts'

/** The part of the base that an overlay needs. */
export interface OverlayBase {
  readonly seed: number
  number(id: string): number
}

export class Edits {
  readonly #overrides: Overrides
  readonly #slots: Slots
  readonly #words: ControlWords
  readonly #base: OverlayBase
  readonly #log: Logger
  readonly #published: () => void
  #running: Promise<void> = Promise.resolve()

  /** Overrides are kept in `directory`. */
  constructor(
    directory: string,
    slots: Slots,
    words: ControlWords,
    base: OverlayBase,
    clock: Clock,
    log: Logger,
    published: () => void,
  ) {
    this.#overrides = new Overrides(join(directory, 'overrides.json'), clock)
    this.#slots = slots
    this.#words = words
    this.#base = base
    this.#log = log
    this.#published = published
  }

  get pause(): { readonly untilMs: number; readonly reason: string } | null {
    const untilMs = this.#overrides.pausedUntilMs
    const reason =
      this.#overrides.active.find(({ kind, name }) => kind === 'pause' && name === '')?.reason ?? ''
    return untilMs === 0 ? null : { untilMs, reason }
  }

  list(): { readonly active: readonly Override[]; readonly ended: readonly EndedOverride[] } {
    return { active: this.#overrides.active, ended: this.#overrides.ended }
  }

  /** The entry that lets `name` through, or null. */
  find(name: string): Override | null {
    return (
      this.#overrides.active.find(
        ({ kind, name: allowed }) => kind === 'allow' && (name === allowed || name.endsWith(`.${allowed}`)),
      ) ?? null
    )
  }

  /** Brings what was in force before into force again, less what has run out. */
  async start(): Promise<void> {
    this.#overrides.expire()
    this.#words.pausedUntilMs = this.#overrides.pausedUntilMs
    await this.#publish()
  }

  /** Errors as `Overrides.allow`. */
  async allow(name: string, reason: string, forMs: number | null, actor: string): Promise<Override> {
    const override = this.#overrides.allow(name, reason, forMs, actor)
    await this.#publish()
    this.#log.warn(
      { name: override.name, reason, actor, until: override.until },
      'a name is let through by hand',
    )
    return override
  }

  async remove(name: string, actor: string): Promise<boolean> {
    const isRemoved = this.#overrides.remove(name, actor)
    if (!isRemoved) return false
    await this.#publish()
    this.#log.warn({ name, actor }, 'a name is no longer let through by hand')
    return true
  }

  /**
   * `forMs` 0 ends a pause. `whom`: empty for all, CIDR, or `group:` and an id. Gives what is in force for them then.
   * Errors as `Overrides.pause`.
   */
  async setPause(forMs: number, reason: string, actor: string, whom = ''): Promise<Override | null> {
    this.#overrides.pause(forMs, reason, actor, whom)
    this.#words.pausedUntilMs = this.#overrides.pausedUntilMs
    if (whom === '') this.#sayProblem()
    else await this.#publish()
    this.#log.warn({ forMs, reason, actor, whom }, forMs === 0 ? 'blocking goes on' : 'blocking is paused')
    return this.#overrides.active.find(({ kind, name }) => kind === 'pause' && name === whom) ?? null
  }

  /** Ends what has run out; to be called once a second. */
  async expire(): Promise<void> {
    if (!this.#overrides.expire()) return
    this.#words.pausedUntilMs = this.#overrides.pausedUntilMs
    await this.#publish()
    this.#log.warn('an override has run out')
  }

  #sayProblem(): void {
    const { problem } = this.#overrides
    if (problem !== null) this.#log.error({ reason: problem }, 'overrides on disk are not those in force')
  }

  #publish(): Promise<void> {
    this.#sayProblem()
    const next = this.#running.then(() => this.#build())
    this.#running = next.catch(() => {})
    return next
  }

  async #build(): Promise<void> {
    const slot = await this.#slots.next()
    this.#overrides.build(slot, this.#base.seed, this.#base.number(OVERRIDES_LIST))
    this.#slots.publish()
    this.#published()
  }
}
