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
  /** SHA-256, hex, of the built file itself: what is run is what was built, whole and as it was. */
  readonly code: string
}

/** Where the threads' files are, and whether the resolvers run what was built. */
export interface ThreadEntries {
  /** Null: they do. Else why not: the sources are run as they are then. The same, but slower. */
  readonly notBuilt: string | null
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

/** The same of what is built. */
export function digestOfCode(code: string | Uint8Array): string {
  return createHash('sha256').update(code).digest('hex')
}

/** Looks once, at the start; `directory` is src. */
export function threadEntries(directory: string): ThreadEntries {
  const notBuilt = whyNotBuilt(directory)
  return {
    notBuilt,
    fileOf: (name) => {
      const kind = name.replace(/-\d+$/, '')
      const file = notBuilt === null && kind === 'resolver' ? 'built/resolver.js' : `${kind}.ts`
      return pathToFileURL(join(directory, file))
    },
  }
}

/** Null where there is a built file, whole and made from the sources as they are now. */
function whyNotBuilt(directory: string): string | null {
  try {
    const from = JSON.parse(readFileSync(join(directory, 'built/resolver.json'), 'utf8')) as BuiltFrom
    if (from.code !== digestOfCode(readFileSync(join(directory, 'built/resolver.js'))))
      return 'built/resolver.js is not what was built'
    return from.digest === digestOf(directory, from.sources) ? null : 'built/resolver.js is of other sources'
  } catch (error) {
    // Missing, cut short, edited: whatever it is, there are the sources.
    return `src/built cannot be used: ${error instanceof Error ? error.message : String(error)}`
  }
}
