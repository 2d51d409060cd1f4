/** Keys and passwords: the first line of a file, read at each use, so that it can be replaced while running. */
import { readBoundedFile, type BoundedFile } from '../bounded-file.ts'
import { DeliveryError } from './transport.ts'

/** A file larger than this is some other file. */
const MAX_BYTES = 4096

/** The secret in `path`. Throws DeliveryError: nothing is sent without it. */
export function readSecret(path: string): BoundedFile {
  let file: BoundedFile
  try {
    file = readBoundedFile(path, MAX_BYTES, 'which is no secret')
  } catch (error) {
    throw new DeliveryError(`${path} cannot be read: ${(error as Error).message}`, [], { cause: error })
  }
  const text = (file.text.split('\n', 1)[0] ?? '').trim()
  if (text === '') throw new DeliveryError(`${path} is empty: its first line is the secret`)
  return { text, warning: file.warning }
}
