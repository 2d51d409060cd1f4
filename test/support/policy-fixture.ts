/** Small snapshots for tests: lists and entries as text in, slots and lookups out. */
import { SnapshotBuilder } from '../../src/policy/builder.ts'
import type { Added, BuiltSnapshot } from '../../src/policy/builder.ts'
import { Policy } from '../../src/policy/decide.ts'
import type { SlotPair } from '../../src/policy/decide.ts'
import type { ListMeta, NameKind, RuleAction, RuleMeta, SnapshotMeta } from '../../src/policy/meta.ts'
import { parseAddress } from '../../src/net/address.ts'
import { NameKey, hashSuffixes } from '../../src/wire/name-key.ts'
import { keyFromText, textToName } from '../../src/wire/name.ts'

export const SEED = 0x1234567

export function slot(maxByteLength = 64 << 20): SharedArrayBuffer {
  return new SharedArrayBuffer(4096, { maxByteLength })
}

export function slots(): SlotPair {
  return [slot(), slot()]
}

export function list(number: number, changes: Partial<ListMeta> = {}): ListMeta {
  const id = `list-${number}`
  return {
    number,
    id,
    kind: 'list',
    action: 'sinkhole',
    ttlSeconds: 60,
    campaign: null,
    basis: '',
    document: '',
    ...changes,
  }
}

export function rule(
  place: number,
  action: RuleAction = 'sinkhole',
  data: RuleMeta['data'] = null,
): RuleMeta {
  return { list: place, action, data }
}

/** `[name, kind, rule]`, or `[prefix in CIDR form, rule]`. */
export type Entry = readonly [string, NameKind, number] | readonly [string, number]

export function wireName(text: string): Uint8Array {
  const out = new Uint8Array(256)
  return out.slice(0, textToName(text, out))
}

/** 4 bytes or 16, and the prefix length. */
export function prefixBytes(text: string): { bytes: Uint8Array; length: number } {
  const [address = '', length] = text.split('/')
  const bytes = addressBytes(address)
  return { bytes, length: length === undefined ? bytes.length * 8 : Number(length) }
}

export function addressBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(16)
  if (!parseAddress(text, bytes)) throw new Error(`not an address: ${text}`)
  return text.includes(':') ? bytes : bytes.slice(12)
}

export function add(builder: SnapshotBuilder, entry: Entry): Added {
  if (entry.length === 3) {
    const wire = wireName(entry[0])
    return builder.addName(wire, wire.length, entry[1], entry[2])
  }
  const { bytes, length } = prefixBytes(entry[0])
  return builder.addAddress(bytes, length, entry[1])
}

export function build(
  memory: SharedArrayBuffer,
  lists: readonly ListMeta[],
  rules: readonly RuleMeta[],
  entries: readonly Entry[],
  seed = SEED,
): BuiltSnapshot {
  const meta: SnapshotMeta = { lists, rules, counts: {} }
  const builder = new SnapshotBuilder(memory, seed)
  for (const entry of entries) add(builder, entry)
  return builder.finish(meta)
}

/** A policy over one base snapshot, and an overlay where one is given. */
export function policyOf(
  lists: readonly ListMeta[],
  rules: readonly RuleMeta[],
  entries: readonly Entry[],
  overlay: readonly Entry[] = [],
): Policy {
  const bases = slots()
  const overlays = slots()
  build(bases[0], lists, rules, entries)
  build(overlays[0], [list(99, { id: 'edits', kind: 'allow' })], [rule(0, 'allow')], overlay)
  const policy = new Policy(bases, overlays)
  policy.attachBase(0)
  policy.attachOverlay(0)
  return policy
}

export function keyOf(name: string, seed = SEED): NameKey {
  const key = new NameKey()
  if (!keyFromText(name, key)) throw new Error(`not a name: ${name}`)
  hashSuffixes(key, seed)
  return key
}
