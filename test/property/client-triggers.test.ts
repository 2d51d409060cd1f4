/** Who asks and what is asked, list by list: against a plain walk over the zones as they are written. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'
import { explain } from '../../src/lists/explain.ts'
import { compileOffline } from '../../src/lists/offline.ts'
import { allowSettings, listSettings, settingsOf } from '../unit/lists/settings.ts'

const HEAD = '$TTL 60\n@ SOA localhost. root.localhost. 1 3600 600 86400 60\n  NS localhost.\n'
const ANSWERS = { pass: 'rpz-passthru.', block: '.' } as const
type Effect = keyof typeof ANSWERS

/** By client, by name; absent: the zone says nothing. Two networks, one in the other. */
const zone = fc.record({ client: fc.option(fc.constantFrom<Effect>('pass', 'block')), network: fc.option(fc.constantFrom<Effect>('pass', 'block')), name: fc.option(fc.constantFrom<Effect>('pass', 'block')) }) // prettier-ignore

it('the first that has a say decides: the client before the name, the longest network before others', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'thanhloc-clients-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  await fc.assert(
    fc.asyncProperty(
      fc.array(zone, { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      async (zones, isAllowed) => {
        const lists = zones.map(({ client, network, name }, index) => {
          const line = (owner: string, effect: Effect | null): string =>
            effect === null ? '' : `${owner} CNAME ${ANSWERS[effect]}\n`
          const path = join(directory, `${index}.rpz`)
          writeFileSync(path, HEAD + line('32.5.2.1.10.rpz-client-ip', client) + line('24.0.2.1.10.rpz-client-ip', network) + line('a.vn', name)) // prettier-ignore
          return listSettings(`zone-${index}`, path, { format: 'rpz' })
        })
        const allow = join(directory, 'allow.txt')
        writeFileSync(allow, isAllowed ? 'a.vn\n' : '')
        const { policy } = await compileOffline(settingsOf(lists, { allow: [allowSettings(allow)] }), 0)
        for (const who of ['10.1.2.5', '10.1.2.6', '10.9.9.9'] as const) {
          for (const name of ['a.vn', 'b.vn']) {
            const heard = zones.flatMap(({ client, network, name: listed }, index) => {
              const byClient = who === '10.1.2.5' ? (client ?? network) : who === '10.1.2.6' ? network : null
              return [byClient, name === 'a.vn' ? listed : null].flatMap((effect) =>
                effect === null ? [] : [{ effect, index }],
              )
            })
            const first = heard[0]
            const expected = isAllowed && name === 'a.vn' ? ['allow', null] : first?.effect === 'block' ? ['block', `zone-${first.index}`] : ['pass', null] // prettier-ignore
            const { verdict, list } = explain(policy, name, [], false, who)
            expect([who, name, verdict, verdict === 'block' ? list : null]).toEqual([who, name, ...expected])
          }
        }
      },
    ),
    { numRuns: 200 },
  )
})

it('who asks is recorded by a list that only logs, though a later one lets the name pass', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'thanhloc-clients-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const zoneOf = (id: string, line: string, action: 'log' | 'sinkhole') => {
    writeFileSync(join(directory, id), HEAD + line)
    return listSettings(id, join(directory, id), { format: 'rpz', action })
  }
  const lists = [
    zoneOf('watched', '32.5.2.1.10.rpz-client-ip CNAME .\n', 'log'),
    zoneOf('passed', 'a.vn CNAME rpz-passthru.\n', 'sinkhole'),
    zoneOf('barred', '32.5.2.1.10.rpz-client-ip CNAME .\n', 'sinkhole'),
  ]
  const { policy } = await compileOffline(settingsOf(lists), 0)
  const told = (name: string) => {
    const { verdict, list } = explain(policy, name, [], false, '10.1.2.5')
    return [verdict, list]
  }
  expect(told('a.vn')).toEqual(['log', 'watched'])
  expect(told('b.vn')).toEqual(['block', 'barred'])
})
