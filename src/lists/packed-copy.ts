/** The packed copy of the base snapshot and what it was made from: settings and list files, by digest. */
import type { Logger } from '../log/log.ts'
import type { Compiled } from './compile.ts'
import { configuredLists, settingsDigest } from './configured.ts'
import type { ListsSettings } from './configured.ts'
import { findGuardedAddresses } from './guarded-addresses.ts'
import { loadSnapshot, saveSnapshot } from './snapshot-file.ts'
import type { SourceDigests } from './snapshot-file.ts'
import { digestFile } from './source.ts'

/** Key of the settings' digest among those of the lists; no list is called so. */
const SETTINGS_KEY = '='

export class PackedCopy {
  readonly #path: string
  readonly #log: Logger
  #digests: SourceDigests = {}

  constructor(path: string, log: Logger) {
    this.#path = path
    this.#log = log
  }

  /** Reads the copy into a slot no thread reads; false: there is none that holds, and why is in the log. */
  load(memory: SharedArrayBuffer): boolean {
    const loaded = loadSnapshot(this.#path, memory, null)
    if (loaded.ok) this.#digests = loaded.digests
    else if (loaded.code !== 'missing') {
      this.#log.warn({ reason: loaded.reason }, 'the packed snapshot is not used')
    }
    return loaded.ok
  }

  /** The digest of the version of list `id` in the copy that was loaded; empty when it holds none. */
  digest(id: string): string {
    return this.#digests[id] ?? ''
  }

  /** Of what the copy that was loaded was made from beside the list files. */
  get settingsDigest(): string {
    return this.#digests[SETTINGS_KEY] ?? ''
  }

  /** Whether the copy that was loaded is what `settings` and the files there are would come to at `nowMs`, wall clock. */
  async isCurrent(settings: ListsSettings, nowMs: number): Promise<boolean> {
    if (this.settingsDigest !== settingsDigest(settings, findGuardedAddresses(settings), nowMs)) return false
    for (const { id, path } of configuredLists(settings)) {
      const digest = await digestOrNone(path)
      if (digest === '' || digest !== this.#digests[id]) return false
    }
    return true
  }

  /** Rejects with SnapshotFileError. */
  async save(memory: SharedArrayBuffer, { lists, built, settingsDigest: digest }: Compiled): Promise<void> {
    const digests = Object.fromEntries(lists.map((list) => [list.id, list.digest]))
    await saveSnapshot(this.#path, memory, built.bytesUsed, { ...digests, [SETTINGS_KEY]: digest })
  }
}

/** SHA-256 of the file, hexadecimal; empty where it cannot be read. */
export async function digestOrNone(path: string): Promise<string> {
  try {
    return await digestFile(path)
  } catch {
    return ''
  }
}
