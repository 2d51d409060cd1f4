/** The lists and rules of a snapshot as the walk wants them: numbers in typed arrays, records as bytes. */
import type { Action } from '../config/settings.ts'
import { Type } from '../wire/constants.ts'
import { RULE_ACTIONS } from './meta.ts'
import type { GroupMeta, ListMeta, LocalRecord, RuleAction, SnapshotMeta } from './meta.ts'

/** A record that a response policy zone gives, ready for the wire: see LocalRecord. */
export interface PackedRecord {
  readonly type: number
  readonly ttlSeconds: number | null
  readonly rdata: Uint8Array
}

/** What a response policy zone answers; at least one record. */
export type LocalData = readonly PackedRecord[]

/** The CNAME that is all of `data`, or null. */
export function aliasOf(data: LocalData | null): PackedRecord | null {
  const first = data?.[0]
  return first?.type === Type.CNAME ? first : null
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
  /** By rule: place of its list, local data. */
  readonly list: Int32Array
  /** By rule, for clients of no group: index in `RULE_ACTIONS`. */
  readonly action: Uint8Array
  /** The same for each group, by its number. */
  readonly #byGroup: readonly Uint8Array[]
  readonly data: readonly (LocalData | null)[]
  /** By rule: its list, with the document of the rule. */
  readonly listMeta: readonly ListMeta[]
  /** By list: its number, its TTL or `SINKHOLE_TTL`. */
  readonly listNumber: Uint16Array
  readonly listTtl: Int32Array

  constructor(meta: SnapshotMeta) {
    this.meta = meta
    this.list = Int32Array.from(meta.rules, (rule) => rule.list)
    this.action = Uint8Array.from(meta.rules, (rule) => codeOf(rule.action, meta.lists[rule.list]!.action))
    this.#byGroup = [this.action, ...(meta.groups ?? []).map((group) => actionsFor(group, meta))]
    this.data = meta.rules.map((rule) => rule.data?.map(pack) ?? null)
    this.listMeta = meta.rules.map(({ list, document }) => told(meta.lists[list]!, document))
    this.listNumber = Uint16Array.from(meta.lists, (list) => list.number)
    this.listTtl = Int32Array.from(meta.lists, (list) => list.ttlSeconds ?? SINKHOLE_TTL)
  }

  /** By rule: what it does for the clients of a group, index in `RULE_ACTIONS`. */
  actionsFor(group: number): Uint8Array {
    return this.#byGroup[group] ?? this.action
  }
}

/**
 * What a list does for a group takes the place of what it does for all; addresses and records of a zone stay what a
 * sinkhole answers there. What lets pass does, unless the list is off or only records.
 */
function actionsFor(group: GroupMeta, meta: SnapshotMeta): Uint8Array {
  const lists = new Map(Object.entries(group.lists))
  return Uint8Array.from(meta.rules, ({ list, action }) => {
    const { id, action: forAll } = meta.lists[list]!
    const wanted = lists.get(id)
    if (wanted === undefined || action === 'allow') return codeOf(action, forAll)
    if (wanted === 'off') return RuleCode.except
    return action === 'pass' || action === 'except' ? codeOf(action, wanted) : RULE_ACTIONS.indexOf(wanted)
  })
}

/**
 * Code of a rule of a list that does `list`. Where that only records, on trial or past its last day, what it lets pass is
 * silent too: it would undo what other lists block.
 */
function codeOf(rule: RuleAction, list: Action): number {
  return rule === 'pass' && list === 'log' ? RuleCode.except : RULE_ACTIONS.indexOf(rule)
}

function told(list: ListMeta, document: string | undefined): ListMeta {
  return document === undefined || document === list.document ? list : { ...list, document }
}

function pack({ type, ttlSeconds, data }: LocalRecord): PackedRecord {
  return { type, ttlSeconds, rdata: Uint8Array.from(Buffer.from(data, 'hex')) }
}
