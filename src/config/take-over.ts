/** What of changed settings a running server can take over, and what waits for a restart. */
import type { Settings } from './settings.ts'

/** Read at start only: sockets, threads and files are opened by them. */
export const AT_START = [
  'listen',
  'bypass',
  'workers',
  'datagrams',
  'store',
  'metrics',
] as const satisfies readonly (keyof Settings)[]

export interface TakenOver {
  /** What is in force from now on. */
  readonly settings: Settings
  /** Names of the changed keys, sorted by what became of them. */
  readonly applied: readonly string[]
  readonly needsRestart: readonly string[]
}

/** Joins what `before` must keep with what `after` may change. */
export function takeOver(before: Settings, after: Settings): TakenOver {
  const kept = {
    listen: before.listen,
    bypass: before.bypass,
    workers: before.workers,
    datagrams: before.datagrams,
    store: before.store,
    metrics: before.metrics,
  }
  const settings = {
    ...after,
    ...kept,
    admin: { ...after.admin, listen: before.admin.listen, tls: before.admin.tls },
  }
  const isChanged = (a: unknown, b: unknown): boolean => JSON.stringify(a) !== JSON.stringify(b)
  const keys = Object.keys(after) as (keyof Settings)[]
  const needsRestart: string[] = AT_START.filter((key) => isChanged(before[key], after[key]))
  if (isChanged(before.admin.listen, after.admin.listen)) needsRestart.push('admin.listen')
  if (isChanged(before.admin.tls, after.admin.tls)) needsRestart.push('admin.tls')
  return { settings, applied: keys.filter((key) => isChanged(before[key], settings[key])), needsRestart }
}
