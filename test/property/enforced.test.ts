/** Whoever takes the enforced set over blocks what this policy blocks, and nothing else. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { EnforcedFiles } from '../../src/lists/enforced-file.ts'
import type { EnforcedFormat } from '../../src/lists/enforced-formats.ts'
import { explain } from '../../src/lists/explain.ts'
import { compileOffline, type OfflineLists } from '../../src/lists/offline.ts'
import type { ListSettings, Settings } from '../../src/config/settings.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { allowSettings, listSettings, settingsOf } from '../unit/lists/settings.ts'

let directory: string
beforeAll(() => void (directory = mkdtempSync(join(tmpdir(), 'thanhloc-enforced-'))))
afterAll(() => rmSync(directory, { recursive: true }))

const at = (name: string): string => join(directory, name)
const write = (name: string, text: string): string => {
  writeFileSync(at(name), text)
  return at(name)
}
const compile = (lists: readonly ListSettings[], more: Partial<Settings> = {}): Promise<OfflineLists> =>
  compileOffline(settingsOf(lists, more), 0)

const labels = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 })
const name = labels.map((parts) => `${parts.join('.')}.vn`)
const network = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.constantFrom(24, 30, 31, 32)).map(([last, bits]) => `45.76.106.${last & (bits === 24 ? 0 : bits === 30 ? 0 : bits === 31 ? 2 : 3)}/${bits}`) // prettier-ignore
const entry = fc.oneof(
  name,
  name.map((text) => `*.${text}`),
  network,
)
const entries = fc.array(entry, { maxLength: 6 })
const few = fc.array(name, { maxLength: 2 })
/** Rules of a zone and of an adblock list: what lets pass there is in no allow list. */
const trigger = fc.oneof(
  name,
  name.map((text) => `*.${text}`),
  network.map(triggerOf),
)
const zoneRule = fc.tuple(trigger, fc.constantFrom('rpz-passthru.', 'rpz-tcp-only.')).map(([owner, answer]) => `${owner} CNAME ${answer}`) // prettier-ignore
const world = fc.record({ zone: fc.array(zoneRule, { maxLength: 3 }), first: entries, adblock: few, except: few, second: entries, exact: fc.array(name, { maxLength: 4 }), allow: fc.array(fc.oneof(name, network), { maxLength: 3 }) }) // prettier-ignore

function triggerOf(text: string): string {
  const [address = '', bits] = text.split('/')
  return `${bits}.${address.split('.').toReversed().join('.')}.rpz-ip`
}

const PROBES = [
  'vn',
  ...['a', 'b', 'c', 'a.b', 'b.a', 'c.a', 'a.b.c', 'c.c.c', 'z.a', 'z.b.c', 'z.y.a.b'].map(
    (text) => `${text}.vn`,
  ),
]
const ADDRESSES = ['45.76.106.0', '45.76.106.1', '45.76.106.2', '45.76.106.3', '45.76.106.77', '45.76.107.1']

const actionOf = (lists: OfflineLists, text: string): string | null =>
  explain(lists.policy, text, [], false).action
/** By TCP a TCP-only name is answered. */
const isBlocked = (lists: OfflineLists, text: string): boolean =>
  ![null, 'tcp-only'].includes(actionOf(lists, text))

async function given({
  zone,
  first,
  adblock,
  except,
  second,
  exact,
  allow,
}: Readonly<Record<string, readonly string[]>>): Promise<OfflineLists> {
  const rules = [...adblock!.map((text) => `||${text}^`), ...except!.map((text) => `@@||${text}^`)]
  const lists = [
    listSettings('zone', write('rules.rpz', zone!.join('\n')), { format: 'rpz' }),
    listSettings('adblock', write('adblock', rules.join('\n')), { format: 'adblock' }),
    listSettings('first', write('first', first!.join('\n')), { action: 'nxdomain' }),
    listSettings('second', write('second', second!.join('\n'))),
    listSettings('exact', write('exact', exact!.join('\n')), { match: 'exact' }),
    listSettings('watch', write('watch', 'c.vn\n45.76.106.0/24\n'), { action: 'log' }),
  ]
  return compile(lists, { allow: [allowSettings(write('allow', allow!.join('\n')))] })
}

async function exported(
  { policy }: OfflineLists,
  format: EnforcedFormat,
): Promise<{ text: string; left: number }> {
  const source = { version: () => '1', policy: () => policy, head: () => ({ sinkhole: { ipv4: '10.10.10.10', ipv6: 'fd00::10' } }) } // prettier-ignore
  const { path, left } = await new EnforcedFiles(at('enforced'), source, new FakeClock()).file(format)
  return { text: readFileSync(path, 'utf8'), left }
}

it('a zone says of every name and address what this policy says', async () => {
  await fc.assert(
    fc.asyncProperty(world, async (lists) => {
      const ours = await given(lists)
      const { text, left } = await exported(ours, 'rpz')
      expect(left).toBe(0)
      const theirs = await compile([listSettings('zone', write('zone', text), { format: 'rpz' })])
      expect(theirs.lists[0]!.outcome.refused).toEqual({})
      for (const probe of [...PROBES, ...ADDRESSES])
        expect([probe, actionOf(theirs, probe)]).toEqual([probe, actionOf(ours, probe)])
    }),
    { numRuns: 150 },
  )
})

/** What a zone says of a name, its wildcards ending where a name is (RFC 4592 §3.3): its answer as it is written there. */
function readAsZone(text: string): (name: string) => string | null {
  const answers = new Map(
    text.split('\n').flatMap((line) => {
      const [, owner, answer] = /^([^\s@;$]\S*) (.+)$/.exec(line) ?? []
      return owner === undefined ? [] : [[owner, answer!] as const]
    }),
  )
  const isThere = (name: string): boolean =>
    [...answers.keys()].some((owner) => owner === name || owner.endsWith(`.${name}`))
  return (name) => {
    if (isThere(name)) return answers.get(name) ?? null
    let encloser = name
    while (encloser.includes('.') && !isThere(encloser)) encloser = encloser.slice(encloser.indexOf('.') + 1)
    return answers.get(`*.${encloser}`) ?? null
  }
}

it('a server that reads it as a zone, where a name ends wildcards, blocks what this policy blocks', async () => {
  await fc.assert(
    fc.asyncProperty(world, async (lists) => {
      const ours = await given(lists)
      const zone = readAsZone((await exported(ours, 'rpz')).text)
      for (const probe of PROBES) {
        const answer = zone(probe)
        const isLetThrough = answer === null || /rpz-(?:passthru|tcp-only)\.$/.test(answer)
        expect([probe, !isLetThrough]).toEqual([probe, isBlocked(ours, probe)])
      }
    }),
    { numRuns: 150 },
  )
})

it.each(['domains', 'dnsmasq', 'addresses'] as const)(
  '%s never block what this policy does not',
  async (format) => {
    await fc.assert(
      fc.asyncProperty(world, async (lists) => {
        const ours = await given(lists)
        const { text, left } = await exported(ours, format)
        const blocked = text
          .split('\n')
          .flatMap((line) => /^(?:address=\/)?([^#/=\s][^/=\s]*(?:\/\d+$)?)/.exec(line)?.[1] ?? [])
        const theirs = await compile([listSettings('theirs', write('theirs', blocked.join('\n')))])
        const probes = format === 'addresses' ? ADDRESSES : PROBES
        const isLetThrough = (probe: string): boolean => text.split('\n').some((line) => { const [, free] = /^server=\/(.*)\/#$/.exec(line) ?? []; return free !== undefined && (probe === free || probe.endsWith(`.${free}`)) }) // prettier-ignore
        for (const probe of probes) {
          if (!isBlocked(theirs, probe) || isLetThrough(probe)) continue
          expect([probe, isBlocked(ours, probe)]).toEqual([probe, true])
        }
        if (format === 'addresses' && left === 0 && lists.allow.length === 0)
          for (const probe of ADDRESSES) expect(isBlocked(theirs, probe)).toBe(isBlocked(ours, probe))
      }),
      { numRuns: 100 },
    )
  },
)
