/** Units from a CSV file (`unitsFile`), joined to those the configuration lists. */
import { readFileSync, statSync } from 'node:fs'
import { readUnitsCsv } from '../identity/units-csv.ts'
import { pointer, type Place, type Problems } from './problems.ts'
import type { Config } from './schema.ts'

/** Ten thousand units with all they have are one or two megabytes. */
const MAX_UNITS_FILE_BYTES = 8 * 1024 * 1024

/**
 * Adds the units of the file at `path` to `config`, and their places to `places`, so that what is checked later names
 * the line of the file. What is wrong with the file itself goes to `problems`.
 */
export function addUnitsOfFile(
  config: Config,
  path: string,
  places: Map<string, Place>,
  problems: Problems,
): void {
  const fallback = places.get(pointer(['unitsFile'])) ?? { file: path, line: 1, column: 1 }
  let bytes: Uint8Array
  try {
    const { size } = statSync(path)
    if (size > MAX_UNITS_FILE_BYTES) {
      problems.add(fallback, `unitsFile: ${path} has ${size} bytes, and ${MAX_UNITS_FILE_BYTES} is the most`)
      return
    }
    bytes = readFileSync(path)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'there is no such file' : message
    problems.add(fallback, `unitsFile: ${path} cannot be read: ${why}`)
    return
  }
  const { units, refused, refusedCount } = readUnitsCsv(bytes)
  for (const { line, reason } of refused)
    problems.add({ file: path, line: Math.max(line, 1), column: 1 }, reason)
  if (refusedCount > 0) return
  for (const { line, ...unit } of units) {
    places.set(pointer(['units', config.units.length]), { file: path, line, column: 1 })
    config.units.push({ ...unit, networks: [...unit.networks], wan: [...unit.wan] })
  }
}
