import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Service } from '../../../src/service/service.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { NotifyReceiver } from '../../support/notify-receiver.ts'

let directory: string
let receiver: NotifyReceiver
let clock: FakeClock
let service: Service
let summary: () => Promise<string>

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'thanhloc-notify-'))
  receiver = new NotifyReceiver(join(directory, 'notify'))
  clock = new FakeClock()
  summary = async () => '12 names listed; no trouble'
  service = open({ NOTIFY_SOCKET: join(directory, 'notify') })
})
afterEach(() => {
  service.close()
  receiver.close()
  rmSync(directory, { recursive: true })
})

function open(environment: object): Service {
  let beat = 0
  const silent = (): void => {}
  return new Service({
    environment,
    words: { heartbeat: () => beat++, isAnswering: () => true },
    workers: 1,
    ask: async () => ({ outcome: 'answered', ms: 1 }),
    summary: () => summary(),
    clock,
    log: { info: silent, warn: silent, error: silent },
  })
}

/** The first line of every message so far. */
async function told(count: number): Promise<string[]> {
  await receiver.until(() => receiver.messages.length >= count)
  return receiver.messages.map((message) => message.split('\n', 1)[0]!)
}

describe('Service', () => {
  it('says that it is ready when everything answers, once, and how it is', async () => {
    service.answers()
    service.ready()
    service.ready()
    expect(await told(2)).toEqual(['READY=1', 'STATUS=12 names listed; no trouble'])
    clock.advance(29_000)
    clock.advance(5_000)
    expect((await told(3)).slice(2)).toEqual(['STATUS=12 names listed; no trouble'])
  })

  it('says so after a while where queries are answered, whatever keeps the other threads', async () => {
    service.answers()
    clock.advance(15_000)
    expect(receiver.messages).toEqual([])
    clock.advance(5_000)
    await told(2)
    expect(receiver.messages[0]).toContain(
      'READY=1\nSTATUS=answers queries; the list or control thread does not start',
    )
    service.ready()
    clock.advance(60_000)
    await told(3)
    expect(receiver.count('READY=1')).toBe(1)
  })

  it('is not ready while nothing answers', async () => {
    clock.advance(3_600_000)
    service.stopping()
    expect(await told(1)).toEqual(['STOPPING=1'])
  })

  it('is reloading until all has been read again, and what is asked for meanwhile', async () => {
    service.answers()
    service.ready()
    await told(2)
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    service.reloading(first.promise)
    service.reloading(second.promise)
    first.reject(new Error('the configuration is wrong'))
    expect((await told(4)).slice(2)).toEqual(['RELOADING=1', 'RELOADING=1'])
    second.resolve()
    expect((await told(6)).slice(4)).toEqual(['READY=1', 'STATUS=12 names listed; no trouble'])
  })

  it('told to read again before it is ready does not say READY for that', async () => {
    service.answers()
    service.reloading(Promise.resolve())
    await new Promise((resolve) => setImmediate(resolve))
    service.stopping()
    expect(await told(1)).toEqual(['STOPPING=1'])
  })

  it('says so where the control thread does not', async () => {
    summary = () => Promise.reject(new Error('control is being restarted'))
    service.answers()
    service.ready()
    expect((await told(2))[1]).toBe('STATUS=answers; the control thread does not say how it is')
  })

  it('asks itself also without a service manager, and says nothing to nobody', async () => {
    const alone = open({})
    alone.answers()
    alone.ready()
    alone.reloading(Promise.resolve())
    await new Promise((resolve) => setImmediate(resolve))
    expect(alone.selfQuery).toMatchObject({ outcome: 'answered', seconds: 0.001 })
    alone.stopping()
    alone.close()
    expect(receiver.messages).toEqual([])
  })
})
