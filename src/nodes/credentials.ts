/** Token and certificates of another node, read anew for each walk, so that they can be replaced while running. */
import { readBoundedFile, type BoundedFile } from '../bounded-file.ts'
import { PullError } from './pull-error.ts'

/** A token is one line; certificates of an authority are some kilobytes. */
const MAX_TOKEN_BYTES = 4096
const MAX_CA_BYTES = 1 << 20
/** RFC 6750 §2.1, what may stand behind `Bearer `. */
const BEARER = /^[A-Za-z0-9._~+/-]+=*$/

export interface Credentials {
  readonly token: string
  /** Null: the system's. */
  readonly ca: string | null
  /** What should be better about the file, or null. */
  readonly warning: string | null
}

/** Reads both files. Throws PullError. */
export function readCredentials(files: {
  readonly tokenFile: string
  readonly caFile: string | null
}): Credentials {
  const { tokenFile, caFile } = files
  const { text, warning } = readBounded(tokenFile, MAX_TOKEN_BYTES)
  const token = (text.split('\n', 1)[0] ?? '').trim()
  if (!BEARER.test(token))
    throw new PullError(
      `${tokenFile} holds no token in its first line`,
      'put the token there as `thanhloc token add` has shown it on the other server',
    )
  const ca = caFile === null ? null : readBounded(caFile, MAX_CA_BYTES).text
  if (ca?.includes('-----BEGIN CERTIFICATE-----') === false)
    throw new PullError(`${caFile} holds no certificate`, 'name a file of PEM certificates in `caFile`')
  return { token, ca, warning }
}

function readBounded(path: string, maxBytes: number): BoundedFile {
  try {
    return readBoundedFile(path, maxBytes, `and ${maxBytes} is the most`)
  } catch (error) {
    throw new PullError(
      `${path} cannot be read: ${(error as Error).message}`,
      'the file must be there, and readable by the user the server runs as',
      { cause: error },
    )
  }
}
