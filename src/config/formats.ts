/**
 * The formats of text values in the configuration: how one is checked, and how it is called in messages and in the
 * reference. A schema names its format; `walk.ts` checks it, so that what follows may parse without asking again.
 */
import { isIPv4, isIPv6 } from 'node:net'
import { isUnicast, parseAddress, parseEndpoint, parseNetwork } from './address.ts'
import { parseDomain } from './domain.ts'
import { formatDuration, parseDuration } from './duration.ts'
import { parseHeld, parseMonths } from './keeping.ts'
import { formatSize, parseSize } from './size.ts'

/** Bounds of a duration or a size, in text, as the schema gives them. */
export interface Bounds {
  readonly atLeast?: string
  readonly atMost?: string
}

interface Format {
  /** What is expected, after "expects": `a duration (60s, 10m, 2h, 7d)`. */
  readonly expects: string
  /** What is wrong with `text`, as the end of a sentence that begins with it; null: nothing. */
  check(text: string, bounds: Bounds): string | null
}

/** What goes into answers, logs and reports shows what it says. */
const UNFIT = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}]/u

export const FORMATS = {
  'time-span': {
    expects: 'a duration (60s, 10m, 2h, 7d)',
    check(text, bounds) {
      const parsed = parseDuration(text)
      if ('problem' in parsed) return parsed.problem
      return outside(parsed.ms, bounds, durationMs, formatDuration)
    },
  },
  months: {
    expects: 'a number of months (12 months)',
    check: (text) => problemOf(parseMonths(text)),
  },
  held: {
    expects: 'what is held (all, unit:so-y-te, campaign:2022, client:17)',
    check: (text) => problemOf(parseHeld(text)),
  },
  size: {
    expects: 'a size (64MB)',
    check(text, bounds) {
      const parsed = parseSize(text)
      if ('problem' in parsed) return parsed.problem
      return outside(parsed.bytes, bounds, sizeBytes, formatSize)
    },
  },
  listen: {
    expects: 'an address and a port (10.0.0.5:53, [::1]:53, 0.0.0.0:53)',
    check: (text) => problemOf(parseEndpoint(text, 53)),
  },
  server: {
    expects: 'the address of a server (10.0.0.10, 10.0.0.10:5353, [2001:db8::1]:53)',
    check(text) {
      const parsed = parseEndpoint(text, 53)
      if ('problem' in parsed) return parsed.problem
      if (parsed.value.port === 0) return 'has port 0: no server answers there'
      return isUnicast(parsed.value.address)
        ? null
        : 'is not the address of one machine: no server answers there'
    },
  },
  http: {
    expects: 'an address and a port (127.0.0.1:8053)',
    check: (text) => problemOf(parseEndpoint(text, null)),
  },
  network: {
    expects: 'a network (10.1.0.0/16, fd00::/8)',
    check: (text) => problemOf(parseNetwork(text)),
  },
  ipv4: {
    expects: 'an IPv4 address',
    check: (text) => (isIPv4(text) ? null : 'is not an IPv4 address'),
  },
  ipv6: {
    expects: 'an IPv6 address',
    check(text) {
      if (!isIPv6(text)) return 'is not an IPv6 address'
      const parsed = parseAddress(text)
      return 'value' in parsed && isIPv6(parsed.value) && !text.includes('%')
        ? null
        : 'is not a plain IPv6 address (IPv4-mapped, or with a zone)'
    },
  },
  address: {
    expects: 'an IP address',
    check: (text) => (text.includes('%') ? 'has a zone' : problemOf(parseAddress(text))),
  },
  domain: {
    expects: 'a name (portal.so.tinh.local)',
    check: (text) => problemOf(parseDomain(text)),
  },
  date: {
    expects: 'a date (2022-08-23)',
    check: (text) => (isDate(text) ? null : 'is not a date: write it as 2022-08-23'),
  },
  identifier: {
    expects: 'an identifier (lower-case letters, digits, "-", "_", ".")',
    check: (text) =>
      /^[a-z0-9][a-z0-9._-]{0,63}$/.test(text)
        ? null
        : 'is not an identifier: at most 64 of lower-case letters, digits, "-", "_" and ".", a letter or digit first',
  },
  path: {
    expects: 'a path',
    check(text) {
      if (text.trim() === '') return 'is empty: name a file'
      return text.includes('\0') ? 'holds a zero byte' : null
    },
  },
  line: {
    expects: 'a line of text',
    check: (text) =>
      UNFIT.test(text)
        ? 'holds a control character, a line end, or a mark that turns the direction of writing'
        : null,
  },
  host: {
    expects: 'a host name (sinkhole.tinh.gov.vn)',
    check: (text) => (isIPv4(text) || isIPv6(text) ? null : problemOf(parseDomain(text))),
  },
} as const satisfies Record<string, Format>

export type FormatName = keyof typeof FORMATS

/** The format called `name`, or null for one that this table does not know. */
export function findFormat(name: string | undefined): Format | null {
  return name !== undefined && Object.hasOwn(FORMATS, name) ? FORMATS[name as FormatName] : null
}

/** Milliseconds of a duration that has been checked. */
export function durationMs(text: string): number {
  const parsed = parseDuration(text)
  if ('problem' in parsed) throw new Error(`duration "${text}" ${parsed.problem}`)
  return parsed.ms
}

/** Bytes of a size that has been checked. */
export function sizeBytes(text: string): number {
  const parsed = parseSize(text)
  if ('problem' in parsed) throw new Error(`size "${text}" ${parsed.problem}`)
  return parsed.bytes
}

/** The value of anything that has been checked. */
export function checked<T>(parsed: { readonly value: T } | { readonly problem: string }): T {
  if ('problem' in parsed) throw new Error(`a checked value ${parsed.problem}`)
  return parsed.value
}

function problemOf(parsed: { readonly value: unknown } | { readonly problem: string }): string | null {
  return 'problem' in parsed ? parsed.problem : null
}

function outside(
  value: number,
  bounds: Bounds,
  parse: (text: string) => number,
  format: (value: number) => string,
): string | null {
  const least = bounds.atLeast === undefined ? null : parse(bounds.atLeast)
  const most = bounds.atMost === undefined ? null : parse(bounds.atMost)
  if (least !== null && value < least) return `is less than ${format(least)}, the least`
  if (most !== null && value > most) return `is more than ${format(most)}, the most`
  return null
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const date = new Date(`${text}T00:00:00Z`)
  // 2022-02-30 rolls over to March: such a date does not come back as it was written.
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}
