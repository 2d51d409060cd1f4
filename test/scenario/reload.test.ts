/** A list that changes on disk, however it is written, takes effect without a restart; one that is broken does not. */
import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listReport, metric, reloadLists } from '../support/admin-reports.ts'
import { QueryLoad } from '../support/query-load.ts'
import { eventually, type LogLine } from '../support/server.ts'
import { Stage } from '../support/stage.ts'

const CLEAN = '192.0.2.1'
const SINKHOLE = '10.10.10.10'

const CONFIG = `
workers: 2
sinkhole: { ipv4: ${SINKHOLE} }
lists:
  - { id: plain, path: lists/plain.txt }
  - { id: mounted, path: mounted/list.txt }
  - { id: broken, path: broken/list.txt }
  - { id: large, path: large/list.txt }
`

/** Ten names, the first of them `name`. */
const ten = (name: string): string =>
  [name, ...Array.from({ length: 9 }, (_, i) => `filler${i}.vn`), ''].join('\n')

function largeList(round: number): string {
  const lines: string[] = []
  for (let i = 0; i < 50_000; i++) lines.push(`host-${i}.large-${i % 97}.vn`)
  lines.push(`round-${round}.vn`, '')
  return lines.join('\n')
}

let stage: Stage
let path: (name: string) => string

beforeAll(async () => {
  stage = await Stage.open(CONFIG, {
    'lists/plain.txt': ten('plain0.vn'),
    'mounted/..2026_07/list.txt': ten('mounted0.vn'),
    'mounted/..2026_08/list.txt': ten('mounted1.vn'),
    'broken/list.txt': ten('broken0.vn'),
    'large/list.txt': largeList(0),
  })
  path = (name) => stage.server.path(name)
  stage.up.answer('*', 'A', CLEAN)
})
afterAll(() => stage.close())

async function isBlocked(name: string): Promise<boolean> {
  const [record] = (await stage.ask(name, 'A')).answers
  if (record?.data !== CLEAN && record?.data !== SINKHOLE) throw new Error(`${name}: no answer`)
  return record.data === SINKHOLE
}

const becomesBlocked = (name: string): Promise<unknown> => eventually(() => isBlocked(name))

describe('a list that changes on disk takes effect', () => {
  it('rewritten in place', async () => {
    expect(await isBlocked('plain1.vn')).toBe(false)
    writeFileSync(path('lists/plain.txt'), ten('plain1.vn'))
    await becomesBlocked('plain1.vn')
    expect(await isBlocked('plain0.vn')).toBe(false)
    await stage.server.logged(({ msg, list }) => msg === 'list loaded' && list === 'plain')
  })

  it('as editors do: the old one renamed away, a new one written', async () => {
    renameSync(path('lists/plain.txt'), path('lists/plain.txt~'))
    writeFileSync(path('lists/plain.txt'), ten('plain2.vn'))
    await becomesBlocked('plain2.vn')
  })

  it('atomically replaced', async () => {
    writeFileSync(path('lists/.plain.txt.new'), ten('plain3.vn'))
    renameSync(path('lists/.plain.txt.new'), path('lists/plain.txt'))
    await becomesBlocked('plain3.vn')
  })

  it('written slowly, in pieces: never half of it', async () => {
    const text = ten('plain4.vn')
    const failures = await metric(stage.server, 'thanhloc_list_reload_failures_total', { list: 'plain' })
    for (let end = 20; end < text.length + 20; end += 20) {
      writeFileSync(path('lists/plain.txt'), text.slice(0, end))
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await becomesBlocked('plain4.vn')
    expect(await isBlocked('filler8.vn')).toBe(true)
    expect(await metric(stage.server, 'thanhloc_list_reload_failures_total', { list: 'plain' })).toBe(
      failures,
    )
  })

  it('through a symlink to a directory, as Kubernetes mounts it', async () => {
    const point = (to: string): void => {
      rmSync(path('mounted/..data_tmp'), { force: true })
      symlinkSync(to, path('mounted/..data_tmp'))
      renameSync(path('mounted/..data_tmp'), path('mounted/..data'))
    }
    point('..2026_07')
    symlinkSync('..data/list.txt', path('mounted/list.txt'))
    await becomesBlocked('mounted0.vn')
    point('..2026_08')
    await becomesBlocked('mounted1.vn')
    expect(await isBlocked('mounted0.vn')).toBe(false)
  })

  it.each([
    ['SIGHUP', 1_700_000_000, () => stage.server.process.kill('SIGHUP')],
    ['the API', 1_700_000_100, () => reloadLists(stage.server)],
  ] as const)('by %s, where watching sees nothing', async (_how, time, reload) => {
    // Same file, same size, same time: what a network share with a coarse clock shows.
    const put = (name: string): void => {
      writeFileSync(path('lists/plain.txt'), ten(name))
      utimesSync(path('lists/plain.txt'), time, time)
    }
    put(`before-${time}.vn`)
    await becomesBlocked(`before-${time}.vn`)
    put(`behind-${time}.vn`)
    await reload()
    await becomesBlocked(`behind-${time}.vn`)
  })
})

describe('a version that cannot be right keeps the last good one in force', () => {
  const good = ten('broken0.vn')
  const file = (): string => path('broken/list.txt')
  let failures = 0

  const CASES: readonly (readonly [string, () => void, RegExp])[] = [
    ['emptied', () => writeFileSync(file(), ''), /holds no entry, the version in force 10/],
    [
      'a directory in its place',
      () => {
        rmSync(file())
        mkdirSync(file())
      },
      /it is no file/,
    ],
    ['gone', () => rmSync(file(), { recursive: true }), /there is no such file/],
    [
      'of six tenths its size less',
      () => writeFileSync(file(), ten('new.vn').split('\n').slice(0, 4).join('\n')),
      /holds 4 entries, the version in force 10/,
    ],
    ['an error page', () => writeFileSync(file(), '<html>\n<body>502</body>\n</html>\n'), /holds no entry/],
    ['binary', () => writeFileSync(file(), Buffer.from([0x1f, 0x8b, 8, 0, 0, 0])), /compressed/],
  ]

  it.each(CASES)('%s: said in log, API, metrics and /readyz', async (_what, spoil, reason) => {
    spoil()
    const report = await eventually(async () => {
      const found = await listReport(stage.server, 'broken')
      return found.reloadFailures > failures && found
    })
    failures = report.reloadFailures
    expect(report).toMatchObject({ state: 'kept-last-good', entries: 10 })
    expect(report.error).toMatch(reason)
    expect(await isBlocked('broken0.vn')).toBe(true)
    expect(await isBlocked('new.vn')).toBe(false)
    const isTold = ({ level, msg, list, reason: told }: LogLine): boolean =>
      level === 'warn' &&
      msg === 'list not taken; the last good version stays' &&
      list === 'broken' &&
      reason.test(String(told))
    await stage.server.logged(isTold)
    // A scrape may show what was read a moment before.
    const counted = (): Promise<number | undefined> =>
      metric(stage.server, 'thanhloc_list_reload_failures_total', { list: 'broken' })
    await eventually(async () => (await counted()) === failures)
    expect(await metric(stage.server, 'thanhloc_list_entries', { list: 'broken' })).toBe(10)
    const ready = await stage.server.api<{ degraded: object[] }>('GET', '/readyz')
    expect(ready.status).toBe(200)
    expect(ready.body.degraded).toContainEqual({
      part: 'lists',
      detail: 'broken is in force in an earlier version',
    })
  })

  it('taken again as soon as it is right, even when it is the same as before', async () => {
    writeFileSync(file(), good)
    await eventually(async () => (await listReport(stage.server, 'broken')).state === 'loaded')
    expect(await listReport(stage.server, 'broken')).toMatchObject({ error: null, entries: 10 })
    await eventually(async () => {
      const ready = await stage.server.api<{ degraded: object[] }>('GET', '/readyz')
      return ready.body.degraded.length === 0
    })
  })

  it('taken all the same when it is forced, that list alone', async () => {
    writeFileSync(file(), 'small.vn\n')
    writeFileSync(path('lists/plain.txt'), '')
    await eventually(async () => (await listReport(stage.server, 'plain')).state === 'kept-last-good')
    await eventually(async () => (await listReport(stage.server, 'broken')).state === 'kept-last-good')
    await reloadLists(stage.server, { list: 'broken', force: true })
    expect(await listReport(stage.server, 'broken')).toMatchObject({ state: 'loaded', entries: 1 })
    expect(await listReport(stage.server, 'plain')).toMatchObject({ state: 'kept-last-good', entries: 10 })
    expect([await isBlocked('small.vn'), await isBlocked('broken0.vn')]).toEqual([true, false])
  })
})

describe('while clients ask', () => {
  it('five reloads of 50,000 names cost no query', async () => {
    const names = ['host-7.large-7.vn', 'www.host-49999.large-44.vn', 'clean1.vn', 'clean2.vn', 'clean3.vn']
    const generation = (): Promise<number | undefined> => metric(stage.server, 'thanhloc_snapshot_generation')
    const before = (await generation())!
    const load = await QueryLoad.start(stage.server.port, names, 400)
    for (let round = 1; round <= 5; round++) {
      writeFileSync(path('large/list.txt.new'), largeList(round))
      renameSync(path('large/list.txt.new'), path('large/list.txt'))
      await becomesBlocked(`round-${round}.vn`)
    }
    const { sent, lost, rcodes } = await load.stop()
    expect((await generation())! - before).toBeGreaterThanOrEqual(5)
    expect(sent).toBeGreaterThan(200)
    expect([lost, [...rcodes]]).toEqual([0, [[0, sent]]])
    expect(await metric(stage.server, 'thanhloc_policy_reload_seconds')).toBeGreaterThan(0)
  })
})
