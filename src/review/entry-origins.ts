/**
 * Where entries of approved lists come from, for whoever asks about many at once: of what is approved here the database
 * knows, of what another node has approved the file that came from there.
 */
import type { Settings } from '../config/settings.ts'
import type { ImportOrigin } from '../lists/basis.ts'
import type { Review } from './review.ts'

/** What list `list` holds: a name in lower-case A-labels, or a prefix. */
export interface ListedEntry {
  readonly list: string
  readonly indicator: string
}

export interface OriginSources {
  readonly settings: () => Pick<Settings, 'lists'>
  readonly review: Pick<Review, 'firstOrigin'>
  /** Of the file of an approved list, in the order asked. Rejects where the list thread does not answer. */
  readonly ofFile: (list: string, indicators: readonly string[]) => Promise<readonly (ImportOrigin | null)[]>
}

export class EntryOrigins {
  readonly #sources: OriginSources

  constructor(sources: OriginSources) {
    this.#sources = sources
  }

  /** In the order asked; null: nobody knows. Rejects where the list thread does not answer. */
  async of(entries: readonly ListedEntry[]): Promise<(ImportOrigin | null)[]> {
    const { settings, review, ofFile } = this.#sources
    const fed = new Set(
      settings().lists.flatMap(({ id, approved, feed }) => (approved && feed !== null ? [id] : [])),
    )
    const found = new Map<ListedEntry, ImportOrigin | null>()
    for (const [list, asked] of Map.groupBy(entries, ({ list }) => list)) {
      const indicators = asked.map(({ indicator }) => indicator)
      const origins = fed.has(list)
        ? await ofFile(list, indicators)
        : indicators.map((indicator) => review.firstOrigin(list, indicator))
      for (const [at, entry] of asked.entries()) found.set(entry, origins[at] ?? null)
    }
    return entries.map((entry) => found.get(entry) ?? null)
  }
}
