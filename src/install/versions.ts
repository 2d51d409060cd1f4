/**
 * Versions beside each other, one directory each, and two links: `current` runs, `previous` ran before it. A link is
 * replaced in one step, so there is always a version to start.
 */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Places } from './places.ts'

/** What a version is called that was put aside because another of the same name came. */
export const KEPT = '.kept'

/** Names of directories below `places.program`; null: there is none, or it has gone. */
export interface Versions {
  readonly current: string | null
  readonly previous: string | null
}

export function versionsOf(places: Places): Versions {
  return { current: target(places.current), previous: target(places.previous) }
}

/** Lets `version` run from the next start on; the one that ran is kept as the previous one. */
export function switchTo(places: Places, version: string): void {
  const { current } = versionsOf(places)
  if (current === version) return
  if (current !== null) link(places.previous, current)
  link(places.current, version)
}

/** Versions that neither link leads to, which an upgrade may remove. */
export function leftOver(places: Places): string[] {
  if (!existsSync(places.program)) return []
  const { current, previous } = versionsOf(places)
  const directories = readdirSync(places.program, { withFileTypes: true }).filter((one) => one.isDirectory())
  return directories.map(({ name }) => name).filter((name) => name !== current && name !== previous)
}

/** `path` leads to `to`, whatever it was before. */
export function link(path: string, to: string): void {
  const made = `${path}.${process.pid}`
  mkdirSync(dirname(path), { recursive: true })
  rmSync(made, { force: true })
  symlinkSync(to, made)
  renameSync(made, path)
}

/** Where a link leads; null: it is none. */
export function linkTarget(path: string): string | null {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true ? readlinkSync(path) : null
}

function target(path: string): string | null {
  const to = linkTarget(path)
  return to !== null && existsSync(join(path, 'bin/thanhloc')) ? basename(to) : null
}
