/** Codes for the day the telephone is lost: each lets its owner in once in place of a time-based one. */
import type { Random } from '../random.ts'
import { readBase32, writeBase32 } from './base32.ts'
import { digest, secretBytes } from './secret.ts'

const CODES = 10
/** 80 bits: 16 letters, in groups of four. */
const CODE_BYTES = 10

/** Fresh codes: `abcd-efgh-2345-6767`. */
export function makeRecoveryCodes(random: Random): string[] {
  return Array.from({ length: CODES }, () =>
    writeBase32(secretBytes(random, CODE_BYTES))
      .toLowerCase()
      .replaceAll(/(.{4})(?=.)/g, '$1-'),
  )
}

/** What is stored of a code, however it was typed; null where `text` cannot be one. */
export function recoveryCodeHash(text: string): Buffer | null {
  const bytes = readBase32(text.replaceAll(/[\s-]/g, ''))
  return bytes?.length === CODE_BYTES ? digest(bytes) : null
}
