/**
 * When what is in force of a list was written: the time of its file, which a new download confirms also where it brings
 * the same content. When the file was read says little: a restart, and a change of any other list, reads it again.
 */
import { statSync } from 'node:fs'
import type { CompiledList } from './compile.ts'
import type { ConfiguredList } from './configured.ts'

export interface Renewal {
  /** Wall clock, milliseconds; null: nothing is in force, or its file is gone. */
  readonly renewedAt: number | null
  /** How old it may be; null: as old as it is. */
  readonly maxAgeMs: number | null
  /** It is older. */
  readonly isStale: boolean
}

/** `keptPath`: where the last good version lies, or null where there is none. */
export function renewalOf(
  { maxAgeMs }: Pick<ConfiguredList, 'maxAgeMs'>,
  { state, path }: Pick<CompiledList, 'state' | 'path'>,
  keptPath: string | null,
  nowMs: number,
): Renewal {
  const inForce = state === 'loaded' ? path : state === 'kept-last-good' ? keptPath : null
  const renewedAt = inForce === null ? null : writtenAtMs(inForce)
  const isStale = maxAgeMs !== null && renewedAt !== null && nowMs - renewedAt > maxAgeMs
  return { renewedAt, maxAgeMs, isStale }
}

/** What is wrong with a stale list, for people; null: nothing. */
export function staleReason({ renewedAt, isStale }: Renewal): string | null {
  return isStale && renewedAt !== null ? `not renewed since ${new Date(renewedAt).toISOString()}` : null
}

function writtenAtMs(path: string): number | null {
  try {
    return Math.trunc(statSync(path).mtimeMs)
  } catch {
    // Gone or out of reach: told as a list that cannot be read.
    return null
  }
}
