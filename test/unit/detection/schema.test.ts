/** A file of the version before: taken over whole, with a way back. */
import { existsSync, mkdirSync, readdirSync, statSync, utimesSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { StoreReader } from '../../../src/detection/queries.ts'
import { migrate } from '../../../src/detection/schema.ts'
import { SchemaTooNew } from '../../../src/sqlite/schema-steps.ts'
import { HITS_STEP } from '../../../src/detection/steps/hits.ts'
import { keepStepCopy } from '../../../src/sqlite/step-copy.ts'
import { bytesOf, FakeLog, FakeStore, NOON } from './setup.ts'

/** A store whose file was written by the version before, with two clients and three pairs. */
function oldStore(): FakeStore {
  const store = new FakeStore()
  mkdirSync(store.directory, { recursive: true })
  const database = new DatabaseSync(store.path)
  database.exec(
    `PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; ${HITS_STEP}; PRAGMA user_version = 1`,
  )
  const client = database.prepare('INSERT INTO client (address, first_seen, last_seen, blocked_count, indicator_count) VALUES (?, ?, ?, ?, ?)') // prettier-ignore
  client.run(bytesOf('10.0.0.1'), NOON, NOON + 5, 7, 2)
  client.run(bytesOf('fd00::1'), NOON + 1, NOON + 1, 1, 1)
  database.exec(`
    INSERT INTO indicator (id, kind, value) VALUES (1, 1, 'evil.test'), (2, 1, 'other.test');
    INSERT INTO list (id, name, campaign, hit_count) VALUES (1, 'apt32', '2022', 8);
    INSERT INTO list_set (id, lists) VALUES (1, '[1]');
    INSERT INTO hit VALUES (1, 1, 3, 0, ${NOON}, ${NOON + 5}, 'a.evil.test', NULL, 28, 0, 3, 1);
    INSERT INTO hit VALUES (1, 2, 4, 0, ${NOON}, ${NOON}, NULL, NULL, 1, 0, 1, 1);
    INSERT INTO hit VALUES (2, 1, 1, 0, ${NOON + 1}, ${NOON + 1}, NULL, NULL, 1, 0, 1, 1);
    INSERT INTO client_list VALUES (1, 1, 7, ${NOON}, ${NOON + 5}), (2, 1, 1, ${NOON + 1}, ${NOON + 1});
    INSERT INTO hit_hour VALUES (${Math.floor(NOON / 3_600_000)}, 1, 7), (${Math.floor(NOON / 3_600_000)}, 2, 1)`)
  database.close()
  return store
}

function copyOf(store: FakeStore): DatabaseSync {
  const copy = new DatabaseSync(`${store.path}.before-2`, { readOnly: true })
  onTestFinished(() => copy.close())
  return copy
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()!['user_version'])
}

test('clients, hits, sums and hours of the version before are all there, and go on', () => {
  const store = oldStore()
  store.hit({ at: NOON + 1000 })
  store.tick()
  const reader = new StoreReader(store.directory, [])
  onTestFinished(() => reader.close())
  const [second, first] = reader.listClients().items
  expect(first).toMatchObject({
    id: 1, address: '10.0.0.1', hits: 8, indicators: 2, firstSeen: NOON, lastSeen: NOON + 1000,
    identity: { key: 'addr:00000000000000000000ffff0a000001', source: 'none', kind: 'machine' },
    addresses: [{ address: '10.0.0.1', from: NOON, to: NOON + 1000 }],
  }) // prettier-ignore
  expect(second).toMatchObject({ id: 2, address: 'fd00::1', hits: 1 })
  const client = reader.getClient(1)!
  expect(client.timeline.map(({ hits }) => hits)).toEqual([8])
  expect(client.hitPage.items).toMatchObject([
    {
      indicator: 'evil.test',
      hits: 4,
      firstQname: 'a.evil.test',
      lastQtype: 'A',
      triggers: ['qname', 'alias'],
    },
    { indicator: 'other.test', hits: 4 },
  ])
  expect(store.storeWriter.rows).toBe(3)
  // And what is learned of them now makes machines of them.
  store.bind({ mac: 'aa:00:00:00:00:01', fromMs: 0 })
  expect(reader.getClient(1)!.identity.mac).toBe('aa:00:00:00:00:01')
})

test('the file as it was is kept beside it once, however many steps it takes, for its owner alone', () => {
  const store = oldStore()
  store.tick()
  expect(readdirSync(store.directory).filter((name) => name.includes('before'))).toEqual([
    'thanhloc.db.before-2',
  ])
  expect(statSync(`${store.path}.before-2`).mode & 0o777).toBe(0o600)
  const copy = copyOf(store)
  expect(versionOf(copy)).toBe(1)
  expect(copy.prepare('SELECT sum(blocked_count) AS hits FROM hit').get()).toEqual({ hits: 8 })
  expect(copy.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
  expect(store.log.of('a copy of the database is kept')).toHaveLength(1)
})

test('a new file is begun without a copy', () => {
  const store = new FakeStore()
  store.tick()
  expect(readdirSync(store.directory).filter((name) => name.includes('before'))).toEqual([])
})

test('without room for a copy the step is taken all the same, and that is said', () => {
  const store = oldStore()
  const log = new FakeLog()
  const database = new DatabaseSync(store.path)
  migrate(database, (step) => keepStepCopy(database, store.path, step, log, () => 1000))
  expect(versionOf(database)).toBeGreaterThan(1)
  database.close()
  expect(existsSync(`${store.path}.before-2`)).toBe(false)
  expect(log.lines).toMatchObject([{ level: 'warn', freeBytes: 1000 }])
  expect(log.lines[0]!.message).toContain('no room')
})

test('a copy that cannot be written is told, and leaves nothing behind', () => {
  const store = oldStore()
  const log = new FakeLog()
  const database = new DatabaseSync(store.path)
  database.exec('BEGIN')
  keepStepCopy(database, store.path, 2, log)
  database.close()
  expect(log.lines).toMatchObject([{ level: 'warn', error: expect.stringContaining('VACUUM') as string }])
  expect(readdirSync(store.directory).filter((name) => name.includes('before'))).toEqual([])
})

test('a step that has to be taken again is not copied again; a file put back from its copy is', () => {
  const store = oldStore()
  const log = new FakeLog()
  const database = new DatabaseSync(store.path)
  for (let attempt = 0; attempt < 3; attempt++) keepStepCopy(database, store.path, 2, log)
  expect(log.of('is kept')).toHaveLength(1)
  const later = new Date(Date.now() + 60_000)
  utimesSync(store.path, later, later)
  keepStepCopy(database, store.path, 2, log)
  database.close()
  expect(log.of('is kept')).toHaveLength(2)
  expect(readdirSync(store.directory).filter((name) => name.includes('before'))).toEqual([
    'thanhloc.db.before-2',
  ])
})

test('a step that fails leaves the file as it was', () => {
  const store = oldStore()
  const database = new DatabaseSync(store.path)
  onTestFinished(() => database.close())
  // Something of a name the step needs.
  database.exec('CREATE TABLE origin (x)')
  expect(() => migrate(database)).toThrow('origin')
  expect(versionOf(database)).toBe(1)
  expect(database.prepare('SELECT count(*) AS n FROM hit').get()).toEqual({ n: 3 })
  database.exec('DROP TABLE origin')
  migrate(database)
  expect(database.prepare('SELECT count(*) AS n FROM hit WHERE origin_id = 0').get()).toEqual({ n: 3 })
})

test('a file of a later version is not touched, and not copied', () => {
  const database = new DatabaseSync(':memory:')
  onTestFinished(() => database.close())
  database.exec('PRAGMA user_version = 99')
  expect(() => migrate(database, () => expect.unreachable())).toThrow(SchemaTooNew)
})

test('hits of a version before have cases, opened when they came, and nobody is told of them anew', () => {
  const store = oldStore()
  store.tick()
  expect(
    store.query(`SELECT client_id, campaign, state, opened_at, first_hit_at, last_hit_at, hit_count FROM campaign_case
      ORDER BY client_id`),
  ).toEqual([
    { client_id: 1, campaign: '2022', state: 'new', opened_at: NOON, first_hit_at: NOON, last_hit_at: NOON + 5, hit_count: 7 },
    { client_id: 2, campaign: '2022', state: 'new', opened_at: NOON + 1, first_hit_at: NOON + 1, last_hit_at: NOON + 1, hit_count: 1 },
  ]) // prettier-ignore
  expect(store.query('SELECT count(*) AS n FROM case_change')).toEqual([{ n: 2 }])
  expect(store.query('SELECT count(*) AS n FROM event')).toEqual([{ n: 0 }])
  expect(store.query('SELECT list_id, campaign FROM list_campaign')).toEqual([
    { list_id: 1, campaign: '2022' },
  ])
})
