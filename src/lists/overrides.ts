/**
 * What people have let through, or switched off, while the resolver runs: allow entries and pauses. Kept in
 * `<data>/overrides.json` with reason, actor and end, the ended ones too, because somebody will ask.
 */
import { mkdirSync, readFileSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Clock } from '../clock.ts'
import { rangesOf } from '../net/address-ranges.ts'
import { SnapshotBuilder } from '../policy/builder.ts'
import type { PausedMeta } from '../policy/meta.ts'
import { nameToText } from '../wire/name.ts'
import { writeAtomically } from './atomic-file.ts'
import { WireName } from './name.ts'

export interface Override {
  readonly kind: 'allow' | 'pause'
  /** Lower-case A-labels, with all names under it. Of a pause for whom: empty for all, CIDR, or `group:` and an id. */
  readonly name: string
  readonly reason: string
  readonly actor: string
  /** RFC 3339. */
  readonly createdAt: string
  /** RFC 3339; null: until it is taken back. */
  readonly until: string | null
}

export interface EndedOverride extends Override {
  readonly endedAt: string
  /** `expired`, or who took it back or put another in its place. */
  readonly endedBy: string
}

/** Ended ones that are kept, the oldest go first. */
const MAX_ENDED = 10_000
const MAX_TEXT = 1000
const EXPIRED = 'expired'
/** A clock is set right by so much without anybody noticing. */
const CLOCK_STEP_MS = 60_000
/** For single clients and groups. */
const MAX_PAUSES = 1000
/** Begins the `name` of a pause for a group. */
export const GROUP_PREFIX = 'group:'

/** Id of the overlay's only list. */
export const OVERRIDES_LIST = 'overrides'

export class Overrides {
  readonly #path: string
  readonly #clock: Clock
  #active: readonly Override[] = []
  #ended: readonly EndedOverride[] = []
  #problem: string | null = null

  /** Reads what is there; what cannot be understood is put aside, and `problem` says so. */
  constructor(path: string, clock: Clock) {
    this.#path = path
    this.#clock = clock
    try {
      const { active, ended } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Saved>
      if (!Array.isArray(active) || !Array.isArray(ended)) throw new TypeError('it holds no overrides')
      // What resolver threads cannot read would end each of them, again and again.
      const wrong = active.find((override) => !isOverride(override))
      if (wrong !== undefined) throw new TypeError(`it holds what is no override: ${JSON.stringify(wrong)}`)
      this.#active = active
      this.#ended = ended
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#putAside(error)
    }
  }

  /** Why what is on disk is not what is in force, or null. */
  get problem(): string | null {
    return this.#problem
  }

  get active(): readonly Override[] {
    return this.#active
  }

  /** The last one first. */
  get ended(): readonly EndedOverride[] {
    return this.#ended
  }

  /** Milliseconds since 1970 until which blocking is paused; 0: it is not. */
  get pausedUntilMs(): number {
    const pause = this.#active.find(({ kind, name }) => kind === 'pause' && name === '')
    return pause?.until ? Date.parse(pause.until) : 0
  }

  /**
   * Lets `name` and all under it through for `forMs`, or until it is taken back when that is null. Throws RangeError
   * when it is no name, is a whole top-level domain, or reason or actor are missing or too long.
   */
  allow(name: string, reason: string, forMs: number | null, actor: string): Override {
    const wire = readName(name)
    return this.#add({ kind: 'allow', name: wire, ...this.#signed(reason, forMs, actor) })
  }

  /** Takes an allow entry back; false when there is none for this name. */
  remove(name: string, actor: string): boolean {
    const wire = readName(name)
    return this.#end(({ kind, name: of }) => kind === 'allow' && of === wire, actor)
  }

  /**
   * Pauses blocking for `forMs`, or ends that pause when it is 0. `whom`: see `name`. Throws RangeError as `allow` does,
   * and where too many clients have a pause.
   */
  pause(forMs: number, reason: string, actor: string, whom = ''): void {
    if (!Number.isFinite(forMs) || forMs < 0) throw new RangeError('a pause needs an end')
    const isIt = ({ kind, name }: Override): boolean => kind === 'pause' && name === whom
    if (forMs === 0) return void this.#end(isIt, actor)
    const pauses = this.#active.filter((override) => override.kind === 'pause' && !isIt(override))
    if (pauses.length >= MAX_PAUSES)
      throw new RangeError(`${MAX_PAUSES} pauses are in force: end one of them`)
    this.#add({ kind: 'pause', name: whom, ...this.#signed(reason, forMs, actor) })
  }

  /** Ends what has run out; true when something had. A pause also before it began: by that clock it could last for years. */
  expire(): boolean {
    const now = this.#clock.wallMs()
    const isUnborn = ({ kind, createdAt }: Override): boolean =>
      kind === 'pause' && now < Date.parse(createdAt) - CLOCK_STEP_MS
    return this.#end(
      (override) => (override.until !== null && Date.parse(override.until) <= now) || isUnborn(override),
      EXPIRED,
    )
  }

  /** Builds the allow entries in force into an overlay slot. */
  build(memory: SharedArrayBuffer, seed: number, number: number): void {
    const builder = new SnapshotBuilder(memory, seed)
    const wire = new WireName()
    const allowed = this.#active.filter(({ kind }) => kind === 'allow')
    for (const { name } of allowed) {
      if (wire.readText(name) === null) builder.addName(wire.bytes, wire.length, 'subtree', 0)
    }
    const list = {
      number,
      id: OVERRIDES_LIST,
      kind: 'allow',
      action: 'log',
      ttlSeconds: null,
      campaign: null,
    } as const
    builder.finish({
      lists: [{ ...list, basis: 'allowed by hand', document: '' }],
      rules: [{ list: 0, action: 'allow', data: null }],
      counts: { [OVERRIDES_LIST]: allowed.length },
      paused: this.#paused(),
    })
  }

  #paused(): PausedMeta {
    const whom = this.#active.flatMap(({ kind, name }) => (kind === 'pause' && name !== '' ? [name] : []))
    return {
      networks: whom.filter((name) => !name.startsWith(GROUP_PREFIX)),
      groups: whom.flatMap((name) =>
        name.startsWith(GROUP_PREFIX) ? [name.slice(GROUP_PREFIX.length)] : [],
      ),
    }
  }

  #signed(reason: string, forMs: number | null, actor: string): Omit<Override, 'kind' | 'name'> {
    for (const [what, text] of [
      ['reason', reason],
      ['actor', actor],
    ] as const) {
      if (text.trim() === '') throw new RangeError(`an override needs a ${what}`)
      if (text.length > MAX_TEXT) throw new RangeError(`the ${what} is longer than ${MAX_TEXT} characters`)
    }
    if (forMs !== null && !(forMs > 0 && forMs <= MAX_MS))
      throw new RangeError('the duration is out of range')
    const now = this.#clock.wallMs()
    const until = forMs === null ? null : new Date(now + forMs).toISOString()
    return { reason: reason.trim(), actor: actor.trim(), createdAt: new Date(now).toISOString(), until }
  }

  #add(override: Override): Override {
    const isSame = ({ kind, name }: Override): boolean => kind === override.kind && name === override.name
    const replaced = this.#active.filter(isSame).map((old) => this.#endedBy(old, override.actor))
    const active = [...this.#active.filter((old) => !isSame(old)), override]
    this.#save(active, [...replaced, ...this.#ended])
    return override
  }

  #end(isOver: (override: Override) => boolean, endedBy: string): boolean {
    const over = this.#active.filter(isOver)
    if (over.length === 0) return false
    const ended = over.map((override) => this.#endedBy(override, endedBy))
    const active = this.#active.filter((override) => !isOver(override))
    this.#save(active, [...ended, ...this.#ended])
    return true
  }

  #endedBy(override: Override, endedBy: string): EndedOverride {
    return { ...override, endedAt: new Date(this.#clock.wallMs()).toISOString(), endedBy }
  }

  /** What cannot be written is in force all the same: a wrong block must be undone on a full disk too. */
  #save(active: readonly Override[], ended: readonly EndedOverride[]): void {
    this.#active = active
    this.#ended = ended.slice(0, MAX_ENDED)
    const saved: Saved = { version: 1, active, ended: this.#ended }
    try {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 })
      writeAtomically(this.#path, `${JSON.stringify(saved, null, 1)}\n`)
      this.#problem = null
    } catch (error) {
      this.#problem = `writing ${this.#path}: ${messageOf(error)}; what was changed is lost at the next start`
    }
  }

  #putAside(error: unknown): void {
    const aside = `${this.#path}.damaged`
    this.#problem = `reading ${this.#path}: ${messageOf(error)}; no name is let through by hand, see ${aside}`
    try {
      renameSync(this.#path, aside)
    } catch {
      // Unreadable and unmovable: said above.
    }
  }
}

interface Saved {
  readonly version: 1
  readonly active: readonly Override[]
  readonly ended: readonly EndedOverride[]
}

/** Whether it is one as this class makes them, whoever wrote the file. */
function isOverride(value: unknown): boolean {
  const { kind, name, reason, actor, createdAt, until } = (value ?? {}) as Readonly<Record<string, unknown>>
  if (![name, reason, actor, createdAt].every((text) => typeof text === 'string')) return false
  const isTimed = typeof until === 'string' && !Number.isNaN(Date.parse(until))
  if (kind === 'allow') return isTimed || until === null
  return kind === 'pause' && isTimed && isWhom(name as string)
}

/** For whom a pause is: see `name`. */
function isWhom(name: string): boolean {
  if (name === '' || name.startsWith(GROUP_PREFIX)) return true
  try {
    return rangesOf(name).ranges.length > 0
  } catch {
    return false
  }
}

/** A hundred years: what is meant is null. */
const MAX_MS = 100 * 365 * 86_400_000

function readName(text: string): string {
  const wire = new WireName()
  if (wire.readText(text.trim()) !== null) throw new RangeError(`"${text}" is not a name`)
  const name = nameToText(wire.bytes)
  if (!name.includes('.')) throw new RangeError(`"${text}" is a whole top-level domain`)
  return name
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
