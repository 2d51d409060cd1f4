/** What policy says of a name or an address, for people: the verdict, every list that holds it, and what was held back. */
import { isMappedIPv4, parseAddress } from '../net/address.ts'
import type { Policy } from '../policy/decide.ts'
import { indicatorText, listHoldings } from '../policy/indicator-text.ts'
import type { Holding } from '../policy/indicator-text.ts'
import { ACTIONS, IndicatorKind, Trigger } from '../policy/meta.ts'
import { Verdict, VerdictKind } from '../policy/verdict.ts'
import { keyFromText, nameToText } from '../wire/name.ts'
import { hashSuffixes, NameKey } from '../wire/name-key.ts'
import { WireName } from './name.ts'
import type { GuardReason, LineError } from './outcome.ts'

/** One list that holds what was asked for. */
export interface HeldBy {
  readonly id: string
  readonly basis: string
  readonly campaign: string | null
  readonly indicator: string
  readonly kind: keyof typeof IndicatorKind
  /** What the entry asks for: a block action, `pass`, `except` or `allow`. */
  readonly action: string
}

export interface Explanation {
  /** In lower-case A-labels, or the address. */
  readonly name: string
  readonly verdict: 'pass' | 'log' | 'block' | 'allow'
  /** What is answered, or null where nothing is blocked. */
  readonly action: string | null
  readonly trigger: 'qname' | 'address' | 'client' | null
  readonly indicator: string | null
  readonly indicatorKind: keyof typeof IndicatorKind | null
  /** Id of the deciding list. */
  readonly list: string | null
  /** All lists that hold it, the longest match first. */
  readonly lists: readonly HeldBy[]
  /** Entries that a guard stopped and that would hold it. */
  readonly heldBack: readonly (LineError<GuardReason> & { readonly list: string })[]
  readonly isPaused: boolean
  /** Under whose policy: the group of the client it was asked for; null: that of all others. */
  readonly group: string | null
}

/** What a list held back, by list id. */
export type HeldBackEntries = readonly {
  readonly id: string
  readonly heldBack: readonly LineError<GuardReason>[]
}[]

const VERDICTS = ['pass', 'log', 'block', 'allow'] as const
const KINDS = Object.keys(IndicatorKind) as (keyof typeof IndicatorKind)[]

/**
 * `policy` must be attached. `client`: address of who would ask; null: somebody of no group. Throws RangeError when
 * `text` is neither a name nor an address.
 */
export function explain(
  policy: Policy,
  text: string,
  heldBack: HeldBackEntries,
  isPaused: boolean,
  client: string | null = null,
): Explanation {
  const address = new Uint8Array(16)
  const isAddress = parseAddress(text.trim(), address)
  const name = isAddress ? text.trim() : matchName(policy, text)
  if (isAddress) policy.matchAddress(address, isMappedIPv4(address) ? 12 : 0, isMappedIPv4(address) ? 4 : 6)
  const verdict = new Verdict()
  const asker = new Uint8Array(16)
  if (client !== null && parseAddress(client, asker)) verdict.group = policy.groupOf(asker)
  const isPausedHere = isPaused || (client !== null && policy.isPausedFor(verdict.group, asker))
  const kind = policy.decide(isPausedHere, verdict, client === null ? null : asker)
  const isDecided = kind !== VerdictKind.Pass
  const holdings = [
    ...listHoldings(policy.overlay, policy.overlayFound),
    ...listHoldings(policy.base, policy.baseFound),
  ]
  // A list that names the client holds neither name nor address.
  const { list } = verdict
  const isNamed = isDecided && list !== null && !holdings.some((holding) => holding.list.id === list.id)
  const named: HeldBy[] = isNamed
    ? [
        {
          id: list.id,
          basis: list.basis,
          campaign: list.campaign,
          indicator: textOf(verdict),
          kind: KINDS[verdict.indicatorKind]!,
          action: ACTIONS[verdict.action]!,
        },
      ]
    : []
  return {
    name,
    verdict: VERDICTS[kind],
    action: kind === VerdictKind.Block ? ACTIONS[verdict.action]! : null,
    trigger: isDecided
      ? isAddress
        ? 'address'
        : verdict.trigger === Trigger.client
          ? 'client'
          : 'qname'
      : null,
    indicator: isDecided ? textOf(verdict) : null,
    indicatorKind: isDecided ? KINDS[verdict.indicatorKind]! : null,
    list: isDecided ? (verdict.list?.id ?? null) : null,
    lists: [...named, ...holdings.map(heldBy)],
    heldBack: heldBack.flatMap((list) =>
      list.heldBack.filter((entry) => covers(entry.text, name)).map((entry) => ({ ...entry, list: list.id })),
    ),
    isPaused: isPausedHere,
    group: policy.base.meta.groups?.[verdict.group - 1]?.id ?? null,
  }
}

function textOf({ indicator, indicatorStart, indicatorLength }: Verdict): string {
  return indicatorText(indicator, indicatorStart, indicatorLength)
}

function matchName(policy: Policy, text: string): string {
  const wire = new WireName()
  if (wire.readText(text.trim()) !== null) throw new RangeError(`"${text}" is neither a name nor an address`)
  const name = nameToText(wire.bytes)
  const key = new NameKey()
  keyFromText(name, key)
  hashSuffixes(key, policy.seed)
  policy.match(key)
  return name
}

function heldBy({ list, rule, indicator, kind }: Holding): HeldBy {
  const { id, basis, campaign } = list
  return { id, basis, campaign, indicator, kind: KINDS[kind]!, action: rule.action }
}

function covers(entry: string, name: string): boolean {
  return name === entry || name.endsWith(`.${entry}`)
}
