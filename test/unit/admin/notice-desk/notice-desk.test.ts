/** The server's end of the socket to the notice service, over a real socket: what it believes, what it answers, what it bounds. */
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { NoticeDesk } from '../../../../src/admin/notice-desk/notice-desk.ts'
import { systemClock } from '../../../../src/clock.ts'
import type { Settings } from '../../../../src/config/settings.ts'
import { StoreUnavailable } from '../../../../src/detection/queries.ts'
import { MAX_LETTER_BYTES } from '../../../../src/notice/letters.ts'
import { readReference } from '../../../../src/notice/reference.ts'
import type { NewReport } from '../../../../src/review/block-reports.ts'
import { ReviewError } from '../../../../src/review/problem.ts'
import { MailError } from '../../../../src/thread/mail.ts'
import { contactOf } from '../../../support/contacts.ts'
import { NoticeClient } from '../../../support/notice-client.ts'
import { exampleSettings, FakeThreads } from '../fake-threads.ts'

let directory: string
let path: string
let threads: FakeThreads
let desk: NoticeDesk
let settings: Settings
let reported: NewReport[]
let add: (report: NewReport) => { readonly reference: string } | 'limited' | 'full'
let since: () => number | null
const lines: { readonly message: string; readonly reason?: unknown }[] = []
const open: NoticeClient[] = []

function settingsOf(notice: string): Settings {
  const text = `units: [ { id: so-yte, name: Sở Y tế, networks: [10.1.0.0/16], contact: 'Anh An, 0123' } ]\nsinkhole: { ipv4: 10.10.10.10 }\nnotice: { socket: '${path}'${notice} }`
  return exampleSettings(text)
}

function start(): void {
  const say = (fields: unknown, message?: string): void =>
    void lines.push({ ...(fields as object), message: message! })
  const log = { info: say, warn: say, error: say }
  const find = () => ({ mac: 'aa:00:00:00:00:01', duid: null, hostName: 'pc-1' })
  desk = new NoticeDesk({ settings, mail: threads, reports: { add: (report) => add(report) }, find, since: () => since(), clock: systemClock, log }) // prettier-ignore
}

async function connect(session: string | null = 'session-1'): Promise<NoticeClient> {
  const client = await vi.waitFor(() => NoticeClient.open(path, session), 3000)
  open.push(client)
  await client.until(({ type }) => type === 'settings')
  return client
}

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'thanhloc-desk-'))
  path = join(directory, 'run', 'notice.sock')
  settings = settingsOf(", http: ['10.10.10.10:80'], contact: 'Trực 24/7'")
  threads = new FakeThreads().on('contacts/keep', () => 'committed').on('contacts/at', () => null)
  lines.length = 0
  reported = []
  since = () => 1000
  add = (report) => {
    reported.push(report)
    return { reference: report.reference }
  }
})
afterEach(() => {
  desk.close()
  for (const client of open.splice(0)) client.close()
  rmSync(directory, { recursive: true, force: true })
})

it('listens for its group, tells the settings, and tells them again when they change', async () => {
  start()
  const client = await connect()
  expect(statSync(path).mode & 0o777).toBe(0o660)
  expect(statSync(path).gid).toBe(statSync(join(directory, 'run')).gid)
  expect(client.heard).toEqual([
    {
      type: 'settings', http: [{ address: '10.10.10.10', port: 80 }], tls: [], tcp: [], tproxy: null, firstBytes: 512,
      organisation: '', contact: 'Trực 24/7',
      units: [{ networks: ['10.1.0.0/16'], name: 'Sở Y tế', contact: 'Anh An, 0123' }],
    },
  ]) // prettier-ignore
  desk.configure(settingsOf(", http: ['10.10.10.10:80'], contact: 'Trực 24/7'"))
  desk.configure(settingsOf(", http: ['10.10.10.10:80'], contact: 'Chị Bình'"))
  await client.until((letter) => letter.type === 'settings' && letter.contact === 'Chị Bình')
  expect(client.heard).toHaveLength(2)
  await vi.waitFor(() => expect(desk.status()).toMatchObject({ isWanted: true, fault: null, connected: ['0.1.0'] })) // prettier-ignore
})

it('where the settings ask for none there is no socket; it comes and goes with them', async () => {
  settings = settingsOf('')
  start()
  expect(desk.status()).toMatchObject({ isWanted: false, fault: null })
  await expect(NoticeClient.open(path)).rejects.toThrow('ENOENT')
  desk.configure(settingsOf(', tproxy: 127.0.0.1:8099'))
  const client = await connect()
  desk.configure(settingsOf(''))
  await client.closed()
  await expect(NoticeClient.open(path)).rejects.toThrow('ENOENT')
})

it('a place that cannot be listened on is said, and no reason to fail', async () => {
  mkdirSync(join(directory, 'run'))
  writeFileSync(path, 'a file of somebody')
  start()
  await vi.waitFor(() => expect(desk.status().fault).toMatch('no socket: move it away'))
})

it('contacts are handed to the store in their order, and confirmed when they are in', async () => {
  let isThere = false
  threads.on('contacts/keep', (body) => {
    const { sequence } = body as { readonly sequence: number }
    if (sequence === 2 && !isThere) throw new MailError('the store is being restarted')
    return sequence === 3 ? 'known' : 'committed'
  })
  start()
  const client = await connect()
  const sent = [
    contactOf({ at: 5, count: 3 }),
    contactOf({ at: 6, protocol: 'tls' }),
    contactOf({ at: 7, protocol: 'tcp' }),
  ]
  for (const [index, contact] of sent.entries())
    client.say({ type: 'contacts', sequence: index + 1, contacts: [contact], dropped: index })
  await client.until((letter) => letter.type === 'kept' && letter.sequence === 1)
  await vi.waitFor(() => expect(lines.map(({ message }) => message)).toContain('the store takes no contacts now: they wait')) // prettier-ignore
  isThere = true
  await client.until((letter) => letter.type === 'kept' && letter.sequence === 3)
  const order = threads
    .bodies('contacts/keep')
    .map((body) => (body as { readonly sequence: number }).sequence)
  expect(order).toEqual([1, 2, 2, 3])
  expect(threads.bodies('contacts/keep')[0]).toEqual({
    session: 'session-1',
    sequence: 1,
    contacts: [sent[0]],
  })
  // What was known already is not counted again.
  expect(desk.status()).toMatchObject({ contacts: { http: 3, tls: 1, tcp: 0 }, dropped: 1, lastMs: expect.any(Number) }) // prettier-ignore
})

it('what the store will never take is confirmed, or it would come for ever, and counted as dropped', async () => {
  threads.on('contacts/keep', () => 'refused')
  start()
  const client = await connect()
  await client.contacts([contactOf({ count: 4 })], 1, 2)
  expect(desk.status()).toMatchObject({ contacts: { http: 0, tls: 0, tcp: 0 }, dropped: 6, lastMs: null })
})

it.each<[string, string | Uint8Array, RegExp]>([
  ['is no JSON', 'GET / HTTP/1.1\n', /no JSON/],
  ['is binary', Uint8Array.from({ length: 300 }, (_, at) => (at * 7) % 256), /no JSON/],
  ['is of no kind', '{"type":"settings"}\n', /none of ours/],
  ['is longer than any', Buffer.alloc(MAX_LETTER_BYTES + 1, 0x20), /longer than/],
  [
    'holds too many contacts',
    `${JSON.stringify({ type: 'contacts', sequence: 1, dropped: 0, contacts: Array.from({ length: 257 }, () => contactOf()) })}\n`.slice(
      0,
      MAX_LETTER_BYTES,
    ),
    /256 at most/,
  ],
  ['names no address', '{"type":"check","id":1,"client":"evil"}\n', /no address/],
  ['greets again', '{"type":"hello","session":"session-2","version":"1"}\n', /hello twice/],
])(
  'a letter that %s ends the connection, with a line in the log, and no other one',
  async (_, bytes, reason) => {
    start()
    const [bad, good] = [await connect(), await connect('session-2')]
    bad.write(bytes)
    await bad.closed()
    expect(lines.find(({ message }) => message === 'the connection of the notice service is ended')?.reason).toMatch(reason) // prettier-ignore
    await good.contacts([contactOf()])
  },
)

it('who says something before hello, or nothing at all, is not listened to', async () => {
  start()
  const [rash, silent] = [await connect(null), await connect(null)]
  rash.say({ type: 'check', id: 1, client: '10.0.0.1' })
  await rash.closed()
  await silent.closed()
  expect(threads.asked).toEqual([])
}, 10_000)

it('four are connected at most, and more contacts than may be on their way end a connection', async () => {
  start()
  for (let n = 0; n < 4; n++) await connect(`session-${n}`)
  const fifth = await NoticeClient.open(path)
  await fifth.closed()
  threads.on('contacts/keep', () => new Promise(() => {}))
  for (let n = 1; n <= 65; n++) open[0]!.say({ type: 'contacts', sequence: n, contacts: [], dropped: 0 })
  await open[0]!.closed()
  expect(threads.bodies('contacts/keep')).toHaveLength(1)
  expect(open[1]!.isClosed).toBe(false)
})

it('a visitor sees what its machine did, and nothing is said where nothing is known', async () => {
  const known = { client: 7, isRouter: false, hits: 3, firstMs: 10, lastMs: 20 }
  const answers: unknown[] = [
    null,
    known,
    { ...known, hits: 0, firstMs: null, lastMs: null },
    { ...known, isRouter: true },
  ]
  threads.on('contacts/at', () => answers.shift())
  start()
  const client = await connect()
  const clean = { outcome: 'clean', hits: 0, firstMs: null, lastMs: null, sinceMs: 1000 }
  const unavailable = { ...clean, outcome: 'unavailable', sinceMs: null }
  expect(await client.check('10.1.0.1')).toMatchObject(clean)
  expect(await client.check('::ffff:10.1.0.2')).toMatchObject({ outcome: 'hits', hits: 3, firstMs: 10, lastMs: 20, sinceMs: 1000 }) // prettier-ignore
  expect(await client.check('10.1.0.3')).toMatchObject(clean)
  // Behind it there are others.
  expect(await client.check('10.1.0.4')).toMatchObject(unavailable)
  expect(threads.bodies('contacts/at')[1]).toEqual({ address: '10.1.0.2' })
  threads.on('contacts/at', () => {
    throw new MailError('the store is being restarted')
  })
  expect(await client.check('10.1.0.5')).toMatchObject(unavailable)
  expect(lines.map(({ message }) => message)).toEqual(['the notice service is connected'])
})

it('a store that cannot be read now is no clean machine', async () => {
  since = () => {
    throw new StoreUnavailable('moved away')
  }
  start()
  const client = await connect()
  expect(await client.check('10.1.0.6')).toMatchObject({ outcome: 'unavailable', sinceMs: null })
})

it('one visitor who asks without end is not answered, and others are', async () => {
  start()
  const client = await connect()
  const said = await Promise.all(Array.from({ length: 20 }, () => client.check('10.1.0.1')))
  expect(said.filter((letter) => letter.type === 'checked' && letter.outcome === 'clean')).toHaveLength(10)
  expect(await client.check('10.1.0.2')).toMatchObject({ outcome: 'clean' })
  expect(threads.bodies('contacts/at')).toHaveLength(11)
})

it('a report is kept with who sent it, and answered with its reference', async () => {
  threads.on('contacts/at', () => ({ client: 7, isRouter: false, hits: 3, firstMs: 10, lastMs: 20 }))
  start()
  const client = await connect()
  const said = await client.report(
    '10.1.0.1',
    ' Bánh.Example.COM. ',
    'Trang của\u202e tôi\r\n\u0007cần gấp\n',
  )
  expect(reported).toEqual([
    {
      name: 'xn--bnh-ela.example.com', text: 'Trang của tôi\ncần gấp', address: '10.1.0.1', hostName: 'pc-1',
      mac: 'aa:00:00:00:00:01', clientId: 7, reference: expect.any(String),
    },
  ]) // prettier-ignore
  expect(said).toMatchObject({ outcome: 'taken', reference: reported[0]!.reference })
  const reference = readReference(reported[0]!.reference)!
  expect([reference.matches('10.1.0.1'), reference.matches('10.1.0.2')]).toEqual([true, false])
  threads.on('contacts/at', () => {
    throw new MailError('the store is being restarted')
  })
  await client.report('10.1.0.2', '2001:DB8::1')
  expect(reported[1]).toMatchObject({ name: '2001:db8::1', clientId: null })
})

it.each(['', 'com', 'a b.com', '<script>', 'x'.repeat(300), '*.evil.test'])(
  'a report about "%s" is no report',
  async (name) => {
    start()
    const client = await connect()
    expect(await client.report('10.1.0.1', name)).toMatchObject({ outcome: 'invalid', reference: null })
    expect(reported).toEqual([])
  },
)

it('what stands in the way of a report is told', async () => {
  start()
  const client = await connect()
  add = () => 'full'
  expect(await client.report('10.1.0.1', 'a.test')).toMatchObject({ outcome: 'full', reference: null })
  add = () => {
    throw new ReviewError('unavailable', 'imports.db cannot be used')
  }
  expect(await client.report('10.1.0.1', 'a.test')).toMatchObject({ outcome: 'unavailable' })
  add = () => ({ reference: 'R' })
  for (let n = 0; n < 3; n++)
    expect(await client.report('10.1.0.1', 'a.test')).toMatchObject({ outcome: 'taken' })
  expect(await client.report('10.1.0.1', 'a.test')).toMatchObject({ outcome: 'limited' })
  expect(await client.report('10.1.0.2', 'a.test')).toMatchObject({ outcome: 'taken' })
})

it('texts of a contact come without what cannot be shown, cut, addresses in one form', async () => {
  start()
  const client = await connect()
  const sent = { client: '::ffff:10.1.0.1', local: '2001:DB8:0::1', host: 'EVIL.test\u0000', path: `/${'é'.repeat(400)}`, userAgent: '\u001b[2J', protocol: 'tls' as const } // prettier-ignore
  await client.contacts([contactOf(sent)])
  const [{ contacts }] = threads.bodies('contacts/keep') as [{ readonly contacts: readonly object[] }]
  expect(contacts).toEqual([
    contactOf({
      client: '10.1.0.1',
      local: '2001:db8::1',
      host: 'evil.test',
      path: `/${'é'.repeat(255)}`,
      userAgent: '[2J',
      protocol: 'tls',
    }),
  ])
})
