/**
 * The short code on the notice page that a person reads to the officer over the telephone: `7K2MQ-9F3D`. Five digits
 * are the minute, four are of a digest of minute and client. It is found again by looking at the contacts of that
 * minute for the client the rest fits; no address stands in it, and a code misheard fits nobody.
 */
import { createHash } from 'node:crypto'

/** Crockford's: no letter that is taken for a digit. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const MINUTE_MS = 60_000
/** 25 bits of minutes last until 2083. */
const EPOCH_MS = Date.UTC(2020, 0, 1)
const MINUTE_DIGITS = 5
const CLIENT_DIGITS = 4

/** What a code says. */
export interface Reference {
  /** The minute it was shown in, wall clock: from, and the first millisecond after it. */
  readonly fromMs: number
  readonly untilMs: number
  /** Whether it was shown to `client`, given as in a contact; one in a million others fits too. */
  readonly matches: (client: string) => boolean
}

/** The code for what `client` (shortest text form) saw at `timeMs`, wall clock. */
export function referenceOf(client: string, timeMs: number): string {
  const minute = Math.max(0, Math.floor((timeMs - EPOCH_MS) / MINUTE_MS)) % 32 ** MINUTE_DIGITS
  return `${digits(minute, MINUTE_DIGITS)}-${clientDigits(client, minute)}`
}

/** Reads a code as it was typed: in any case, with O for 0 and I or L for 1, with or without the hyphen; null: it is none. */
export function readReference(text: string): Reference | null {
  if (text.length > 64) return null
  const plain = text.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')
  if (plain.length !== MINUTE_DIGITS + CLIENT_DIGITS) return null
  let minute = 0
  for (let index = 0; index < plain.length; index++) {
    const value = ALPHABET.indexOf(plain.charAt(index))
    if (value < 0) return null
    if (index < MINUTE_DIGITS) minute = minute * 32 + value
  }
  const fromMs = EPOCH_MS + minute * MINUTE_MS
  return {
    fromMs,
    untilMs: fromMs + MINUTE_MS,
    matches: (client) => clientDigits(client, minute) === plain.slice(MINUTE_DIGITS),
  }
}

function clientDigits(client: string, minute: number): string {
  const digest = createHash('sha256').update(`${minute} ${client}`).digest()
  return digits(digest.readUIntBE(0, 3) >>> 4, CLIENT_DIGITS)
}

function digits(value: number, count: number): string {
  let text = ''
  for (let rest = value; text.length < count; rest = Math.floor(rest / 32)) text = ALPHABET[rest % 32] + text
  return text
}
