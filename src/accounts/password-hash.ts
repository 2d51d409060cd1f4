/**
 * Passwords as they are stored: scrypt (RFC 7914), salted, with the parameters in the text, so that they can be raised
 * later: `$scrypt$ln=15,r=8,p=3$<salt>$<hash>`, both base64 without padding. ln is the logarithm of N to base 2.
 */
import { scrypt, timingSafeEqual } from 'node:crypto'
import type { Random } from '../random.ts'
import { secretBytes } from './secret.ts'

/** Cost of a hash. Memory: 128 × 2^ln × r bytes. */
export interface ScryptCost {
  readonly ln: number
  readonly r: number
  readonly p: number
}

/**
 * Takes about 100 ms of one core and 32 MiB. As hard to guess by a table as N = 2^17 with p = 1, which takes 128 MiB: too
 * much at once on a small machine that answers queries meanwhile.
 */
export const DEFAULT_COST: ScryptCost = { ln: 15, r: 8, p: 3 }

const SALT_BYTES = 16
const HASH_BYTES = 32
/** A stored hash that asks for more is damaged. */
const MAX_MEMORY_BYTES = 256 << 20
const MAX_P = 16
const STORED = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})$/

interface Stored {
  readonly cost: ScryptCost
  readonly salt: Buffer
  readonly hash: Buffer
}

/** The text to store for `password`. */
export async function hashPassword(password: string, cost: ScryptCost, random: Random): Promise<string> {
  const salt = secretBytes(random, SALT_BYTES)
  return format(cost, salt, await derive(password, salt, cost))
}

/** Whether `password` is the one `stored` was made of. Throws where `stored` is no such text. */
export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const { cost, salt, hash } = parse(stored)
  return timingSafeEqual(await derive(password, salt, cost), hash)
}

/** Whether `stored` was made at another cost. */
export function needsRehash(stored: string, { ln, r, p }: ScryptCost): boolean {
  const { cost } = parse(stored)
  return cost.ln !== ln || cost.r !== r || cost.p !== p
}

/** No password's hash: what is computed where there is no account, so that it takes as long. */
export function decoyHash(cost: ScryptCost): string {
  return format(cost, Buffer.alloc(SALT_BYTES), Buffer.alloc(HASH_BYTES))
}

function parse(stored: string): Stored {
  const match = STORED.exec(stored)
  const [ln, r, p] = (match?.slice(1, 4) ?? []).map(Number) as [number, number, number]
  if (match === null || ln < 1 || r < 1 || p < 1 || p > MAX_P || memoryBytes({ ln, r, p }) > MAX_MEMORY_BYTES)
    throw new Error('a stored password hash is damaged')
  const [salt, hash] = [match[4]!, match[5]!].map((text) => Buffer.from(text, 'base64'))
  return { cost: { ln, r, p }, salt: salt!, hash: hash! }
}

function format({ ln, r, p }: ScryptCost, salt: Buffer, hash: Buffer): string {
  return `$scrypt$ln=${ln},r=${r},p=${p}$${bare(salt)}$${bare(hash)}`
}

function bare(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '')
}

function memoryBytes({ ln, r, p }: ScryptCost): number {
  return 128 * r * (2 ** ln + p + 1)
}

/** One Unicode form, whatever keyboard it was typed on. */
function derive(password: string, salt: Buffer, cost: ScryptCost): Promise<Buffer> {
  const { ln, r, p } = cost
  const options = { N: 2 ** ln, r, p, maxmem: memoryBytes(cost) + (1 << 20) }
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, HASH_BYTES, options, (error, key) =>
      error ? reject(error) : resolve(key),
    )
  })
}
