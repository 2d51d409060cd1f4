/** The key that requests and answers are signed with, read anew for each use, so that it can be replaced while running. */
import { readBoundedFile, type BoundedFile } from '../bounded-file.ts'
import type { TsigAlgorithm, TsigSettings } from '../config/settings.ts'
import { wireName } from '../wire/name.ts'
import { TransferError } from './transfer-error.ts'

/** A file larger than this is some other file. */
const MAX_BYTES = 4096
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/
/** As `tsig-keygen` of BIND writes it, and `nsd.conf`. */
const STATEMENT = /\bsecret:?\s+"?(?<secret>[A-Za-z0-9+/]+={0,2})"?/

export interface TsigKey {
  /** Wire form, lower-case. */
  readonly name: Uint8Array
  /** As node:crypto calls the hash. */
  readonly hash: string
  /** Of the algorithm, wire form. */
  readonly algorithm: Uint8Array
  readonly secret: Uint8Array
  /** As configured, for people. */
  readonly text: string
  /** What should be better about the file, or null. */
  readonly warning: string | null
}

/** Reads the key. Throws TransferError. */
export function readKey({ name, algorithm, secretFile }: TsigSettings): TsigKey {
  const { text, warning } = read(secretFile)
  const secret = STATEMENT.exec(text)?.groups!['secret'] ?? (text.split('\n', 1)[0] ?? '').trim()
  if (!BASE64.test(secret))
    throw new TransferError(
      `${secretFile} holds no key`,
      'its first line is the secret in Base64, or it is what `tsig-keygen` wrote',
    )
  return { ...makeKey(name, algorithm, Buffer.from(secret, 'base64')), warning }
}

/** A key of `secret`; `name` is a checked name, lower-case. */
export function makeKey(name: string, algorithm: TsigAlgorithm, secret: Uint8Array): TsigKey {
  return {
    name: wireName(name),
    hash: algorithm.slice('hmac-'.length),
    algorithm: wireName(algorithm),
    secret,
    text: name,
    warning: null,
  }
}

function read(path: string): BoundedFile {
  try {
    return readBoundedFile(path, MAX_BYTES, 'which is no key')
  } catch (error) {
    throw new TransferError(
      `${path} cannot be read: ${(error as Error).message}`,
      'the file must be there, and readable by the user the server runs as',
      { cause: error },
    )
  }
}
