/** From hits to cases: what opens one, what reopens it, what is only counted. */
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { UnitWatch } from '../../../../src/detection/cases/unit-watch.ts'
import { CaseWitness } from '../../../../src/detection/cases/witness.ts'
import { readPeerPage } from '../../../../src/detection/peer-page.ts'
import { CaseStore, DAY, GRACE, HOUR, NOON, unitOf } from './setup.ts'

const A = 'aa:00:00:00:00:01'

test('a first hit opens a case for each campaign of its lists; a list without one counts under none', () => {
  const store = new CaseStore()
  store.hit({ lists: [1] })
  store.hit({ client: '10.0.0.2', lists: [1, 2] })
  expect(store.said()).toEqual(['1 2022 new 1', '2 2022 new 1', '3 - new 1'])
  expect(store.all()[0]).toMatchObject({
    clientId: 1, address: '10.0.0.1', campaign: '2022', state: 'new', version: 1, firstHit: NOON + 200, lastHit: NOON + 200,
    assignee: null, reinfections: 0, cleanedAt: null, priority: 'normal', notes: 0, node: null,
  }) // prettier-ignore
})

test('two lists of one campaign make one case and count a hit once', () => {
  const store = new CaseStore()
  store.store.registry.register([
    { number: 3, id: 'apt-more', campaign: '2022', basis: '', action: 'sinkhole' },
  ])
  store.hit({ lists: [1, 3] })
  expect(store.said()).toEqual(['1 2022 new 1'])
})

test('what was only logged is evidence like what was blocked', () => {
  const store = new CaseStore()
  store.hit({ action: 5, lists: [2] })
  expect(store.said()).toEqual(['1 - new 1'])
})

test('hits are summed over indicators and commits, with the first and the last of them', () => {
  const store = new CaseStore()
  for (const indicator of ['evil.test', 'other.test', 'evil.test']) {
    store.store.hit({ indicator, qname: indicator, at: store.nowMs })
    store.pass(1000)
  }
  store.hit()
  store.pass(HOUR)
  // A clock that was set back: an older hit comes later.
  store.hit({ at: NOON - 5 })
  expect(store.said()).toEqual(['1 2022 new 5'])
  expect(store.all()[0]).toMatchObject({ firstHit: NOON - 5, lastHit: NOON + 3200, openedAt: NOON + 3201 })
})

test('the first and the last hit of a commit are found in whatever order its pairs come', () => {
  const store = new CaseStore()
  for (const at of [500, 100, 900, 300]) {
    for (const indicator of [`a${at}.test`, `b${at}.test`])
      store.store.hit({ indicator, qname: indicator, at: NOON + at })
  }
  store.store.tick(1)
  expect(store.all()[0]).toMatchObject({ firstHit: NOON + 100, lastHit: NOON + 900, hits: 8 })
})

test('hits whose client is unknown open nothing', () => {
  const store = new CaseStore()
  const { commit } = store.store.storeWriter
  expect(commit).toBeDefined()
  store.store.storeWriter.commit({
    thread: 0,
    run: 7,
    sequence: 1,
    forEach: (take) =>
      take({
        pair: { clientKey: null, kind: 1, indicator: 'evil' }, clientKey: null, kind: 1, indicator: 'evil', triggers: 1, action: 0,
        qtype: 1, firstQname: 'evil', lastQname: 'evil', lists: [1], blocked: 3, logged: 0, firstMs: NOON, lastMs: NOON,
      }), // prettier-ignore
  })
  expect(store.store.stored).toBe(3)
  expect(store.said()).toEqual([])
})

test('a hit within the grace after cleaning is counted; the first one behind it reopens the case, once', () => {
  const store = new CaseStore()
  store.hit()
  store.bring(1, 'confirmed', 'cleaning', 'cleaned')
  const cleanedAt = store.nowMs
  store.hit({ at: cleanedAt + GRACE })
  expect(store.said()).toEqual(['1 2022 cleaned 2'])
  store.pass(GRACE + 1)
  store.hit({ at: cleanedAt + GRACE + 1 })
  store.hit()
  expect(store.said()).toEqual(['1 2022 reinfected 4'])
  expect(store.all()[0]).toMatchObject({ reinfections: 1, cleanedAt })
  expect(store.events()).toEqual([
    'case-opened 1 new',
    'case-changed 1 confirmed',
    'case-changed 1 cleaning',
    'case-changed 1 cleaned',
    'case-reinfected 1 reinfected',
  ])
  expect(store.cases.getCase(1)!.history.items.at(0)).toMatchObject({
    cause: 'hit', actor: null, from: 'cleaned', to: 'reinfected', indicator: 'evil.test', at: store.nowMs - 1,
  }) // prettier-ignore
})

test('a hit seen before the cleaning and told later reopens nothing', () => {
  const store = new CaseStore()
  store.hit()
  store.bring(1, 'confirmed', 'cleaned')
  store.pass(DAY)
  store.hit({ at: NOON })
  expect(store.said()).toEqual(['1 2022 cleaned 2'])
})

test('the grace is that of the settings in force', () => {
  const store = new CaseStore({ cases: { graceMs: 0 } })
  store.hit()
  store.bring(1, 'confirmed', 'cleaned')
  store.pass(1)
  store.configure({ cases: { graceMs: 10_000 } })
  store.hit()
  expect(store.said()).toEqual(['1 2022 cleaned 2'])
  store.configure({ cases: { graceMs: 0 } })
  store.hit()
  expect(store.said()).toEqual(['1 2022 reinfected 3'])
})

test('a false alarm silences what the client asked for, until it expires; then a hit opens it as new', () => {
  const store = new CaseStore()
  store.hit()
  store.hit({ indicator: 'other.test' })
  store.change(1, 'false-alarm', { note: 'own test', untilMs: store.nowMs + DAY })
  store.pass(HOUR)
  store.hit()
  store.hit({ indicator: 'other.test' })
  expect(store.said()).toEqual(['1 2022 false-alarm 4'])
  store.pass(DAY)
  store.hit()
  expect(store.said()).toEqual(['1 2022 new 5'])
  expect(store.all()[0]!.falseAlarmUntil).toBeNull()
  expect(store.events().at(-1)).toBe('case-opened 1 new')
})

test('a false alarm says nothing of an indicator the client had not asked for', () => {
  const store = new CaseStore()
  store.hit()
  store.change(1, 'false-alarm', { note: 'own test', untilMs: store.nowMs + DAY })
  store.hit({ indicator: 'worse.test' })
  expect(store.said()).toEqual(['1 2022 new 2'])
})

test('a false alarm says nothing of another client', () => {
  const store = new CaseStore()
  store.hit()
  store.change(1, 'false-alarm', { note: 'own test', untilMs: store.nowMs + DAY })
  store.hit({ client: '10.0.0.2' })
  expect(store.said()).toEqual(['1 2022 false-alarm 1', '2 2022 new 1'])
})

test('silenced hits neither open nor reopen a case, and count where there is one', () => {
  const store = new CaseStore()
  store.hit({ lists: [2] })
  store.work.silence({
    client: 1,
    indicator: 'evil.test',
    untilMs: store.nowMs + DAY,
    actor: 'lan',
    reason: 'a test',
  })
  store.hit({ lists: [1] })
  expect(store.said()).toEqual(['1 - new 1'])
  store.hit({ lists: [2] })
  store.bring(1, 'confirmed', 'cleaned')
  store.pass(2 * HOUR)
  store.hit({ lists: [2] })
  expect(store.said()).toEqual(['1 - cleaned 3'])
  expect(store.events('all').filter((event) => event.startsWith('pair-new'))).toHaveLength(1)
})

test('a pair that was silenced before it was ever hit is told to nobody', () => {
  const store = new CaseStore()
  store.hit()
  store.hit({ client: '10.0.0.2', indicator: 'other.test' })
  store.work.silence({
    client: 2,
    indicator: 'evil.test',
    untilMs: store.nowMs + DAY,
    actor: 'lan',
    reason: 'a test',
  })
  store.hit({ client: '10.0.0.2' })
  expect(store.events('all').filter((event) => event.startsWith('pair-new'))).toHaveLength(2)
  expect(store.said()).toEqual(['1 2022 new 1', '2 2022 new 2'])
})

test('a list that is given another campaign opens cases there; those there were stay', () => {
  const store = new CaseStore()
  store.hit()
  store.store.registry.register([{ number: 1, id: 'apt32', campaign: '2023', basis: '', action: 'sinkhole' }])
  store.hit()
  store.hit()
  expect(store.said()).toEqual(['1 2022 new 1', '2 2023 new 2'])
  // And what belongs to the first case is still known.
  expect(store.cases.getCase(1)!.indicators.map(({ indicator }) => indicator)).toEqual(['evil.test'])
  store.change(1, 'false-alarm', { note: 'own test', untilMs: store.nowMs + DAY })
  expect(store.cases.getCase(2)!.indicators[0]!.silencedUntil).not.toBeNull()
})

test('a router gets a case that is marked as one and counts as no machine', () => {
  const store = new CaseStore()
  store.store.storeWriter.setRouters(['10.0.0.1/32'])
  store.hit()
  store.hit({ client: '10.0.0.2' })
  expect(store.all().map(({ identity }) => identity.kind)).toEqual(['router', 'machine'])
  const counts = store.cases.counts()
  expect([counts.states.new, counts.routers.new, counts.machines]).toEqual([1, 1, 1])
})

test('another node feeds the same case, and its name stands with one it opened', () => {
  const one = new CaseStore()
  const two = new CaseStore()
  for (const { store } of [one, two]) store.bind({ mac: A })
  one.hit()
  two.hit()
  one.hit({ client: '10.0.0.9' })
  const pull = (): void => {
    const page: unknown = JSON.parse(JSON.stringify(one.reader.changesSince('', 100)))
    two.store.storeWriter.applyPeerPage(readPeerPage(page))
  }
  pull()
  pull()
  expect(two.said()).toEqual(['1 2022 new 2', '2 2022 new 1'])
  expect(two.all().map(({ node }) => node)).toEqual([null, 'dns1'])
  // When it happened, not when it was told.
  expect(two.cases.eventsAfter(0).events.at(-1)).toMatchObject({
    kind: 'pair-new',
    at: two.all()[1]!.lastHit,
  })
})

test('the status of a client is that of the case that presses most', () => {
  const store = new CaseStore()
  store.hit({ lists: [1, 2] })
  const status = (): string => store.reader.getClient(1)!.status
  expect(status()).toBe('new')
  store.bring(1, 'confirmed', 'cleaned')
  expect(status()).toBe('new')
  store.bring(2, 'cleaning')
  expect(status()).toBe('cleaning')
  store.bring(2, 'cleaned')
  expect(status()).toBe('cleaned')
  store.pass(2 * HOUR)
  store.hit({ lists: [2] })
  expect(status()).toBe('reinfected')
})

test('a new case makes a client new again, whatever became of its others', () => {
  const store = new CaseStore()
  store.hit()
  store.bring(1, 'confirmed', 'cleaned')
  store.hit({ lists: [2] })
  expect(store.reader.getClient(1)!.status).toBe('new')
})

test('what is undone with the hits is counted once when they are written', () => {
  const store = new CaseStore()
  store.hit()
  const lock = new DatabaseSync(store.store.path)
  lock.exec('BEGIN EXCLUSIVE')
  store.hit()
  lock.close()
  store.store.tick(3000)
  expect(store.said()).toEqual(['1 2022 new 2'])
})

test('a commit that fails behind the witness leaves no case, no event, and nothing in mind', () => {
  const store = new CaseStore()
  const full = new DatabaseSync(store.store.path)
  full.exec(`CREATE TRIGGER no_more BEFORE INSERT ON drained BEGIN SELECT raise(ABORT, 'dies here'); END`)
  store.hit()
  expect(store.said()).toEqual([])
  full.exec('DROP TRIGGER no_more')
  full.close()
  store.store.tick(3000)
  expect(store.said()).toEqual(['1 2022 new 1'])
  expect(store.events()).toEqual(['case-opened 1 new'])
})

test('a witness that fails half way remembers nothing of it', () => {
  const store = new CaseStore()
  for (const client of ['10.0.0.1', '10.0.0.2']) store.hit({ client })
  const database = new DatabaseSync(store.store.path)
  onTestFinished(() => database.close())
  const { clock } = store.store
  const witness = new CaseWitness(database, { clock, graceMs: () => GRACE, units: new UnitWatch([]) })
  const change = { indicator: 1, lists: [1], isNew: false, blocked: 5, logged: 0, firstMs: NOON, lastMs: NOON, previousLastMs: NOON - HOUR, action: 0, node: 0 } // prettier-ignore
  const changes = [1, 2].map((client) => ({ ...change, client }))
  const commit = (): void => {
    database.exec('BEGIN IMMEDIATE')
    try {
      witness.witness(changes)
      database.exec('COMMIT')
    } catch (error) {
      database.exec('ROLLBACK')
      witness.forget()
      throw error
    }
  }
  database.exec(`UPDATE list SET campaign = '2024';
    CREATE TEMP TRIGGER no_more BEFORE UPDATE ON campaign_case WHEN old.id = 4 BEGIN SELECT raise(ABORT, 'dies'); END`)
  expect(commit).toThrow('dies')
  expect(witness.rhythms.waiting).toBe(0)
  database.exec('DROP TRIGGER no_more')
  commit()
  expect(store.said()).toEqual(['1 2022 new 1', '2 2022 new 1', '3 2024 new 5', '4 2024 new 5'])
  expect(witness.rhythms.waiting).toBe(2)
  expect(store.store.query(`SELECT list_id FROM list_campaign WHERE campaign = '2024'`)).toEqual([
    { list_id: 1 },
  ])
})

test('a half that is in already opens and counts nothing again', () => {
  const store = new CaseStore()
  const { storeWriter } = store.store
  const commit = storeWriter.commit.bind(storeWriter)
  storeWriter.commit = (half) => {
    commit(half)
    throw new Error('dies between commit and clear')
  }
  store.hit()
  store.restart()
  store.store.tick(3000)
  expect(store.said()).toEqual(['1 2022 new 1'])
  expect(store.events('all')).toEqual(['case-opened 1 new', 'pair-new 1 new'])
})

test('events say who, where and what, as it was', () => {
  const store = new CaseStore({ units: [unitOf('so-y-te', ['10.0.0.0/24'])] })
  store.store.bind({ mac: A, hostName: 'pc-1' })
  store.hit()
  const { events } = store.cases.eventsAfter(0)
  expect(events).toEqual([
    {
      id: 1, at: NOON + 200, kind: 'case-opened', caseId: 1, clientId: 1, campaign: '2022', unit: 'so-y-te', hostName: 'pc-1',
      address: '10.0.0.1', indicator: 'evil.test', list: 'apt32', state: 'new', actor: null,
    },
    {
      id: 2, at: NOON + 200, kind: 'pair-new', caseId: 1, clientId: 1, campaign: '2022', unit: 'so-y-te', hostName: 'pc-1',
      address: '10.0.0.1', indicator: 'evil.test', list: 'apt32', state: 'new', actor: null,
    },
  ]) // prettier-ignore
  store.hit()
  expect(store.cases.eventsAfter(2).events).toEqual([])
})
