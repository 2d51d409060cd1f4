import { expect, test } from 'vitest'
import { ConfigReload } from '../../../src/admin/config-reload.ts'
import type { LoadResult } from '../../../src/config/load.ts'
import { createLog } from '../../../src/log/log.ts'
import { exampleSettings, FakeClock, FakeThreads } from './fake-threads.ts'

function reloader(load: () => LoadResult, threads: FakeThreads) {
  const lines: string[] = []
  const clock = new FakeClock()
  const log = createLog('control', { write: (line) => lines.push(line) > 0 }, 'debug', clock)
  return { lines, clock, config: new ConfigReload({ file: '/etc/t.yaml', load, mail: threads, clock, log }) }
}

test('a good configuration goes to main, whose answer is told and kept', async () => {
  const settings = exampleSettings()
  const threads = new FakeThreads().on('supervisor/settings', () => ({
    applied: ['lists'],
    needsRestart: ['workers'],
  }))
  const { config, clock } = reloader(() => ({ settings }), threads)
  clock.nowMs += 5000
  expect(await config.reload()).toEqual({ applied: ['lists'], needsRestart: ['workers'] })
  expect(threads.bodies('supervisor/settings')).toEqual([{ settings }])
  expect(config.state).toMatchObject({
    loadedAt: clock.nowMs,
    failures: 0,
    errors: [],
    needsRestart: ['workers'],
  })
})

test('a broken one changes nothing, is counted and logged with its place; the next good one clears it', async () => {
  let result: LoadResult = { errors: ['/etc/t.yaml:3:5: unknown key "lits": did you mean "lists"?'] }
  const threads = new FakeThreads().on('supervisor/settings', () => ({ applied: [], needsRestart: [] }))
  const { config, lines } = reloader(() => result, threads)
  expect(await config.reload()).toEqual(result)
  expect(threads.asked).toEqual([])
  expect(config.state).toMatchObject({ failures: 1, errors: [expect.stringContaining(':3:5:')] })
  expect(lines.join('')).toContain('/etc/t.yaml:3:5')
  result = { settings: exampleSettings() }
  await config.reload()
  expect(config.state).toMatchObject({ failures: 1, errors: [] })
})

test('reloads follow one another, also after one that main did not answer', async () => {
  const order: string[] = []
  const threads = new FakeThreads()
  const { config } = reloader(() => {
    order.push('load')
    return { settings: exampleSettings() }
  }, threads)
  const first = config.reload()
  const second = config.reload()
  await expect(first).rejects.toThrow('restarted')
  threads.on('supervisor/settings', () => {
    order.push('main')
    return { applied: [], needsRestart: [] }
  })
  await expect(second).rejects.toThrow('restarted')
  await config.reload()
  expect(order).toEqual(['load', 'load', 'load', 'main'])
})
