/** What is installed here, and from where this program runs. */
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { arch } from 'node:os'
import type { Origin } from './laying.ts'
import { isProcessor } from './machine.ts'
import type { Places } from './places.ts'
import { Refusal } from './refusal.ts'

/** The project this program belongs to; it is on one of the processors there is a Node for. */
export function originOf(
  places: Places,
  root = join(import.meta.dirname, '../..'),
): Origin & { readonly isInPlace: boolean } {
  const real = realpathSync(root)
  const isInPlace = existsSync(places.program) && dirname(real) === realpathSync(places.program)
  const processor = arch()
  if (!isProcessor(processor)) throw new Refusal([`processor ${processor}`])
  const { version } = JSON.parse(readFileSync(join(real, 'package.json'), 'utf8')) as { version: string }
  // What was put aside is called otherwise than its version.
  return { root: real, version: isInPlace ? basename(real) : version, processor, isInPlace }
}

/** Whether dpkg put the program there, and has to take it away. */
export function isPackaged(places: Places): boolean {
  return existsSync(places.packageRecord)
}
