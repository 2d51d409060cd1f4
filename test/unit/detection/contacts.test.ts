/** What came to the sinkhole's address: kept exactly once, with who had the address then and the hit that led there. */
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import type { Settings } from '../../../src/config/settings.ts'
import { ContactCommit, type ContactLetter } from '../../../src/detection/contact-commit.ts'
import { ContactIntake } from '../../../src/detection/contact-intake.ts'
import { routedBy } from '../../../src/detection/contact-places.ts'
import { CONTACTS_A_CLIENT } from '../../../src/detection/contact-rows.ts'
import { exportContacts } from '../../../src/detection/cases/export.ts'
import { Figures } from '../../../src/detection/cases/figures.ts'
import type { Contact } from '../../../src/notice/letters.ts'
import { referenceOf } from '../../../src/notice/reference.ts'
import { contactOf } from '../../support/contacts.ts'
import { exampleSettings } from '../admin/fake-threads.ts'
import { CaseStore, DAY, HOUR, KEEP, NOON, unitOf } from './cases/setup.ts'

const MAC = 'aa:00:00:00:00:01'
const MINUTE = 60_000

class ContactStore extends CaseStore {
  #sequence = 0

  /** Commits a letter at the time it is; contacts are of that time unless they say another. */
  keep(given: readonly Partial<Contact>[], letter: Partial<ContactLetter> = {}): 'committed' | 'known' {
    const contacts = given.map((one) => contactOf({ at: this.nowMs, ...one }))
    const whole = { session: 'session-1', sequence: ++this.#sequence, contacts, ...letter }
    return this.store.storeWriter.contacts((commit) =>
      commit.commit(whole, this.nowMs, (local) => local === '203.0.113.9'),
    )
  }

  list(filter: Parameters<CaseStore['reader']['listContacts']>[0] = {}) {
    return this.reader.listContacts(filter, { limit: 1000 }).items
  }

  get machines(): number {
    return new Figures(this.reader.connection.ask, this.reader.units, this.nowMs).outside.machines
  }

  at(address: string) {
    return this.store.storeWriter.contacts((commit) => commit.at(address, this.nowMs))
  }
}

test('a contact stands with the client and with the hit whose name it speaks of, and confirms both', () => {
  const store = new ContactStore()
  store.hit({ indicator: 'evil.test', qname: 'a.evil.test' })
  const hitMs = store.nowMs - 1
  store.pass(20 * MINUTE)
  store.keep([{ host: 'a.evil.test', count: 3, firstMs: store.nowMs - 1000, lastMs: store.nowMs }])
  const [client] = store.reader.listClients().items
  const confirmed = { contacts: 3, firstSeen: store.nowMs - 1000, lastSeen: store.nowMs }
  expect(client).toMatchObject({ contacts: 3, confirmed, hits: 1, lastSeen: store.nowMs, status: 'new' })
  expect(store.list()).toMatchObject([
    {
      clientId: client!.id, address: '10.0.0.1', clientPort: 50_001, local: '10.10.10.10', port: 80, host: 'a.evil.test',
      path: '/gate.php', firstBytes: 'ab'.repeat(32), count: 3, isConfirmed: true, led: 'name',
      hit: { indicator: 'evil.test', at: hitMs },
    },
  ]) // prettier-ignore
  expect(store.all()[0]).toMatchObject({ confirmed, state: 'new', version: 1 })
  expect(store.cases.getCase(1)!.history.items.map(({ cause, from, to, indicator }) => [cause, from, to, indicator])).toEqual([
    ['contact', 'new', 'new', 'evil.test'],
    ['hit', null, 'new', 'evil.test'],
  ]) // prettier-ignore
  // Said once.
  store.keep([{ host: 'evil.test' }])
  expect(store.cases.getCase(1)!.history.items).toHaveLength(2)
})

test('what led there: an alias by the name that was asked, an address of others, the last hit within five minutes, or nothing', () => {
  const store = new ContactStore()
  store.hit({ indicator: 'cdn.bad.test', qname: 'www.shop.test' })
  store.pass(4 * MINUTE)
  store.hit({ indicator: 'other.test' })
  store.pass(4 * MINUTE)
  store.keep([
    { host: 'www.shop.test' },
    { host: 'unknown.test', port: 81 },
    { host: null, protocol: 'tcp', port: 4444, local: '203.0.113.9' },
    { host: null, protocol: 'tcp', port: 25, firstMs: store.nowMs, lastMs: store.nowMs + 2 },
  ])
  store.pass(2 * MINUTE)
  store.keep([{ host: 'unknown.test', port: 82 }])
  const byPort = Object.fromEntries(store.list().map((one) => [one.port, [one.led, one.hit?.indicator ?? null, one.isConfirmed]])) // prettier-ignore
  expect(byPort).toEqual({
    80: ['name', 'cdn.bad.test', true],
    81: ['time', 'other.test', true],
    4444: ['address', null, true],
    25: ['time', 'other.test', true],
    82: ['none', null, false],
  })
})

test('an indicator leads only to the names it stands for, and a hit only to what came after it', () => {
  const store = new ContactStore()
  store.hit({ indicator: 'exact.test', kind: 0 })
  store.hit({ indicator: 'below.test', kind: 2, qname: 'a.below.test' })
  store.pass(6 * MINUTE)
  const before = store.nowMs
  store.pass(10_000)
  store.hit({ indicator: 'late.test' })
  store.pass(6 * MINUTE)
  store.keep([
    { host: 'exact.test', port: 1 },
    { host: 'a.exact.test', port: 2 },
    { host: 'b.below.test', port: 3 },
    { host: 'below.test', port: 4 },
    { host: 'late.test', port: 5, firstMs: before, lastMs: before },
  ])
  expect(Object.fromEntries(store.list().map(({ port, led }) => [port, led]))).toEqual({ 1: 'name', 2: 'none', 3: 'name', 4: 'none', 5: 'none' }) // prettier-ignore
})

test('who says nothing confirms nothing at a port of pages, where browsers connect in advance', () => {
  const store = new ContactStore()
  store.hit({ indicator: 'evil.test' })
  const silent = {
    host: null,
    protocol: 'tcp',
    method: null,
    path: null,
    firstBytes: null,
    firstBytesLength: 0,
  } as const
  store.keep([80, 443, 8080, 8443, 25, 4444].map((port) => ({ ...silent, port })))
  store.keep([{ ...silent, port: 443, local: '203.0.113.9' }])
  expect(store.list().filter(({ isConfirmed }) => isConfirmed).map(({ port }) => port).sort()).toEqual([25, 4444]) // prettier-ignore
  expect(new Set(store.list().map(({ led }) => led))).toEqual(new Set(['time', 'address']))
})

test('a browser that was led there is shown and confirms nothing', () => {
  const store = new ContactStore()
  store.hit({ indicator: 'evil.test' })
  store.keep([{ isBrowserLike: true }])
  expect(store.list()).toMatchObject([{ led: 'name', isConfirmed: false, hit: { indicator: 'evil.test' } }])
  expect(store.reader.listClients().items[0]).toMatchObject({ contacts: 1, confirmed: null })
  expect(store.cases.getCase(1)!.history.items).toHaveLength(1)
})

test('a letter that is sent again, over the death of the thread too, is kept once', () => {
  const store = new ContactStore()
  store.hit()
  expect(store.keep([{}], { sequence: 4 })).toBe('committed')
  expect(store.keep([{}], { sequence: 4 })).toBe('known')
  store.restart()
  expect(store.keep([{}], { sequence: 4 })).toBe('known')
  expect(store.keep([{}], { sequence: 3 })).toBe('known')
  // Another start of the service counts anew.
  expect(store.keep([{}], { session: 'session-2', sequence: 1 })).toBe('committed')
  expect(store.keep([{}], { sequence: 5 })).toBe('committed')
  expect(store.list()).toMatchObject([{ count: 3 }])
})

test('a letter that is sent again is kept once also after many sessions and with a clock that was set back', () => {
  const store = new ContactStore()
  for (let start = 0; start < 70; start++) store.keep([{}], { session: `session-of-${start}`, sequence: 1 })
  store.pass(-DAY)
  for (const expected of ['committed', 'known', 'known'])
    expect(store.keep([{}], { session: 'session-of-then', sequence: 1 })).toBe(expected)
})

test('a letter that cannot be kept leaves nothing of itself', () => {
  const store = new ContactStore()
  store.hit()
  expect(() => store.keep([{}, { client: 'no address' }], { sequence: 1 })).toThrow(TypeError)
  expect(store.list()).toEqual([])
  expect(store.keep([{}], { sequence: 1 })).toBe('committed')
  expect(store.reader.listClients().items[0]).toMatchObject({ contacts: 1 })
})

test('a letter the database will never take is given up with a line in the log; a file that is locked is waited for', () => {
  const store = new ContactStore()
  const { storeWriter, clock, log, path } = store.store
  const settings = { notice: { tproxy: null } } as Pick<Settings, 'notice' | 'sinkhole'>
  const intake = new ContactIntake(storeWriter, settings, clock, log)
  const letter = (sequence: number, client: string) => ({ session: 'session-1', sequence, contacts: [contactOf({ client, at: store.nowMs })] }) // prettier-ignore
  expect(intake.keep(letter(1, 'nowhere'))).toBe('refused')
  expect(log.of('contacts that the database refuses')).toMatchObject([
    { level: 'error', sequence: 1, contacts: 1 },
  ])
  const other = new DatabaseSync(path)
  other.exec('BEGIN IMMEDIATE')
  expect(() => intake.keep(letter(2, '10.0.0.1'))).toThrow(/locked/)
  other.exec('ROLLBACK')
  other.close()
  expect([intake.keep(letter(2, '10.0.0.1')), intake.keep(letter(2, '10.0.0.1'))]).toEqual([
    'committed',
    'known',
  ])
  expect(intake.at('10.0.0.1')).toMatchObject({ hits: 0 })
})

test('where the firewall brings connections, what went to an address of others is told from what came to ours', () => {
  const settings = exampleSettings('sinkhole: { ipv4: 10.10.10.10, ipv6: "fd00::53" }\nnotice: { http: ["10.10.10.11:80"], tproxy: 127.0.0.1:8082 }') // prettier-ignore
  const isRouted = routedBy(settings)
  expect(['10.10.10.10', '10.10.10.11', 'fd00::53', '127.0.0.1'].map(isRouted)).toEqual([false, false, false, false]) // prettier-ignore
  expect(['203.0.113.9', 'fd00::54'].map(isRouted)).toEqual([true, true])
  expect(routedBy({ ...settings, notice: { ...settings.notice, tproxy: null } })('203.0.113.9')).toBe(false)
})

test('who has come without a hit is a visitor: seen, found, and in no figure, until it asks for a listed name', () => {
  const store = new ContactStore()
  store.keep([{ client: '10.0.0.9', host: '10.10.10.10' }])
  const [client] = store.reader.listClients().items
  expect(client).toMatchObject({
    address: '10.0.0.9',
    status: 'visitor',
    hits: 0,
    contacts: 1,
    confirmed: null,
  })
  expect(store.reader.listClients({ status: 'visitor' }).items).toHaveLength(1)
  expect(store.reader.totals().clients).toEqual({ new: 0 })
  expect(store.reader.countClients().machines).toEqual({})
  expect(store.reader.countClients({ status: 'visitor' }).machines).toEqual({ visitor: 1 })
  expect(store.machines).toBe(0)
  store.hit({ client: '10.0.0.9' })
  expect(store.reader.listClients().items[0]).toMatchObject({ id: client!.id, status: 'new', hits: 1 })
  expect(store.machines).toBe(1)
  expect(store.all()).toHaveLength(1)
})

test('addresses without end make no clients without end; those with hits are kept all the same', () => {
  const store = new ContactStore()
  store.hit({ client: '10.0.0.9' })
  const commit = store.store.storeWriter.within((session) => new ContactCommit(session, 3))
  const keep = (sequence: number, clients: readonly string[]) =>
    commit.commit({ session: 'session-9', sequence, contacts: clients.map((client) => contactOf({ client, count: 2, at: store.nowMs })) }, store.nowMs, () => false) // prettier-ignore
  keep(1, ['fd00::1', 'fd00::2'])
  keep(2, ['fd00::3', 'fd00::4', 'fd00::5', 'fd00::1', '10.0.0.9'])
  expect(store.list().map(({ address, count }) => `${address} ${count}`).sort()).toEqual(['10.0.0.9 2', 'fd00::1 4', 'fd00::2 2', 'fd00::3 2']) // prettier-ignore
  expect([commit.takeUnkept(), commit.takeUnkept()]).toEqual([4, 0])
  // Room that was made is found.
  store.hit({ client: 'fd00::1' })
  store.pass(MINUTE)
  keep(3, ['fd00::6'])
  expect(store.list().map(({ address }) => address)).toContain('fd00::6')
})

test('contacts go to the machine that had the address then, and along with a client that turns out to be it', () => {
  const store = new ContactStore()
  store.hit()
  store.keep([{}, { port: 81 }])
  const [unknown] = store.reader.listClients().items
  store.store.bind({ address: '10.0.0.1', mac: MAC, fromMs: -MINUTE })
  store.store.bind({ address: '10.0.0.2', mac: MAC, fromMs: -MINUTE })
  store.keep([{ client: '10.0.0.2' }])
  const clients = store.reader.listClients().items
  expect(clients).toMatchObject([
    { identity: { key: `mac:${MAC}` }, contacts: 3, confirmed: { contacts: 3 } },
  ])
  expect(store.list({ client: unknown!.id }).map(({ port, count }) => [port, count])).toEqual([[81, 1], [80, 2]]) // prettier-ignore
  // Another machine has that address from now on.
  store.pass(HOUR)
  store.store.bind({ address: '10.0.0.1', mac: 'aa:00:00:00:00:02', fromMs: store.nowMs - 1000 - NOON })
  store.keep([{ client: '10.0.0.1' }])
  expect(store.reader.listClients().items.map(({ contacts, status }) => [contacts, status])).toEqual([[1, 'visitor'], [3, 'new']]) // prettier-ignore
})

test('two clients that are one machine have their contacts in one, sums and bound kept', () => {
  const store = new ContactStore()
  const many = (client: string, host: string) =>
    Array.from({ length: 150 }, (_, n) => ({ client, host, path: `/${n}` }))
  store.keep(many('10.0.0.1', 'a.test'))
  store.keep(many('10.0.0.2', 'b.test'))
  store.keep([{ client: '10.0.0.1', host: 'same.test', count: 2 }, { client: '10.0.0.2', host: 'same.test', count: 3 }]) // prettier-ignore
  store.store.bind({ address: '10.0.0.1', mac: MAC, fromMs: -MINUTE }, { address: '10.0.0.2', mac: MAC, fromMs: -MINUTE }) // prettier-ignore
  expect(store.reader.listClients().items).toMatchObject([
    { contacts: 305, status: 'visitor', confirmed: null },
  ])
  const rows = store.list()
  expect(rows).toHaveLength(CONTACTS_A_CLIENT + 1)
  expect(rows.find(({ host }) => host === 'same.test')).toMatchObject({ count: 5 })
  expect(rows.filter(({ port }) => port === null)).toMatchObject([{ count: 305 - 5 - (CONTACTS_A_CLIENT - 1), local: null, host: null, protocol: 'http' }]) // prettier-ignore
})

test('a client has so many rows; those seen longest ago are counted in one that says less', () => {
  const store = new ContactStore()
  store.hit()
  for (let n = 0; n < 3; n++) {
    store.pass(1000)
    store.keep(Array.from({ length: 100 }, (_, at) => ({ path: `/${n}/${at}`, protocol: n === 0 ? ('tls' as const) : ('http' as const) }))) // prettier-ignore
  }
  const rows = store.list()
  expect(rows).toHaveLength(CONTACTS_A_CLIENT + 1)
  expect(rows.at(-1)).toMatchObject({
    port: null,
    protocol: 'tls',
    count: 100,
    isConfirmed: true,
    led: 'name',
  })
  expect(rows.filter(({ path }) => path?.startsWith('/2/'))).toHaveLength(100)
  expect(store.reader.listClients().items[0]).toMatchObject({ contacts: 300, confirmed: { contacts: 300 } })
})

test('times are never ahead of the clock, and never plainly wrong', () => {
  const store = new ContactStore()
  store.keep([{ firstMs: 0, lastMs: store.nowMs + 400 * DAY }])
  expect(store.list()).toMatchObject([{ firstSeen: store.nowMs, lastSeen: store.nowMs }])
})

test('contacts go with the hits, and a visitor with its contacts', () => {
  const store = new ContactStore({ keep: { ...KEEP, hitsMonths: 1, casesMonths: 2 } })
  store.hit({ client: '10.0.0.1' })
  store.keep([
    { client: '10.0.0.1', port: 1 },
    { client: '10.0.0.2', port: 2 },
  ])
  store.pass(20 * DAY)
  store.keep([{ client: '10.0.0.1', port: 3 }])
  const leftMs = store.nowMs
  store.pass(20 * DAY)
  store.upkeep()
  expect(store.list().map(({ port }) => port)).toEqual([3])
  const [client, ...none] = store.reader.listClients().items
  expect(none).toEqual([])
  // Its hits are gone, its case and the younger contact are not.
  expect(client).toMatchObject({ contacts: 1, hits: 0, firstSeen: leftMs, status: 'new' })
  expect(store.cases.listDeletions().items.find(({ what }) => what === 'contacts')).toMatchObject({ amount: 2, rule: 'keep.hits 1 month' }) // prettier-ignore
})

test('a legal hold keeps them', () => {
  const store = new ContactStore({ keep: { ...KEEP, hitsMonths: 1 } })
  store.hit()
  store.keep([{}])
  const held = store.work.setHold({
    document: '1/CV',
    scope: 'client',
    target: '1',
    reason: 'x',
    actor: 'lan',
  })
  expect(held).not.toHaveProperty('problem')
  store.pass(90 * DAY)
  store.upkeep()
  expect(store.list()).toHaveLength(1)
})

test('who is at an address now: never who was, and never what was before it came', () => {
  const store = new ContactStore()
  expect(store.at('10.0.0.1')).toBeNull()
  store.store.bind({ address: '10.0.0.1', mac: MAC, fromMs: -HOUR })
  store.hit()
  const hitMs = store.nowMs - 1
  expect(store.at('10.0.0.1')).toEqual({ client: 1, isRouter: false, hits: 1, firstMs: hitMs, lastMs: hitMs })
  store.pass(HOUR)
  const fromMs = store.nowMs - NOON
  store.store.bind({ address: '10.0.0.1', mac: MAC, fromMs: -HOUR, untilMs: fromMs }, { address: '10.0.0.1', mac: 'aa:00:00:00:00:02', fromMs }) // prettier-ignore
  store.pass(MINUTE)
  expect(store.at('10.0.0.1')).toBeNull()
  store.keep([{ isBrowserLike: true }])
  expect(store.at('10.0.0.1')).toMatchObject({ client: 2, hits: 0, firstMs: null, lastMs: null })
})

test('filters, pages, and the code on the page', () => {
  const units = [unitOf('so-yte', ['10.1.0.0/16']), unitOf('so-gd', ['10.2.0.0/16'])]
  const store = new ContactStore({ units })
  store.hit({ client: '10.1.0.1' })
  for (let n = 0; n < 5; n++) {
    store.pass(MINUTE)
    store.keep([{ client: '10.1.0.1', port: 1000 + n, protocol: n === 0 ? 'tls' : 'http' }])
  }
  const codeMs = store.nowMs
  store.keep([{ client: '10.2.0.1', port: 2000, host: null }])
  store.pass(10 * MINUTE)
  store.keep([{ client: '10.2.0.1', port: 2001, host: null }])
  const ports = (filter: Parameters<typeof store.list>[0]) => store.list(filter).map(({ port }) => port)
  expect(ports({})).toEqual([2001, 2000, 1004, 1003, 1002, 1001, 1000])
  expect(ports({ unit: 'so-yte', protocol: 'tls' })).toEqual([1000])
  expect(ports({ within: ['so-gd'] })).toEqual([2001, 2000])
  expect(ports({ within: [] })).toEqual([])
  expect(ports({ isConfirmed: false })).toEqual([2001, 2000])
  expect(ports({ since: codeMs, until: codeMs })).toEqual([2000, 1004])
  expect(ports({ reference: referenceOf('10.2.0.1', codeMs).toLowerCase() })).toEqual([2000])
  expect(ports({ reference: referenceOf('10.9.9.9', codeMs) })).toEqual([])
  const [one, two] = [{ limit: 4 }, {}].map((request) => store.reader.listContacts({}, request))
  const rest = store.reader.listContacts({}, { limit: 4, cursor: one!.next! })
  expect([...one!.items, ...rest.items]).toEqual(two!.items)
  expect([...exportContacts(store.reader, { unit: 'so-yte' })].flat()).toHaveLength(5)
  expect(store.reader.listClients({ isConfirmed: true }).items.map(({ address }) => address)).toEqual([
    '10.1.0.1',
  ])
  expect(store.reader.listClients({}, { sort: 'confirmed' }).items.map(({ address }) => address)).toEqual(['10.1.0.1', '10.2.0.1']) // prettier-ignore
  expect(store.cases.listCases({ isConfirmed: false }).items).toEqual([])
  expect(store.cases.listCases({ isConfirmed: true }, { sort: 'confirmed' }).items).toHaveLength(1)
  expect(store.reader.getClient(1)!.contactPage.items).toHaveLength(5)
})
