/**
 * What a format hands on: entries, and why a line holds none. Formats know their syntax only; which names a list may
 * enforce is decided behind the sink.
 */
import type { LocalRecord, NameKind } from '../policy/meta.ts'
import type { NotEnforceable, Refusal } from './outcome.ts'

export type { NameKind } from '../policy/meta.ts'

/** What an entry does. */
export type Effect =
  /** The list's own action. */
  | { readonly kind: 'listed' }
  /** This list says nothing about the name (adblock `@@`). */
  | { readonly kind: 'except' }
  /** Nothing is blocked, by this list or any after it (RPZ `rpz-passthru.`). */
  | { readonly kind: 'pass' }
  | { readonly kind: 'answer'; readonly action: 'nxdomain' | 'nodata' | 'drop' | 'tcp-only' }
  /** Records of the zone's own; at least one. */
  | { readonly kind: 'data'; readonly data: readonly LocalRecord[] }

export const LISTED: Effect = { kind: 'listed' }
export const EXCEPT: Effect = { kind: 'except' }
export const PASS: Effect = { kind: 'pass' }
export const NXDOMAIN: Effect = { kind: 'answer', action: 'nxdomain' }
export const NODATA: Effect = { kind: 'answer', action: 'nodata' }
export const DROP: Effect = { kind: 'answer', action: 'drop' }
export const TCP_ONLY: Effect = { kind: 'answer', action: 'tcp-only' }

/** Takes what a format reads. The current line is known to it. */
export interface EntrySink {
  /** The number of the line that errors are told of; a format that joins lines moves it. */
  lineNumber: number
  /** `wire`: lower-case, `length` bytes with the root's zero; copied before this returns. */
  name(wire: Uint8Array, length: number, kind: NameKind, effect: Effect): void
  /** `address`: 4 or 16 bytes, host bits zero; copied before this returns. */
  address(address: Uint8Array, prefixLength: number, effect: Effect): void
  /** Clients that ask from there; as `address`. Absent: nobody takes them. */
  client?(address: Uint8Array, prefixLength: number, effect: Effect): void
  refuse(reason: Refusal): void
  skip(reason: NotEnforceable): void
}

/** Reads one list in one format, line by line. */
export interface FormatReader {
  /** One line without its line feed; `bytes[start, end)` is valid during the call. Never throws. */
  line(bytes: Uint8Array, start: number, end: number): void
  /** After the last line. */
  end(): void
}

/** Makes a reader. `match`: what a plain name covers. */
export type Format = (sink: EntrySink, match: 'subtree' | 'exact') => FormatReader
