/** Hits by name, for tests and the threads they start. */
import { parseAddress } from '../../../src/net/address.ts'
import type { HitWriter } from '../../../src/thread/hit-table.ts'
import { textToName } from '../../../src/wire/name.ts'

export const NOON = Date.UTC(2026, 10, 21, 12)

export function bytesOf(address: string): Uint8Array {
  const bytes = new Uint8Array(16)
  if (!parseAddress(address, bytes)) throw new Error(`not an address: ${address}`)
  return bytes
}

export function wireOf(name: string): Uint8Array {
  const bytes = new Uint8Array(256)
  return bytes.slice(0, textToName(name, bytes))
}

/** Octets in whole words, zero behind their end, as a policy snapshot holds them. */
export function wordsOf(bytes: Uint8Array): Int32Array {
  const words = new Int32Array((bytes.length + 3) >> 2)
  new Uint8Array(words.buffer).set(bytes)
  return words
}

export interface HitGiven {
  readonly client?: string
  readonly qname?: string
  readonly indicator?: string | Uint8Array
  readonly kind?: number
  readonly trigger?: number
  readonly action?: number
  readonly qtype?: number
  readonly lists?: readonly number[]
  readonly at?: number
}

export function record(writer: HitWriter, hit: HitGiven = {}): void {
  const {
    client = '10.0.0.1',
    qname = 'evil.test',
    kind = 1,
    trigger = 0,
    action = 0,
    qtype = 1,
    at = NOON,
  } = hit
  const given = hit.indicator ?? 'evil.test'
  const indicator = typeof given === 'string' ? wireOf(given).slice(0, -1) : given
  const name = wireOf(qname)
  const lists = Uint16Array.from(hit.lists ?? [1])
  writer.record(
    bytesOf(client), wordsOf(indicator), 0, indicator.length, kind, trigger, action, qtype, name, name.length, lists,
    lists.length, at,
  ) // prettier-ignore
}
