/** The lists and allow lists of the configuration in one form, in the order they are built. */
import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import type { Action, ListFormat, Settings } from '../config/settings.ts'
import type { GroupMeta } from '../policy/meta.ts'
import { nameToText } from '../wire/name.ts'
import { isReserved } from './guards.ts'
import type { AllowNote } from './allow-note.ts'
import type { GuardedAddresses } from './guards.ts'
import { WireName } from './name.ts'
import { parsePrefix, prefixText } from './prefix-text.ts'
import { actionAt, mayBlockAt } from './validity.ts'

export interface ConfiguredList {
  readonly id: string
  readonly kind: 'list' | 'allow'
  readonly path: string
  /** People have approved each entry; see entries.ts. */
  readonly isApproved: boolean
  readonly format: ListFormat
  readonly match: 'subtree' | 'exact'
  readonly action: Action
  readonly ttlSeconds: number | null
  readonly campaign: string | null
  readonly basis: string
  readonly document: string
  readonly issuer: string
  readonly issued: string | null
  readonly from: string | null
  readonly until: string | null
  /** Normalised: lower-case A-labels, shortest address text. */
  readonly accept: ReadonlySet<string>
  /** How old its file may be, milliseconds; null: as old as it is. */
  readonly maxAgeMs: number | null
  /** Who answers for the entries of an allow list, why and until when, unless they say otherwise. */
  readonly allowed: AllowNote
  /** A version with a smaller share of the entries in force is not taken. */
  readonly leastShare: number
}

/** The parts of the settings a snapshot is made from. */
export type ListsSettings = Pick<
  Settings,
  'lists' | 'allow' | 'records' | 'forward' | 'sinkhole' | 'upstreams' | 'listen' | 'groups'
>

/** A smaller version is taken for a broken download. */
const LEAST_SHARE = 0.5

/** What a file that came with no document has, or an allow list: it holds for good. */
const NO_DOCUMENT = { document: '', issuer: '', issued: null, from: null, until: null }
const NOT_ALLOWED: AllowNote = { owner: '', reason: '', until: null }

export function configuredLists(settings: ListsSettings): ConfiguredList[] {
  const lists = settings.lists.map((list) => ({
    ...list,
    kind: 'list' as const,
    accept: new Set(list.accept.map(normalise)),
    allowed: NOT_ALLOWED,
    isApproved: list.approved,
    // Written by the review, whose format holds all it can say.
    ...(list.approved && { format: 'domains' as const }),
    // What is withdrawn must not stay in force because it was much.
    leastShare: list.approved ? 0 : list.feed === null ? LEAST_SHARE : list.feed.leastPercent / 100,
  }))
  const names = settings.allow.map(({ path }) => basename(path))
  const allow = settings.allow.map(({ path, ...allowed }, index) => ({
    // Two files of one name in different directories are told apart by their place.
    id: names.indexOf(names[index]!) === index ? `allow:${names[index]}` : `allow:${names[index]}:${index}`,
    kind: 'allow' as const,
    path,
    isApproved: false,
    format: 'auto' as const,
    match: 'subtree' as const,
    action: 'log' as const,
    ttlSeconds: null,
    campaign: null,
    basis: 'allow list of the configuration',
    ...NO_DOCUMENT,
    allowed,
    accept: new Set<string>(),
    maxAgeMs: null,
    leastShare: LEAST_SHARE,
  }))
  return [...lists, ...allow]
}

/** The groups as a snapshot has them at `nowMs`, wall clock: no list blocks for a group outside its days either. */
export function groupsOf({ groups, lists }: Pick<Settings, 'groups' | 'lists'>, nowMs: number): GroupMeta[] {
  const isOver = new Set(lists.filter((list) => !mayBlockAt(list, nowMs)).map(({ id }) => id))
  return groups.map((group) => ({
    id: group.id,
    networks: group.clients,
    lists: Object.fromEntries(
      Object.entries(group.lists).map(([id, action]) => [
        id,
        action !== 'off' && isOver.has(id) ? 'log' : action,
      ]),
    ),
  }))
}

/**
 * Changes when something changes that a snapshot depends on beside the list files. Ports do not matter, nor addresses
 * that are reserved anyway: each container that comes or goes brings and takes some. `nowMs`: wall clock.
 */
export function settingsDigest(settings: ListsSettings, guarded: GuardedAddresses, nowMs: number): string {
  const { allow, records, forward, sinkhole } = settings
  const groups = groupsOf(settings, nowMs)
  // How old a list may be, or when it ends, changes nothing of what is in force now.
  const lists = settings.lists.map((list) =>
    Object.entries({ ...list, action: actionAt(list, nowMs) }).filter(([key]) => !TELLS_NOTHING.has(key)),
  )
  const others = [guarded.own, guarded.upstreams].map((addresses) =>
    [...new Set(addresses)].filter((address) => !isReserved(address)).toSorted(),
  )
  const text = JSON.stringify([BUILD_VERSION, lists, groups, allow, records, forward, sinkhole, others])
  return createHash('sha256').update(text).digest('hex')
}

/** Raised when formats, screen or guards come to read the same file otherwise. */
const BUILD_VERSION = 4

/** Keys of a list that are in no snapshot. */
const TELLS_NOTHING: ReadonlySet<string> = new Set([
  'maxAgeMs',
  'feed',
  'primary',
  'from',
  'until',
  'issuer',
  'issued',
])

function normalise(text: string): string {
  const prefix = parsePrefix(text)
  if (prefix) return prefixText(prefix.address, prefix.prefixLength)
  const name = new WireName()
  return name.readText(text.trim()) === null ? nameToText(name.bytes) : text.toLowerCase()
}
