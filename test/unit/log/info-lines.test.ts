import { expect, test } from 'vitest'
import type { Clock } from '../../../src/clock.ts'
import { InfoLines, quoted } from '../../../src/log/info-lines.ts'
import { createLog } from '../../../src/log/log.ts'

const clock: Clock = { monotonicMs: () => 0, wallMs: () => Date.UTC(2026, 10, 21, 8), every: () => () => {} }

test.each(['evil.test', '', 'a"b\\c', 'đen', 'line\nfeed', '\ud800', '\x7f'])('%j is what JSON makes of it', (text) => {
  expect(quoted(text)).toBe(JSON.stringify(text))
}) // prettier-ignore

test('a line is that of the logger, to the byte', () => {
  const lines: string[] = []
  const ring = { write: (line: string) => lines.push(line) > 0 }
  const log = createLog('store', ring, 'info', clock)
  log.info({ list: 'apt32', count: 3 }, 'blocked')
  new InfoLines('store', ring, log, clock).write(',"list":"apt32","count":3', 'blocked')
  expect(lines[1]).toBe(lines[0])
})

test('the level is the one the logger has at the moment', () => {
  const log = createLog('store', { write: () => true }, 'info', clock)
  const lines = new InfoLines('store', { write: () => true }, log, clock)
  expect(lines.isEnabled).toBe(true)
  log.level = 'warn'
  expect(lines.isEnabled).toBe(false)
})
