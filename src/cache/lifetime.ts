/** How long an upstream's answer may be kept, the TTLs it is kept with, and how long a failure is remembered. */
import type { Settings } from '../config/settings.ts'
import type { Answer } from '../wire/answer.ts'
import { minimumTtl, negativeTtl } from '../wire/answer-data.ts'
import { Rcode, Type } from '../wire/constants.ts'

export type CacheSettings = Settings['cache']

/** Whether `answer` answers its question, with something or with nothing; else it is a failure, or only a part. */
export function isAnswer(answer: Answer): boolean {
  return !answer.truncated && (answer.rcode === Rcode.NoError || answer.rcode === Rcode.NxDomain)
}

/** Whether `answer` says that there is nothing: NXDOMAIN or, where no record has the type asked for, NODATA. */
export function isNegative(answer: Answer): boolean {
  if (answer.rcode === Rcode.NxDomain) return true
  if (answer.qtype === Type.ANY) return answer.answerCount === 0
  for (let record = 0; record < answer.answerCount; record++) {
    if (answer.type[record] === answer.qtype) return false
  }
  return true
}

/**
 * Seconds `answer` (`isAnswer`) may be served from the cache, 0: not at all. No record outlives its TTL, in whatever
 * section it stands.
 */
export function lifetimeSeconds(bytes: Uint8Array, answer: Answer, settings: CacheSettings): number {
  const shortest = minimumTtl(answer)
  if (!isNegative(answer)) return Math.min(shortest, settings.maxTtlSeconds)
  // RFC 2308 §5: a negative answer without SOA is not cached (-1 → 0); §7.1 leaves the cap to us.
  return Math.max(0, Math.min(shortest, negativeTtl(bytes, answer), settings.maxNegativeTtlSeconds))
}

/** The TTL `record` is kept with: capped, and never what RFC 2181 §8 reads as 0. */
export function keptTtl(answer: Answer, record: number, lifetime: number, settings: CacheSettings): number {
  const ttl = Math.min(answer.ttl[record]!, settings.maxTtlSeconds)
  // Whoever caches our negative answer takes the lesser of this TTL and MINIMUM (RFC 2308 §5), and only TTLs age.
  return answer.type[record] === Type.SOA && isNegative(answer) ? Math.min(ttl, lifetime) : ttl
}

/** RFC 9520 §3.2: a failure is remembered for at least one second and at most five minutes. */
const MIN_FAILURE_MS = 1000
export const MAX_FAILURE_MS = 300_000

/** How long the last of so many failures in a row is remembered: twice as long each time. */
export function failureMs(failures: number): number {
  return Math.min(MIN_FAILURE_MS * 2 ** Math.min(failures - 1, 9), MAX_FAILURE_MS)
}
