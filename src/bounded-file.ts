/** Small files of others, read whole: keys, tokens, certificates. What is larger is some other file. */
import { readFileSync, statSync } from 'node:fs'

const OTHERS_MAY_READ = 0o004

export interface BoundedFile {
  readonly text: string
  /** What should be better about a file that holds a secret, or null. */
  readonly warning: string | null
}

/**
 * The file at `path`. Throws an Error with what the file system says, or where it has more than `maxBytes`; `excess` ends
 * that sentence: `which is no key`.
 */
export function readBoundedFile(path: string, maxBytes: number, excess: string): BoundedFile {
  const { size, mode } = statSync(path)
  if (size > maxBytes) throw new Error(`it has ${size} bytes, ${excess}`)
  const text = readFileSync(path, 'utf8')
  return { text, warning: mode & OTHERS_MAY_READ ? `${path} can be read by everybody: chmod 600 it` : null }
}
