import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ServiceManager, type ServiceEnvironment } from '../../../src/service/service-manager.ts'
import { NotifyReceiver } from '../../support/notify-receiver.ts'

let directory: string
let address: string
let receiver: NotifyReceiver | null = null
let manager: ServiceManager | null = null
let warnings: object[]

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'thanhloc-notify-'))
  address = join(directory, 'notify')
  warnings = []
})
afterEach(() => {
  manager?.close()
  receiver?.close()
  manager = receiver = null
  rmSync(directory, { recursive: true })
})

function open(environment: ServiceEnvironment): ServiceManager | null {
  manager = ServiceManager.of(environment, { warn: (fields: object) => void warnings.push(fields) })
  return manager
}

async function told(count: number): Promise<string[]> {
  await receiver!.until(() => receiver!.messages.length >= count)
  return receiver!.messages
}

describe('the service manager', () => {
  it.each([{}, { NOTIFY_SOCKET: '' }, { WATCHDOG_USEC: '1000000' }])('is not there for %j', (environment) => {
    expect(open(environment)).toBeNull()
    expect(warnings).toEqual([])
  })

  it('that cannot be reached at all is one warning, and no more is said', () => {
    expect(open({ NOTIFY_SOCKET: 'vsock:2:1' })).toBeNull()
    expect(warnings).toEqual([{ reason: expect.stringContaining('vsock:2:1') }])
  })

  it('is told of readiness, a reload, its end and each sign of life, in the words of sd_notify(3)', async () => {
    receiver = new NotifyReceiver(address)
    const { watchdogMs } = open({ NOTIFY_SOCKET: address })!
    expect(watchdogMs).toBeNull()
    const beforeUs = process.hrtime.bigint() / 1000n
    manager!.ready('answers')
    manager!.status('12 names\nlisted')
    manager!.alive()
    manager!.reloading()
    manager!.stopping()
    const [ready, status, alive, reloading, stopping] = await told(5)
    expect(ready).toBe('READY=1\nSTATUS=answers')
    expect(status).toBe('STATUS=12 names listed')
    expect(alive).toBe('WATCHDOG=1')
    expect(reloading).toMatch(/^RELOADING=1\nMONOTONIC_USEC=\d+\nSTATUS=/)
    const saidUs = BigInt(/MONOTONIC_USEC=(\d+)/.exec(reloading!)![1]!)
    expect(saidUs >= beforeUs && saidUs <= process.hrtime.bigint() / 1000n).toBe(true)
    expect(stopping).toMatch(/^STOPPING=1\nSTATUS=/)
  })

  it.each([
    [{ WATCHDOG_USEC: '30000000' }, 30_000],
    [{ WATCHDOG_USEC: '30000000', WATCHDOG_PID: String(process.pid) }, 30_000],
    [{ WATCHDOG_USEC: '30000000', WATCHDOG_PID: String(process.pid + 1) }, null],
    [{ WATCHDOG_USEC: '0' }, null],
    [{ WATCHDOG_USEC: 'soon' }, null],
  ])('with %j wants a sign of life within %j ms', (environment, ms) => {
    expect(open({ NOTIFY_SOCKET: address, ...environment })!.watchdogMs).toBe(ms)
  })

  it('that does not read gets the news later and in order, but no sign of life from before', async () => {
    receiver = new NotifyReceiver(address, { isReading: false })
    open({ NOTIFY_SOCKET: address })
    for (let count = 0; count < 5000; count++) manager!.alive()
    manager!.ready('answers')
    manager!.alive()
    manager!.stopping()
    receiver.read()
    // All that the socket had room for.
    await receiver.until(() => receiver!.messages.length > 0)
    await new Promise((resolve) => setImmediate(resolve))
    const before = receiver.messages.length
    expect(new Set(receiver.messages)).toEqual(new Set(['WATCHDOG=1']))
    manager!.flush()
    expect((await told(before + 2)).slice(before).map((message) => message.split('\n')[0])).toEqual([
      'READY=1',
      'STOPPING=1',
    ])
    expect(warnings).toEqual([])
  })

  it('that refuses is one warning for each reason, and is told again when it is back', async () => {
    open({ NOTIFY_SOCKET: address })
    for (let count = 0; count < 100; count++) manager!.alive()
    manager!.ready('answers')
    expect(warnings).toEqual([{ reason: 'ENOENT' }])
    receiver = new NotifyReceiver(address)
    manager!.alive()
    expect(await told(2)).toEqual(['READY=1\nSTATUS=answers', 'WATCHDOG=1'])
    expect(warnings).toHaveLength(1)
  })

  it('that is away for long gets the latest news, the oldest are dropped', async () => {
    open({ NOTIFY_SOCKET: address })
    for (let count = 0; count < 100; count++) manager!.status(`news ${count}`)
    receiver = new NotifyReceiver(address)
    // A socket has room for some ten messages at a time.
    for (let count = 0; receiver.messages.length < 16; count = receiver.messages.length) {
      manager!.flush()
      await receiver.until(() => receiver!.messages.length > count)
    }
    const messages = await told(16)
    expect(messages).toHaveLength(16)
    expect(messages.at(-1)).toBe('STATUS=news 99')
  })
})
