/**
 * What no import may block before a named person says so, as far as that can be known without looking at this network:
 * governments, public suffixes, popular names, what machines need to start and to stay safe, private addresses.
 */
import { isReserved } from '../lists/guards.ts'
import { parsePrefix, prefixText } from '../lists/prefix-text.ts'
import { dataLines, parentsOf } from './data-files.ts'
import { suffixOf } from './host.ts'
import type { ReasonCode } from './reasons.ts'
import type { Kind } from './verdict.ts'

const GOVERNMENT = ['gov.vn', 'dcs.vn'] as const
/** Shorter prefixes than an attacker is likely to own. */
const SHORTEST = { ipv4: 16, ipv6: 32 } as const

/** Why `value` is held; empty: nothing known speaks against it. Hosts in lower-case ASCII. Pure but for its data files. */
export function guardsOf(kind: Kind, value: string): readonly ReasonCode[] {
  if (kind === 'ip' || kind === 'cidr') return addressGuards(value)
  if (kind === 'host') return lookAt(value).guards
  if (kind !== 'url' && kind !== 'ip-port' && kind !== 'host-port') return []
  const host = hostOf(value)
  return parsePrefix(host) === null ? lookAt(host).guards : addressGuards(host)
}

/** Whether `name` is one of many under a shared one (hosting, dynamic DNS): then it says nothing of the others. */
export function isUnderShared(name: string): boolean {
  return lookAt(name).isUnderShared
}

/** The host in a URL or before a port, in lower case. */
export function hostOf(value: string): string {
  const authority = /^(?:[a-z][a-z0-9+.-]*:?\/\/)?([^/?#\\]*)/i.exec(value)![1]!.toLowerCase()
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  return host.startsWith('[') ? host.slice(1, host.indexOf(']')) : host.replace(/:\d+$/, '')
}

interface Look {
  readonly guards: readonly ReasonCode[]
  readonly isUnderShared: boolean
}

const NONE: readonly ReasonCode[] = []
const NOTHING: Look = { guards: NONE, isUnderShared: false }
let known: ReadonlyMap<string, KnownName> | null = null
/** The last two labels of all known names: nothing is known of what ends otherwise. */
let roots: ReadonlySet<string> = new Set()
let lastName = ''
let lastLook: Look = NOTHING

/** One look at the name and one at each name above it: a list has a million of them. Asked twice for most. */
function lookAt(name: string): Look {
  if (name === lastName) return lastLook
  known ??= loadNames()
  const { isSuffix, isShared } = suffixOf(name)
  if (!isSuffix && !isShared && !roots.has(rootOf(name))) return NOTHING
  const own = known.get(name)
  let guards: ReasonCode[] | null = isSuffix || own?.isShared === true ? ['public-suffix'] : null
  if (own !== undefined && own.exact.length > 0) guards = [...(guards ?? []), ...own.exact]
  let isUnder = isShared && !isSuffix
  for (let entry = own, dot = -1; ;) {
    const reason = entry?.within ?? null
    if (reason !== null && guards?.includes(reason) !== true) guards = [...(guards ?? []), reason]
    dot = name.indexOf('.', dot + 1)
    if (dot === -1 || name.indexOf('.', dot + 1) === -1) break
    entry = known.get(name.slice(dot + 1))
    if (entry?.isShared === true) isUnder = true
  }
  lastName = name
  return (lastLook = { guards: guards ?? NONE, isUnderShared: isUnder })
}

function addressGuards(text: string): readonly ReasonCode[] {
  const prefix = parsePrefix(text)
  // A range that is no prefix: a person reads it anyway.
  if (prefix === null) return NONE
  const guards: ReasonCode[] = []
  if (isReserved(text)) guards.push('reserved-address')
  if (prefix.prefixLength < (prefix.address.length === 4 ? SHORTEST.ipv4 : SHORTEST.ipv6))
    guards.push('too-wide')
  if (isResolver(prefixText(prefix.address, prefix.prefixLength))) guards.push('resolver')
  return guards
}

interface KnownName {
  /** Speaks against it and all under it. */
  readonly within: ReasonCode | null
  /** Speak against itself: it is popular, or would take a guarded one along. */
  readonly exact: readonly ReasonCode[]
  /** Many people have names under it. */
  readonly isShared: boolean
}

const UNKNOWN: KnownName = { within: null, exact: [], isShared: false }
const SHARED: KnownName = { ...UNKNOWN, isShared: true }
const POPULAR: KnownName = { ...UNKNOWN, exact: ['popular'] }

function loadNames(): ReadonlyMap<string, KnownName> {
  const names = new Map<string, KnownName>()
  for (const file of ['dynamic-dns-names.txt.br', 'hosting-names.txt']) {
    for (const name of dataLines(file)) names.set(name, SHARED)
  }
  const addExact = (name: string, reason: ReasonCode): void => {
    const before = names.get(name)
    if (before === undefined && reason === 'popular') names.set(name, POPULAR)
    else if (before?.exact.includes(reason) !== true) {
      names.set(name, { ...(before ?? UNKNOWN), exact: [...(before?.exact ?? []), reason] })
    }
  }
  for (const name of GOVERNMENT) names.set(name, { ...UNKNOWN, within: 'government' })
  for (const { text, reason } of services()) {
    if (parsePrefix(text) !== null) continue
    names.set(text, { ...(names.get(text) ?? UNKNOWN), within: reason })
    for (const parent of parentsOf(text)) addExact(parent, reason)
  }
  for (const file of ['popular-names.txt.br', 'vietnamese-names.txt']) {
    for (const name of dataLines(file)) {
      addExact(name, 'popular')
      for (const parent of parentsOf(name)) addExact(parent, 'popular')
    }
  }
  roots = new Set(Array.from(names.keys(), rootOf))
  return names
}

function rootOf(name: string): string {
  return name.slice(name.lastIndexOf('.', name.lastIndexOf('.') - 1) + 1)
}

interface Service {
  /** A name or an address. */
  readonly text: string
  readonly reason: ReasonCode
}

let loadedServices: readonly Service[] | null = null
let resolverAddresses: ReadonlySet<string> | null = null

function services(): readonly Service[] {
  if (loadedServices !== null) return loadedServices
  const services: Service[] = []
  let reason: ReasonCode = 'resolver'
  for (const line of dataLines('service-names.txt')) {
    const group = /^\[(.+)\]$/.exec(line)
    if (group !== null) reason = group[1] as ReasonCode
    else services.push({ text: line, reason })
  }
  for (const name of dataLines('certificate-names.txt')) services.push({ text: name, reason: 'certificate' })
  return (loadedServices = services)
}

function isResolver(address: string): boolean {
  resolverAddresses ??= new Set(services().filter(({ text }) => parsePrefix(text) !== null).map(({ text }) => text)) // prettier-ignore
  return resolverAddresses.has(address)
}
