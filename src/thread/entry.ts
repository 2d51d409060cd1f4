/**
 * From which file a thread starts. The resolver thread has been put into one (`npm run generate`), because V8 looks every
 * name that one module has of another up anew each time it is used, whether it has a value by now, and of which kind:
 * a fifth of all instructions of a query (benchmark: compare.py block). In one file they are constants.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ThreadName } from './mail.ts'

/** What a built file was built from. */
export interface BuiltFrom {
  /** Paths below src. */
  readonly sources: readonly string[]
  /** See `digestOf`. */
  readonly digest: string
}

/** Where the threads' files are, and whether the resolvers run what was built. */
export interface ThreadEntries {
  /** False: the sources have changed since, and are run as they are. The same, but slower. */
  readonly isBuilt: boolean
  fileOf(name: ThreadName): URL
}

/** SHA-256, hex, of files below `directory`, their names and what is in them. Throws where one cannot be read. */
export function digestOf(directory: string, sources: readonly string[]): string {
  const hash = createHash('sha256')
  for (const source of sources) {
    const bytes = readFileSync(join(directory, source))
    hash.update(`${source} ${bytes.length}\n`).update(bytes)
  }
  return hash.digest('hex')
}

/** Looks once, at the start; `directory` is src. */
export function threadEntries(directory: string): ThreadEntries {
  const isBuilt = isOfThese(directory)
  return {
    isBuilt,
    fileOf: (name) => {
      const kind = name.replace(/-\d+$/, '')
      const file = isBuilt && kind === 'resolver' ? 'built/resolver.js' : `${kind}.ts`
      return pathToFileURL(join(directory, file))
    },
  }
}

/** Whether there is a built file, made from the sources as they are now. */
function isOfThese(directory: string): boolean {
  try {
    const from = JSON.parse(readFileSync(join(directory, 'built/resolver.json'), 'utf8')) as BuiltFrom
    return from.digest === digestOf(directory, from.sources)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
