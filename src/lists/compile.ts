/**
 * Compiles all configured lists into one snapshot. A list whose file cannot be read, is empty or has lost more than
 * half of its entries is taken from its last good version; the others are taken as they are. The same code serves the
 * list thread and, without a server, the command line.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { BuiltSnapshot } from '../policy/builder.ts'
import { SnapshotBuilder } from '../policy/builder.ts'
import type { ClientTriggerMeta, ListMeta, RuleMeta } from '../policy/meta.ts'
import { configuredLists, groupsOf, settingsDigest } from './configured.ts'
import type { ConfiguredList, ListsSettings } from './configured.ts'
import { ListEntries } from './entries.ts'
import type { NamedFormat } from './formats/detect.ts'
import { Guards } from './guards.ts'
import { findGuardedAddresses } from './guarded-addresses.ts'
import type { GoodVersion, LastGood } from './last-good.ts'
import { Tally } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import { ListRules } from './rules.ts'
import { NameScreen } from './screen.ts'
import { ListFileError, readListFile } from './source.ts'
import { actionAt } from './validity.ts'
import { AllowTally } from './allow-note.ts'

/** `loaded`: the file as it is. `kept-last-good`: an earlier version. `failed`: neither; the list is not in force. */
export type ListState = 'loaded' | 'kept-last-good' | 'failed'

export interface CompiledList {
  readonly id: string
  readonly number: number
  readonly kind: 'list' | 'allow'
  readonly path: string
  readonly state: ListState
  /** What is in force. */
  readonly outcome: Outcome
  /** Of what is in force: SHA-256, hexadecimal; empty when nothing is. */
  readonly digest: string
  readonly format: NamedFormat | null
  /** Why the file was not taken, or null. */
  readonly error: string | null
}

export interface Compiled {
  /** In order of precedence, then the allow lists. */
  readonly lists: readonly CompiledList[]
  readonly built: BuiltSnapshot
  /** Of what it was made from beside the list files. */
  readonly settingsDigest: string
}

export interface CompileOptions {
  /** What names are hashed with; one for the life of the process. */
  readonly seed: number
  /** null: no earlier versions are known and lists are numbered in order. */
  readonly lastGood: LastGood | null
  /** Ids of lists whose file is taken however small it is. */
  readonly force: ReadonlySet<string>
  /** Wall clock, milliseconds: which lists may block. */
  readonly nowMs: number
}

/**
 * Builds the snapshot of `settings` in `memory`, a slot no thread reads. Throws SnapshotFullError when the lists do
 * not fit; what is wrong with a single list is said in its `error`.
 */
export async function compileLists(
  settings: ListsSettings,
  memory: SharedArrayBuffer,
  options: CompileOptions,
): Promise<Compiled> {
  const lists = configuredLists(settings)
  const guarded = findGuardedAddresses(settings)
  const guards = new Guards(settings, guarded)
  const screen = new NameScreen(guards)
  // Why a file is not taken, by list. Known only after reading it, with its entries in the slot: then all begins anew.
  const refused = new Map<string, string>()
  for (;;) {
    const attempt = new Attempt(memory, options, guards, screen, refused)
    const compiled = await attempt.readAll(lists)
    if (compiled === null) continue
    const counts = Object.fromEntries(compiled.map(({ id, outcome }) => [id, outcome.entries]))
    const meta = lists.map((list, place) => metaOf(list, compiled[place]!.number, options.nowMs))
    const built = attempt.builder.finish({
      lists: meta,
      rules: attempt.rules,
      clients: attempt.clients,
      counts,
      groups: groupsOf(settings, options.nowMs),
    })
    return { lists: compiled, built, settingsDigest: settingsDigest(settings, guarded, options.nowMs) }
  }
}

/** One go at building all lists. */
class Attempt {
  readonly builder: SnapshotBuilder
  readonly rules: RuleMeta[] = []
  readonly clients: ClientTriggerMeta[] = []
  readonly #options: CompileOptions
  readonly #guards: Guards
  readonly #screen: NameScreen
  readonly #refused: Map<string, string>

  constructor(
    memory: SharedArrayBuffer,
    options: CompileOptions,
    guards: Guards,
    screen: NameScreen,
    refused: Map<string, string>,
  ) {
    this.builder = new SnapshotBuilder(memory, options.seed)
    this.#options = options
    this.#guards = guards
    this.#screen = screen
    this.#refused = refused
  }

  /** Null: a list turned out to be refused after its entries were in. */
  async readAll(lists: readonly ConfiguredList[]): Promise<CompiledList[] | null> {
    const compiled: CompiledList[] = []
    for (const [place, list] of lists.entries()) {
      const read = await this.#read(list, place)
      if (read === null) return null
      compiled.push(read)
    }
    return compiled
  }

  async #read(list: ConfiguredList, place: number): Promise<CompiledList | null> {
    const { lastGood, force, nowMs } = this.#options
    const number = lastGood?.number(list.id) ?? place
    const fixed = { id: list.id, number, kind: list.kind, path: list.path }
    const rules = new ListRules(
      this.rules,
      this.clients,
      place,
      list.kind === 'allow' ? 'allow' : actionAt(list, nowMs),
    )
    const good = lastGood?.version(list.id)
    let error = this.#refused.get(list.id) ?? null
    // Nothing has been approved yet.
    if (list.isApproved && good === undefined && !existsSync(list.path))
      return { ...fixed, state: 'loaded', ...NOTHING, error: null }
    if (error === null) {
      const read = await this.#readFile(list, list.path, rules)
      error = read.error ?? (force.has(list.id) ? null : shrunk(list, read.outcome, good))
      if (error === null) return { ...fixed, state: 'loaded', ...read, error: null }
      if (read.outcome.lines > 0) {
        this.#refused.set(list.id, error)
        return null
      }
    }
    const kept = good
      ? await this.#readFile({ ...list, format: good.format }, lastGood!.path(list.id), rules)
      : null
    if (kept?.error === null) return { ...fixed, state: 'kept-last-good', ...kept, error }
    if (kept !== null && kept.outcome.lines > 0) throw new ListFileError(`${error}; ${kept.error}`)
    return { ...fixed, state: 'failed', outcome: new Tally().outcome(), digest: '', format: null, error }
  }

  async #readFile(list: ConfiguredList, path: string, rules: ListRules): Promise<ReadList> {
    const isAllowList = list.kind === 'allow'
    const tally = new Tally(isAllowList ? new AllowTally(list.allowed, this.#options.nowMs) : null)
    const checks = {
      screen: this.#screen,
      guards: this.#guards,
      accept: list.accept,
      isApproved: list.isApproved,
      isAllowList,
    }
    try {
      const entries = new ListEntries(this.builder, rules, checks, tally)
      const before = this.builder.entries
      const { digest, format } = await readListFile(path, list, entries, (share) => {
        this.builder.expect(before + (this.builder.entries - before) / share)
      })
      return { outcome: tally.outcome(), digest, format, error: null }
    } catch (thrown) {
      if (!(thrown instanceof ListFileError)) throw thrown
      return { outcome: tally.outcome(), digest: '', format: null, error: thrown.message }
    }
  }
}

const NOTHING: ReadList = {
  outcome: new Tally().outcome(),
  digest: createHash('sha256').digest('hex'),
  format: null,
  error: null,
}

type ReadList = Pick<CompiledList, 'outcome' | 'digest' | 'format' | 'error'>

/**
 * Why the version is not taken, or null. An allow list is written by hand and may be emptied; what it no longer allows
 * must not stay allowed.
 */
function shrunk(list: ConfiguredList, outcome: Outcome, good: GoodVersion | undefined): string | null {
  if (!good || list.kind === 'allow' || good.path !== list.path) return null
  const before = good.outcome.entries
  if (before === 0 || outcome.entries >= before * list.leastShare) return null
  const now = outcome.entries === 0 ? 'holds no entry' : `holds ${outcome.entries} entries`
  return `${list.path} ${now}, the version in force ${before}`
}

function metaOf(list: ConfiguredList, number: number, nowMs: number): ListMeta {
  const { id, kind, ttlSeconds, campaign, basis, document } = list
  return { number, id, kind, action: actionAt(list, nowMs), ttlSeconds, campaign, basis, document }
}
