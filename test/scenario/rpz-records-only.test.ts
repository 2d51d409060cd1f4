/** A response policy zone that only records changes no answer, neither to a block nor to what other lists block. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Stage } from '../support/stage.ts'

const CONFIG = `
lists:
  - { id: ended, path: ended.rpz, format: rpz, until: 2020-01-01 }
  - { id: trial, path: trial.rpz, format: rpz, action: log }
  - { id: given, path: given.rpz, format: rpz }
  - { id: bad, path: bad.txt, action: nxdomain }
groups:
  - { id: testers, networks: [127.0.4.0/24], lists: { trial: nodata } }
  - { id: watched, networks: [127.0.5.0/24], lists: { given: log } }
`
const HEAD = '$TTL 60\n@ SOA localhost. root.localhost. 1 3600 600 86400 60\n  NS localhost.\n'
const [ANYBODY, TESTER, WATCHED, NAMED] = ['127.0.3.1', '127.0.4.1', '127.0.5.1', '127.0.5.9'] as const

let stage: Stage

beforeAll(async () => {
  stage = await Stage.open(CONFIG, {
    'ended.rpz': `${HEAD}ended.vn CNAME rpz-passthru.\n32.9.5.0.127.rpz-client-ip CNAME rpz-passthru.\n`,
    'trial.rpz': `${HEAD}trial.vn CNAME rpz-passthru.\n`,
    'given.rpz': `${HEAD}given.vn CNAME rpz-passthru.\n`,
    'bad.txt': 'ended.vn\ntrial.vn\ngiven.vn\n',
  })
  stage.up.answer('*', 'A', '192.0.2.1')
})
afterAll(() => stage.close())

const rcode = async (name: string, from: string): Promise<string> =>
  (await stage.ask(name, 'A', { from })).rcode

it('past its last day it lets nothing pass that other lists block', async () => {
  for (const from of [ANYBODY, TESTER, NAMED]) expect(await rcode('ended.vn', from)).toBe('NXDOMAIN')
})

it('on trial neither, but for the group for whom it is more than that', async () => {
  expect(await rcode('trial.vn', ANYBODY)).toBe('NXDOMAIN')
  expect(await rcode('trial.vn', TESTER)).toBe('NOERROR')
})

it('nor for a group for whom it only records', async () => {
  expect(await rcode('given.vn', ANYBODY)).toBe('NOERROR')
  expect(await rcode('given.vn', WATCHED)).toBe('NXDOMAIN')
})
