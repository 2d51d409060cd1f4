/** The botnet list as a file that is watched: what stands on it, and which units it is about. */
import type { UnitSettings } from '../config/settings.ts'
import { BotnetListReader, type BotnetEntry } from './botnet-list.ts'
import type { Breath } from './breath.ts'
import { readInChunks } from './file-chunks.ts'
import { listedUnits, type ListedUnit } from './listed-units.ts'
import { WatchedFile, type FileContext, type Reading, type SourceStatus } from './watched-file.ts'

export class BotnetSource {
  readonly path: string
  readonly file: WatchedFile
  readonly #listed: (units: readonly ListedUnit[]) => void
  #units: readonly Pick<UnitSettings, 'id' | 'wan'>[]
  #entries: readonly BotnetEntry[] = []

  /** `listed` gets the units on the list whenever the file or the units have changed. */
  constructor(
    path: string,
    units: readonly Pick<UnitSettings, 'id' | 'wan'>[],
    context: FileContext,
    listed: (units: readonly ListedUnit[]) => void,
  ) {
    this.path = path
    this.#units = units
    this.#listed = listed
    this.file = new WatchedFile([path], context)
  }

  setUnits(units: readonly Pick<UnitSettings, 'id' | 'wan'>[]): void {
    this.#units = units
    this.#tell()
  }

  status(): SourceStatus {
    return { source: 'botnet-list', format: null, ...this.file.status }
  }

  read(): Promise<void> {
    return this.file.read((breath, takesMoved) => this.#read(breath, takesMoved))
  }

  async #read(breath: Breath, takesMoved: boolean): Promise<Reading> {
    const reader = new BotnetListReader()
    const { hasMoved } = await readInChunks(this.path, (chunk) => reader.push(chunk), breath)
    const { entries, refused, refusedCount } = reader.finish()
    const summary = { rows: entries.length, refused, refusedCount, hasMoved }
    if (hasMoved && !takesMoved) return summary
    if (entries.length === 0 && refusedCount > 0) {
      throw new Error(`no address in it could be read: line ${refused[0]!.line} ${refused[0]!.reason}`)
    }
    this.#entries = entries
    this.#tell()
    return summary
  }

  #tell(): void {
    this.#listed(listedUnits(this.#units, this.#entries))
  }
}
