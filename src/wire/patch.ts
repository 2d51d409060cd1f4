/**
 * Changes that keep a message's length: id, flags, counts, TTLs, the case of names. A forwarded or cached answer is
 * made ours by these and never encoded anew.
 */
import { copyOctets } from '../octets.ts'
import type { Answer } from './answer.ts'
import { HEADER_BYTES } from './constants.ts'
import { NameKey } from './name-key.ts'
import { lower, lowerOctets, readName } from './name.ts'

/** Sets the message id, 16 bits. */
export function setId(bytes: Uint8Array, id: number): void {
  bytes[0] = id >>> 8
  bytes[1] = id & 0xff
}

/** Sets the header's second word: QR, opcode, flags and the lower four bits of the rcode (see `Flag`). */
export function setFlags(bytes: Uint8Array, flags: number): void {
  bytes[2] = flags >>> 8
  bytes[3] = flags & 0xff
}

/** The header's second word. */
export function getFlags(bytes: Uint8Array): number {
  return (bytes[2]! << 8) | bytes[3]!
}

/**
 * Copies a question of `questionLength` octets, with its case, from 12 of `request` to 12 of `bytes`, which may be the
 * same buffer.
 */
export function setQuestion(bytes: Uint8Array, request: Uint8Array, questionLength: number): void {
  if (bytes !== request) copyOctets(request, HEADER_BYTES, bytes, HEADER_BYTES, questionLength)
}

/**
 * Takes `elapsedSeconds` (a whole number) off the first `count` TTLs of `ttlOffsets`, down to 0. A TTL of 2^31 or
 * more is 0 (RFC 2181 §8).
 */
export function ageTtls(
  bytes: Uint8Array,
  ttlOffsets: Uint16Array,
  count: number,
  elapsedSeconds: number,
): void {
  for (let index = 0; index < count; index++) {
    const at = ttlOffsets[index]!
    const left = readTtl(bytes, at) - elapsedSeconds
    writeTtl(bytes, at, left > 0 ? left : 0)
  }
}

/** Lowers the first `count` TTLs of `ttlOffsets` to at most `maxSeconds`; one of 2^31 or more becomes 0. */
export function capTtls(bytes: Uint8Array, ttlOffsets: Uint16Array, count: number, maxSeconds: number): void {
  for (let index = 0; index < count; index++) {
    const at = ttlOffsets[index]!
    const ttl = readTtl(bytes, at)
    writeTtl(bytes, at, ttl < maxSeconds ? ttl : maxSeconds)
  }
}

/** Sets the first `count` TTLs of `ttlOffsets` to `seconds`: for stale answers (RFC 8767 §4). */
export function setTtls(bytes: Uint8Array, ttlOffsets: Uint16Array, count: number, seconds: number): void {
  for (let index = 0; index < count; index++) writeTtl(bytes, ttlOffsets[index]!, seconds)
}

/** The TTL at `at`, seconds; one of 2^31 or more is 0 (RFC 2181 §8). */
export function readTtl(bytes: Uint8Array, at: number): number {
  if (bytes[at]! >= 0x80) return 0
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
}

/** Writes a TTL at `at`. */
export function writeTtl(bytes: Uint8Array, at: number, seconds: number): void {
  bytes[at] = seconds >>> 24
  bytes[at + 1] = (seconds >>> 16) & 0xff
  bytes[at + 2] = (seconds >>> 8) & 0xff
  bytes[at + 3] = seconds & 0xff
}

const scratch = new NameKey()

/** Owners in mixed case that are followed: a 64 KB answer may hold 4,600 with chains of 127 pointers each. */
const MAX_FOLLOWED = 512

/**
 * Takes our random case out of an answer: the question, and every owner name whose labels in place repeat the
 * question's (or the end of it) letter for letter, become lower-case. Owners spelled otherwise keep their spelling,
 * and those that are pointers into the question follow it. Only the looks are at stake: names are compared without case.
 */
export function normaliseOwnerCase(bytes: Uint8Array, length: number, answer: Answer): void {
  const nameEnd = answer.questionEnd - 4
  let followed = 0
  for (let record = 0; record < answer.count; record++) {
    const owner = answer.owner[record]!
    // Most owners are pointers or lower-case as they stand: nothing to do, and no name to follow.
    if (!hasUpperCase(bytes, owner)) continue
    if (++followed > MAX_FOLLOWED) break
    if (readName(bytes, owner, length, scratch) === -1) continue
    const start = nameEnd - scratch.length
    if (start < HEADER_BYTES) continue
    const end = spelledAlike(bytes, owner, start)
    if (end !== -1) lowerOctets(bytes, owner, end)
  }
  lowerOctets(bytes, HEADER_BYTES, nameEnd)
}

/**
 * Returns the end of the labels that stand at `owner` if those in the question from `start` on are the same octets,
 * else -1. The question ends in a root that no owner's labels run past, and sizes are compared like letters.
 */
function spelledAlike(bytes: Uint8Array, owner: number, start: number): number {
  let at = owner
  let question = start
  for (;;) {
    const size = bytes[at]!
    if (size === 0 || size >= 0xc0) return at
    for (const next = at + size + 1; at < next; at++, question++) {
      if (bytes[at] !== bytes[question]) return -1
    }
  }
}

/** True where a letter of the labels that stand at `owner`, up to a pointer or the root, is upper-case. */
function hasUpperCase(bytes: Uint8Array, owner: number): boolean {
  let at = owner
  for (;;) {
    const size = bytes[at]!
    if (size === 0 || size >= 0xc0) return false
    for (const last = at + size; at < last;) if (lower(bytes[++at]!) !== bytes[at]) return true
    at++
  }
}
