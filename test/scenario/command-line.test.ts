/** `bin/thanhloc` against a running server: what it says, what it does at once, and how it refuses. */
import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { thanhloc, type Ran } from '../support/command.ts'
import { Stage } from '../support/stage.ts'

const CLEAN = '192.0.2.1'
const SINKHOLE = '10.10.10.10'

const CONFIG = `
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

const dataOf = async (name: string): Promise<unknown> => (await stage.ask(name, 'A')).answers[0]?.data

function expectOk({ code, stdout, stderr }: Ran): string {
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  return stdout
}

beforeAll(async () => {
  stage = await Stage.open(CONFIG, FILES)
  stage.up.answer('*', 'A', CLEAN)
})
afterAll(() => stage.close())

describe('status', () => {
  it('shows what the server says of itself, as YAML and as JSON', async () => {
    const asYaml = parse(expectOk(await run('status', '--full'))) as Record<string, unknown>
    const asJson = JSON.parse(expectOk(await run('status', '--json'))) as Record<string, unknown>
    for (const status of [asYaml, asJson]) {
      expect(status).toMatchObject({
        lists: [{ id: 'cv-1298', names: 5, heldBackCount: 1 }, { id: 'botnet' }],
      })
      expect(status['upstreams']).toMatchObject([{ name: stage.up.text, state: 'up' }])
      expect((status['threads'] as { name: string }[]).map(({ name }) => name).toSorted()).toEqual([
        'control',
        'lists',
        'resolver-0',
        'store',
      ])
    }
  })

  it('finds the data directory by the configuration too, even by a broken one', async () => {
    expectOk(await thanhloc(['status', '--config', stage.server.path('thanhloc.yaml')]))
    stage.server.write('broken.yaml', 'store: { path: data }\nlists: [\n')
    expectOk(await thanhloc(['status', '--config', stage.server.path('broken.yaml')]))
  })
})

describe('lookup', () => {
  it('tells verdict, indicator, every list and on what basis', async () => {
    const said = expectOk(await run('lookup', 'www.EVIL.vn.'))
    expect(said).toMatch(/^www\.evil\.vn: blocked \(sinkhole\)$/m)
    expect(said).toMatch(/indicator +evil\.vn \(it and all names under it\)/)
    expect(said).toMatch(
      /list +cv-1298: evil\.vn → sinkhole\n +basis +1298\/CATTT-NCSC, 23\/08\/2022\n +campaign +2022/,
    )
    expect(said).toMatch(/also in +botnet: evil\.vn → nxdomain/)
    const json = JSON.parse(expectOk(await run('lookup', 'www.evil.vn', '--json'))) as object
    expect(json).toMatchObject({
      name: 'www.evil.vn',
      verdict: 'block',
      list: 'cv-1298',
      indicator: 'evil.vn',
    })
  })

  it('tells what is not listed, what was held back, and addresses', async () => {
    expect(expectOk(await run('lookup', 'clean.vn'))).toBe('clean.vn: not listed\n')
    expect(expectOk(await run('lookup', 'a.hacked.gov.vn'))).toMatch(
      /held back +hacked\.gov\.vn in list cv-1298, line 4/,
    )
    expect(expectOk(await run('lookup', '198.51.100.9'))).toMatch(
      /blocked \(nxdomain\)\n +indicator +198\.51\.100\.0\/24/,
    )
  })

  it('--resolve asks the resolver and prints the decoded answer', async () => {
    const args = [
      '--config',
      stage.server.path('thanhloc.yaml'),
      '--listen',
      `127.0.0.1:${stage.server.port}`,
    ]
    const blocked = expectOk(await thanhloc(['lookup', 'evil.vn', '--resolve', ...args]))
    expect(blocked).toMatch(/^evil\.vn: blocked/)
    expect(blocked).toContain(`;; from 127.0.0.1:${stage.server.port} over UDP`)
    expect(blocked).toMatch(/evil\.vn\.?\s+60\s+(IN\s+)?A\s+10\.10\.10\.10/)
    const clean = JSON.parse(
      expectOk(await thanhloc(['lookup', 'clean.vn', '--resolve', '--json', ...args])),
    ) as object
    expect(clean).toMatchObject({ verdict: 'pass', answer: { transport: 'UDP' } })
    expect(JSON.stringify(clean)).toContain(CLEAN)
  })
})

describe('flush', () => {
  it('forgets one name, or all, and says how many answers', async () => {
    await stage.ask('kept.vn', 'A')
    await stage.ask('gone.vn', 'A')
    expect(expectOk(await run('flush', 'gone.vn'))).toBe('1 cached answer for gone.vn forgotten\n')
    stage.up.answer('gone.vn', 'A', '192.0.2.7').answer('kept.vn', 'A', '192.0.2.7')
    expect([await dataOf('kept.vn'), await dataOf('gone.vn')]).toEqual([CLEAN, '192.0.2.7'])
    expect(expectOk(await run('flush'))).toMatch(/^\d+ cached answers forgotten\n$/)
    expect(await dataOf('kept.vn')).toBe('192.0.2.7')
  })
})

describe('reload', () => {
  it('says what came of the configuration and of each list; exit code 1 where one was not taken', async () => {
    expect(expectOk(await run('reload'))).toMatch(
      /^configuration: no change\ncv-1298: 5 names, 0 addresses; 1 held back\n/,
    )
    writeFileSync(stage.server.path('cv-1298.txt'), 'small.vn\n')
    const refused = await run('reload', '--list', 'cv-1298')
    expect(refused.code).toBe(1)
    expect(refused.stdout).toMatch(
      /an earlier version is in force: .*holds 1 entries, the version in force 5/,
    )
    expect(await dataOf('small.vn')).toBe(CLEAN)
    expect(expectOk(await run('reload', '--list', 'cv-1298', '--force'))).toMatch(/^cv-1298: 1 names/)
    expect(await dataOf('small.vn')).toBe(SINKHOLE)
  })

  it('tells the errors of a configuration with their places', async () => {
    const text = readFileSync(stage.server.path('thanhloc.yaml'), 'utf8')
    stage.server.write('thanhloc.yaml', `sinkhol: {}\n${text}`)
    const ran = await run('reload')
    expect(ran.code).toBe(1)
    expect(ran.stderr).toMatch(/the configuration stays as it was:\n.*thanhloc\.yaml:1:1: .*sinkhole/)
    stage.server.write('thanhloc.yaml', text)
  })
})

describe('what makes no sense', () => {
  it.each([
    [['allow', 'wrong.vn'], 2, /say why with --reason/],
    [['allow', 'vn', '--reason', 'x'], 1, /top-level domain/],
    [['allow', 'wrong..vn', '--reason', 'x'], 2, /"wrong\.\.vn"/],
    [['allow', 'wrong.vn', '--reason', 'x', '--for', 'ever'], 2, /"ever"/],
    [['allow', 'never-allowed.vn', '--remove'], 1, /No allow entry names "never-allowed\.vn"/],
    [['pause'], 2, /a word is missing/],
    [['pause', '8d'], 1, /at most 7d/],
    [['flush', 'a', 'b'], 2, /"b" is one word too many/],
    [['reload', '--list', 'no-such'], 1, /There is no list "no-such"/],
  ])('%j is refused in words', async (args, code, words) => {
    const ran = await run(...args)
    expect([ran.code, ran.stdout]).toEqual([code, ''])
    expect(ran.stderr).toMatch(words)
    expect(ran.stderr).not.toMatch(/\n +at /)
  })
})
