/**
 * What a snapshot says of its lists and rules, beside the index. A rule is what one list wants done: most lists have
 * one, an adblock list two (block, except), a response policy zone one for each kind of answer it gives.
 */
import type { Action, ZoneAction } from '../config/settings.ts'

/** Block actions by number, as verdicts, hits and the store carry them. Only ever append. */
export const ACTIONS = [
  'sinkhole',
  'nxdomain',
  'nodata',
  'refused',
  'drop',
  'log',
  'tcp-only',
] as const satisfies readonly ZoneAction[]

/**
 * Beside the block actions: `pass` (RPZ PASSTHRU) ends the search when its list is reached; `except` (adblock `@@`)
 * makes its own list silent where it is that list's longest match; `allow` lets a name pass whatever the lists say.
 */
export const RULE_ACTIONS = [...ACTIONS, 'pass', 'except', 'allow'] as const
export type RuleAction = (typeof RULE_ACTIONS)[number]

/** What a name in a list covers: itself, itself and all under it, or all under it. */
export type NameKind = 'exact' | 'subtree' | 'below'

/** Kind of an indicator by number, as verdicts, hits and the store carry it. */
export const IndicatorKind = { exact: 0, subtree: 1, below: 2, address: 3 } as const
export type IndicatorKind = (typeof IndicatorKind)[keyof typeof IndicatorKind]

/** What matched, by number. */
export const Trigger = { qname: 0, alias: 1, address: 2, client: 3 } as const
export type Trigger = (typeof Trigger)[keyof typeof Trigger]

export interface ListMeta {
  /** Stable for the life of the process, at most 65,535; what hits carry. */
  readonly number: number
  readonly id: string
  readonly kind: 'list' | 'allow'
  readonly action: Action
  /** null: the sinkhole's. */
  readonly ttlSeconds: number | null
  /** Id of a campaign, or null. */
  readonly campaign: string | null
  readonly basis: string
  /** Number of the document it came with; empty: none. */
  readonly document: string
}

/** A record that a response policy zone gives for its names. */
export interface LocalRecord {
  /** A CNAME stands alone. */
  readonly type: number
  /** null: the zone says none. */
  readonly ttlSeconds: number | null
  /** RDATA in hexadecimal, names in it uncompressed. Of a CNAME, `*` as the first label: the qname stands for it. */
  readonly data: string
}

export interface RuleMeta {
  /** Place of the list in `lists`. */
  readonly list: number
  readonly action: RuleAction
  readonly data: readonly LocalRecord[] | null
  /** Number of the document its entries came with; absent: that of the list. */
  readonly document?: string
}

/** Clients under a policy of their own. */
export interface GroupMeta {
  readonly id: string
  /** CIDR. */
  readonly networks: readonly string[]
  /** By list id: what that list does for them instead; `off`: it says nothing. */
  readonly lists: Readonly<Record<string, Action | 'off'>>
}

/** A network of clients that a list names. */
export interface ClientTriggerMeta {
  /** CIDR. */
  readonly network: string
  /** Place among the rules. */
  readonly rule: number
}

/** Clients for whom blocking is paused. */
export interface PausedMeta {
  /** CIDR. */
  readonly networks: readonly string[]
  /** Ids. */
  readonly groups: readonly string[]
}

/** Group numbers are bytes. */
export const MAX_GROUPS = 255

export interface SnapshotMeta {
  /** In order of precedence. */
  readonly lists: readonly ListMeta[]
  /** By the number the builder was given. At most 1,048,576. */
  readonly rules: readonly RuleMeta[]
  /** Entries by list id, or whatever else the list thread wants to find again. */
  readonly counts: Readonly<Record<string, number>>
  /** The first is number 1. Absent: none. */
  readonly groups?: readonly GroupMeta[]
  /** Absent: none. */
  readonly clients?: readonly ClientTriggerMeta[]
  /** Absent: nobody. */
  readonly paused?: PausedMeta
}

/** Rule numbers are below this: lists × 1,024 rules of local data stay far away from it. */
export const MAX_RULES = 2 ** 20

export const EMPTY_META: SnapshotMeta = { lists: [], rules: [], counts: {} }
