/** Allow entries of files: who answers for each, why, until when; what has ended blocks again without anybody reloading. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { thanhloc } from '../support/command.ts'
import { expectAnswer } from '../support/dns-client.ts'
import { eventually } from '../support/server.ts'
import { Stage } from '../support/stage.ts'

const CONFIG = `
sinkhole: { ipv4: 10.10.10.10 }
lists: [ { id: bad, path: bad.txt } ]
allow:
  - { path: allow.txt, owner: Phòng CNTT, reason: phần mềm nghiệp vụ }
  - { path: more.txt }
`
const FILES = {
  'bad.txt': 'evil.example\n',
  'allow.txt': 'a.evil.example\nb.evil.example # owner: Nguyễn An; until: 31/12/2090\n',
  'more.txt': 'c.evil.example\nd.evil.example # until: 2020-01-01\n',
}

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open(CONFIG, FILES)
  stage.up.answer('*', 'A', '192.0.2.1')
})
afterAll(() => stage.close())

it('lets pass what is in time', async () => {
  for (const name of ['a', 'b', 'c']) expectAnswer(await stage.ask(`${name}.evil.example`, 'A'), `${name}.evil.example`, 'A', '192.0.2.1') // prettier-ignore
  expectAnswer(await stage.ask('d.evil.example', 'A'), 'd.evil.example', 'A', '10.10.10.10')
})

it('tells of each who answers for it', async () => {
  const { body } = await stage.server.api<{ files: readonly Record<string, unknown>[] }>('GET', '/api/v1/allow') // prettier-ignore
  expect(body.files).toMatchObject([
    { id: 'allow:allow.txt', owner: 'Phòng CNTT', until: '2090-12-31', validity: 'valid', entries: 2, expired: 0, unowned: 0 }, // prettier-ignore
    { id: 'allow:more.txt', owner: '', until: null, entries: 1, expired: 1, unowned: 1 },
  ])
  const data = ['--data', stage.server.path('data')]
  expect((await thanhloc(['lookup', 'b.evil.example', ...data])).stdout).toMatch(
    /owner {6}Nguyễn An\n {2}reason {5}phần mềm nghiệp vụ\n {2}until {6}2090-12-31/,
  )
  expect((await thanhloc(['lookup', 'c.evil.example', ...data])).stdout).toContain(
    'owner      nobody is named',
  )
})

it('is looked at by check, which says what has ended and what nobody answers for', async () => {
  const ran = await thanhloc(['check', '--config', stage.server.path('thanhloc.yaml')])
  expect(ran.code).toBe(0)
  expect(ran.stderr).toContain('allow:more.txt: 1 entries are past their last day')
  expect(ran.stderr).toContain('allow:more.txt: 1 entries name nobody who answers for them')
  expect(ran.stderr).not.toContain('allow:allow.txt: ')
})

it('blocks what has been ended in the file, names in the cache too', async () => {
  stage.server.write('allow.txt', 'a.evil.example # until: 2020-01-01\nb.evil.example\n')
  await eventually(async () => (await stage.ask('a.evil.example', 'A')).answers[0]?.data === '10.10.10.10')
  expectAnswer(await stage.ask('b.evil.example', 'A'), 'b.evil.example', 'A', '192.0.2.1')
})

it('says aloud that an end which is no date lets nothing pass', async () => {
  stage.server.write('allow.txt', 'a.evil.example # until: hết năm\nb.evil.example\n')
  await eventually(async () => (await stage.ask('a.evil.example', 'A')).answers[0]?.data === '10.10.10.10')
  await stage.server.logged(({ msg }) => msg.startsWith('allow entries have an `until` that is no date'))
  await eventually(async () => {
    const { body } = await stage.server.api<{ health: unknown }>('GET', '/api/v1/status')
    return JSON.stringify(body.health).includes('allow:allow.txt: 1 entries have an `until` that is no date')
  })
  const ran = await thanhloc(['check', '--config', stage.server.path('thanhloc.yaml')])
  expect(ran.stdout + ran.stderr).toContain('bad-date')
})
