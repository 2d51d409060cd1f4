import { describe, expect, it } from 'vitest'
import { ContactLedger, type Sighting } from '../../../src/notice/contact-ledger.ts'
import { CONTACT_TEXT, MAX_CONTACTS, MAX_LETTER_BYTES } from '../../../src/notice/letters.ts'

const SIGHTING: Sighting = {
  client: '10.1.2.3',
  clientPort: 40_000,
  local: '10.10.10.10',
  port: 80,
  protocol: 'http',
  host: 'evil.vn',
  method: 'GET',
  path: '/',
  userAgent: 'bot',
  hasReferrer: false,
  firstBytes: 'ab'.repeat(32),
  firstBytesLength: 70,
  isBrowserLike: false,
  atMs: 1000,
}

describe('contacts', () => {
  it('that look the same are one, with a count, the first and the last time, and the latest port', () => {
    const ledger = new ContactLedger()
    ledger.add(SIGHTING)
    ledger.add({ ...SIGHTING, clientPort: 40_001, firstBytes: 'cd'.repeat(32), atMs: 1400 })
    const { contacts, dropped } = ledger.take()
    const { atMs: _, ...same } = SIGHTING
    expect(contacts).toEqual([
      { ...same, clientPort: 40_001, firstBytes: 'cd'.repeat(32), count: 2, firstMs: 1000, lastMs: 1400 },
    ])
    expect(dropped).toBe(0)
    expect(ledger.isEmpty).toBe(true)
  })

  it.each([
    ['client', { client: '10.1.2.4' }],
    ['port', { port: 8080 }],
    ['protocol', { protocol: 'tcp' }],
    ['host', { host: null }],
    ['method', { method: 'POST' }],
    ['path', { path: '/gate' }],
    ['user agent', { userAgent: null }],
    ['kind', { isBrowserLike: true }],
  ] as const)('of another %s are others', (_, other) => {
    const ledger = new ContactLedger()
    ledger.add(SIGHTING)
    ledger.add({ ...SIGHTING, ...other })
    expect(ledger.take().contacts.map(({ count }) => count)).toEqual([1, 1])
  })

  it('past the bound are counted, once, and those held go on counting', () => {
    const ledger = new ContactLedger(2)
    for (const path of ['/1', '/2', '/3', '/4', '/1']) ledger.add({ ...SIGHTING, path })
    expect(ledger.take()).toMatchObject({ contacts: [{ path: '/1', count: 2 }, { path: '/2' }], dropped: 2 })
    expect(ledger.take()).toEqual({ contacts: [], dropped: 0 })
  })

  it('of one client never take the room of the others', () => {
    const ledger = new ContactLedger(4, 2)
    const add = (client: string, paths: readonly string[]): void => {
      for (const path of paths) ledger.add({ ...SIGHTING, client, path })
    }
    add('10.0.0.1', ['/1', '/2', '/3', '/1'])
    add('10.0.0.2', ['/1', '/2'])
    const { contacts, dropped } = ledger.take()
    expect(contacts.map(({ client, count }) => [client, count])).toEqual([['10.0.0.1', 2], ['10.0.0.1', 1], ['10.0.0.2', 1], ['10.0.0.2', 1]]) // prettier-ignore
    expect(dropped).toBe(1)
    add('10.0.0.1', ['/4', '/5'])
    expect(ledger.take()).toMatchObject({ contacts: { length: 2 }, dropped: 0 })
  })

  it('fill a letter by number and by bytes, and the rest goes into the next', () => {
    const few = new ContactLedger()
    for (let index = 0; index <= MAX_CONTACTS; index++) few.add({ ...SIGHTING, path: `/${index}` })
    expect([few.take().contacts.length, few.take().contacts.length]).toEqual([MAX_CONTACTS, 1])
    const long = new ContactLedger()
    for (let index = 0; index < MAX_CONTACTS; index++) {
      const text = (most: number): string => `${index}${'ế'.repeat(most)}`.slice(0, most)
      long.add({ ...SIGHTING, host: text(CONTACT_TEXT.host), path: text(CONTACT_TEXT.path), userAgent: text(CONTACT_TEXT.userAgent) }) // prettier-ignore
    }
    let taken = 0
    for (let letters = 0; !long.isEmpty && letters < 10; letters++) {
      const letter = { type: 'contacts', sequence: Number.MAX_SAFE_INTEGER, ...long.take() }
      expect(Buffer.byteLength(JSON.stringify(letter))).toBeLessThan(MAX_LETTER_BYTES)
      taken += letter.contacts.length
    }
    expect(taken).toBe(MAX_CONTACTS)
  })

  it('end no earlier than they began when the clock is set back', () => {
    const ledger = new ContactLedger()
    ledger.add(SIGHTING)
    ledger.add({ ...SIGHTING, atMs: 500 })
    expect(ledger.take().contacts[0]).toMatchObject({ firstMs: 1000, lastMs: 1000 })
  })
})
