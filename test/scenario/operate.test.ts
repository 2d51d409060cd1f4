/** An officer at the machine: `status`, `top`, `tail` and `doctor` with the product running, degraded, restarted and gone. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { bypassChecks } from '../../src/cli/doctor/bypass.ts'
import { runChecks } from '../../src/cli/doctor/finding.ts'
import { SecureRandom } from '../../src/random.ts'
import { root, thanhloc } from '../support/command.ts'
import { FakeUpstream } from '../support/fake-upstream.ts'
import { eventually, TestServer } from '../support/server.ts'
import { query } from '../support/dns-client.ts'

const CONFIG = 'lists: [ { id: apt32, path: apt32.txt } ]\n'
const FILES = { 'apt32.txt': 'evil.test\nworse.test\n' }

let up: FakeUpstream
let server: TestServer

beforeAll(async () => {
  up = await FakeUpstream.start()
  up.answer('*', 'A', '192.0.2.1').answer('', 'SOA', Buffer.from('00000000000100000002000000030000000400000005', 'hex')) // prettier-ignore
  server = await start()
})
afterAll(async () => {
  await server.stop()
  await up.stop()
})

function start(directory?: string): Promise<TestServer> {
  const config = `upstreams: { servers: ["${up.text}"] }\n${CONFIG}`
  return TestServer.start({ config, files: FILES, ...(directory !== undefined && { directory }) })
}

function run(...words: readonly string[]) {
  return thanhloc([...words, '--data', server.path('data')])
}

const ask = (name: string) => query(name, 'A', { port: server.port, timeoutMs: 5000 })

/** A command that goes on by itself, as a shell starts it. */
class Running {
  readonly process: ChildProcess
  out = ''
  err = ''

  constructor(...words: readonly string[]) {
    this.process = spawn(join(root, 'bin/thanhloc'), [...words, '--data', server.path('data')], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.process.stdout!.setEncoding('utf8').on('data', (text: string) => (this.out += text))
    this.process.stderr!.setEncoding('utf8').on('data', (text: string) => (this.err += text))
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.process.kill(signal)
    return this.ended()
  }

  async ended(): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, 'close')
    return this.process.exitCode
  }
}

let running: Running | null = null
afterEach(() => {
  running?.process.kill('SIGKILL')
  running = null
})

describe('status', () => {
  it('is 0 while all is well, 1 while something is not, and says since when and what to do', async () => {
    await ask('www.clean.test')
    const well = await run('status')
    expect([well.code, well.stderr]).toEqual([0, ''])
    expect(well.stdout).toMatch(/^✓ HOẠT ĐỘNG TỐT từ .*\n {2}HEALTHY since /)
    expect(well.stdout.split('\n').filter((line) => line.length > 80)).toEqual([])

    await server.api('POST', '/api/v1/pause', { for: '10m', reason: 'thử' })
    const paused = await run('status', '--lang', 'en')
    expect(paused.code).toBe(1)
    expect(paused.stdout).toMatch(
      /^! NEEDS A LOOK since [\s\S]*! blocking: blocking is paused[\s\S]*→ `thanhloc pause off`/,
    )
    await server.api('POST', '/api/v1/pause', { for: 'off', reason: 'thử' })
    expect((await run('status')).code).toBe(0)
  })

  it('keeps since when over looks, also where nobody asked', async () => {
    await server.api('POST', '/api/v1/pause', { for: '10m', reason: 'thử' })
    const since = async (): Promise<string | undefined> => {
      const { body } = await server.api<{ health: { components: { component: string; state: string; since: string }[] } }>('GET', '/api/v1/status') // prettier-ignore
      return body.health.components.find(
        ({ component, state }) => component === 'blocking' && state === 'warn',
      )?.since
    }
    const first = await eventually(since)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(await since()).toBe(first)
    await server.api('POST', '/api/v1/pause', { for: 'off', reason: 'thử' })
  })
})

describe('top', () => {
  it('prints one picture where its output is no terminal', async () => {
    const ran = await run('top')
    expect([ran.code, ran.stderr]).toEqual([0, ''])
    expect(ran.stdout).toMatch(/HEALTHY[\s\S]*Truy vấn · queries +\d/)
    expect(ran.stdout).not.toContain('\u001b')
  })
})

describe('tail', () => {
  it('prints hits as they come, and ends with 0 by Ctrl-C', async () => {
    running = new Running('tail')
    await new Promise((resolve) => setTimeout(resolve, 1500))
    await ask('www.evil.test')
    const shown = running
    await eventually(() => shown.out.includes('www.evil.test A sinkhole (evil.test, apt32)'))
    expect(await running.end('SIGINT')).toBe(0)
    expect(running.err).toBe('')
  })

  it('ends by itself when nobody reads on', async () => {
    running = new Running('tail')
    await new Promise((resolve) => setTimeout(resolve, 1500))
    running.process.stdout!.destroy()
    // The first line meets a closed pipe.
    await eventually(async () => {
      await ask('www.evil.test')
      return running!.process.exitCode !== null
    })
    expect([running.process.exitCode, running.err]).toEqual([0, ''])
  })

  it('goes on over a restart of the server, and says so', async () => {
    running = new Running('tail', '--list', 'apt32')
    await new Promise((resolve) => setTimeout(resolve, 1500))
    await server.stop(true)
    const shown = running
    await eventually(() => shown.err.includes('trying again'))
    server = await start(server.directory)
    await ask('www.worse.test')
    await eventually(() => shown.out.includes('www.worse.test'))
    expect(shown.err).toContain('the server answers again')
    expect(await running.end('SIGTERM')).toBe(0)
  })
})

describe('doctor', () => {
  it('knows this server where the firewall brings questions to it, and no other', async () => {
    const ports = { dns: server.port, dot: 1, doh: 1 }
    const findings = await runChecks(bypassChecks(['127.0.0.1'], new SecureRandom(), ports), 10_000)
    expect(findings.map(({ detail }) => detail.en).slice(0, 2)).toEqual([
      'brought to Thanh Lọc by the firewall',
      'brought to Thanh Lọc by the firewall',
    ])
    const theirs = { ...ports, dns: up.port }
    const [udp] = await runChecks(bypassChecks(['127.0.0.1'], new SecureRandom(), theirs), 10_000)
    expect(udp!.detail.en).toBe('open: this machine can ask outside')
  })

  const doctor = () =>
    thanhloc(['doctor', '--config', server.path('thanhloc.yaml'), '--listen', `127.0.0.1:${server.port}`])

  it('looks at a running server: its port is its own, its databases are sound, its upstream tampers', async () => {
    const ran = await doctor()
    // A wildcard that answers everything gives an address to what cannot be.
    expect(ran.code).toBe(2)
    expect(ran.stdout).toMatch(/^✓ server: /m)
    expect(ran.stdout).toMatch(/^✓ port 127\.0\.0\.1:\d+: máy chủ đang phục vụ\n {4}served by the server$/m)
    expect(ran.stdout).toMatch(/^✓ thanhloc\.db: /m)
    expect(ran.stdout).toMatch(/^✗ upstream .*: sửa câu trả lời.*\n {4}tampers: /m)
    up.nxdomain('*')
    up.forget('*')
    expect((await doctor()).stdout).toMatch(/^✓ upstream /m)
  })

  it('looks without one, and names who has the port', async () => {
    const { port } = server
    await server.stop(true)
    const free = await doctor()
    expect(free.stdout).toMatch(/^\? server: .*\n {4}no server runs/m)
    expect(free.stdout).toMatch(/^✓ port .*\n {4}is free$/m)
    const other = await start()
    const taken = await thanhloc([
      'doctor',
      '--config',
      server.path('thanhloc.yaml'),
      '--listen',
      `127.0.0.1:${other.port}`,
    ])
    expect(taken.code).toBe(2)
    expect(taken.stdout).toMatch(new RegExp(`^✗ port .*\\(process ${other.process.pid}\\)`, 'm'))
    await other.stop()
    server = await start(server.directory)
    expect(port).toBeGreaterThan(0)
  })
})
