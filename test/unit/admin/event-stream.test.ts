import { expect, test } from 'vitest'
import { EventStream, readPosition } from '../../../src/admin/event-stream.ts'
import type { EventPage, StoredEvent } from '../../../src/detection/cases/queries.ts'

const event = (id: number, unit = 'so-yte'): StoredEvent => ({
  id, at: 0, kind: 'case-opened', caseId: 3, clientId: 7, campaign: '', unit, hostName: null, address: '10.1.2.3', indicator: null,
  list: null, state: 'new', actor: null,
}) // prettier-ignore

/** A log of events that a reader of so-yte looks into. */
function fakeLog() {
  const state = { log: 'l1', events: [event(1), event(2)], isGap: false, isGone: false }
  const last = (): number => state.events.at(-1)?.id ?? 0
  return {
    state,
    open: (lastId: string | null) =>
      new EventStream(
        {
          read(after): EventPage {
            if (state.isGone) throw new Error('gone')
            const events = state.events.filter(({ id }) => id > after)
            return { log: state.log, events, next: last(), isGap: state.isGap }
          },
          end: () => ({ log: state.log, next: last() }),
          show: (events) =>
            events.filter(({ unit }) => unit === 'so-yte').map(({ id, kind }) => ({ id, kind })),
        },
        lastId,
        0,
      ),
  }
}

const said = (id: number, log = 'l1'): string => `event: case-opened\nid: ${log}.${id}\ndata: {"id":${id},"kind":"case-opened"}\n\n` // prettier-ignore

test('a new reader begins at the end, and is told each event once', () => {
  const { state, open } = fakeLog()
  const stream = open(null)
  expect(stream.step(0)).toBe('retry: 1000\nid: l1.2\n\nid: l1.2\n\n')
  state.events.push(event(3), event(4))
  expect(stream.step(1000)).toBe(said(3) + said(4))
  expect(stream.step(2000)).toBe('')
})

test('one that comes back goes on where it was', () => {
  const { open } = fakeLog()
  expect(open('l1.1').step(0)).toBe(`retry: 1000\nid: l1.1\n\n${said(2)}`)
})

test('events for others move the place on, unseen', () => {
  const { state, open } = fakeLog()
  const stream = open('l1.2')
  stream.step(0)
  state.events.push(event(3), event(4, 'so-gd'))
  expect(stream.step(1000)).toBe(`${said(3)}id: l1.4\n\n`)
})

test('silence is broken every quarter of a minute', () => {
  const stream = fakeLog().open(null)
  stream.step(0)
  expect([14_999, 15_000, 15_001].map((nowMs) => stream.step(nowMs))).toEqual(['', 'id: l1.2\n\n', ''])
})

test.each(['l0.7', 'nonsense', ''])(
  'with an id of another log (%j) there is a gap, then what comes',
  (lastId) => {
    const { state, open } = fakeLog()
    const stream = open(lastId)
    expect(stream.step(0)).toContain('event: gap\nid: l1.2\n')
    state.events.push(event(3))
    expect(stream.step(1000)).toBe(said(3))
  },
)

test('what is gone is told as a gap, before what is left; so is another log while it runs', () => {
  const { state, open } = fakeLog()
  const stream = open('l1.1')
  state.isGap = true
  expect(stream.step(0)).toMatch(/event: gap\n[^]*event: case-opened\nid: l1\.2\n/)
  Object.assign(state, { log: 'l2', events: [event(9)], isGap: false })
  expect(stream.step(1000)).toBe('event: gap\nid: l2.9\ndata: {}\n\nid: l2.9\n\n')
})

test('nothing is lost when the store cannot be read for a while', () => {
  const { state, open } = fakeLog()
  const stream = open('l1.1')
  state.isGone = true
  expect(() => stream.step(0)).toThrow('gone')
  state.isGone = false
  expect(stream.step(1000)).toBe(`retry: 1000\nid: l1.1\n\n${said(2)}`)
})

test('a position is a log and a number', () => {
  expect(readPosition('ab12.34')).toEqual({ log: 'ab12', after: 34 })
  for (const text of ['', '.1', 'a', 'a.', 'a.-1', 'a.1e3', `a.${'9'.repeat(16)}`, 'a b.1']) expect(readPosition(text), text).toBeNull() // prettier-ignore
})
