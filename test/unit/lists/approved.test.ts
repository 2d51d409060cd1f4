/** A list of approved entries: what a person let pass passes, what a guard came to hold since does not. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Settings } from '../../../src/config/settings.ts'
import { explain } from '../../../src/lists/explain.ts'
import { compileOffline } from '../../../src/lists/offline.ts'
import { standingsOf } from '../../../src/lists/standing.ts'
import { allowSettings, listSettings, settingsOf } from './settings.ts'
import { temporaryDirectory } from './support.ts'

let directory: string
let path: string
beforeEach(() => {
  directory = temporaryDirectory()
  path = join(directory, 'cv.txt')
})
const settings = (more: Partial<Settings> = {}): Settings => settingsOf([listSettings('cv', path, { approved: true })], more) // prettier-ignore
const compile = (more?: Partial<Settings>) => compileOffline(settings(more), 0)

describe('a list of what is approved', () => {
  it('is empty, and no failure, before anything is', async () => {
    const { lists } = await compileOffline(
      settingsOf([listSettings('cv', join(directory, 'none.txt'), { approved: true })]),
      0,
    )
    expect(lists[0]).toMatchObject({ state: 'loaded', error: null, outcome: { entries: 0 } })
    const plain = await compileOffline(settingsOf([listSettings('cv', join(directory, 'none.txt'))]), 0)
    expect(plain.lists[0]).toMatchObject({ state: 'failed' })
  })

  it('enforces past the guards its lines name, and past no other', async () => {
    writeFileSync(path, '# head\nca.gov.vn # 1/1 accepted:government\nb.gov.vn # 1/2\nc.gov.vn # 1/3 accepted:own-record\n10.9.0.0/16 # 1/4 accepted:reserved-address\n192.168.1.1 # 1/5\n') // prettier-ignore
    const { lists } = await compile()
    expect(lists[0]!.outcome.heldBack.map(({ text, reason }) => `${text} ${reason}`)).toEqual(['b.gov.vn government', 'c.gov.vn government', '192.168.1.1 reserved-address']) // prettier-ignore
    expect(lists[0]!.outcome).toMatchObject({ names: 1, addresses: 1 })
  })

  it('is held back by a guard that the approval did not know of', async () => {
    writeFileSync(path, 'a.evil.vn # 1/1\n')
    expect((await compile()).lists[0]!.outcome.names).toBe(1)
    const forward = [{ zones: ['evil.vn'], servers: [{ address: '10.0.0.1', port: 53 }] }]
    expect((await compile({ forward })).lists[0]!.outcome.heldBack).toMatchObject([{ text: 'a.evil.vn', reason: 'forward-zone' }]) // prettier-ignore
  })

  it('says of each entry how far it goes', async () => {
    writeFileSync(path, 'tree.vn # 1/1\n=only.vn # 1/2\n*.under.vn # 1/3\n')
    const { policy } = await compile()
    const verdicts = ['tree.vn', 'a.tree.vn', 'only.vn', 'a.only.vn', 'under.vn', 'a.under.vn'].map((name) => explain(policy, name, [], false).verdict) // prettier-ignore
    expect(verdicts).toEqual(['block', 'block', 'block', 'pass', 'pass', 'block'])
  })

  it('is not held for a broken download when nearly all of it is withdrawn', async () => {
    const { configuredLists } = await import('../../../src/lists/configured.ts')
    expect(configuredLists(settings())[0]).toMatchObject({
      leastShare: 0,
      format: 'domains',
      isApproved: true,
    })
  })
})

describe('standingsOf', () => {
  it('tells which lists hold something, what they do, and what lets it through', async () => {
    writeFileSync(path, 'evil.vn\n198.51.100.0/24\n')
    writeFileSync(join(directory, 'log.txt'), 'evil.vn\nother.vn\n')
    writeFileSync(join(directory, 'allow.txt'), 'ok.other.vn\n')
    const lists = [listSettings('cv', path, { approved: true }), listSettings('log', join(directory, 'log.txt'), { action: 'log' })] // prettier-ignore
    const { policy } = await compileOffline(
      settingsOf(lists, { allow: [allowSettings(join(directory, 'allow.txt'))] }),
      0,
    )
    expect(
      standingsOf(policy, ['a.evil.vn', 'ok.other.vn', '198.51.100.7', '198.51.100.0/25', 'new.vn', '::1']),
    ).toEqual([
      { knownBy: ['cv', 'log'], actions: ['sinkhole', 'log'], allowedBy: null },
      { knownBy: ['log'], actions: ['log'], allowedBy: 'allow:allow.txt' },
      { knownBy: ['cv'], actions: ['sinkhole'], allowedBy: null },
      { knownBy: ['cv'], actions: ['sinkhole'], allowedBy: null },
      { knownBy: [], actions: [], allowedBy: null },
      { knownBy: [], actions: [], allowedBy: null },
    ])
  })
})
