/** The rules of a snapshot as its lists make them: one for what a list does as a whole, more for what single entries say. */
import type { Action } from '../config/settings.ts'
import type { ClientTriggerMeta, RuleMeta } from '../policy/meta.ts'
import { LISTED } from './entry.ts'
import type { Effect } from './entry.ts'

/** Different answers one zone may give; a zone with more is no blocklist. */
export const MAX_LOCAL_DATA = 1024

/** Documents one list of approvals tells of; what came with more of them is told with that of the list. */
export const MAX_DOCUMENTS = 1024

/** Networks of clients one zone may name: they are looked through list by list. */
const MAX_CLIENT_NETWORKS = 10_000

/** Numbers the rules of one list; `rules` is shared by all lists of a snapshot. */
export class ListRules {
  /** The rule of a plain entry. */
  readonly listed: number
  readonly #rules: RuleMeta[]
  readonly #clients: ClientTriggerMeta[]
  readonly #list: number
  readonly #action: Action | 'allow'
  readonly #numbers = new Map<string, number>()
  readonly #documents = new Map<string, number>()
  #dataRules = 0
  #clientCount = 0
  // A zone gives the same answer name after name.
  #lastEffect: Effect | null = null
  #lastNumber = -1

  /**
   * `clients`: networks of clients, shared as `rules`. `list`: its place in the snapshot's meta. `action`: what the list
   * does, or `allow`.
   */
  constructor(rules: RuleMeta[], clients: ClientTriggerMeta[], list: number, action: Action | 'allow') {
    this.#rules = rules
    this.#clients = clients
    this.#list = list
    this.#action = action
    this.listed = this.of(LISTED)
  }

  /** The number of the rule that does what `effect` says; -1: more answers than a list may have. */
  of(effect: Effect): number {
    if (effect !== this.#lastEffect) {
      this.#lastNumber = this.#numberOf(effect)
      this.#lastEffect = effect
    }
    return this.#lastNumber
  }

  /** The number of the rule of a plain entry that came with `document`; empty: that of the list. */
  listedBy(document: string): number {
    if (document === '') return this.listed
    const known = this.#documents.get(document)
    if (known !== undefined) return known
    if (this.#documents.size === MAX_DOCUMENTS) return this.listed
    const number = this.#rules.push({ ...this.#ruleOf(LISTED), document }) - 1
    this.#documents.set(document, number)
    return number
  }

  /** Lists the clients of a network, CIDR. False: more networks or answers than a list may have. */
  client(network: string, effect: Effect): boolean {
    const rule = this.of(effect)
    if (rule === -1 || ++this.#clientCount > MAX_CLIENT_NETWORKS) return false
    this.#clients.push({ network, rule })
    return true
  }

  #numberOf(effect: Effect): number {
    const rule = this.#ruleOf(effect)
    const key = rule.data === null ? rule.action : `${rule.action} ${JSON.stringify(rule.data)}`
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    if (rule.data !== null && ++this.#dataRules > MAX_LOCAL_DATA) return -1
    const number = this.#rules.push(rule) - 1
    this.#numbers.set(key, number)
    return number
  }

  /**
   * What a zone answers holds where the list has the default action; a list told to do something else does that with
   * all its entries, as BIND's `policy` clause has it. What lets pass does, while the list does more than record
   * (rule-table.ts).
   */
  #ruleOf(effect: Effect): RuleMeta {
    const list = this.#list
    const action = this.#action
    if (action === 'allow') return { list, action, data: null }
    if (effect.kind === 'pass' || effect.kind === 'except') return { list, action: effect.kind, data: null }
    if (effect.kind === 'answer' && action === 'sinkhole') return { list, action: effect.action, data: null }
    if (effect.kind === 'data' && action === 'sinkhole') return { list, action, data: effect.data }
    return { list, action, data: null }
  }
}
