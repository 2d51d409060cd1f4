/** The data directory on a disk that is full: that is told all the same, and events wait until there is room. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Alerts } from '../../src/alerts/alerts.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { SmallDisk } from '../support/small-disk.ts'
import { event, FakeLog, NOON, settingsWith, webhook } from '../unit/alerts/setup.ts'

let disk: SmallDisk
beforeEach(() => void (disk = new SmallDisk(4)))
afterEach(() => disk.remove())

it('a full disk is told of once, and events are told of once there is room', async () => {
  const told: string[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      const { kind, state } = JSON.parse(body) as { kind: string; state: string | null }
      told.push(`${kind} ${state}`)
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const clock = new FakeClock(NOON)
  const log = new FakeLog()
  const settings = settingsWith(webhook({ url }))
  const alerts = new Alerts({ settings, directory: disk.path, version: '1.0', clock, log: log.log })
  const pass = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second++) {
      clock.advance(1000)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  try {
    disk.fill()
    const full = { kind: 'store-trouble', about: '', reason: 'the disk is full' } as const
    const events = Array.from({ length: 300 }, (_, index) => event(index + 1, { clientId: index }))
    const page = { log: 'a', events, next: 300 }
    alerts.follow('a', 0)
    expect(alerts.take(page)).toBe(false)
    for (let look = 0; look < 12; look++) {
      alerts.raise(full)
      await pass(1)
    }
    expect(told).toEqual(['store-trouble begun'])
    expect(alerts.status().trouble).toContain('full')
    expect(log.of('cannot be used')).toHaveLength(1)
    disk.free()
    await pass(6)
    expect(alerts.follow('a', 0)).toBe(true)
    expect(alerts.take(page)).toBe(true)
    alerts.resolve(full)
    await pass(60)
    const cases = (): string[] => told.filter((one) => one.startsWith('case-new'))
    await vi.waitFor(() => expect(cases()).toHaveLength(300), { timeout: 20_000 })
    expect(told.filter((one) => one.startsWith('store-trouble'))).toEqual([
      'store-trouble begun',
      'store-trouble resolved',
    ])
    expect(alerts.status().trouble).toBeNull()
  } finally {
    const closed = alerts.close()
    await pass(2)
    await closed
    server.close()
  }
})
