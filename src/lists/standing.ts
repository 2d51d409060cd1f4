/** How indicators that are not in force yet stand to what is: before somebody decides about them. */
import { isMappedIPv4, parseAddress } from '../net/address.ts'
import type { Policy } from '../policy/decide.ts'
import { listHoldings, type Holding } from '../policy/indicator-text.ts'
import { keyFromText } from '../wire/name.ts'
import { hashSuffixes, NameKey } from '../wire/name-key.ts'

/** What is in force about one indicator. */
export interface Standing {
  /** Ids of the lists that hold it, by itself or under a wider entry, in order of precedence. */
  readonly knownBy: readonly string[]
  /** What those lists do with it. */
  readonly actions: readonly string[]
  /** Id of the allow list, or `overrides` for one made by hand, that lets it through; null: none does. */
  readonly allowedBy: string | null
}

/** Most in one letter. */
export const MAX_STANDINGS = 1000

const NOTHING: Standing = { knownBy: [], actions: [], allowedBy: null }

/** `policy` must be attached. Of names in lower-case A-labels and addresses; of a prefix its first address counts. */
export function standingsOf(policy: Policy, indicators: readonly string[]): Standing[] {
  const key = new NameKey()
  const address = new Uint8Array(16)
  return indicators.map((text) => {
    const slash = text.indexOf('/')
    const isAddress = parseAddress(slash === -1 ? text : text.slice(0, slash), address)
    if (isAddress) {
      const isNarrow = isMappedIPv4(address)
      policy.matchAddress(address, isNarrow ? 12 : 0, isNarrow ? 4 : 6)
    } else {
      keyFromText(text, key)
      hashSuffixes(key, policy.seed)
      policy.match(key)
    }
    const holdings = [
      ...listHoldings(policy.overlay, policy.overlayFound),
      ...listHoldings(policy.base, policy.baseFound),
    ]
    return holdings.length === 0 ? NOTHING : standing(holdings)
  })
}

function standing(holdings: readonly Holding[]): Standing {
  const holding = holdings.filter(({ rule }) => !LETS_PASS.has(rule.action))
  return {
    knownBy: [...new Set(holding.map(({ list }) => list.id))],
    actions: [...new Set(holding.map(({ rule }) => rule.action))],
    allowedBy: holdings.find(({ rule }) => rule.action === 'allow')?.list.id ?? null,
  }
}

const LETS_PASS: ReadonlySet<string> = new Set(['allow', 'pass', 'except'])
