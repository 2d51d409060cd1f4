/**
 * What is known of machines, by source. Labels: the kind of source, and the path of its file as configured, empty where
 * it has none.
 */
import type { IdentityStatus } from '../identity/sources.ts'
import type { SourceStatus } from '../identity/watched-file.ts'
import { single, type Declarations, type Sample } from './declare.ts'

export function declareIdentityMetrics(declare: Declarations, status: () => IdentityStatus): void {
  const labels = ['source', 'file'] as const
  /** Null: nothing is known. */
  const read = (value: (source: SourceStatus) => number | null) => (): Sample<'source' | 'file'>[] =>
    status().sources.flatMap((source) => {
      const found = value(source)
      return found === null ? [] : [[{ source: source.source, file: source.path ?? '' }, found] as const]
    })
  const ifRead = (value: (source: SourceStatus) => number) =>
    read((source) => (source.lastReadMs === null ? null : value(source)))

  declare.gauge(
    'identity_source_up',
    '1 while a source can be read; none before it was tried.',
    labels,
    read(({ error, lastReadMs }) => (error !== null ? 0 : lastReadMs === null ? null : 1)),
  )
  declare.gauge(
    'identity_rows',
    'What is known from a source now.',
    labels,
    ifRead(({ rows }) => rows),
  )
  declare.gauge(
    'identity_refused_rows',
    'Rows of a source that could not be taken at its last reading.',
    labels,
    ifRead(({ refused }) => refused),
  )
  declare.gauge(
    'identity_last_read_timestamp_seconds',
    'When a source was last read.',
    labels,
    ifRead(({ lastReadMs }) => lastReadMs! / 1000),
  )
  declare.counter('identity_bindings_total', 'Times it was told that a machine has an address, or no longer.', [], () => single(status().told)) // prettier-ignore
  declare.gauge('identity_bindings_waiting', 'Bindings the store has not confirmed yet.', [], () =>
    single(status().waiting),
  )
  declare.counter('identity_bindings_dropped_total', 'Bindings given up because too many waited.', [], () =>
    single(status().dropped),
  )
}
