import { beforeEach, expect, it } from 'vitest'
import { parseAddress } from '../../../src/net/address.ts'
import type { Origin } from '../../../src/query/origin.ts'
import { isNotify, Notices } from '../../../src/query/notices.ts'
import { buildQuery } from '../../support/dns-client.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { notify } from '../../support/scripted-primary.ts'
import { listSettings } from '../lists/settings.ts'

let clock: FakeClock
beforeEach(() => (clock = new FakeClock()))

const primaryOf = (address: string) => ({
  server: { address, port: 53 },
  zone: 'z.vn',
  tsig: null,
  maxBytes: 1,
})
const settings = {
  lists: [listSettings('a', '/a'), listSettings('z', '/z', { primary: primaryOf('10.0.0.5') })],
}

function originFrom(text: string): Origin & { readonly sent: Buffer[] } {
  const address = new Uint8Array(16)
  parseAddress(text, address)
  const sent: Buffer[] = []
  const later = () => ({ address, send: (bytes: Uint8Array, length: number) => void sent.push(Buffer.from(bytes.subarray(0, length))) }) // prettier-ignore
  return { transport: 0, address, maxBytes: 1232, later, sent }
}

it('knows a NOTIFY by its opcode alone', () => {
  expect(isNotify(notify(1))).toBe(true)
  expect(isNotify(buildQuery('a.vn', 'A'))).toBe(false)
  expect(isNotify(buildQuery('a.vn', 'A', { opcode: 5 }))).toBe(false)
  const reply = notify(1)
  reply[2]! |= 0x80
  expect(isNotify(reply)).toBe(false)
})

it('hands on what comes from a primary, as a copy, and sends what it is answered', async () => {
  const seen: Buffer[] = []
  const notices = new Notices(settings, clock, async ({ bytes, address }) => {
    seen.push(Buffer.from(bytes))
    expect([...address.subarray(12)]).toEqual([10, 0, 0, 5])
    return Buffer.from('answer')
  })
  const origin = originFrom('10.0.0.5')
  const message = notify(1)
  expect(notices.take(message, message.length, origin)).toBe(true)
  message.fill(0)
  await expect.poll(() => origin.sent.map(String)).toEqual(['answer'])
  expect(seen).toEqual([notify(1)])
})

it('leaves what comes from elsewhere to the query path', () => {
  const notices = new Notices(settings, clock, () => Promise.reject(new Error('not to be asked')))
  expect(notices.take(notify(1), 12, originFrom('10.0.0.6'))).toBe(false)
  notices.configure({ lists: [] })
  expect(notices.take(notify(1), 12, originFrom('10.0.0.5'))).toBe(false)
})

it('says nothing where nobody has an answer, and bounds what is under way', async () => {
  const open: ((answer: Uint8Array | null) => void)[] = []
  const notices = new Notices(settings, clock, () => new Promise((resolve) => open.push(resolve)))
  const origin = originFrom('10.0.0.5')
  const takeMany = (): void => {
    for (let time = 0; time < 100; time++) expect(notices.take(notify(time), 40, origin)).toBe(true)
  }
  takeMany()
  expect(open).toHaveLength(50)
  clock.advance(1000)
  takeMany()
  expect(open).toHaveLength(64)
  for (const answer of open) answer(null)
  await expect.poll(() => origin.sent.length).toBe(64)
  expect(origin.sent.every((bytes) => bytes.length === 0)).toBe(true)
  const dying = new Notices(settings, clock, () => Promise.reject(new Error('control is being restarted')))
  const other = originFrom('10.0.0.5')
  dying.take(notify(1), 40, other)
  await expect.poll(() => other.sent.length).toBe(1)
  expect(dying.take(Buffer.alloc(2000), 2000, other)).toBe(true)
  expect(other.sent).toHaveLength(1)
})
