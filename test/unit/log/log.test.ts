import { expect, test } from 'vitest'
import type { Clock } from '../../../src/clock.ts'
import { createLog } from '../../../src/log/log.ts'

const clock: Clock = { monotonicMs: () => 0, wallMs: () => Date.UTC(2026, 10, 21, 8), every: () => () => {} }

test('a line is one JSON object with level, RFC 3339 UTC time, thread and message', () => {
  const lines: string[] = []
  const log = createLog('lists', { write: (line) => lines.push(line) > 0 }, 'info', clock)
  log.info({ list: 'apt32' }, 'list loaded')
  log.debug('not at this level')
  log.error({ error: new Error('no such file') }, 'list kept')
  expect(lines).toHaveLength(2)
  expect(lines.every((line) => line.endsWith('\n') && line.indexOf('\n') === line.length - 1)).toBe(true)
  expect(JSON.parse(lines[0]!)).toEqual({
    level: 'info',
    time: '2026-11-21T08:00:00.000Z',
    thread: 'lists',
    list: 'apt32',
    msg: 'list loaded',
  })
  expect(JSON.parse(lines[1]!)).toMatchObject({ level: 'error', error: { message: 'no such file' } })
})

test('the level can be changed while it runs, and a full ring is no error', () => {
  const lines: string[] = []
  const log = createLog('main', { write: (line) => lines.push(line) < 0 }, 'warn', clock)
  log.info('no')
  log.level = 'info'
  log.info('yes')
  expect(lines).toHaveLength(1)
})
