/**
 * Signatures of minisign: Ed25519 (RFC 8032) over the file, or, as it has made them since 2018, over its BLAKE2b-512.
 * The trusted comment is signed too, together with the signature.
 */
import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { cleanText } from '../alerts/clean-text.ts'
import { FeedError } from './feed-error.ts'

/** A signature with both comments is a few hundred octets. */
export const MAX_SIGNATURE_BYTES = 16 << 10
/** The older form is verified with the whole file in memory. */
const MAX_OLD_FORM_BYTES = 64 << 20
const SHOWN_OCTETS = 200
const TRUSTED = 'trusted comment: '

export interface MinisignKey {
  /** As minisign prints it, hexadecimal. */
  readonly id: string
  readonly key: KeyObject
}

export interface MinisignSignature {
  readonly keyId: string
  /** Signed is the BLAKE2b-512 of the file; otherwise the file. */
  readonly isPrehashed: boolean
  readonly signature: Buffer
  readonly trustedComment: Buffer
  readonly globalSignature: Buffer
}

/** What a good signature tells beside that it is good. */
export interface Signed {
  /** For people: on one line, shortened. */
  readonly trustedComment: string
  /** `timestamp:` in it, milliseconds since 1970; null: it has none. */
  readonly signedAtMs: number | null
}

/** Reads a public key, `RW…`. Throws FeedError. */
export function readKey(text: string): MinisignKey {
  const bytes = fromBase64(text.trim())
  if (bytes?.length !== 42 || bytes.toString('latin1', 0, 2) !== 'Ed')
    throw new FeedError('failed', '`signature.key` is no public key of minisign', 'copy the line RW… of it')
  const x = bytes.subarray(10).toString('base64url')
  return { id: idOf(bytes.subarray(2, 10)), key: createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }) } // prettier-ignore
}

/** Reads a signature file. Throws FeedError. */
export function readSignature(bytes: Uint8Array): MinisignSignature {
  const text = Buffer.from(bytes.subarray(0, MAX_SIGNATURE_BYTES)).toString('latin1')
  const [untrusted = '', first = '', trusted = '', second = ''] = text.split(/\r?\n/)
  const body = fromBase64(first)
  const globalSignature = fromBase64(second)
  const algorithm = body?.toString('latin1', 0, 2)
  if (
    !untrusted.startsWith('untrusted comment: ') ||
    body?.length !== 74 ||
    (algorithm !== 'ED' && algorithm !== 'Ed') ||
    !trusted.startsWith(TRUSTED) ||
    globalSignature?.length !== 64
  )
    throw new FeedError('failed', 'what lies where its signature should is none of minisign', 'correct `signature.url`') // prettier-ignore
  return {
    keyId: idOf(body.subarray(2, 10)),
    isPrehashed: algorithm === 'ED',
    signature: body.subarray(10),
    trustedComment: Buffer.from(trusted.slice(TRUSTED.length), 'latin1'),
    globalSignature,
  }
}

/** Verifies the file at `path`, whose BLAKE2b-512 is `blake2b`. Rejects with FeedError where it is not what was signed. */
export async function verifySignature(
  found: MinisignSignature,
  { id, key }: MinisignKey,
  path: string,
  blake2b: Buffer,
): Promise<Signed> {
  if (found.keyId !== id)
    throw refused(`it is signed by key ${found.keyId}, and ${id} is the one in \`signature.key\``)
  const isGood = await verifyOne(found.isPrehashed ? blake2b : await wholeFile(path), key, found.signature)
  if (!isGood) throw refused('its signature is wrong')
  const withComment = Buffer.concat([found.signature, found.trustedComment])
  if (!(await verifyOne(withComment, key, found.globalSignature)))
    throw refused('the signature of its trusted comment is wrong')
  const comment = found.trustedComment.toString('utf8')
  const seconds = /(?:^|\s)timestamp:(\d{1,12})(?!\d)/.exec(comment)?.[1]
  return {
    trustedComment: cleanText(comment, SHOWN_OCTETS),
    signedAtMs: seconds === undefined ? null : Number(seconds) * 1000,
  }
}

/** In the thread pool: 64 MB take a third of a second. */
function verifyOne(data: Buffer, key: KeyObject, signature: Buffer): Promise<boolean> {
  return new Promise((resolve, reject) =>
    verify(null, data, key, signature, (error, isGood) => (error ? reject(error) : resolve(isGood))),
  )
}

async function wholeFile(path: string): Promise<Buffer> {
  const { size } = await stat(path)
  if (size > MAX_OLD_FORM_BYTES)
    throw refused(
      `it is signed in the older form, which is verified up to ${MAX_OLD_FORM_BYTES >> 20} MiB: sign it prehashed`,
    )
  return readFile(path)
}

function refused(reason: string): FeedError {
  return new FeedError('refused', reason, 'do not take it: ask who publishes it, by another way than this')
}

/** Null where `text` is anything else. */
function fromBase64(text: string): Buffer | null {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.length % 4 === 0 ? Buffer.from(text, 'base64') : null
}

/** A little-endian number. */
function idOf(bytes: Buffer): string {
  return Buffer.from(bytes.toReversed()).toString('hex').toUpperCase()
}
