/** `bin/thanhloc` against a running server: a wrong block is undone in one command, at once, on record. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hitOn, metric } from '../support/admin-reports.ts'
import { thanhloc, type Ran } from '../support/command.ts'
import { query } from '../support/dns-client.ts'
import { eventually, TestServer } from '../support/server.ts'
import { Stage } from '../support/stage.ts'

const CLEAN = '192.0.2.1'
const SINKHOLE = '10.10.10.10'

const CONFIG = `
workers: 2
sinkhole: { ipv4: ${SINKHOLE} }
campaigns: [ { id: "2022" } ]
lists:
  - { id: cv-1298, path: cv-1298.txt, campaign: "2022", basis: "1298/CATTT-NCSC, 23/08/2022" }
  - { id: botnet, path: botnet.txt, action: nxdomain }
`
const FILES = {
  'cv-1298.txt': 'evil.vn\nwrong.vn\nbrief.vn\nhacked.gov.vn\nthree.vn\nfour.vn\n',
  'botnet.txt': 'evil.vn\n198.51.100.0/24\n',
}

let stage: Stage

/** A command with the data directory of the running server. */
const run = (...args: string[]): Promise<Ran> => thanhloc([...args, '--data', stage.server.path('data')])

const dataOf = async (name: string, from = '127.0.0.1'): Promise<unknown> =>
  (await stage.ask(name, 'A', { from })).answers[0]?.data

function expectOk({ code, stdout, stderr }: Ran): string {
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

interface Overrides {
  readonly items: readonly { readonly name: string; readonly reason: string; readonly actor: string }[]
  readonly pause: { readonly reason: string } | null
  readonly ended: readonly { readonly name: string; readonly kind: string; readonly endedBy: string }[]
}
const overrides = async (): Promise<Overrides> =>
  (await stage.server.api<Overrides>('GET', '/api/v1/allow')).body

beforeAll(async () => {
  stage = await Stage.open(CONFIG, FILES)
  stage.up.answer('*', 'A', CLEAN)
})
afterAll(() => stage.close())

describe('allow', () => {
  it('lets a name and all under it through at once, on record; --remove takes it back at once', async () => {
    for (const name of ['wrong.vn', 'www.wrong.vn']) expect(await dataOf(name)).toBe(SINKHOLE)
    const said = expectOk(await run('allow', 'wrong.vn', '--reason', 'Cổng của trường', '--for', '24h'))
    expect(said).toMatch(/^wrong\.vn and all names under it are let through until \d{4}-/)
    for (const name of ['wrong.vn', 'www.wrong.vn']) expect(await dataOf(name)).toBe(CLEAN)
    expect((await overrides()).items).toMatchObject([
      { name: 'wrong.vn', reason: 'Cổng của trường', actor: 'socket' },
    ])
    expect(expectOk(await run('lookup', 'www.wrong.vn'))).toMatch(/let through by hand/)
    const line = await stage.server.logged(({ msg }) => msg === 'a name is let through by hand')
    expect(line).toMatchObject({ level: 'warn', name: 'wrong.vn', reason: 'Cổng của trường' })
    expectOk(await run('allow', 'wrong.vn', '--remove'))
    for (const name of ['wrong.vn', 'www.wrong.vn']) expect(await dataOf(name)).toBe(SINKHOLE)
    expect((await overrides()).ended[0]).toMatchObject({ name: 'wrong.vn', endedBy: 'socket' })
  })

  it('ends by itself', async () => {
    expectOk(await run('allow', 'brief.vn', '--reason', 'thử', '--for', '1s'))
    expect(await dataOf('brief.vn')).toBe(CLEAN)
    await eventually(async () => (await dataOf('brief.vn')) === SINKHOLE)
    expect((await overrides()).ended[0]).toMatchObject({ name: 'brief.vn', endedBy: 'expired' })
  })
})

describe('pause', () => {
  it.each([
    ['with a reason', ['--reason', 'sự cố'], 'sự cố'],
    ['without', [], 'no reason given'],
  ])('(%s) stops blocking at once, hits go on, `off` ends it at once', async (what, more, reason) => {
    const from = `127.0.11.${what.length}`
    expect(expectOk(await run('pause', '10m', ...more))).toMatch(/^nothing is blocked until \d{4}-/)
    expect(await dataOf('evil.vn', from)).toBe(CLEAN)
    expect((await overrides()).pause).toMatchObject({ reason })
    expect(await hitOn(stage.server, from, 'evil.vn')).toMatchObject({ blocked: 0, logged: 1 })
    expect(expectOk(await run('lookup', 'evil.vn'))).toMatch(/blocking is paused/)
    expect(await metric(stage.server, 'thanhloc_blocking_paused')).toBe(1)
    expect(expectOk(await run('pause', 'off'))).toBe('blocking is on\n')
    expect(await dataOf('evil.vn', from)).toBe(SINKHOLE)
    expect((await overrides()).pause).toBeNull()
    expect((await overrides()).ended[0]).toMatchObject({ kind: 'pause' })
  })

  it('ends by itself', async () => {
    expectOk(await run('pause', '1s'))
    await eventually(async () => (await dataOf('evil.vn')) === SINKHOLE)
  })
})

describe('flush', () => {
  it('is done when every thread has done it', async () => {
    // Over TCP each connection has a port of its own, and the port decides which thread answers.
    const askOften = (): Promise<unknown[]> =>
      Promise.all(
        Array.from(
          { length: 24 },
          async () => (await stage.ask('gone.vn', 'A', { tcp: true })).answers[0]?.data,
        ),
      )
    expect(new Set(await askOften())).toEqual(new Set([CLEAN]))
    stage.up.answer('gone.vn', 'A', '192.0.2.7')
    expect(new Set(await askOften())).toEqual(new Set([CLEAN]))
    expect(expectOk(await run('flush', 'gone.vn'))).toBe('2 cached answers for gone.vn forgotten\n')
    expect(new Set(await askOften())).toEqual(new Set(['192.0.2.7']))
  })
})

describe('what was allowed and paused', () => {
  it('is in force again after a restart', async () => {
    const config = `upstreams: { servers: ["${stage.up.text}"] }\n${CONFIG}`
    let server = await TestServer.start({ config, files: FILES })
    const data = async (name: string): Promise<unknown> =>
      (await query(name, 'A', { port: server.port })).answers[0]?.data
    try {
      await thanhloc(['allow', 'wrong.vn', '--reason', 'x', '--data', server.path('data')])
      await server.stop(true)
      server = await TestServer.start({ config, directory: server.directory })
      expect([await data('wrong.vn'), await data('three.vn')]).toEqual([CLEAN, SINKHOLE])
      await thanhloc(['pause', '10m', '--data', server.path('data')])
      await server.stop(true)
      server = await TestServer.start({ config, directory: server.directory })
      expect([await data('wrong.vn'), await data('three.vn')]).toEqual([CLEAN, CLEAN])
    } finally {
      await server.stop()
    }
  })
})
