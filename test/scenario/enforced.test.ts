/** What is blocked here, taken over by others: by a firewall's token, with an ETag, as a zone another server enforces. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { expectAnswer, expectNegative } from '../support/dns-client.ts'
import { eventually } from '../support/server.ts'
import { Stage } from '../support/stage.ts'
import { runCommand } from '../unit/cli/terminal.ts'

const CONFIG = `
admin: { listen: "127.0.0.1:0" }
sinkhole: { ipv4: 10.10.10.10, ipv6: "fd00:10::10" }
lists:
  - { id: bad, path: bad.txt }
  - { id: gone, path: gone.txt, action: nxdomain }
allow: [ { path: allow.txt } ]
`
const FILES = {
  'bad.txt': 'evil.vn\n45.76.106.0/24\n',
  'gone.txt': 'gone.vn\n',
  'allow.txt': 'good.evil.vn\n',
}

let stage: Stage
let token: string
let port: number

beforeAll(async () => {
  stage = await Stage.open(CONFIG, FILES)
  stage.up.answer('*', 'A', '192.0.2.1').answer('address.vn', 'A', '45.76.106.9')
  const made = await runCommand(
    'token',
    'add',
    'fw-1',
    '--role',
    'firewall',
    '--data',
    stage.server.path('data'),
  )
  token = /shown this once: (\S+)/.exec(made.out)![1]!
  const ready = await stage.server.logged(({ msg }) => msg === 'ready')
  port = Number((ready['admin'] as string[])[0]!.split(':').at(-1))
})
afterAll(() => stage.close())

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}/api/v1/${path}`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
  })

it('gives a firewall networks, and nothing else', async () => {
  const response = await get('enforced/nftables')
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  expect((await response.text()).split('\n').slice(-5)).toEqual([
    'add element inet thanhloc bad4 {',
    '45.76.106.0/24',
    '}',
    '# 1 entries; end',
    '',
  ])
  for (const path of ['lists', 'clients', 'status']) expect((await get(path)).status).toBe(403)
})

it('answers 304 until something changes', async () => {
  const tag = (await get('enforced/domains')).headers.get('etag')!
  expect((await get('enforced/domains', { 'if-none-match': tag })).status).toBe(304)
  stage.server.write('gone.txt', 'gone.vn\nnew.vn\n')
  const response = await eventually(async () => {
    const answer = await get('enforced/domains', { 'if-none-match': tag })
    return answer.status === 200 && answer
  })
  expect(await response.text()).toContain('\nnew.vn\n')
  expect(response.headers.get('etag')).not.toBe(tag)
})

it('is enforced by another server that reads it as a zone', async () => {
  const zone = await (await get('enforced/rpz')).text()
  const other = await Stage.open('lists: [ { id: zone, path: zone.rpz, format: rpz } ]\n', {
    'zone.rpz': zone,
  })
  try {
    other.up.answer('*', 'A', '192.0.2.1').answer('address.vn', 'A', '45.76.106.9')
    expectAnswer(await other.ask('www.evil.vn', 'A'), 'www.evil.vn', 'A', '10.10.10.10', { ede: [15, 4] })
    expectNegative(await other.ask('gone.vn', 'A'), 'NXDOMAIN', { ede: [15] })
    expectAnswer(await other.ask('good.evil.vn', 'A'), 'good.evil.vn', 'A', '192.0.2.1', { ede: [] })
    expectAnswer(await other.ask('address.vn', 'A'), 'address.vn', 'A', '10.10.10.10', { ede: [15, 4] })
  } finally {
    await other.close()
  }
})
