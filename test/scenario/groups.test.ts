/** Groups of clients under policies of their own: who is answered what, also where one answer goes to several. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { clientDetail } from '../support/admin-reports.ts'
import { expectAnswer, expectNegative } from '../support/dns-client.ts'
import { eventually } from '../support/server.ts'
import { Stage } from '../support/stage.ts'

const CONFIG = `
sinkhole: { ipv4: 10.10.10.10 }
lists:
  - { id: trial, path: trial.txt, action: log }
  - { id: bad, path: bad.txt }
  - { id: ads, path: ads.txt, action: nxdomain }
units:
  - { id: so-gd, networks: [127.0.5.0/24] }
  - { id: truong-1, parent: so-gd, networks: [127.0.6.0/24] }
groups:
  - { id: testers, networks: [127.0.4.0/24, 127.0.6.9], lists: { trial: sinkhole } }
  - { id: schools, units: [so-gd], lists: { bad: nxdomain, ads: "off" } }
`
const FILES = {
  'trial.txt': 'trial.vn\nbad.vn\n45.76.106.146\n',
  'bad.txt': 'bad.vn\n',
  'ads.txt': 'ads.vn\nwww.bad.vn\n',
}
const [NOBODY, TESTER, SCHOOL, WARD, TESTER_IN_WARD] = ['127.0.3.1', '127.0.4.1', '127.0.5.1', '127.0.6.1', '127.0.6.9'] as const // prettier-ignore
const CLEAN = '192.0.2.1'
const SINKHOLE = '10.10.10.10'

let stage: Stage

beforeAll(async () => {
  stage = await Stage.open(CONFIG, FILES)
  stage.up.answer('*', 'A', CLEAN).answer('address.vn', 'A', '45.76.106.146')
})
afterAll(() => stage.close())

const ask = (name: string, from: string) => stage.ask(name, 'A', { from })

it('a list on trial blocks for its group and records for all others, cached or not', async () => {
  for (let time = 0; time < 2; time++) {
    expectAnswer(await ask('trial.vn', NOBODY), 'trial.vn', 'A', CLEAN, { ede: [] })
    for (const from of [TESTER, TESTER_IN_WARD])
      expectAnswer(await ask('trial.vn', from), 'trial.vn', 'A', SINKHOLE, { ede: [15, 4] })
    // Where an answer leads is judged for who asked.
    expectAnswer(await ask('address.vn', NOBODY), 'address.vn', 'A', '45.76.106.146')
    expectAnswer(await ask('address.vn', TESTER), 'address.vn', 'A', SINKHOLE)
  }
  await eventually(async () => (await clientDetail(stage.server, NOBODY))?.hits === 4)
  expect(await clientDetail(stage.server, TESTER)).toMatchObject({ blocked: 4, logged: 0 })
})

it('tells what a list on trial would have blocked that nothing blocks yet', async () => {
  expectAnswer(await ask('bad.vn', NOBODY), 'bad.vn', 'A', SINKHOLE)
  const rows = async (query: string) => (await stage.server.api<{ items: { address: string; indicator: string; hits: number }[] }>('GET', `/api/v1/hits?list=trial${query}`)).body.items // prettier-ignore
  await eventually(async () => (await rows('')).some(({ indicator }) => indicator === 'bad.vn'))
  const told = (await rows('&action=log')).map(({ address, indicator, hits }) => [address, indicator, hits])
  expect(told.toSorted()).toEqual([[NOBODY, '45.76.106.146', 2], [NOBODY, 'trial.vn', 2]]) // prettier-ignore
  const { body } = await stage.server.api<{ logged: number }>('GET', '/api/v1/numbers?list=trial')
  expect(body.logged).toBe(4)
})

it('a unit and those under it get what their group gets; a list that is off is not heard', async () => {
  for (const from of [SCHOOL, WARD]) {
    expectNegative(await ask('bad.vn', from), 'NXDOMAIN', { ede: [15] })
    expectAnswer(await ask('ads.vn', from), 'ads.vn', 'A', CLEAN, { ede: [] })
    // What is off makes room for the lists behind it, and takes none of those before.
    expectNegative(await ask('www.bad.vn', from), 'NXDOMAIN', { ede: [15] })
  }
  expectAnswer(await ask('bad.vn', NOBODY), 'bad.vn', 'A', SINKHOLE)
  expectNegative(await ask('ads.vn', TESTER), 'NXDOMAIN', { ede: [15] })
  // The longest network decides, whosever unit that is.
  expectAnswer(await ask('bad.vn', TESTER_IN_WARD), 'bad.vn', 'A', SINKHOLE)
})

it('judges each of those who wait for one answer by their own group', async () => {
  stage.up.answer('later.vn', 'A', '45.76.106.146').delay(300, 'later.vn')
  const [nobody, tester, other] = await Promise.all(
    [NOBODY, TESTER, SCHOOL].map((from) => ask('later.vn', from)),
  )
  expect(stage.up.seen('later.vn')).toHaveLength(1)
  expectAnswer(nobody!, 'later.vn', 'A', '45.76.106.146')
  expectAnswer(tester!, 'later.vn', 'A', SINKHOLE)
  expectAnswer(other!, 'later.vn', 'A', '45.76.106.146')
})

it('a pause for a client or a group is theirs alone, and ends', async () => {
  const pause = (body: object) =>
    stage.server.api<{ pausedUntil: string | null }>('POST', '/api/v1/pause', body)
  const name = 'paused.bad.vn'
  expect((await pause({ for: '10m', reason: 'thử', client: NOBODY })).body.pausedUntil).not.toBeNull()
  expectAnswer(await ask(name, NOBODY), name, 'A', CLEAN, { ede: [] })
  expectAnswer(await ask(name, TESTER), name, 'A', SINKHOLE)
  await pause({ for: '10m', reason: 'thử', group: 'schools' })
  expectAnswer(await ask(name, WARD), name, 'A', CLEAN, { ede: [] })
  expectAnswer(await ask(name, TESTER_IN_WARD), name, 'A', SINKHOLE)
  const { body } = await stage.server.api<{
    pause: object | null
    pauses: { name: string }[]
    groups: string[]
  }>('GET', '/api/v1/allow')
  expect(body.groups).toEqual(['testers', 'schools'])
  expect([body.pause, body.pauses.map((one) => one.name)]).toEqual([null, [`${NOBODY}/32`, 'group:schools']])
  expect((await stage.server.api<{ isPaused: boolean }>('GET', `/api/v1/lookup?name=${name}&client=${WARD}`)).body.isPaused).toBe(true) // prettier-ignore
  for (const whom of [{ client: NOBODY }, { group: 'schools' }])
    expect((await pause({ for: 'off', ...whom })).body.pausedUntil).toBeNull()
  expectAnswer(await ask(name, NOBODY), name, 'A', SINKHOLE)
  expectNegative(await ask(name, WARD), 'NXDOMAIN')
  expect((await pause({ for: '1m', reason: 'r', group: 'nobody' })).status).toBe(422)
  // Of a group that has left the configuration a pause may still be in force.
  expect((await pause({ for: 'off', group: 'nobody' })).status).toBe(200)
})

it('lookup tells for whom', async () => {
  const lookup = async (client: string) => (await stage.server.api<{ verdict: string; action: string | null; group: string | null }>('GET', `/api/v1/lookup?name=bad.vn&client=${client}`)).body // prettier-ignore
  expect(await lookup(NOBODY)).toMatchObject({ verdict: 'block', action: 'sinkhole', group: null })
  expect(await lookup(WARD)).toMatchObject({ verdict: 'block', action: 'nxdomain', group: 'schools' })
})
