/** The key that requests and answers are signed with, read anew for each use, so that it can be replaced while running. */
import { readFileSync, statSync } from 'node:fs'
import type { TsigAlgorithm, TsigSettings } from '../config/settings.ts'
import { textToName } from '../wire/name.ts'
import { TransferError } from './transfer-error.ts'

/** A file larger than this is some other file. */
const MAX_BYTES = 4096
const OTHERS_MAY_READ = 0o004
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
  const { text, mode } = read(secretFile)
  const secret = STATEMENT.exec(text)?.groups!['secret'] ?? (text.split('\n', 1)[0] ?? '').trim()
  if (!BASE64.test(secret))
    throw new TransferError(
      `${secretFile} holds no key`,
      'its first line is the secret in Base64, or it is what `tsig-keygen` wrote',
    )
  const warning = mode & OTHERS_MAY_READ ? `${secretFile} can be read by everybody: chmod 600 it` : null
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

/** Wire form of a name that has been checked. */
export function wireName(text: string): Uint8Array {
  const out = new Uint8Array(256)
  const length = textToName(text.toLowerCase(), out)
  if (length === -1) throw new RangeError(`not a domain name: ${text}`)
  return out.slice(0, length)
}

function read(path: string): { readonly text: string; readonly mode: number } {
  try {
    const { size, mode } = statSync(path)
    if (size > MAX_BYTES) throw new Error(`it has ${size} bytes, which is no key`)
    return { text: readFileSync(path, 'utf8'), mode }
  } catch (error) {
    throw new TransferError(
      `${path} cannot be read: ${(error as Error).message}`,
      'the file must be there, and readable by the user the server runs as',
      { cause: error },
    )
  }
}
