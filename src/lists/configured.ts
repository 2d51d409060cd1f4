/** The lists and allow lists of the configuration in one form, in the order they are built. */
import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import type { Action, ListFormat, Settings } from '../config/settings.ts'
import { nameToText } from '../wire/name.ts'
import { isReserved } from './guards.ts'
import type { GuardedAddresses } from './guards.ts'
import { WireName } from './name.ts'
import { parsePrefix, prefixText } from './prefix-text.ts'

export interface ConfiguredList {
  readonly id: string
  readonly kind: 'list' | 'allow'
  readonly path: string
  readonly format: ListFormat
  readonly match: 'subtree' | 'exact'
  readonly action: Action
  readonly ttlSeconds: number | null
  readonly campaign: string | null
  readonly basis: string
  /** Normalised: lower-case A-labels, shortest address text. */
  readonly accept: ReadonlySet<string>
  /** How old its file may be, milliseconds; null: as old as it is. */
  readonly maxAgeMs: number | null
}

/** The parts of the settings a snapshot is made from. */
export type ListsSettings = Pick<
  Settings,
  'lists' | 'allow' | 'records' | 'forward' | 'sinkhole' | 'upstreams' | 'listen'
>

export function configuredLists(settings: ListsSettings): ConfiguredList[] {
  const lists = settings.lists.map((list) => ({
    ...list,
    kind: 'list' as const,
    accept: new Set(list.accept.map(normalise)),
  }))
  const names = settings.allow.map(({ path }) => basename(path))
  const allow = settings.allow.map(({ path }, index) => ({
    // Two files of one name in different directories are told apart by their place.
    id: names.indexOf(names[index]!) === index ? `allow:${names[index]}` : `allow:${names[index]}:${index}`,
    kind: 'allow' as const,
    path,
    format: 'auto' as const,
    match: 'subtree' as const,
    action: 'log' as const,
    ttlSeconds: null,
    campaign: null,
    basis: 'allow list of the configuration',
    accept: new Set<string>(),
    maxAgeMs: null,
  }))
  return [...lists, ...allow]
}

/**
 * Changes when something changes that a snapshot depends on beside the list files. Ports do not matter, nor addresses
 * that are reserved anyway: each container that comes or goes brings and takes some.
 */
export function settingsDigest(settings: ListsSettings, guarded: GuardedAddresses): string {
  const { lists, allow, records, forward, sinkhole } = settings
  const others = [guarded.own, guarded.upstreams].map((addresses) =>
    [...new Set(addresses)].filter((address) => !isReserved(address)).toSorted(),
  )
  // How old a list may be changes nothing of what is in force.
  const text = JSON.stringify(
    [BUILD_VERSION, lists, allow, records, forward, sinkhole, others],
    (key, value: unknown) => (key === 'maxAgeMs' ? undefined : value),
  )
  return createHash('sha256').update(text).digest('hex')
}

/** Raised when formats, screen or guards come to read the same file otherwise. */
const BUILD_VERSION = 1

function normalise(text: string): string {
  const prefix = parsePrefix(text)
  if (prefix) return prefixText(prefix.address, prefix.prefixLength)
  const name = new WireName()
  return name.readText(text.trim()) === null ? nameToText(name.bytes) : text.toLowerCase()
}
