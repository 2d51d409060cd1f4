/** Headers of an answer, as far as a feed reads them (RFC 9110). */
import type { IncomingHttpHeaders } from 'node:http'

/** Longer ones are no use: they would be sent back with every question. */
const MAX_VALIDATOR = 512

export const CODINGS = ['gzip', 'br', 'zstd'] as const
export type Coding = (typeof CODINGS)[number] | 'identity'

/** How the body is packed on the way (§8.4); null: in a way nobody asked for. */
export function codingOf({ 'content-encoding': text = '' }: IncomingHttpHeaders): Coding | null {
  const coding = text.trim().toLowerCase()
  if (coding === '' || coding === 'identity') return 'identity'
  if (coding === 'x-gzip') return 'gzip'
  return CODINGS.find((known) => known === coding) ?? null
}

/** Whether the end of the body can be told from a connection that broke off (RFC 9112 §6). */
export function hasEnd(headers: IncomingHttpHeaders): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined
}

/** What to ask with the next time (§13.1); null where it is not there or too long. */
export function validatorsOf(headers: IncomingHttpHeaders): {
  etag: string | null
  lastModified: string | null
} {
  return { etag: bounded(headers.etag), lastModified: bounded(headers['last-modified']) }
}

/** §10.2.3: for how long to leave the server alone, milliseconds; null: it does not say. */
export function retryAfterMs({ 'retry-after': text }: IncomingHttpHeaders, nowMs: number): number | null {
  if (text === undefined) return null
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs
  return Number.isNaN(ms) ? null : Math.max(0, ms)
}

function bounded(text: string | undefined): string | null {
  return text === undefined || text === '' || text.length > MAX_VALIDATOR ? null : text
}
