/** The log line of a blocked lookup, put together by hand, against pino, which makes it of an object. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Clock } from '../../src/clock.ts'
import type { ImportOrigin } from '../../src/lists/basis.ts'
import { BlockLines, type BlockLine } from '../../src/detection/block-lines.ts'
import { bitNames, clientText, typeText } from '../../src/detection/hit-text.ts'
import { ListRegistry } from '../../src/detection/list-registry.ts'
import type { Settings } from '../../src/config/settings.ts'
import { InfoLines } from '../../src/log/info-lines.ts'
import { createLog } from '../../src/log/log.ts'
import { HIT_ACTIONS, INDICATOR_KINDS, TRIGGERS } from '../../src/thread/hit-table.ts'

const START = Date.UTC(2026, 10, 21, 8)

/** The plain version. */
function fieldsOf(
  { pair, action, qname, qtype, triggers, lists, count, firstMs, lastMs }: BlockLine,
  registry: ListRegistry,
  basisOf: (list: string, indicator: string) => ImportOrigin | null,
): object {
  const named = lists.map((number) => registry.get(number))
  const deciding = named[0]
  const origin = deciding?.isApproved === true ? basisOf(deciding.id, pair.indicator) : null
  return {
    client: clientText(pair.clientKey),
    qname,
    qtype: typeText(qtype),
    indicator: pair.indicator,
    kind: INDICATOR_KINDS[pair.kind],
    trigger: bitNames(triggers, TRIGGERS).join(','),
    list: named[0]?.id ?? null,
    lists: named.map(({ id }) => id),
    campaigns: [...new Set(named.flatMap(({ campaign }) => campaign ?? []))],
    basis: named[0]?.basis ?? null,
    document: origin?.document ?? (deciding?.document || null),
    ...(origin !== null && {
      import: origin.import,
      item: origin.item,
      place: { file: origin.file, ...origin.place },
      approvedBy: origin.approvedBy,
    }),
    action: HIT_ACTIONS[action] ?? 'sinkhole',
    count,
    first: new Date(firstMs).toISOString(),
    last: new Date(lastMs).toISOString(),
  }
}

const text = fc.oneof(
  fc.domain(),
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.constantFrom('', '}', '{"', ',', '\ud800'),
)
const LISTS: readonly (readonly number[])[] = [[], [1], [1, 2], [3, 2, 1], [9]] // prettier-ignore
const time = fc.integer({ min: START - 20_000, max: START + 20_000 })
const name = fc.oneof(text, fc.constant(null))

const line = fc
  .record({
    indicator: text,
    name,
    kind: fc.nat(5),
    lists: fc.constantFrom(...LISTS),
    action: fc.nat(9),
    qtype: fc.nat(300),
    clientKey: fc.oneof(
      fc.constant(null),
      fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
      fc
        .nat(255)
        .map((last) =>
          Buffer.from([...Array<number>(10).fill(0), 255, 255, 10, 0, 0, last]).toString('latin1'),
        ),
    ),
    triggers: fc.nat(255),
    count: fc.nat(),
    firstMs: time,
    lastMs: time,
  }) // prettier-ignore
  .map(({ indicator, name: qname, kind, clientKey, ...rest }): BlockLine => ({
    pair: { clientKey, kind, indicator },
    qname: qname ?? indicator,
    ...rest,
  }))

/** Few, so that what is in force is configured too. */
const listId = fc.oneof(fc.constantFrom('a', 'b'), text)

const list = fc.record({
  number: fc.integer({ min: 1, max: 3 }), id: listId, campaign: fc.oneof(text, fc.constant(null)), basis: text, action: text,
}) // prettier-ignore

/** What the configuration says of lists: those of few names, so that some of them are in force. */
const configured = fc
  .array(fc.record({ id: listId, document: text, approved: fc.boolean() }), { maxLength: 3 })
  .map((lists) => ({ configured: { lists: lists as unknown as Settings['lists'] } }))

/** Where an entry comes from, by what it is asked of: many have none. */
const origins = fc.func(
  fc.option(
    fc.record({
      import: fc.nat(), item: fc.nat(), document: text, file: text, approvedBy: text,
      place: fc.record({ row: fc.nat(), cell: fc.oneof(fc.nat(), text) }),
    }) as unknown as fc.Arbitrary<ImportOrigin>,
    { freq: 1 },
  ),
) // prettier-ignore

/** A line to write, or lists that are another from now on, or the time that has passed. */
const step = fc.oneof(
  { arbitrary: line, weight: 4 },
  fc.array(list, { maxLength: 3 }),
  configured,
  fc.nat(3000),
)

test('the same lines as the logger writes of the same fields, whatever the names and however lists change', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), origins, (steps, basisOf) => {
      let nowMs = START
      const clock: Clock = { monotonicMs: () => nowMs, wallMs: () => nowMs, every: () => () => {} }
      const plain: string[] = []
      const fast: string[] = []
      const registry = new ListRegistry()
      const log = createLog('store', { write: (written) => plain.push(written) > 0 }, 'info', clock)
      const ring = { write: (written: string) => fast.push(written) > 0 }
      const bases = { want: () => {}, of: basisOf }
      const blockLines = new BlockLines(registry, new InfoLines('store', ring, log, clock), bases)
      for (const each of steps) {
        if (typeof each === 'number') nowMs += each
        else if (Array.isArray(each)) registry.register(each)
        else if ('configured' in each) registry.follow(each.configured)
        else {
          log.info(
            fieldsOf(each, registry, basisOf),
            HIT_ACTIONS[each.action] === 'log' ? 'logged' : 'blocked',
          )
          blockLines.write(each)
        }
      }
      expect(fast).toEqual(plain)
    }),
    { numRuns: 300 },
  )
})

test('below the level of the log nothing is written', () => {
  const written: string[] = []
  const ring = { write: (line: string) => written.push(line) > 0 }
  const log = createLog('store', ring, 'info')
  const blockLines = new BlockLines(new ListRegistry(), new InfoLines('store', ring, log))
  const line: BlockLine = {
    pair: { clientKey: null, kind: 0, indicator: 'evil.test' },
    action: 0,
    qname: 'evil.test',
    qtype: 1,
    triggers: 1,
    lists: [1],
    count: 1,
    firstMs: START,
    lastMs: START,
  }
  log.level = 'warn'
  blockLines.write(line)
  expect(written).toEqual([])
  log.level = 'info'
  blockLines.write(line)
  expect(written).toHaveLength(1)
})
