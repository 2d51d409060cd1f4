/** Small secrets encrypted at rest: AES-256-GCM, bound to the row they belong to. Form: nonce, ciphertext, tag. */
import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Random } from '../random.ts'
import { secretBytes } from './secret.ts'

export const SEAL_KEY_BYTES = 32
const ALGORITHM = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Encrypts `secret`; `place` says whose it is and must be the same to open it. */
export function seal(key: Uint8Array, secret: Uint8Array, place: string, random: Random): Buffer {
  const nonce = secretBytes(random, NONCE_BYTES)
  const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES }).setAAD(
    Buffer.from(place),
  )
  return Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()])
}

/** The secret, or null where key, place or a byte is another. */
export function unseal(key: Uint8Array, sealed: Uint8Array, place: string): Buffer | null {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return null
  const nonce = sealed.subarray(0, NONCE_BYTES)
  const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES }).setAAD(
    Buffer.from(place),
  )
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
  } catch {
    // The tag does not fit: the one thing final() throws for.
    return null
  }
}
