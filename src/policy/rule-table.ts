/** The lists and rules of a snapshot as the walk wants them: numbers in typed arrays, addresses as bytes. */
import { parseAddress } from '../net/address.ts'
import { RULE_ACTIONS } from './meta.ts'
import type { LocalAddresses, SnapshotMeta } from './meta.ts'

/** What a response policy zone answers, ready for the wire: addresses of 4 and of 16 bytes. */
export interface LocalData {
  readonly a: readonly Uint8Array[]
  readonly aaaa: readonly Uint8Array[]
}

/** Codes of the actions that do not block; below them are the indexes of `ACTIONS`. */
export const RuleCode = {
  log: RULE_ACTIONS.indexOf('log'),
  pass: RULE_ACTIONS.indexOf('pass'),
  except: RULE_ACTIONS.indexOf('except'),
  allow: RULE_ACTIONS.indexOf('allow'),
} as const

/** `ttlSeconds` of a verdict whose list leaves it to the sinkhole's setting. */
export const SINKHOLE_TTL = -1

export class RuleTable {
  readonly meta: SnapshotMeta
  /** By rule: place of its list, index in `RULE_ACTIONS`, local data. */
  readonly list: Int32Array
  readonly action: Uint8Array
  readonly data: readonly (LocalData | null)[]
  /** By list: its number, its TTL or `SINKHOLE_TTL`. */
  readonly listNumber: Uint16Array
  readonly listTtl: Int32Array

  constructor(meta: SnapshotMeta) {
    this.meta = meta
    this.list = Int32Array.from(meta.rules, (rule) => rule.list)
    this.action = Uint8Array.from(meta.rules, (rule) => RULE_ACTIONS.indexOf(rule.action))
    this.data = meta.rules.map((rule) => (rule.data === null ? null : packAddresses(rule.data)))
    this.listNumber = Uint16Array.from(meta.lists, (list) => list.number)
    this.listTtl = Int32Array.from(meta.lists, (list) => list.ttlSeconds ?? SINKHOLE_TTL)
  }
}

function packAddresses(data: LocalAddresses): LocalData {
  const pack = (text: string, start: number): Uint8Array[] => {
    const bytes = new Uint8Array(16)
    return parseAddress(text, bytes) ? [bytes.slice(start)] : []
  }
  return { a: data.a.flatMap((text) => pack(text, 12)), aaaa: data.aaaa.flatMap((text) => pack(text, 0)) }
}
