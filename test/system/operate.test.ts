/**
 * `doctor` on machines where something is in its way: port 53 taken, no right to it, a full disk, a firewall that lets
 * clients out, turns them away, or brings them to the server. And `top` on a real terminal.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../support/command.ts'
import { Lab, run, SERVER, SERVER_SECOND } from '../support/lab.ts'
import { eventually } from '../support/server.ts'
import { SmallDisk } from '../support/small-disk.ts'

const program = join(root, 'bin/thanhloc')

let lab: Lab
let outside: ChildProcess

beforeAll(async () => {
  lab = await Lab.open()
  outside = await resolverAt(SERVER_SECOND)
})
afterAll(async () => {
  outside.kill('SIGKILL')
  await lab.close()
})

/** A resolver that is not ours, on port 53. */
async function resolverAt(address: string): Promise<ChildProcess> {
  const script = join(root, 'test/support/upstream-process.ts')
  const child = spawn('ip', ['netns', 'exec', lab.serverSide, process.execPath, script, address, '53'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  return child
}

interface Ran {
  readonly code: number | null
  readonly out: string
}

/** Runs a program in a namespace to its end. */
async function inside(side: string, ...words: readonly string[]): Promise<Ran> {
  const child = spawn('ip', ['netns', 'exec', side, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 40_000,
  })
  let out = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (out += text))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out }
}

function configAt(data: string, listen = `${SERVER}:53`): string {
  const path = join(lab.directory, `doctor-${Math.random().toString(36).slice(2)}.yaml`)
  writeFileSync(
    path,
    `listen: ["${listen}"]\nstore: { path: ${data} }\nupstreams: { servers: ["127.0.0.1:5300"] }\n`,
  )
  return path
}

describe('port 53', () => {
  it('that another program has is named with it, and free when that is gone', async () => {
    const config = configAt(join(lab.directory, 'data'))
    const other = await resolverAt(SERVER)
    const taken = await inside(lab.serverSide, program, 'doctor', '--config', config)
    expect(taken.code).toBe(2)
    expect(taken.out).toMatch(
      /^✗ port 10\.99\.0\.1:53: đã bị .*\n {4}taken by \S+ \(process \d+\) \(10\.99\.0\.1\)\n {2}→ /m,
    )
    const closed = once(other, 'close')
    other.kill('SIGKILL')
    await closed
    const free = await inside(lab.serverSide, program, 'doctor', '--config', config)
    expect(free.out).toMatch(/^✓ port 10\.99\.0\.1:53: /m)
  })

  it('that this user may not open says what grants it', async () => {
    const config = configAt(join(lab.directory, 'data'))
    const capless = ['setpriv', '--bounding-set', '-net_bind_service', '--inh-caps', '-net_bind_service']
    const ran = await inside(
      lab.serverSide,
      ...capless,
      program,
      'doctor',
      '--lang',
      'en',
      '--config',
      config,
    )
    expect(ran.out).toMatch(
      /^✗ port 10\.99\.0\.1:53: this user may not open a port below 1024\n {2}→ .*CAP_NET_BIND_SERVICE/m,
    )
  })
})

describe('the disk', () => {
  it('that is full is found by writing', async () => {
    const disk = new SmallDisk(4)
    try {
      const data = join(disk.path, 'data')
      mkdirSync(data, { mode: 0o700 })
      disk.fill()
      const ran = await inside(
        lab.serverSide,
        program,
        'doctor',
        '--lang',
        'en',
        '--config',
        configAt(data, '127.0.0.1:5399'),
      )
      expect(ran.code).toBe(2)
      expect(ran.out).toMatch(/^✗ disk: .* cannot be written: ENOSPC.*\n {2}→ make room on the disk$/m)
    } finally {
      disk.remove()
    }
  })
})

describe('from a client, the way out', () => {
  const nft = (rules: string): string => run('ip', 'netns', 'exec', lab.serverSide, 'nft', rules)
  const bypass = () => inside(lab.clientSide, program, 'doctor', '--lang', 'en', '--bypass', SERVER_SECOND)
  afterEach(() => void nft('flush ruleset'))

  it('is open without a firewall', async () => {
    const { code, out } = await bypass()
    expect(code).toBe(2)
    expect(out).toMatch(/^✗ bypass UDP 10\.99\.0\.2:53: open: this machine can ask outside$/m)
    expect(out).toMatch(/^✗ bypass TCP 10\.99\.0\.2:53: open/m)
    // Nobody is there.
    expect(out).toMatch(/^✓ bypass DoT 10\.99\.0\.2:853: blocked: turned away$/m)
    expect(out).toMatch(/^✓ bypass DoH 10\.99\.0\.2:443: blocked: turned away$/m)
  })

  it('is closed by one that drops, and by one that turns away', async () => {
    const chain = 'add table inet f; add chain inet f in { type filter hook input priority 0; }'
    nft(
      `${chain}; add rule inet f in ip daddr ${SERVER_SECOND} udp dport 53 drop; add rule inet f in ip daddr ${SERVER_SECOND} tcp dport { 53, 853, 443 } reject with tcp reset`,
    )
    const { code, out } = await bypass()
    expect([code, out.split('\n').filter((line) => line.startsWith('✓'))]).toEqual([
      0,
      [
        '✓ bypass UDP 10.99.0.2:53: blocked: nothing comes back',
        '✓ bypass TCP 10.99.0.2:53: blocked: turned away',
        '✓ bypass DoT 10.99.0.2:853: blocked: turned away',
        '✓ bypass DoH 10.99.0.2:443: blocked: turned away',
      ],
    ])
  })

  it('leads to the server where the firewall brings questions to it', async () => {
    await lab.start('lists: []\n')
    try {
      nft(
        `add table ip n; add chain ip n pre { type nat hook prerouting priority -100; }; add rule ip n pre ip daddr ${SERVER_SECOND} udp dport 53 dnat to ${SERVER}; add rule ip n pre ip daddr ${SERVER_SECOND} tcp dport 53 dnat to ${SERVER}`,
      )
      const { out } = await bypass()
      expect(out).toMatch(/^✓ bypass UDP 10\.99\.0\.2:53: brought to Thanh Lọc by the firewall$/m)
      expect(out).toMatch(/^✓ bypass TCP 10\.99\.0\.2:53: brought to Thanh Lọc by the firewall$/m)
    } finally {
      await lab.stop()
    }
  })
})

describe('top on a terminal', () => {
  const LEAVE = '\u001b[?25h\u001b[?1049l'
  let terminal: ChildProcess | null = null
  let pidFile = ''
  afterEach(async () => {
    // A test that failed leaves it drawing.
    if (terminal === null || terminal.exitCode !== null) return
    if (existsSync(pidFile)) process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL')
    await once(terminal, 'close')
  })
  afterAll(() => lab.stop())

  it.each(['q', 'SIGTERM'] as const)('takes it, draws, and gives it back by %s', async (leave) => {
    const server = await lab.start('lists: []\n')
    const log = join(lab.directory, `typescript-${leave}`)
    pidFile = join(lab.directory, `pid-${leave}`)
    const top = `sh -c 'echo $$ > ${pidFile}; exec ${program} top --data ${server.path('data')}'`
    const command = `stty rows 24 cols 80; ${top}; echo ended $?; stty -a`
    terminal = spawn('script', ['-qefc', command, log], {
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { ...process.env, TERM: 'xterm' },
    })
    const shown = (): string => (existsSync(log) ? readFileSync(log, 'utf8') : '')
    // Two pictures: the second one is drawn over the first.
    await eventually(() => shown().split('\u001b[H').length > 2, 20_000)
    const closed = once(terminal, 'close')
    if (leave === 'q') terminal.stdin!.write('q')
    else process.kill(Number(readFileSync(pidFile, 'utf8')), leave)
    await closed
    expect(shown()).toContain('\u001b[?1049h')
    expect(shown()).toContain('Truy vấn')
    const end = shown().split(LEAVE)[1]!
    // The keys are those of the shell again: what is typed is shown, and lines are whole.
    expect(end).toMatch(/[^-]icanon/)
    expect(end).toMatch(/[^-]echo\b/)
    expect(end).toContain('ended 0')
    await lab.stop()
  })
})
