/** The packed index against a plain scan of all entries, on lists small enough to nest and collide all the time. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { indicatorText } from '../../src/policy/indicator-text.ts'
import { Matches } from '../../src/policy/matches.ts'
import type { ListMeta, NameKind, RuleAction, RuleMeta } from '../../src/policy/meta.ts'
import { PolicyReader } from '../../src/policy/reader.ts'
import { Screening } from '../../src/policy/screening.ts'
import { Verdict, VerdictKind } from '../../src/policy/verdict.ts'
import { addressBytes, build, keyOf, list, policyOf, rule, slot } from '../support/policy-fixture.ts'
import type { Entry } from '../support/policy-fixture.ts'
import { coveringNames, decidePlainly } from '../support/policy-oracle.ts'
import type { OracleEntry, OracleVerdict } from '../support/policy-oracle.ts'

const numRuns = 200 * Number(process.env['THANHLOC_FUZZ'] ?? 1)

const label = fc.constantFrom('a', 'b', 'cc', 'xn--d', 'e-e-e-e')
const name = fc.oneof(
  fc.array(label, { minLength: 1, maxLength: 6 }).map((labels) => labels.join('.')),
  fc.constantFrom('a', 'a.a', 'b.a'),
)
const nameKind = fc.constantFrom<NameKind>('exact', 'subtree', 'below')
const action = fc.constantFrom<RuleAction>(
  'sinkhole',
  'nxdomain',
  'log',
  'drop',
  'pass',
  'except',
  'sinkhole',
  'log',
)

/** 1 to 20 lists of 1 to 3 rules; the last list may be an allow list. */
const policy = fc
  .record({
    actions: fc.oneof(
      fc.array(fc.array(action, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 20 }),
      fc.array(fc.array(action, { minLength: 2, maxLength: 3 }), { minLength: 1, maxLength: 2 }),
    ),
    withAllow: fc.boolean(),
  })
  .map(({ actions, withAllow }) => {
    const lists: ListMeta[] = actions.map((_, place) => list(place + 10))
    const rules: RuleMeta[] = actions.flatMap((own, place) => own.map((each) => rule(place, each)))
    if (withAllow) rules.push(rule(lists.push(list(7, { kind: 'allow' })) - 1, 'allow'))
    return { lists, rules }
  })

const listed = policy.chain(({ lists, rules }) =>
  fc.record({
    lists: fc.constant(lists),
    rules: fc.constant(rules),
    entries: fc.array(fc.tuple(name, nameKind, fc.nat(rules.length - 1)), { maxLength: 40 }),
  }),
)

function asOracle(entries: readonly Entry[]): OracleEntry[] {
  return entries.map((entry) =>
    entry.length === 3
      ? { indicator: entry[0], kind: entry[1], rule: entry[2], size: entry[0].split('.').length }
      : { indicator: entry[0].replace(/\/(32|128)$/, ''), kind: 'address', rule: entry[1], size: 0 },
  )
}

function asOracleVerdict(verdict: Verdict): OracleVerdict {
  if (verdict.kind === VerdictKind.Pass) {
    return { kind: VerdictKind.Pass, indicator: null, indicatorKind: null, rule: null, lists: [] }
  }
  return {
    kind: verdict.kind,
    indicator: indicatorText(verdict.indicator, verdict.indicatorStart, verdict.indicatorLength),
    indicatorKind: verdict.indicatorKind,
    rule: verdict.rule,
    lists: [...verdict.lists.subarray(0, verdict.listCount)],
  }
}

test('a name is held by what a scan of all entries finds, the longest first', () => {
  fc.assert(
    fc.property(
      listed,
      fc.array(name, { minLength: 1, maxLength: 20 }),
      fc.integer(),
      (given, names, seed) => {
        const memory = slot()
        build(memory, given.lists, given.rules, given.entries, seed)
        const reader = new PolicyReader(memory)
        reader.attach()
        const found = new Matches()
        const entries = asOracle(given.entries)
        for (const asked of [...names, ...entries.map((entry) => entry.indicator)]) {
          const count = reader.match(keyOf(asked, seed), found)
          const indicators = [...found.record.subarray(0, count)].map((record) =>
            indicatorText(reader.bytes, record + 4, reader.nameLength(record)),
          )
          const covering = coveringNames(asked, entries).map((entry) => entry.indicator)
          expect(indicators).toEqual([...new Set(covering)].toSorted((a, b) => b.length - a.length))
        }
      },
    ),
    { numRuns },
  )
})

test('the verdict on a name is that of the plain rules', () => {
  fc.assert(
    fc.property(listed, fc.array(name, { minLength: 1, maxLength: 20 }), (given, names) => {
      const tested = policyOf(given.lists, given.rules, given.entries)
      const verdict = new Verdict()
      const entries = asOracle(given.entries)
      for (const asked of [...names, ...entries.map((entry) => entry.indicator)]) {
        tested.match(keyOf(asked))
        tested.decide(false, verdict)
        const plain = decidePlainly(coveringNames(asked, entries), entries, given.lists, given.rules)
        expect(asOracleVerdict(verdict)).toEqual(plain)
      }
    }),
    { numRuns },
  )
})

test('names that are not listed are not found in a full index', () => {
  const entries = Array.from({ length: 3000 }, (_, i): Entry => [`h${i * 7}.listed.test`, 'subtree', 0])
  const tested = policyOf([list(1)], [rule(0)], entries)
  for (let i = 0; i < 21_000; i++) {
    expect(tested.match(keyOf(`h${i}.listed.test`))).toBe(i % 7 === 0 ? 1 : 0)
  }
})

const byte = fc.constantFrom(0, 1, 10, 127, 128, 255)
const ipv4 = fc.tuple(byte, byte, byte, byte).map((bytes) => bytes.join('.'))
const word = fc.constantFrom('0', '1', '8000', 'ffff', '64', 'ff9b', '2001')
const ipv6 = fc.oneof(
  ipv4.map((address) => `::ffff:${address}`),
  ipv4.map((address) => `64:ff9b::${address}`),
  fc.array(word, { minLength: 8, maxLength: 8 }).map((words) => words.join(':')),
)
const prefix = fc.oneof(
  fc.tuple(ipv4, fc.integer({ min: 0, max: 32 })),
  fc.tuple(ipv6, fc.integer({ min: 0, max: 128 })),
)

function bits(address: string): string {
  return [...addressBytes(address)].map((each) => each.toString(2).padStart(8, '0')).join('')
}

const EMBEDDINGS = [bits('::ffff:0.0.0.0').slice(0, 96), bits('64:ff9b::').slice(0, 96)]

/** The bits a listed prefix fixes, with the width of its family: IPv4 in IPv6 is IPv4. */
function fixedBits(address: string, length: number): { width: number; fixed: string } {
  const all = bits(address)
  const isEmbedded = all.length === 128 && length >= 96 && EMBEDDINGS.includes(all.slice(0, 96))
  return isEmbedded
    ? { width: 32, fixed: all.slice(96, length) }
    : { width: all.length, fixed: all.slice(0, length) }
}

test('an address is held by every prefix that covers it, mapped and NAT64 forms too', () => {
  const given = fc.array(prefix, { maxLength: 30 })
  fc.assert(
    fc.property(
      given,
      fc.array(fc.oneof(ipv4, ipv6), { minLength: 1, maxLength: 20 }),
      (prefixes, addresses) => {
        const memory = slot()
        const entries = prefixes.map(([address, length]): Entry => [`${address}/${length}`, 0])
        build(memory, [list(1)], [rule(0)], entries)
        const reader = new PolicyReader(memory)
        reader.attach()
        const found = new Matches()
        for (const address of [...addresses, ...prefixes.map((each) => each[0])]) {
          const bytes = addressBytes(address)
          const all = bits(address)
          const asked = [
            all,
            ...(EMBEDDINGS.includes(all.slice(0, 96)) && all.length === 128 ? [all.slice(96)] : []),
          ]
          const covering = prefixes
            .map(([each, length]) => fixedBits(each, length))
            .filter(({ width, fixed }) =>
              asked.some((form) => form.length === width && form.startsWith(fixed)),
            )
            .map(({ width, fixed }) => `${width}:${fixed}`)
          const count = reader.matchAddress(bytes, 0, bytes.length === 4 ? 4 : 6, found)
          const records = [...found.record.subarray(0, count)]
          const held = records.map((record) => {
            const [text = '', length] = indicatorText(
              reader.bytes,
              record + 4,
              reader.nameLength(record),
            ).split('/')
            const own = bits(text)
            return `${own.length}:${own.slice(0, length === undefined ? own.length : Number(length))}`
          })
          expect(held.toSorted()).toEqual([...new Set(covering)].toSorted())
          const lengths = records.map(
            (record) => reader.bytes[record + 5]! + (reader.bytes[record + 4] === 0xf4 ? 96 : 0),
          )
          expect(lengths).toEqual(lengths.toSorted((a, b) => b - a))
        }
      },
    ),
    { numRuns },
  )
})

test('an answer decided from what was saved is decided as when it was looked at', () => {
  fc.assert(
    fc.property(listed, fc.array(name, { maxLength: 8 }), fc.boolean(), (given, aliases, isPaused) => {
      const tested = policyOf(given.lists, given.rules, given.entries)
      const screening = new Screening(tested)
      const fresh = new Verdict()
      const again = new Verdict()
      screening.begin()
      for (const alias of aliases) screening.addAlias(keyOf(alias))
      const saved = screening.save()
      screening.decide(isPaused, fresh)
      const cached = new Screening(tested)
      cached.restore(saved)
      cached.decide(isPaused, again)
      expect(asOracleVerdict(again)).toEqual(asOracleVerdict(fresh))

      // Plainly: each alias by itself, then the earliest list that blocks, else the earliest that logs.
      const entries = asOracle(given.entries)
      const each = aliases
        .map((alias) => decidePlainly(coveringNames(alias, entries), entries, given.lists, given.rules))
        .filter(({ kind }) => kind === VerdictKind.Block || kind === VerdictKind.Log)
      const place = ({ rule: number }: OracleVerdict): number => given.rules[number!]!.list
      const deciding = each.toSorted((a, b) => b.kind - a.kind || place(a) - place(b))[0]
      const kind = deciding && isPaused ? VerdictKind.Log : (deciding?.kind ?? VerdictKind.Pass)
      expect(fresh.kind).toBe(kind)
      if (deciding === undefined) return
      const { rule: number, indicator, lists } = asOracleVerdict(fresh)
      expect({ number, indicator, first: lists[0] }).toEqual({
        number: deciding.rule,
        indicator: deciding.indicator,
        first: deciding.lists[0],
      })
      const all = new Set(each.flatMap((item) => item.lists))
      expect(lists.length).toBe(Math.min(16, all.size))
      expect(lists.every((item) => all.has(item))).toBe(true)
    }),
    { numRuns },
  )
})
