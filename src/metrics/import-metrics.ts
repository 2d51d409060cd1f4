/** What documents propose and nobody has decided about. */
import type { ReviewStatus } from '../review/review.ts'
import { single, type Declarations, type Sample } from './declare.ts'

export function declareImportMetrics(declare: Declarations, status: () => ReviewStatus): void {
  declare.gauge('import_items_undecided', 'Items of imports that nobody has decided about: unguarded ones, which may be approved together, and held ones.', ['guard'], (): Sample<'guard'>[] => {
    const { unguarded, held } = status()
    return [[{ guard: 'unguarded' }, unguarded ?? NaN], [{ guard: 'held' }, held ?? NaN]]
  }) // prettier-ignore
  declare.gauge('import_oldest_undecided_timestamp_seconds', 'When the oldest import came of which something is undecided; none: nothing is.', [], () => {
    const { oldestMs } = status()
    return single(oldestMs === null ? null : oldestMs / 1000)
  }) // prettier-ignore
}
