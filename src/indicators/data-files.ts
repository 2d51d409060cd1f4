/** The names that come with the program: plain, or packed by Brotli. `data/SOURCES.md` says where they are from. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliDecompressSync } from 'node:zlib'

/** The lines of `data/<file>` that are neither empty nor comments. */
export function dataLines(file: string): string[] {
  const bytes = readFileSync(join(import.meta.dirname, 'data', file))
  const text = (file.endsWith('.br') ? brotliDecompressSync(bytes) : bytes).toString('latin1')
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
}

/** The names above `name` that have two labels at least, the nearest first. */
export function* parentsOf(name: string): Generator<string> {
  for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
    const parent = name.slice(dot + 1)
    if (!parent.includes('.')) return
    yield parent
  }
}
