/** Files that are made from code and kept beside it: written anew, or compared with what is there. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Writes `files` (name → text) into `directory`; with `--check` on the command line writes nothing, names those that
 * are not what they would be, and sets the exit code. `source` is what they are made from, for the message.
 */
export function writeOrCompare(
  directory: string,
  files: Readonly<Record<string, string>>,
  source: string,
): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory, name)
    if (!process.argv.includes('--check')) writeFileSync(path, text)
    else if (!isSame(path, text)) {
      console.error(`${name} is not what ${source} says: run \`npm run generate\``)
      process.exitCode = 1
    }
  }
}

function isSame(path: string, text: string): boolean {
  try {
    return readFileSync(path, 'utf8') === text
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
