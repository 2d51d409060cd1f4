/** Lists with days, groups, documents of imports, allow entries with an end, and pauses together: against rules read one by one. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { Action } from '../../src/config/settings.ts'
import { approvalLine, entryComment, importLine } from '../../src/lists/approved-line.ts'
import { compileOffline } from '../../src/lists/offline.ts'
import { ACTIONS } from '../../src/policy/meta.ts'
import { Verdict, VerdictKind } from '../../src/policy/verdict.ts'
import { hashSuffixes, NameKey } from '../../src/wire/name-key.ts'
import { keyFromText } from '../../src/wire/name.ts'
import { address16 } from '../support/addresses.ts'
import { allowSettings, listSettings, settingsOf } from '../unit/lists/settings.ts'

const numRuns = 300 * Number(process.env['THANHLOC_FUZZ'] ?? 1)
const directory = mkdtempSync(join(tmpdir(), 'thanhloc-verdicts-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const NOON = new Date(2026, 10, 22, 12).getTime()
const [BEFORE, TODAY, AFTER] = ['2026-11-21', '2026-11-22', '2026-11-23']
const NAMES = ['evil.vn', 'a.evil.vn', 'b.a.evil.vn', 'other.example', 'x.other.example']
const MARKS = { subtree: '', exact: '=', below: '*.' } as const
const CLIENTS = { '10.1.0.9': 0, '10.2.0.9': 1, '192.0.2.9': -1 } as const

const day = fc.constantFrom(null, BEFORE, TODAY, AFTER)
const action = fc.constantFrom<Action>('sinkhole', 'nxdomain', 'log')
const entry = fc.record({
  name: fc.constantFrom(...NAMES),
  scope: fc.constantFrom('subtree', 'exact', 'below'),
  /** Which import it came with. */
  of: fc.integer({ min: 1, max: 3 }),
})
const list = fc.record({
  isApproved: fc.boolean(),
  action,
  from: day,
  until: day,
  entries: fc.array(entry, { maxLength: 5 }).map((all) => all.toSorted((a, b) => a.of - b.of)),
})
const group = fc.record({
  0: fc.constantFrom<Action | 'off' | null>(null, 'off', 'log', 'sinkhole'),
  1: fc.constantFrom<Action | 'off' | null>(null, 'off', 'log', 'nxdomain'),
})
const agency = fc.record({
  lists: fc.tuple(list, list),
  allow: fc.array(fc.record({ name: fc.constantFrom(...NAMES), until: day }), { maxLength: 2 }),
  fileUntil: day,
  groups: fc.tuple(group, group),
})
type Agency = typeof agency extends fc.Arbitrary<infer T> ? T : never

function covers({ name, scope }: Agency['lists'][0]['entries'][0], asked: string): boolean {
  return (asked === name && scope !== 'below') || (asked.endsWith(`.${name}`) && scope !== 'exact')
}

/** What the rules say, in the order they are written down in. */
function judge(
  { lists, allow, fileUntil, groups }: Agency,
  asked: string,
  member: number,
  isPaused: boolean,
) {
  const isOver = (until: string | null): boolean => until === BEFORE
  if (!isOver(fileUntil) && allow.some(({ name, until }) => !isOver(until) && (asked === name || asked.endsWith(`.${name}`)))) return { kind: 'Allow' } // prettier-ignore
  let isLogged = false
  for (const [place, { entries, isApproved, ...one }] of lists.entries()) {
    const found = entries.filter((each) => covers(each, asked)).toSorted((a, b) => b.name.length - a.name.length || a.of - b.of) // prettier-ignore
    if (found.length === 0) continue
    const wanted = member === -1 ? null : groups[member as 0 | 1][place as 0 | 1]
    if (wanted === 'off') continue
    const mayBlock = one.from !== AFTER && !isOver(one.until)
    const does = mayBlock ? (wanted ?? one.action) : 'log'
    if (does === 'log' || isPaused) {
      isLogged = true
      if (does === 'log') continue
      // Paused: what would have blocked decides, and is recorded.
      return { kind: 'Log' }
    }
    const documents = found.filter(({ name }) => name === found[0]!.name).map(({ of }) => `D${of}`)
    return { kind: 'Block', action: does, list: `list-${place}`, indicator: found[0]!.name, document: isApproved ? documents[0] : `L${place}` } // prettier-ignore
  }
  return { kind: isLogged ? 'Log' : 'Pass' }
}

/** The file of a list. */
function write(place: number, { isApproved, entries }: Agency['lists'][0]): string {
  const path = join(directory, `${place}.txt`)
  let before = 0
  const lines = entries.map(({ name, scope, of }, at) => {
    const heads = of === before ? '' : importLine({ import: of, document: `D${of}`, issuer: '', issued: null, files: [] }) + approvalLine({ by: 'a', at: '2026-11-22T00:00:00.000Z', reason: 'r' }) // prettier-ignore
    before = of
    const comment = isApproved ? entryComment(name, { import: of, item: at, accepted: [], written: name, file: 0, places: 1, place: {} }) : '' // prettier-ignore
    return `${isApproved ? heads : ''}${MARKS[scope]}${name}${comment}\n`
  })
  writeFileSync(path, lines.join(''))
  return path
}

describe('the verdict', () => {
  it('is what the rules say one by one, for every client, name and pause', async () => {
    await fc.assert(
      fc.asyncProperty(agency, fc.boolean(), async (all, isPaused) => {
        const { lists, allow, fileUntil, groups } = all
        const allowFile = join(directory, 'allow.txt')
        writeFileSync(allowFile, allow.map(({ name, until }) => `${name}${until === null ? '' : ` # until: ${until}`}\n`).join('')) // prettier-ignore
        const settings = settingsOf(
          lists.map(({ isApproved, entries: _entries, ...one }, place) => listSettings(`list-${place}`, write(place, lists[place]!), { ...one, approved: isApproved, format: 'domains', document: `L${place}` })), // prettier-ignore
          {
            allow: [allowSettings(allowFile, { until: fileUntil })],
            groups: groups.map((of, at) => ({
              id: `g${at}`,
              networks: [],
              units: [],
              clients: [`10.${at + 1}.0.0/16`],
              lists: Object.fromEntries(Object.entries(of).flatMap(([place, does]) => (does === null ? [] : [[`list-${place}`, does]]))), // prettier-ignore
            })),
          },
        )
        const { policy } = await compileOffline(settings, NOON)
        const verdict = new Verdict()
        const key = new NameKey()
        for (const asked of NAMES) {
          keyFromText(asked, key)
          hashSuffixes(key, policy.seed)
          for (const [client, member] of Object.entries(CLIENTS)) {
            policy.match(key)
            verdict.group = policy.groupOf(address16(client))
            const kind = policy.decide(isPaused, verdict, address16(client))
            const told: Record<string, unknown> = { kind: Object.entries(VerdictKind).find(([, number]) => number === kind)![0] } // prettier-ignore
            if (kind === VerdictKind.Block) {
              const { list: deciding, action: number, indicator, indicatorStart, indicatorLength } = verdict
              const labels = Buffer.from(indicator.subarray(indicatorStart, indicatorStart + indicatorLength))
              Object.assign(told, { action: ACTIONS[number], list: deciding!.id, document: deciding!.document, indicator: textOf(labels) }) // prettier-ignore
            }
            expect(told, `${asked} for ${client}`).toEqual(judge(all, asked, member, isPaused))
          }
        }
      }),
      { numRuns },
    )
  })
})

function textOf(wire: Buffer): string {
  const labels: string[] = []
  for (let at = 0; at < wire.length; at += wire[at]! + 1) labels.push(wire.toString('latin1', at + 1, at + 1 + wire[at]!)) // prettier-ignore
  return labels.join('.')
}
