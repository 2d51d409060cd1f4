/** From decisions that are written down to entries in force: the file of the list, and the list thread that reads it. */
import type { Logger } from '../log/log.ts'
import type { ApprovedFiles } from './approved-files.ts'
import type { ImportRows } from './import-rows.ts'
import { ReviewError } from './problem.ts'

export interface InForceSources {
  readonly files: Pick<ApprovedFiles, 'write' | 'exists'>
  readonly imports: Pick<ImportRows, 'knows'>
  /** Reads list `id` again; resolves when what lies in its file is in force. */
  readonly bringInForce: (list: string) => Promise<void>
  readonly log: Pick<Logger, 'warn' | 'error'>
}

export class InForce {
  readonly #sources: InForceSources
  readonly #behind = new Set<string>()

  constructor(sources: InForceSources) {
    this.#sources = sources
  }

  /** Lists whose file does not say yet what was decided last. */
  get behind(): readonly string[] {
    return [...this.#behind]
  }

  /** The file of `list` is to be written again. */
  note(list: string): void {
    this.#behind.add(list)
  }

  /** Writes what is approved of `list`; null: that cannot be done now, and is tried again. Rejects with ReviewError. */
  async write(list: string): Promise<'changed' | 'same' | null> {
    const { files, log } = this.#sources
    try {
      const isNew = await files.write(list)
      this.#behind.delete(list)
      return isNew ? 'changed' : 'same'
    } catch (error) {
      if (error instanceof ReviewError) throw error
      this.#behind.add(list)
      log.warn({ list, error }, 'a decision is written down and not in force yet')
      return null
    }
  }

  /** False: the list thread does not answer; it takes the file by itself later. */
  async announce(list: string): Promise<boolean> {
    const { bringInForce, log } = this.#sources
    try {
      await bringInForce(list)
      return true
    } catch (error) {
      log.warn({ list, error }, 'a decision is written down and not in force yet')
      return false
    }
  }

  /** As `write`, at the start: a database that was lost must not take along what is enforced. */
  async restore(list: string): Promise<void> {
    const { files, imports, log } = this.#sources
    if (imports.knows(list) || !files.exists(list)) await this.write(list)
    else {
      const reason =
        'imports.db knows of no import for it: restore it from a backup; what is approved next replaces them'
      log.error({ list, reason }, 'entries are in force that nobody is known to have approved')
    }
  }

  /** Writes what is behind, each when its turn comes. Rejects with ReviewError. */
  async retry(inTurn: (work: () => Promise<'changed' | 'same' | null>) => Promise<unknown>): Promise<void> {
    for (const list of this.behind)
      if ((await inTurn(() => this.write(list))) === 'changed') await this.announce(list)
  }
}
