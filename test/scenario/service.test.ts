/** What a service manager is told of the running product, and what the product sees of itself. */
import { join } from 'node:path'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { query } from '../support/dns-client.ts'
import { FakeUpstream } from '../support/fake-upstream.ts'
import type { Fault, FaultOrder } from '../support/faulty-thread.ts'
import { parseMetrics } from '../support/metrics-text.ts'
import { NotifyReceiver } from '../support/notify-receiver.ts'
import { eventually, TestServer } from '../support/server.ts'

const FAULTY = join(import.meta.dirname, '../support/faulty-main.ts')
/** It looks at itself four times a second. */
const WATCHDOG_USEC = '1500000'
const CLIENT_METRICS =
  /^thanhloc_(queries|answers|responses|hits)_total$|^thanhloc_answer_duration_seconds_(count|sum)$/
/** Of one test on a machine that does much else. */
const PATIENCE_MS = 60_000

let directory: string
let address: string
let receiver: NotifyReceiver
let up: FakeUpstream
let server: TestServer | null = null

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'thanhloc-notify-'))
  address = join(directory, 'notify')
  receiver = new NotifyReceiver(address)
  up = await FakeUpstream.start()
  up.answer('*', 'A', '192.0.2.1', { ttl: 60 })
})
afterEach(async () => {
  await server?.stop()
  server = null
  await up.stop()
  receiver.close()
  rmSync(directory, { recursive: true })
})

async function open(
  options: { config?: string; entry?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<TestServer> {
  const { config = '', entry, env = { NOTIFY_SOCKET: address, WATCHDOG_USEC } } = options
  server = await TestServer.start({
    config: `upstreams: { servers: ["${up.text}"] }\nlists: [{ id: bad, path: bad.txt }]\n${config}`,
    files: { 'bad.txt': 'evil.vn\n' },
    env,
    ...(entry !== undefined && { entry }),
  })
  return server
}

function order(thread: string, fault: Fault): void {
  server!.process.send({ thread, fault } satisfies FaultOrder)
}

/** Signs of life that came while `during` went on. */
async function signs(during: () => Promise<unknown>): Promise<number> {
  const before = receiver.count('WATCHDOG=1')
  await during()
  return receiver.count('WATCHDOG=1') - before
}

const moreSigns = async (): Promise<void> => {
  const { length } = receiver.messages
  const since = (): number =>
    receiver.messages.slice(length).filter((message) => message === 'WATCHDOG=1').length
  await receiver.until(() => since() >= 2)
}

describe('a service manager', { timeout: PATIENCE_MS }, () => {
  it('is told when the server is ready, how it is, that it reads again, and that it ends', async () => {
    const under = await open()
    await receiver.until(() => receiver.messages.some((message) => message.startsWith('STATUS=')))
    expect(receiver.messages).toContain('READY=1\nSTATUS=answers')
    expect(receiver.messages).toContain('STATUS=1 names listed; 0 queries, 0 blocked; no trouble')

    under.write('bad.txt', 'evil.vn\nworse.vn\n')
    under.process.kill('SIGHUP')
    await receiver.until(() => receiver.count('READY=1') === 2)
    const reloading = receiver.messages.findIndex((message) =>
      /^RELOADING=1\nMONOTONIC_USEC=\d+/.test(message),
    )
    expect(reloading).toBeGreaterThan(0)
    // Not before the lists are read.
    expect((await query('worse.vn', 'A', { port: under.port })).answers[0]?.data).toBe('0.0.0.0')

    await under.stop(true)
    await receiver.until(() => receiver.count('STOPPING=1') === 1)
  })

  it('gets no sign of life while a resolver thread hangs, and again when it is replaced', async () => {
    const under = await open({ config: 'workers: 2\n', entry: FAULTY })
    await moreSigns()
    const whileItHangs = await signs(async () => {
      order('resolver-1', 'hang')
      await under.logged((line) => line.msg.includes('does not move'), 20_000)
    })
    // Those that were on their way when the order was given.
    expect(whileItHangs).toBeLessThanOrEqual(2)
    const line = await under.logged((one) => one.msg === 'no sign of life for the service manager')
    expect(line['reason']).toBe('resolver thread 1 does not move')
    await moreSigns()
  })

  it('gets none while nobody reads the socket, and the API and the metrics say so', async () => {
    const under = await open({ entry: FAULTY })
    await moreSigns()
    order('resolver-0', 'deaf')
    const line = await under.logged((one) => one.msg === 'the server does not answer itself')
    expect(line['reason']).toContain(`no answer at 127.0.0.1:${under.port}`)
    const whileDeaf = await signs(async () => {
      await eventually(async () =>
        (await under.api('GET', '/readyz')).text.includes('does not answer itself'),
      )
      await eventually(async () => (await selfMetrics(under)).failures >= 3)
    })
    expect(whileDeaf).toBe(0)
    expect((await selfMetrics(under)).success).toBe(0)
    order('resolver-0', 'hear')
    await moreSigns()
    await eventually(async () => !(await under.api('GET', '/readyz')).text.includes('does not answer itself'))
  })

  it('gets them on while the control thread dies', async () => {
    const under = await open({ entry: FAULTY })
    await moreSigns()
    order('control', 'throw')
    await under.logged((line) => line.msg.includes('died') && line['name'] === 'control', 20_000)
    await moreSigns()
    expect(under.lines.filter(({ msg }) => msg === 'no sign of life for the service manager')).toEqual([])
  })

  it('that refuses or does not read costs nothing: the server answers, and says why', async () => {
    const gone = join(directory, 'gone')
    new NotifyReceiver(gone).close()
    const under = await open({ env: { NOTIFY_SOCKET: gone, WATCHDOG_USEC } })
    const line = await under.logged(({ msg }) => msg === 'the service manager does not take what it is told')
    expect(line['reason']).toBe('ECONNREFUSED')
    expect((await query('clean.vn', 'A', { port: under.port })).answers[0]?.data).toBe('192.0.2.1')
    await under.stop()

    const deaf = join(directory, 'deaf')
    const unread = new NotifyReceiver(deaf, { isReading: false })
    const other = await open({ env: { NOTIFY_SOCKET: deaf, WATCHDOG_USEC: '100000' } })
    await eventually(async () => (await other.api<{ msg: string }>('GET', '/readyz')).status === 200)
    expect((await query('clean.vn', 'A', { port: other.port })).answers[0]?.data).toBe('192.0.2.1')
    expect(await other.stop()).toBe(0)
    unread.close()
  })

  it('that is not there is told nothing', async () => {
    const under = await open({ env: { NOTIFY_SOCKET: undefined, WATCHDOG_USEC } })
    await eventually(async () => (await selfMetrics(under)).success === 1)
    await under.stop()
    expect(receiver.messages).toEqual([])
    expect(under.lines.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([])
  })
})

describe('the query of the server to itself', { timeout: PATIENCE_MS }, () => {
  it.each([
    ['a wildcard', 'listen: ["0.0.0.0:0"]\n'],
    ['an address', 'listen: ["127.0.0.1:0"]\n'],
    ['an IPv6 address', 'listen: ["[::1]:0"]\n'],
    ['few who may ask', 'access: { networks: [127.0.0.1/32] }\n'],
    ['a list of everything', 'lists: [{ id: bad, path: bad.txt }, { id: all, path: all.txt }]\n'],
  ])('under %s is answered, and is in no figure of clients', async (_, config) => {
    server = await TestServer.start({
      config: `upstreams: { servers: ["${up.text}"] }\n${config}`,
      files: { 'bad.txt': 'evil.vn\n', 'all.txt': 'thanhloc.invalid\nself.thanhloc.invalid\n' },
      env: { NOTIFY_SOCKET: address, WATCHDOG_USEC },
    })
    const under = server
    await moreSigns()
    await eventually(async () => (await selfMetrics(under)).success === 1)
    const { seconds, failures } = await selfMetrics(under)
    expect(seconds).toBeGreaterThan(0)
    expect(failures).toBe(0)
    const { text } = await under.api('GET', '/metrics')
    const counted = parseMetrics(text).samples.filter(({ name }) => CLIENT_METRICS.test(name))
    expect(counted.length).toBeGreaterThan(20)
    expect(counted.filter(({ value }) => value !== 0)).toEqual([])
    expect(up.seen('self.thanhloc.invalid')).toEqual([])
    const { body } = await under.api<{ items: object[] }>('GET', '/api/v1/clients')
    expect(body.items).toEqual([])
  })
})

async function selfMetrics(of: TestServer): Promise<{ success: number; seconds: number; failures: number }> {
  const { text } = await of.api('GET', '/metrics')
  const value = (name: string): number =>
    Number(new RegExp(`^thanhloc_self_query_${name} (.+)$`, 'm').exec(text)?.[1])
  return { success: value('success'), seconds: value('seconds'), failures: value('failures_total') }
}
