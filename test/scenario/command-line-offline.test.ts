/** `bin/thanhloc` where no server runs: what needs none, and what says so. */
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { root, thanhloc } from '../support/command.ts'

let directory: string
const path = (name: string): string => join(directory, name)
const write = (name: string, text: string): void => writeFileSync(path(name), text)

const CONFIG = `upstreams: { servers: [192.0.2.53] }
lists:
  - { id: apt32, path: apt32.txt, basis: thử }
`

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'thanhloc-offline-'))
  write('good.yaml', CONFIG)
  write('apt32.txt', 'evil.vn\nhacked.gov.vn\nsingle\nhttp://x.vn/path\n')
  write('missing.yaml', CONFIG.replace('apt32.txt', 'no-such.txt'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe('check', () => {
  it('prints the effective configuration, itself a valid one with the same outcome, and what each list came to', async () => {
    const first = await thanhloc(['check', '--config', path('good.yaml')])
    expect([first.code, first.stderr]).toEqual([0, ''])
    expect(parse(first.stdout)).toMatchObject({
      upstreams: { servers: ['192.0.2.53:53'] },
      sinkhole: { ipv4: '0.0.0.0', ipv6: '::' },
      lists: [{ id: 'apt32', action: 'sinkhole', match: 'subtree', basis: 'thử' }],
      log: { level: 'info' },
    })
    expect(first.stdout).toMatch(
      /^# apt32: 1 names, 0 addresses; 1 refused \(single-label 1\); 1 not enforceable by DNS \(url 1\); 1 held back$/m,
    )
    expect(first.stdout).toMatch(/^# +line 3: single \(single-label\)$/m)
    expect(first.stdout).toMatch(/^# +held back, line 2: hacked\.gov\.vn \(government\)$/m)
    write('effective.yaml', first.stdout)
    const second = await thanhloc(['check', '--config', path('effective.yaml')])
    expect([second.code, second.stdout]).toEqual([0, first.stdout])
  })

  it('takes the configuration that is shipped, and the options that stand above it', async () => {
    const ran = await thanhloc([
      'check',
      '--upstream',
      '192.0.2.9',
      '--sinkhole',
      '10.9.9.9',
      '--data',
      '/nowhere',
    ])
    expect([ran.code, ran.stderr]).toEqual([0, ''])
    expect(parse(ran.stdout)).toMatchObject({
      listen: ['127.0.0.1:5354'],
      admin: { listen: '127.0.0.1:8053' },
      upstreams: { servers: ['192.0.2.9:53'] },
      sinkhole: { ipv4: '10.9.9.9' },
      store: { path: '/nowhere' },
    })
    expect(ran.stdout).toMatch(/^# apt32: 501 names/m)
  })

  it('exit code 1: the configuration is good, a list cannot be read', async () => {
    const ran = await thanhloc(['check', '--config', path('missing.yaml')])
    expect(ran.code).toBe(1)
    expect(ran.stderr).toMatch(/^list apt32: .*no-such\.txt: there is no such file/)
  })

  it.each([
    ['broken YAML', 'listen: [\n', /bad\.yaml:\d+:\d+: /],
    ['an unknown key', 'upstream: {}\n', /bad\.yaml:1:1: .*upstreams/],
    ['a wrong value', 'sinkhole: { ttl: 60 parsecs }\n', /bad\.yaml:1:18: .*60 parsecs/],
    [
      'a list without campaign',
      'lists: [ { id: a, path: a, campaign: "1999" } ]\n',
      /bad\.yaml:1:\d+: .*1999/,
    ],
  ])(
    'exit code 2: %s, told with file, line and column by check, serve and lookup',
    async (_what, text, place) => {
      write('bad.yaml', text)
      const config = ['--config', path('bad.yaml')]
      const ran = await Promise.all([
        thanhloc(['check', ...config]),
        thanhloc(['serve', ...config]),
        thanhloc(['lookup', 'a.vn', ...config]),
      ])
      for (const { code, stdout, stderr } of ran) {
        expect([code, stdout]).toEqual([2, ''])
        expect(stderr).toMatch(place)
        expect(stderr).not.toMatch(/\n +at /)
      }
    },
  )
})

describe('without a server', () => {
  it.each([
    ['tail'],
    ['top --once'],
    ['allow a.vn --reason x'],
    ['allow a.vn --remove'],
    ['pause 10m'],
    ['pause off'],
    ['flush'],
    ['reload'],
  ])('%s says which data directory has none, and how to start one', async (line) => {
    const { code, stdout, stderr } = await thanhloc([...line.split(' '), '--data', path('data')])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toContain(
      `no server runs with the data directory ${path('data')}; start it with \`thanhloc serve\``,
    )
  })

  it('lookup reads the lists itself', async () => {
    const ran = await thanhloc(['lookup', 'www.evil.vn', '--config', path('good.yaml')])
    expect([ran.code, ran.stderr]).toEqual([0, ''])
    expect(ran.stdout).toMatch(/^www\.evil\.vn: blocked \(sinkhole\)\n +indicator +evil\.vn/)
    const shipped = readFileSync(join(root, 'blocklists/apt32.txt'), 'utf8')
    const name = /^[a-z0-9.-]+$/m.exec(shipped)![0]
    const without = await thanhloc(['lookup', name, '--data', path('data')])
    expect(without.stderr).toBe('no server runs: this is what the configuration and the lists say\n')
    expect([without.code, without.stdout]).toEqual([0, expect.stringMatching(/: blocked \(sinkhole\)/)])
  })
})

describe('the program', () => {
  it('runs from anywhere, through symbolic links, on the Node of its install', async () => {
    symlinkSync(join(root, 'bin/thanhloc'), path('one'))
    symlinkSync('one', path('thanhloc'))
    const ran = await thanhloc(['lookup', 'clean.vn', '--config', path('good.yaml')], {
      program: path('thanhloc'),
      directory: '/',
      env: { PATH: '/usr/bin:/bin' },
    })
    expect(ran).toEqual({ code: 0, stdout: 'clean.vn: not listed\n', stderr: '' })
  })

  it('knows its commands, and what was meant', async () => {
    const help = await thanhloc(['--help'])
    const commands = [...help.stdout.matchAll(/^ {2}(\w+) /gm)].map(([, name]) => name!)
    expect([help.code, commands]).toEqual([
      0,
      expect.arrayContaining(['serve', 'check', 'lookup', 'allow', 'pause', 'reload', 'flush', 'status']),
    ])
    for (const command of commands) {
      const { code, stdout } = await thanhloc([command, '--help'])
      expect([code, stdout]).toEqual([0, expect.stringMatching(new RegExp(`^usage: thanhloc ${command}`))])
    }
    const none = await thanhloc([])
    expect([none.code, none.stdout]).toEqual([2, help.stdout])
    const near = await thanhloc(['lookpu', 'a.vn'])
    expect([near.code, near.stderr]).toEqual([
      2,
      expect.stringMatching(/no command lookpu: did you mean lookup\?/),
    ])
    const option = await thanhloc(['check', '--confg', 'x'])
    expect([option.code, option.stderr]).toEqual([
      2,
      expect.stringMatching(/no option --confg: did you mean --config\?/),
    ])
  })
})
