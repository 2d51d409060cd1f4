/** Keys and passwords: the first line of a file, read at each use, so that it can be replaced while running. */
import { readFileSync, statSync } from 'node:fs'
import { DeliveryError } from './transport.ts'

/** A file larger than this is some other file. */
const MAX_BYTES = 4096
const OTHERS_MAY_READ = 0o004

export interface Secret {
  readonly text: string
  /** What should be better about the file, or null. */
  readonly warning: string | null
}

/** The secret in `path`. Throws DeliveryError: nothing is sent without it. */
export function readSecret(path: string): Secret {
  let text: string
  let mode: number
  try {
    const stat = statSync(path)
    if (stat.size > MAX_BYTES) throw new Error(`it has ${stat.size} bytes, which is no secret`)
    mode = stat.mode
    text = (readFileSync(path, 'utf8').split('\n', 1)[0] ?? '').trim()
  } catch (error) {
    throw new DeliveryError(`${path} cannot be read: ${(error as Error).message}`, [], { cause: error })
  }
  if (text === '') throw new DeliveryError(`${path} is empty: its first line is the secret`)
  const warning = mode & OTHERS_MAY_READ ? `${path} can be read by everybody: chmod 600 it` : null
  return { text, warning }
}
