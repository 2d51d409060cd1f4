/** A filter of items in words. */
import { wordFor } from '../../kit/word.ts'
import type { Words } from '../../words/vi/vi.ts'
import type { Filter } from './item-filter.ts'

/** `Loại: tên miền, Tìm: vn`; empty where it takes all. */
export function filterText(filter: Filter, { imports, reasons }: Pick<Words, 'imports' | 'reasons'>): string {
  const tables: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    decision: imports.decisions,
    reason: reasons,
    kind: imports.kinds,
    standing: imports.standings,
    state: imports.itemStates,
  }
  const titles: Readonly<Record<string, string>> = imports.filters
  return Object.entries(filter)
    .map(([name, value]) => `${titles[name] ?? name}: ${wordFor(tables[name] ?? {}, value)}`)
    .join(', ')
}
