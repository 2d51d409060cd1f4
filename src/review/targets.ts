/** What a resolver would enforce for an item: nothing, one thing, or one of several that a person has to choose from. */
import { hostOf } from '../indicators/guards.ts'
import type { ProposedItem } from '../indicators/proposal.ts'
import type { Scope } from '../indicators/verdict.ts'
import { Guards } from '../lists/guards.ts'
import { WireName } from '../lists/name.ts'
import { parsePrefix, prefixText } from '../lists/prefix-text.ts'
import { NameScreen } from '../lists/screen.ts'
import { nameToText } from '../wire/name.ts'

/** A name in lower-case A-labels, or a prefix. */
export interface Target {
  readonly text: string
  readonly scope: Scope
}

const NO_SERVER = { records: [], forward: [], sinkhole: { ipv4: '0.0.0.0', ipv6: '::', ttlSeconds: 0 } }
const screen = new NameScreen(new Guards(NO_SERVER, { own: [], upstreams: [] }))
const wire = new WireName()
const NOBODY: ReadonlySet<string> = new Set()

/**
 * All that may be meant, the likeliest first. Of a URL or a name with a port only the host alone, never what is under
 * it; what no list may hold (a public suffix, a single label, a name that is never in the DNS) is not among them.
 */
export function targetsOf({ kind, value, scope, readings }: Target0): Target[] {
  const own = kind === 'hash' || kind === 'email' ? [] : [value]
  const found = new Map<string, Target>()
  for (const text of readings.length > 0 ? [...readings, ...own] : own) {
    const target = readTarget(text, kind === 'host' ? scope : 'exact')
    if (target !== null && !found.has(target.text)) found.set(target.text, target)
  }
  return [...found.values()]
}

type Target0 = Pick<ProposedItem, 'kind' | 'value' | 'scope' | 'readings'>

/** What is enforced when a person says yes and no more; null: they must say what. */
export function plainTarget(item: Target0): Target | null {
  const isPlain = item.kind === 'host' || item.kind === 'ip' || item.kind === 'cidr'
  if (!isPlain || item.readings.length > 0) return null
  return targetsOf(item)[0] ?? null
}

function readTarget(text: string, scope: Scope): Target | null {
  const host = parsePrefix(text) === null ? hostOf(text) : text
  const prefix = parsePrefix(host)
  if (prefix !== null) return { text: prefixText(prefix.address, prefix.prefixLength), scope: 'exact' }
  if (wire.readText(host) !== null || !isListable(wire.bytes)) return null
  return { text: nameToText(wire.bytes).replace(/\.$/, ''), scope: host === text ? scope : 'exact' }
}

function isListable(name: Uint8Array): boolean {
  if (screen.isPlain(name)) return true
  const found = screen.examine(name, NOBODY)
  return found === null || found.kind === 'held-back'
}
