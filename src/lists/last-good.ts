/**
 * The last version of each list that was taken, kept under `<data>/lists/` as it was published: `<id>.last`. From it a
 * list is rebuilt when its file has become unreadable, empty or suspiciously small, also after a restart. `state.json`
 * beside it tells what each version came to, and which number each list has.
 */
import { mkdirSync, readFileSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { copyAtomically, writeAtomically } from './atomic-file.ts'
import type { NamedFormat } from './formats/detect.ts'
import type { Outcome } from './outcome.ts'

/** A version of a list that was taken. */
export interface GoodVersion {
  readonly path: string
  readonly digest: string
  readonly format: NamedFormat
  readonly outcome: Outcome
  /** RFC 3339. */
  readonly takenAt: string
}

interface State {
  readonly version: 1
  readonly numbers: Record<string, number>
  readonly good: Record<string, GoodVersion>
}

/** Hits carry list numbers in 16 bits. */
const MAX_NUMBER = 0xffff

export class LastGood {
  readonly #directory: string
  readonly #numbers = new Map<string, number>()
  readonly #good = new Map<string, GoodVersion>()

  /** `directory` is made where it is missing. What cannot be read there is as if it were new. */
  constructor(directory: string) {
    this.#directory = directory
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 })
      const state = JSON.parse(readFileSync(this.#statePath, 'utf8')) as Partial<State>
      if (state.version !== 1) return
      for (const [id, number] of Object.entries(state.numbers ?? {})) this.#numbers.set(id, number)
      for (const [id, good] of Object.entries(state.good ?? {})) this.#good.set(id, good)
    } catch {
      // First start, or a damaged file: numbers begin anew, no version is known.
    }
  }

  /** The last version taken, or undefined. */
  version(id: string): GoodVersion | undefined {
    return this.#good.get(id)
  }

  /** Where the last version taken lies. */
  path(id: string): string {
    // Ids of allow lists hold a colon and what their files are called.
    return join(this.#directory, `${encodeURIComponent(id)}.last`)
  }

  /** The number of list `id`; the same for as long as the data directory lives. */
  number(id: string): number {
    const known = this.#numbers.get(id)
    if (known !== undefined) return known
    const used = new Set(this.#numbers.values())
    let number = 0
    while (used.has(number)) number++
    if (number > MAX_NUMBER) throw new RangeError('more than 65,536 lists')
    this.#numbers.set(id, number)
    return number
  }

  /** Takes over numbers that are in use already, in a snapshot that is in force. */
  adoptNumber(id: string, number: number): void {
    this.#numbers.set(id, number)
  }

  /**
   * Keeps the file at `version.path` as the last good version of `id`. False: it has changed since it was read, and
   * the version before stays. Rejects with what the file system says.
   */
  async keep(id: string, version: GoodVersion): Promise<boolean> {
    if (this.#good.get(id)?.digest !== version.digest) {
      if (!(await copyAtomically(version.path, this.path(id), version.digest))) return false
    }
    this.#good.set(id, version)
    this.confirm(id, version.path)
    return true
  }

  /** The file at `source` holds what is kept of `id`: it was written when that file was. Throws what the file system says. */
  confirm(id: string, source: string): void {
    const { atime, mtime } = statSync(source)
    utimesSync(this.path(id), atime, mtime)
  }

  /** Writes numbers and versions down. Throws what the file system says. */
  save(): void {
    const state: State = {
      version: 1,
      numbers: Object.fromEntries(this.#numbers),
      good: Object.fromEntries(this.#good),
    }
    writeAtomically(this.#statePath, `${JSON.stringify(state, null, 1)}\n`)
  }

  get #statePath(): string {
    return join(this.#directory, 'state.json')
  }
}
