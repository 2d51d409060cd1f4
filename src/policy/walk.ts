/**
 * From what was found to a verdict: an allow entry first, then the lists in order of precedence. Allocates nothing;
 * a name that nothing holds never gets here.
 */
import { NO_GROUP } from './groups.ts'
import type { Matches } from './matches.ts'
import { MAX_MATCHES } from './matches.ts'
import { ACTIONS, IndicatorKind } from './meta.ts'
import type { PolicyReader } from './reader.ts'
import { RuleCode, type RuleTable } from './rule-table.ts'
import { VerdictKind } from './verdict.ts'
import type { Verdict } from './verdict.ts'

/** Place of the base's first list: the overlay's, single edits made by hand, come before. */
export const BASE_PLACE = 1 << 16

const LOG = ACTIONS.indexOf('log')

/** Per match, where the walk stands in its set. Never entered twice at once: a walk calls nothing that walks. */
const cursors = new Int32Array(MAX_MATCHES)

/** Makes `verdict`, cleared before, an Allow when an entry lets the name pass; the longest one that does. */
export function allowFound(reader: PolicyReader, found: Matches, verdict: Verdict): boolean {
  const { setStarts, setRules, rules } = reader
  for (let match = 0; match < found.count; match++) {
    const set = found.set[match]!
    for (let at = setStarts[set]!; at < setStarts[set + 1]!; at++) {
      const rule = setRules[at]!
      // It is the same for every group.
      if (rules.action[rule] !== RuleCode.allow) continue
      decideBy(verdict, VerdictKind.Allow, LOG, rules, rule, 0)
      pointAt(verdict, reader, found.record[match]!, rule)
      return true
    }
  }
  return false
}

/**
 * Goes through the lists that hold what was found, in order, from `firstPlace` on. Inside a list its longest match
 * speaks for it. The first that blocks decides; later ones are noted. Lists from `verdict.endPlace` on are not heard.
 */
export function walkLists(reader: PolicyReader, found: Matches, firstPlace: number, verdict: Verdict): void {
  if (found.count === 0) return
  if (found.count === 1) {
    walkOne(reader, found, firstPlace, verdict)
    return
  }
  const { setStarts, setRules, rules } = reader
  const ruleList = rules.list
  for (let match = 0; match < found.count; match++) cursors[match] = setStarts[found.set[match]!]!
  for (;;) {
    // The next list is the lowest any match stands at; of those at it the first is the longest.
    let list = NO_LIST
    let speaker = 0
    for (let match = 0; match < found.count; match++) {
      if (cursors[match] === setStarts[found.set[match]! + 1]) continue
      const next = ruleList[setRules[cursors[match]!]!]!
      if (next >= list) continue
      list = next
      speaker = match
    }
    if (list === NO_LIST || firstPlace + list >= verdict.endPlace) return
    const rule = setRules[cursors[speaker]!]!
    for (let match = 0; match < found.count; match++) {
      const end = setStarts[found.set[match]! + 1]!
      while (cursors[match]! < end && ruleList[setRules[cursors[match]!]!] === list) cursors[match]!++
    }
    if (hear(rules, rule, firstPlace + list, verdict)) pointAt(verdict, reader, found.record[speaker]!, rule)
  }
}

/**
 * All of it for what most listed names have: one match whose set is one rule, `rule`, which is no allow entry. Steps that
 * cannot change anything then were half the work (benchmark: compare.py block).
 */
export function hearOne(reader: PolicyReader, record: number, rule: number, verdict: Verdict): void {
  const { rules } = reader
  if (hear(rules, rule, BASE_PLACE + rules.list[rule]!, verdict)) pointAt(verdict, reader, record, rule)
}

/** The same for a single match, whose set is in order already. */
function walkOne(reader: PolicyReader, found: Matches, firstPlace: number, verdict: Verdict): void {
  const { setStarts, setRules, rules } = reader
  const set = found.set[0]!
  const end = setStarts[set + 1]!
  let heard = NO_LIST
  for (let at = setStarts[set]!; at < end; at++) {
    const rule = setRules[at]!
    const list = rules.list[rule]!
    if (list === heard) continue
    if (firstPlace + list >= verdict.endPlace) return
    if (hear(rules, rule, firstPlace + list, verdict)) pointAt(verdict, reader, found.record[0]!, rule)
    heard = list
  }
}

const NO_LIST = 0x7fffffff

/** The same for the lists that name `client`, 16 bytes. Its own place in each list is before names and addresses. */
export function walkClients(reader: PolicyReader, client: Uint8Array, verdict: Verdict): void {
  for (const { list, ranges, triggers } of reader.clientTriggers.lists) {
    if (BASE_PLACE + list >= verdict.endPlace) return
    const range = ranges.find(client)
    if (range === -1) continue
    const { rule, bytes, words, length } = triggers[range]!
    if (!hear(reader.rules, rule, BASE_PLACE + list, verdict)) continue
    verdict.indicator = bytes
    verdict.indicatorWords = words
    verdict.indicatorStart = 0
    verdict.indicatorLength = length
    verdict.indicatorKind = IndicatorKind.address
  }
}

/** Lets one list have its say. True: it decides. */
function hear(rules: RuleTable, rule: number, place: number, verdict: Verdict): boolean {
  const action = verdict.group === NO_GROUP ? rules.action[rule]! : rules.actionsFor(verdict.group)[rule]!
  if (action === RuleCode.except || action === RuleCode.allow) return false
  if (action === RuleCode.pass) {
    // Behind a block it changes nothing: lists are heard on only to be noted.
    if (verdict.kind !== VerdictKind.Block) verdict.endPlace = place
    return false
  }
  const kind = action === LOG ? VerdictKind.Log : VerdictKind.Block
  if (kind > verdict.kind) {
    decideBy(verdict, kind, action, rules, rule, place)
    return true
  }
  verdict.addList(rules.listNumber[rules.list[rule]!]!)
  return false
}

function decideBy(
  verdict: Verdict,
  kind: VerdictKind,
  action: number,
  rules: RuleTable,
  rule: number,
  place: number,
): void {
  const list = rules.list[rule]!
  verdict.kind = kind
  verdict.action = action
  verdict.ttlSeconds = rules.listTtl[list]!
  verdict.rule = rule
  verdict.data = rules.data[rule]!
  verdict.list = rules.listMeta[rule]!
  verdict.place = place
  verdict.putListFirst(rules.listNumber[list]!)
}

/** What decides is the entry in `record`. */
function pointAt(verdict: Verdict, reader: PolicyReader, record: number, rule: number): void {
  verdict.indicator = reader.bytes
  verdict.indicatorWords = reader.words
  verdict.indicatorStart = record + 4
  verdict.indicatorLength = reader.nameLength(record)
  verdict.indicatorKind = reader.indicatorKind(record, rule)
}
