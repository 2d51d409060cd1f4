/** What officers may change, and what is left of each change. */
import { expect, test } from 'vitest'
import { CHANGES_A_CASE, MAX_NOTE } from '../../../../src/detection/cases/asked.ts'
import { CaseStore, DAY, HOUR, NOON, unitOf } from './setup.ts'

function opened(): CaseStore {
  const store = new CaseStore()
  store.hit()
  return store
}

test('a change is kept with who, when and why, and told as an event', () => {
  const store = opened()
  expect(store.change(1, 'confirmed', { note: ' Đã gọi điện. ', assignee: 'minh' })).toEqual({
    id: 1,
    clientId: 1,
    state: 'confirmed',
    version: 2,
  })
  const detail = store.cases.getCase(1)!
  expect(detail).toMatchObject({
    state: 'confirmed',
    version: 2,
    assignee: 'minh',
    notes: 1,
    changedAt: store.nowMs,
  })
  expect(detail.history.items).toEqual([
    {
      id: 2, at: store.nowMs, cause: 'officer', actor: 'lan', from: 'new', to: 'confirmed', note: 'Đã gọi điện.', assignee: 'minh',
      until: null, indicator: null,
    },
    {
      id: 1, at: NOON + 201, cause: 'hit', actor: null, from: null, to: 'new', note: '', assignee: null, until: null,
      indicator: 'evil.test',
    },
  ]) // prettier-ignore
  expect(store.cases.eventsAfter(2).events).toMatchObject([
    { kind: 'case-changed', caseId: 1, clientId: 1, state: 'confirmed', actor: 'lan', campaign: '2022' },
  ])
})

test('a note or an assignee alone changes no state', () => {
  const store = opened()
  expect(store.change(1, null, { note: 'chờ linh kiện' })).toMatchObject({ state: 'new', version: 2 })
  expect(store.change(1, 'new', { assignee: 'minh' })).toMatchObject({ state: 'new', version: 3 })
  expect(store.change(1, null, { assignee: null })).toMatchObject({ version: 4 })
  expect(store.all()[0]).toMatchObject({ assignee: null, notes: 1 })
  expect(store.cases.getCase(1)!.history.items.map(({ assignee }) => assignee)).toEqual(['', 'minh', null, null]) // prettier-ignore
})

test('of two officers who read the same version the second is told what there is now', () => {
  const store = opened()
  store.change(1, 'confirmed')
  const asked = { id: 1, version: 1, to: 'cleaning', actor: 'minh' }
  expect(store.work.change(asked)).toMatchObject({ problem: 'conflict', version: 2, state: 'confirmed' })
  expect(store.said()).toEqual(['1 2022 confirmed 1'])
})

test('a hit that reopens a case is not overwritten unseen; one that is counted is no change', () => {
  const store = opened()
  store.bring(1, 'confirmed', 'cleaned')
  const { version } = store.all()[0]!
  store.hit()
  expect(store.all()[0]!.version).toBe(version)
  store.pass(2 * HOUR)
  store.hit()
  expect(store.work.change({ id: 1, version, to: 'cleaning', actor: 'lan' })).toMatchObject({
    problem: 'conflict',
    state: 'reinfected',
  })
})

test('what the table of states does not permit is refused with what it does', () => {
  const store = opened()
  expect(store.change(1, 'cleaned')).toMatchObject({
    problem: 'not-permitted',
    message: 'A case that is new can become confirmed or cleaning or false-alarm, not cleaned.',
  })
  expect(store.change(1, 'reinfected')).toMatchObject({ problem: 'not-permitted' })
  expect(store.change(1, 'new')).toMatchObject({
    problem: 'not-permitted',
    message: 'Case 1 is new already.',
  })
  expect(store.cases.getCase(1)!.history.items).toHaveLength(1)
})

test('a false alarm that is withdrawn is heard again; what was silenced by itself stays so', () => {
  const store = opened()
  store.hit({ indicator: 'other.test' })
  store.work.silence({ client: 1, indicator: 'other.test', untilMs: store.nowMs + 9 * DAY, actor: 'lan', reason: 'a test' }) // prettier-ignore
  store.change(1, 'false-alarm', { note: 'own test', untilMs: store.nowMs + DAY })
  const silenced = (): (number | null)[] =>
    store.cases.getCase(1)!.indicators.map(({ silencedUntil }) => silencedUntil)
  expect(silenced()).toEqual([store.nowMs + 9 * DAY, store.nowMs + DAY])
  store.change(1, 'new', { note: 'it was none' })
  expect(silenced()).toEqual([store.nowMs + 9 * DAY, null])
})

test('the end of a false alarm can be moved, also nearer', () => {
  const store = opened()
  store.change(1, 'false-alarm', { note: 'own test', untilMs: store.nowMs + 9 * DAY })
  store.change(1, 'false-alarm', { note: 'shorter', untilMs: store.nowMs + DAY })
  expect(store.all()[0]!.falseAlarmUntil).toBe(store.nowMs + DAY)
  store.pass(2 * DAY)
  store.hit()
  expect(store.said()).toEqual(['1 2022 new 2'])
})

test('a silence is lifted, and set anew', () => {
  const store = opened()
  const silence = (untilMs: number | null): unknown =>
    store.work.silence({ client: 1, indicator: 'evil.test', untilMs, actor: 'lan', reason: 'a test' })
  const until = (): number | null => store.cases.getCase(1)!.indicators[0]!.silencedUntil
  expect(silence(store.nowMs + DAY)).toEqual({ indicators: 1 })
  expect(silence(store.nowMs + HOUR)).toEqual({ indicators: 1 })
  expect(until()).toBe(store.nowMs + HOUR)
  expect(silence(null)).toEqual({ indicators: 1 })
  expect(until()).toBeNull()
  expect(silence(null)).toEqual({ problem: 'not-found', message: 'evil.test is not silenced for client 1.' })
})

test('whoever sees some clients alone silences what those asked for, and learns nothing of the others', () => {
  const store = opened()
  store.hit({ client: '10.0.0.2', indicator: 'other.test' })
  const silence = (indicator: string, isOwn: boolean): unknown =>
    store.work.silence({ client: 1, indicator, untilMs: store.nowMs + DAY, actor: 'lan', reason: 'x', isOwn })
  const refused = (indicator: string) => ({
    problem: 'not-found',
    message: `Client 1 has not asked for ${indicator}.`,
  })
  expect(silence('other.test', true)).toEqual(refused('other.test'))
  expect(silence('never.test', true)).toEqual(refused('never.test'))
  expect(silence('evil.test', true)).toEqual({ indicators: 1 })
  expect(silence('other.test', false)).toEqual({ indicators: 1 })
})

test('silences are listed page by page, those of some units alone, also when they hold no more', () => {
  const store = new CaseStore({ units: [unitOf('so', ['10.0.0.2/32']), unitOf('other', ['10.0.1.0/24'])] })
  for (const client of ['10.0.0.1', '10.0.0.2'])
    for (const indicator of ['a.test', 'b.test']) store.hit({ client, indicator })
  const silence = (client: number, indicator: string, ms: number): unknown =>
    store.work.silence({ client, indicator, untilMs: store.nowMs + ms, actor: 'lan', reason: 'x' })
  silence(1, 'a.test', DAY)
  silence(2, 'a.test', DAY)
  silence(2, 'b.test', HOUR)
  const setAt = store.nowMs
  const shown = (filter: Parameters<typeof store.cases.listSilences>[0] = {}): string[] =>
    store.cases.listSilences(filter).items.map(({ clientId, indicator }) => `${clientId} ${indicator}`)
  expect(shown()).toEqual(['1 a.test', '2 a.test', '2 b.test'])
  expect(shown({ afterMs: setAt + HOUR })).toEqual(['1 a.test', '2 a.test'])
  expect(shown({ client: 2 })).toEqual(['2 a.test', '2 b.test'])
  expect(shown({ within: ['so'] })).toEqual(['2 a.test', '2 b.test'])
  expect(shown({ within: ['other'] })).toEqual([])
  expect(shown({ within: [] })).toEqual([])
  const first = store.cases.listSilences({}, { limit: 2 })
  expect(first.items[1]).toEqual({
    clientId: 2, unit: 'so', indicator: 'a.test', kind: first.items[0]!.kind, until: setAt + DAY, setAt, actor: 'lan', reason: 'x',
    caseId: null,
  }) // prettier-ignore
  const rest = store.cases.listSilences({}, { limit: 2, cursor: first.next! })
  expect([rest.items.map(({ indicator }) => indicator), rest.next]).toEqual([['b.test'], null])
  store.change(1, 'false-alarm', { note: 'own test', untilMs: store.nowMs + DAY })
  expect(store.cases.listSilences({ client: 1 }).items.map(({ caseId }) => caseId)).toEqual([null, 1])
})

test('silencing what nobody asked for, or nobody, is said to be nothing', () => {
  const store = opened()
  const asked = { client: 1, indicator: 'good.test', untilMs: store.nowMs + DAY, actor: 'lan', reason: 'x' }
  expect(store.work.silence(asked)).toMatchObject({ problem: 'not-found' })
  expect(store.work.silence({ ...asked, client: 9 })).toMatchObject({ problem: 'not-found' })
  expect(store.change(9, 'confirmed')).toMatchObject({ problem: 'not-found' })
})

const ASKED = { id: 1, version: 1, to: 'confirmed', actor: 'lan' }
test.each<[string, unknown]>([
  ['nothing', null],
  ['text', 'x'],
  ['no case', { ...ASKED, id: '1' }],
  ['a case 0', { ...ASKED, id: 0 }],
  ['no version', { ...ASKED, version: undefined }],
  ['a state there is not', { ...ASKED, to: 'gone' }],
  ['a state of the prototype', { ...ASKED, to: 'toString' }],
  ['nobody', { ...ASKED, actor: ' ' }],
  ['somebody on two lines', { ...ASKED, actor: 'a\nb' }],
  ['a note too long', { ...ASKED, note: 'x'.repeat(MAX_NOTE + 1) }],
  ['a note that is none', { ...ASKED, note: 7 }],
  ['an assignee that is none', { ...ASKED, assignee: '' }],
  ['an end of what has none', { ...ASKED, untilMs: NOON + DAY }],
  ['a false alarm without end', { ...ASKED, to: 'false-alarm', note: 'x' }],
  ['a false alarm without reason', { ...ASKED, to: 'false-alarm', untilMs: NOON + DAY }],
  ['a false alarm that is over', { ...ASKED, to: 'false-alarm', note: 'x', untilMs: NOON }],
  ['a false alarm of two years', { ...ASKED, to: 'false-alarm', note: 'x', untilMs: NOON + 700 * DAY }],
  ['a false alarm until never', { ...ASKED, to: 'false-alarm', note: 'x', untilMs: Infinity }],
  ['no change', { ...ASKED, to: null }],
])('a change with %s is refused and changes nothing', (_, asked) => {
  const store = opened()
  expect(store.work.change(asked)).toMatchObject({ problem: 'invalid' })
  expect(store.all()[0]).toMatchObject({ state: 'new', version: 1 })
})

test('notes lose control characters and marks that turn the text round, and are composed', () => {
  const store = opened()
  store.change(1, null, { note: 'a\u0000b\u202ec\r\nd\u0301\ud800', assignee: 'Nguye\u0302\u0303n' })
  expect(store.cases.getCase(1)!.history.items[0]!.note).toBe('abc\nd\u0301\ufffd')
  expect(store.all()[0]!.assignee).toBe('Nguyễn')
})

test('a case keeps a bounded history', () => {
  const store = opened()
  for (let n = 0; n < CHANGES_A_CASE; n++)
    store.work.change({ id: 1, version: n + 1, to: null, actor: 'lan', note: `${n}` })
  expect(store.change(1, null, { note: 'one more' })).toMatchObject({ problem: 'not-permitted' })
  expect(store.all()[0]!.version).toBe(CHANGES_A_CASE + 1)
})

test('a client of very many indicators is no false alarm', () => {
  const store = opened()
  store.store.storeWriter.within(({ database }) => database.exec('UPDATE client SET indicator_count = 20001'))
  expect(store.change(1, 'false-alarm', { note: 'x', untilMs: store.nowMs + DAY })).toMatchObject({
    problem: 'not-permitted',
    version: 1,
  })
})

test('history cannot be rewritten', () => {
  const store = opened()
  const rewrite = (): unknown =>
    store.store.storeWriter.within(({ database }) => database.exec(`UPDATE case_change SET note = 'nothing'`))
  expect(rewrite).toThrow('only added to')
})

test('while the store cannot be written a change is refused, not lost', () => {
  const store = opened()
  store.store.connect = () => {
    throw Object.assign(new Error('disk I/O error'), { errcode: 10 })
  }
  store.store.storeWriter.close()
  expect(store.work.change(ASKED)).toEqual({
    problem: 'unavailable',
    message: 'The store cannot be written now: disk I/O error.',
  })
})
