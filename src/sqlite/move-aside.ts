/** A database that cannot be read is put aside, never deleted. */
import { renameSync, statSync } from 'node:fs'
import type { Clock } from '../clock.ts'

/** Renames the file, its WAL and its index; returns the new path, which SQLite's tools can open as it is. */
export function moveAside(path: string, clock: Clock): string {
  const stamp = new Date(clock.wallMs()).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  let target = `${path}.corrupt-${stamp}`
  for (let n = 1; exists(target); n++) target = `${path}.corrupt-${stamp}-${n}`
  renameSync(path, target)
  for (const suffix of ['-wal', '-shm']) if (exists(path + suffix)) renameSync(path + suffix, target + suffix)
  return target
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}
