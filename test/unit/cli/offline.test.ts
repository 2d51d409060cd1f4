import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { runCommand } from './terminal.ts'

let directory: string
let config: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'thanhloc-cli-'))
  config = join(directory, 'thanhloc.yaml')
  writeFileSync(join(directory, 'bad.txt'), 'evil.example\nc2.example.net\nso.tinh.gov.vn\nnot a name!\n')
  writeFileSync(join(directory, 'allow.txt'), 'good.evil.example\n')
  writeFileSync(join(directory, 'broken.yaml'), 'workers: 0\nlistn: []\n')
  const lists = '[ { id: bad, path: bad.txt, basis: "công văn 1" } ]'
  writeFileSync(
    config,
    `upstreams: { servers: [192.0.2.1] }\nlists: ${lists}\nallow: [ { path: allow.txt } ]\n`,
  )
})
afterAll(() => rmSync(directory, { recursive: true }))

describe('help', () => {
  it('tells of every command and of each', async () => {
    const { exit, out } = await runCommand('--help')
    expect(exit).toBe(0)
    const names = [...out.matchAll(/^ {2}([\w-]+) /gm)].map((match) => match[1]!)
    expect(names).toEqual([
      'serve',
      'check',
      'lookup',
      'import',
      'review',
      'reports',
      'allow',
      'pause',
      'reload',
      'feeds',
      'zones',
      'flush',
      'user',
      'token',
      'audit',
      'hold',
      'silence',
      'backup',
      'restore',
      'install',
      'upgrade',
      'uninstall',
      'alert-test',
      'status',
      'healthcheck',
      'top',
      'notice',
      'tail',
      'doctor',
    ])
    for (const name of names.filter((word) => word !== 'serve')) {
      const help = await runCommand(name, '--help')
      expect(help).toMatchObject({ exit: 0, err: '' })
      expect(help.out).toContain(`usage: thanhloc ${name}`)
    }
  })

  it('is what a slip of the finger gets', async () => {
    expect((await runCommand()).exit).toBe(2)
    expect(await runCommand('chekc')).toMatchObject({
      exit: 2,
      err: expect.stringContaining('did you mean check?'),
    })
    expect(await runCommand('check', '--confg', 'x')).toMatchObject({
      exit: 2,
      err: expect.stringContaining('there is no option --confg: did you mean --config?'),
    })
    expect((await runCommand('lookup')).err).toContain('usage: thanhloc lookup NAME')
    expect((await runCommand('lookup', 'a.test', 'b.test')).err).toContain('"b.test" is one word too many')
    expect((await runCommand('constructor')).exit).toBe(2)
  })
})

describe('check', () => {
  it('prints a configuration and what the lists came to', async () => {
    const { exit, out } = await runCommand('check', '--config', config)
    expect(exit).toBe(0)
    expect(parse(out)).toMatchObject({
      lists: [{ id: 'bad', path: join(directory, 'bad.txt') }],
      log: { level: 'info' },
    })
    expect(out).toContain('# bad: 2 names, 0 addresses')
    expect(out).toContain('# allow:allow.txt: 1 names')
    expect(out).toMatch(/# {3}held back, line 3: so\.tinh\.gov\.vn/)
    expect(out).toMatch(/# {3}line 4: not a name!/)
  })

  it('exits with 1 for a list that is not there', async () => {
    const ran = await runCommand('check', '--config', config, '--list', join(directory, 'missing.txt'))
    expect(ran.exit).toBe(1)
    expect(ran.err).toContain('list missing: ')
    expect(ran.out).toContain('# missing: 0 names')
    expect(ran.out).toContain('NOT IN FORCE')
  })

  it('says which list was not renewed for longer than it may be; it can be used all the same', async () => {
    const file = join(directory, 'aged.yaml')
    const old = join(directory, 'old.txt')
    writeFileSync(old, 'old.example\n')
    utimesSync(old, new Date('2024-05-01T00:00:00Z'), new Date('2024-05-01T00:00:00Z'))
    writeFileSync(
      file,
      `upstreams: { servers: [192.0.2.1] }
lists:
  - { id: feed, path: old.txt, maxAge: 48h }
  - { id: annex, path: old.txt }
  - { id: fresh, path: bad.txt, maxAge: 1d }`,
    )
    const { exit, out, err } = await runCommand('check', '--config', file)
    expect(exit).toBe(0)
    expect(err.trim()).toMatch(/list feed: not renewed since 2024-05-01T00:00:00\.000Z; maxAge is 2d$/)
    expect(err).not.toContain('annex')
    expect(parse(out)).toMatchObject({ lists: [{ maxAge: '2d' }, { maxAge: null }, { maxAge: '1d' }] })
  })

  it('warns where less is kept than the security level asks for', async () => {
    const file = join(directory, 'keep.yaml')
    writeFileSync(
      file,
      'upstreams: { servers: [192.0.2.1] }\nkeep: { level: 4, hits: 3 months, cases: 6 months }\n',
    )
    const { exit, err } = await runCommand('check', '--config', file)
    expect({ exit, err }).toEqual({
      exit: 0,
      err: 'keep.hits: 3 months is less than the 6 months that level 4 asks for',
    })
  })

  it('exits with 2 for a configuration with errors, all of them', async () => {
    const file = join(directory, 'broken.yaml')
    const { exit, out, err } = await runCommand('check', '--config', file)
    expect({ exit, out }).toEqual({ exit: 2, out: '' })
    expect(err).toContain(`${file}:1:10: workers is 0`)
    expect(err).toContain(`${file}:2:1: \`listn\` is not a key: did you mean \`listen\`?`)
    expect(err).not.toContain('usage:')
  })
})

describe('lookup without a server', () => {
  it.each(['hxxps://evil[.]example/a.exe?x', 'Evil[.]Example:8443', 'evil.example/', ' evil(dot)example '])(
    'takes %j as documents write it',
    async (written) => {
      const { exit, out } = await runCommand('lookup', written, '--config', config)
      expect([exit, out.split('\n')[0]]).toEqual([0, 'evil.example: blocked (sinkhole)'])
    },
  )

  it.each([
    [
      'www.evil.example',
      ['www.evil.example: blocked (sinkhole)', 'evil.example (it and all names under it)', 'công văn 1'],
    ],
    ['EVIL.example.', ['evil.example: blocked']],
    ['good.evil.example', ['let through by an allow list']],
    ['example.net', ['example.net: not listed']],
    [
      'www.so.tinh.gov.vn',
      ['www.so.tinh.gov.vn: not listed', 'held back  so.tinh.gov.vn in list bad, line 3'],
    ],
    ['192.0.2.7', ['192.0.2.7: not listed']],
  ])('%s', async (name, expected) => {
    const { exit, out } = await runCommand('lookup', name, '--config', config)
    expect(exit).toBe(0)
    for (const text of expected) expect(out).toContain(text)
  })

  it('prints JSON', async () => {
    const { out } = await runCommand('lookup', 'c2.example.net', '--json', '--config', config)
    expect(JSON.parse(out)).toMatchObject({ name: 'c2.example.net', verdict: 'block', list: 'bad' })
  })

  it('says what is wrong with what it was given', async () => {
    expect(await runCommand('lookup', 'a..b', '--config', config)).toMatchObject({ exit: 2 })
    const network = await runCommand('lookup', '203.0.113.64/28', '--config', config)
    expect(network).toMatchObject({
      exit: 2,
      err: expect.stringContaining('is a network: give an address in it'),
    })
    const type = await runCommand('lookup', 'a.test', '--config', config, '--resolve', '--type', 'AAA')
    expect(type).toMatchObject({ exit: 2, err: expect.stringContaining('did you mean') })
  })
})

describe('bin/thanhloc', () => {
  const launcher = join(import.meta.dirname, '../../../bin/thanhloc')

  it('runs the pinned Node through symbolic links, from anywhere', () => {
    symlinkSync(launcher, join(directory, 'one'))
    symlinkSync('one', join(directory, 'two'))
    const { status, stdout, stderr } = spawnSync(join(directory, 'two'), ['lookup', '--help'], {
      cwd: '/',
      env: { PATH: '/usr/bin:/bin' },
      encoding: 'utf8',
    })
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toContain('usage: thanhloc lookup')
  })

  it('passes exit codes on', () => {
    expect(spawnSync(launcher, ['check', '--config', join(directory, 'broken.yaml')]).status).toBe(2)
  })
})
