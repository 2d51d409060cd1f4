/** Random secrets, and what is stored of them. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Random } from '../random.ts'

/** `length` unpredictable bytes. */
export function secretBytes(random: Random, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  for (let at = 0; at < length; at++) bytes[at] = random.below(256)
  return bytes
}

/** What is stored of a secret of 80 random bits or more: nobody guesses those, so no salt and no slow hash is needed. */
export function digest(secret: string | Uint8Array): Buffer {
  return createHash('sha256').update(secret).digest()
}

/** Compares in a time that tells nothing of where the texts differ. */
export function isSameSecret(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b))
}
