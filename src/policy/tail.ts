/** What stands behind a snapshot's index: pairs, sets, meta. Written once, when all names are in. */
import { Header } from './layout.ts'
import { RULE_ACTIONS } from './meta.ts'
import type { SnapshotMeta } from './meta.ts'
import type { RuleSets } from './rule-sets.ts'

/**
 * Writes the tail from `place` on and its places into the header; `reserve` grows the slot to so many bytes and returns
 * its words. Returns the bytes the snapshot then has. Throws RangeError when `meta` does not know a rule or its list.
 */
export function writeTail(
  sets: RuleSets,
  meta: SnapshotMeta,
  place: number,
  reserve: (bytes: number) => Int32Array,
): number {
  const json = Buffer.from(JSON.stringify(meta))
  const pairCount = sets.self.length
  const setCount = sets.sets.length
  const ruleCount = sets.sets.reduce((total, rules) => total + rules.length, 0)
  const setsPlace = place + pairCount * 8
  const rulesPlace = setsPlace + (setCount + 1) * 4
  const metaPlace = rulesPlace + ruleCount * 4
  const end = (metaPlace + json.length + 3) & ~3
  const words = reserve(end)

  let word = place / 4
  for (let pair = 0; pair < pairCount; pair++) {
    words[word++] = sets.self[pair]!
    words[word++] = sets.below[pair]!
  }
  let start = 0
  for (const rules of sets.sets) {
    words[word++] = start
    start += rules.length
  }
  words[word++] = start
  for (const rules of sets.sets) for (const rule of sortByPrecedence(rules, meta)) words[word++] = rule
  words[end / 4 - 1] = 0
  new Uint8Array(words.buffer, metaPlace, json.length).set(json)

  words[Header.pairs] = place
  words[Header.pairCount] = pairCount
  words[Header.sets] = setsPlace
  words[Header.setCount] = setCount
  words[Header.setRules] = rulesPlace
  words[Header.setRuleCount] = ruleCount
  words[Header.meta] = metaPlace
  words[Header.metaBytes] = json.length
  return end
}

/**
 * Lists in their order; inside a list what lets pass before what blocks, then as numbered. The first rule of a list in
 * a set is then the one that speaks for it.
 */
function sortByPrecedence(numbers: readonly number[], { lists, rules }: SnapshotMeta): number[] {
  const known = numbers.map((number) => {
    const rule = rules[number]
    if (rule === undefined || lists[rule.list] === undefined) {
      throw new RangeError(`rule ${number} was given to the builder and meta does not know it or its list`)
    }
    return {
      number,
      list: rule.list,
      leniency: Math.max(RULE_ACTIONS.indexOf(rule.action), LAST_BLOCK_ACTION),
    }
  })
  known.sort((a, b) => a.list - b.list || b.leniency - a.leniency || a.number - b.number)
  return known.map(({ number }) => number)
}

const LAST_BLOCK_ACTION = RULE_ACTIONS.indexOf('log')
