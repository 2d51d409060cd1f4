/** Policy in its plainest form, slow and obvious: a scan of all entries. What the index and the walk are held against. */
import type { ListMeta, NameKind, RuleAction, RuleMeta } from '../../src/policy/meta.ts'
import { IndicatorKind } from '../../src/policy/meta.ts'
import { VerdictKind } from '../../src/policy/verdict.ts'

export interface OracleEntry {
  /** A name, or a prefix in CIDR form. */
  readonly indicator: string
  readonly kind: NameKind | 'address'
  readonly rule: number
  /** What is compared for length: labels, or bits. */
  readonly size: number
}

export interface OracleVerdict {
  readonly kind: number
  readonly indicator: string | null
  readonly indicatorKind: number | null
  readonly rule: number | null
  /** List numbers, the deciding one first. */
  readonly lists: readonly number[]
}

const PASS: OracleVerdict = {
  kind: VerdictKind.Pass,
  indicator: null,
  indicatorKind: null,
  rule: null,
  lists: [],
}

/** The entries that cover `name`. */
export function coveringNames(name: string, entries: readonly OracleEntry[]): OracleEntry[] {
  return entries.filter(({ indicator, kind }) => {
    if (kind === 'address') return false
    if (name === indicator) return kind !== 'below'
    return name.endsWith(`.${indicator}`) && kind !== 'exact'
  })
}

/** The verdict on something that `covering` hold, of `entries`. */
export function decidePlainly(
  covering: readonly OracleEntry[],
  entries: readonly OracleEntry[],
  lists: readonly ListMeta[],
  rules: readonly RuleMeta[],
): OracleVerdict {
  const action = (entry: OracleEntry): RuleAction => rules[entry.rule]!.action
  const number = (entry: OracleEntry): number => lists[rules[entry.rule]!.list]!.number
  const verdict = (kind: number, entry: OracleEntry, others: readonly number[]): OracleVerdict => ({
    kind,
    indicator: entry.indicator,
    indicatorKind: mergedKind(entry, entries),
    rule: entry.rule,
    lists: [...new Set([number(entry), ...others])].slice(0, 16),
  })

  const allows = covering.filter((entry) => action(entry) === 'allow')
  if (allows.length > 0) {
    const longest = Math.max(...allows.map((entry) => entry.size))
    const place = (entry: OracleEntry): number => rules[entry.rule]!.list
    const first = allows
      .filter((entry) => entry.size === longest)
      .toSorted((a, b) => place(a) - place(b) || a.rule - b.rule)[0]!
    return verdict(VerdictKind.Allow, first, [])
  }

  let blocked: OracleEntry | null = null
  const heard: OracleEntry[] = []
  for (let place = 0; place < lists.length; place++) {
    const own = covering.filter((entry) => rules[entry.rule]!.list === place)
    if (own.length === 0) continue
    const longest = Math.max(...own.map((entry) => entry.size))
    const rank = (entry: OracleEntry): number => EXEMPTIONS[action(entry)] ?? 2
    const spoken = own
      .filter((entry) => entry.size === longest)
      .toSorted((a, b) => rank(a) - rank(b) || a.rule - b.rule)[0]!
    if (action(spoken) === 'except') continue
    if (action(spoken) === 'pass') {
      if (blocked === null) break
      continue
    }
    heard.push(spoken)
    if (blocked === null && action(spoken) !== 'log') blocked = spoken
  }
  const deciding = blocked ?? heard[0]
  if (deciding === undefined) return PASS
  return verdict(blocked === null ? VerdictKind.Log : VerdictKind.Block, deciding, heard.map(number))
}

/** What of one list, at the same length, comes before what blocks. */
const EXEMPTIONS: Partial<Record<RuleAction, number>> = { except: 0, pass: 1 }

/** Entries of one rule for the same name merge: itself and all under it, however it was written. */
function mergedKind({ indicator, rule }: OracleEntry, entries: readonly OracleEntry[]): number {
  const kinds = entries
    .filter((entry) => entry.indicator === indicator && entry.rule === rule)
    .map((entry) => entry.kind)
  if (kinds.includes('address')) return IndicatorKind.address
  const self = kinds.some((kind) => kind !== 'below')
  const below = kinds.some((kind) => kind !== 'exact')
  if (!below) return IndicatorKind.exact
  return self ? IndicatorKind.subtree : IndicatorKind.below
}
