/** Reads a list given as text or bytes and tells what each line became. */
import type { ListFormat } from '../../../src/config/settings.ts'
import type { Effect, NameKind } from '../../../src/lists/entry.ts'
import type { NotEnforceable, Refusal } from '../../../src/lists/outcome.ts'
import { prefixText } from '../../../src/lists/prefix-text.ts'
import { readListBytes } from '../../../src/lists/source.ts'
import type { LineSink } from '../../../src/lists/source.ts'
import type { LocalRecord } from '../../../src/policy/meta.ts'
import { nameToText } from '../../../src/wire/name.ts'

/** Notes everything in order: `subtree a.test`, `address 192.0.2.0/24`, `refused single-label`, `skipped path`. */
export class RecordingSink implements LineSink {
  lineNumber = 0
  readonly events: string[] = []

  setLine(_bytes: Uint8Array, _start: number, _end: number, lineNumber: number): void {
    this.lineNumber = lineNumber
  }

  name(wire: Uint8Array, length: number, kind: NameKind, effect: Effect): void {
    if (wire[length - 1] !== 0) throw new Error('a wire name ends in the root')
    this.#note(`${kind} ${nameToText(wire)}${effectText(effect)}`)
  }

  address(address: Uint8Array, prefixLength: number, effect: Effect): void {
    this.#note(`address ${prefixText(address, prefixLength)}${effectText(effect)}`)
  }

  client(address: Uint8Array, prefixLength: number, effect: Effect): void {
    this.#note(`client ${prefixText(address, prefixLength)}${effectText(effect)}`)
  }

  refuse(reason: Refusal): void {
    this.#note(`refused ${reason}`)
  }

  skip(reason: NotEnforceable): void {
    this.#note(`skipped ${reason}`)
  }

  #note(event: string): void {
    this.events.push(`${this.lineNumber} ${event}`)
  }
}

export interface ReadOptions {
  readonly match?: 'subtree' | 'exact'
  readonly chunkBytes?: number
}

/** Events with their line numbers. */
export function readEvents(
  list: string | Uint8Array,
  format: ListFormat,
  options: ReadOptions = {},
): string[] {
  const sink = new RecordingSink()
  const bytes = typeof list === 'string' ? Buffer.from(list) : list
  readListBytes(bytes, { format, match: options.match ?? 'subtree' }, sink, options.chunkBytes)
  return sink.events
}

/** Events of a list, line numbers left out. */
export function read(list: string | Uint8Array, format: ListFormat, options: ReadOptions = {}): string[] {
  return readEvents(list, format, options).map((event) => event.slice(event.indexOf(' ') + 1))
}

function effectText(effect: Effect): string {
  if (effect.kind === 'listed') return ''
  if (effect.kind === 'answer') return ` ${effect.action}`
  if (effect.kind === 'data') return ` ${effect.data.map(recordText).join(' ')}`
  return ` ${effect.kind}`
}

/** An address as it is; others by type, TTL and data in hexadecimal. */
function recordText({ type, ttlSeconds, data }: LocalRecord): string {
  const bytes = Buffer.from(data, 'hex')
  if (type === 1 || type === 28) return prefixText(bytes, 8 * bytes.length)
  return `${type}/${ttlSeconds}/${data}`
}
