/**
 * EDNS options that somebody has spoiled or forged: nothing throws, whoever is not listed stays the client, and what is
 * told of a listed forwarder's machines is what a plain reading of the query says.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import ipaddr from 'ipaddr.js'
import { RevealedPairs } from '../../src/query/revealed-pairs.ts'
import { Revealed } from '../../src/query/revealed.ts'
import { REVEALED_PAIRS_BYTES } from '../../src/thread/shared-state.ts'
import { Parse, Query, readQuestion } from '../../src/wire/question.ts'
import { address16 } from '../support/addresses.ts'
import { macOption, subnetOption } from '../support/client-options.ts'
import { buildQuery } from '../support/dns-client.ts'
import { PathBench } from '../support/path-bench.ts'
import { seededRandom } from '../support/seeded-random.ts'

const FORWARDER = '10.1.0.1'
const STRANGER = '10.2.0.1'

type Option = ReturnType<typeof subnetOption>

const octets = (length: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => Buffer.from(bytes))
const address = fc.oneof(
  fc.ipV4(),
  fc.ipV6().filter((text) => ipaddr.isValid(text)),
)
const mac = octets(6).map((bytes) => bytes.toString('hex').replace(/(..)(?!$)/g, '$1:'))

/** Options as they should be, nearly so, and any. */
const option: fc.Arbitrary<Option> = fc.oneof(
  address.map((text) => subnetOption(text)),
  fc.tuple(address, fc.nat(128), fc.nat(2)).map(([text, bits, scope]) => subnetOption(text, bits, scope)),
  fc.tuple(mac, fc.constantFrom('raw', 'text', 'base64')).map(([text, form]) => macOption(text, form)),
  fc.record({
    code: fc.constantFrom(3, 8, 10, 65_001, 65_073, 65_074),
    data: fc.nat(24).chain(octets),
  }),
) // prettier-ignore

/** The same by a plain reading: 16 octets of the client in hex, and the MAC. */
function plainly(options: readonly Option[]): { client: string; mac: string | null } | null {
  const client = plainAddress(options.findLast(({ code }) => code === 8)?.data)
  const card = plainMac(options.findLast(({ code }) => code === 65_001 || code === 65_073))
  if (client === null && card === null) return null
  if (client !== null) return { client, mac: card }
  const [a, b, c, d, e, f] = card!.split(':') as [string, string, string, string, string, string]
  const first = (parseInt(a, 16) ^ 2).toString(16).padStart(2, '0')
  return { client: `fe80000000000000${first}${b}${c}fffe${d}${e}${f}`, mac: card }
}

function plainAddress(data: Buffer | undefined): string | null {
  const hex = data?.toString('hex') ?? ''
  const found = /^(?:00012000(?<v4>.{8})|00028000(?<v6>.{32}))$/.exec(hex)?.groups
  if (found === undefined) return null
  const client = found['v6'] ?? `00000000000000000000ffff${found['v4']}`
  const v4 = /^0{20}ffff(.{8})$/.exec(client)?.[1]
  if (v4 !== undefined) {
    const range = ipaddr.fromByteArray([...Buffer.from(v4, 'hex')]).range()
    return ['unspecified', 'loopback', 'multicast', 'broadcast'].includes(range) || v4.startsWith('00') || v4 >= 'e0' ? null : client // prettier-ignore
  }
  return client.startsWith('ff') || client.startsWith('0'.repeat(30)) ? null : client
}

function plainMac(given: Option | undefined): string | null {
  if (given === undefined) return null
  const { code, data } = given
  const text = data.toString('latin1')
  let raw: Buffer | null = null
  if (code === 65_001) raw = data
  else if (/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text)) raw = Buffer.from(text.replaceAll(':', ''), 'hex')
  else if (/^[A-Za-z0-9+/]{8}$/.test(text)) raw = Buffer.from(text, 'base64')
  if (raw?.length !== 6 || (raw[0]! & 1) !== 0 || raw.every((octet) => octet === 0)) return null
  return raw.toString('hex').replace(/(..)(?!$)/g, '$1:')
}

test('what options tell is what a plain reading of them says', () => {
  const query = new Query()
  const revealed = new Revealed()
  fc.assert(
    fc.property(fc.array(option, { maxLength: 5 }), (options) => {
      const bytes = buildQuery('evil.example', 'A', { edns: { options } })
      expect(readQuestion(bytes, bytes.length, query)).toBe(Parse.Ok)
      const isRead = revealed.read(bytes, query)
      const hexOf = (octet: Uint8Array): string => Buffer.from(octet).toString('hex')
      const told = isRead
        ? {
            client: hexOf(revealed.address),
            mac: revealed.hasMac ? hexOf(revealed.mac).replace(/(..)(?!$)/g, '$1:') : null,
          }
        : null
      expect(told).toEqual(plainly(options))
    }),
    { numRuns: 3_000 },
  )
})

test('spoiled options never throw, and never make another client of one who is not listed', () => {
  const random = seededRandom(4_711)
  const bases = [
    [subnetOption('10.9.9.9')],
    [subnetOption('fd00::9'), macOption('02:98:00:00:00:0a')],
    [macOption('02:98:00:00:00:0a', 'text'), subnetOption('10.9.9.9', 24)],
    [macOption('02:98:00:00:00:0a', 'base64'), { code: 10, data: Buffer.alloc(8) }],
  ].map((options) => buildQuery('evil.example', 'A', { edns: { options } }))
  const it = new PathBench(`identity: { forwarders: { networks: [${FORWARDER}/32] } }`)
  it.lists([['evil.example', 'subtree', 0]])
  const clients = new Set<string>()
  for (let run = 0; run < 20_000; run++) {
    const query = random.below(5) === 0 ? bases[random.below(bases.length)]! : random.mutate(bases)
    it.send(query, STRANGER)
    const strangers = run % 200 === 0 ? it.hits() : []
    expect(strangers.every(({ client }) => client === STRANGER)).toBe(true)
    if (run % 200 === 0) {
      for (let n = 0; n < 20; n++) it.send(random.mutate(bases), FORWARDER)
      for (const { client } of it.hits()) clients.add(client)
      it.clock.advance(1_000)
    }
    it.datagrams.sent.length = 0
  }
  expect(it.hits().every(({ client }) => client === STRANGER)).toBe(true)
  // And the forwarder's were believed.
  expect(clients).toContain('10.9.9.9')
  expect(clients).not.toContain(STRANGER)
})

test('no machine stands for another: an address counts only where one MAC alone was seen there of late', () => {
  const MINUTE = 60_000
  const event = fc.record({
    address: fc.nat(3),
    mac: fc.nat(2),
    /** The clock may be set back. */
    passedMs: fc.integer({ min: -2 * MINUTE, max: 15 * MINUTE }),
  })
  const addresses = ['10.0.0.1', '10.0.0.2', '192.168.1.7', 'fd00::7'].map(address16)
  const macs = [1, 2, 3].map((last) => Uint8Array.of(2, 0, 0, 0, 0, last))
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      // Two threads, one table.
      const memory = new SharedArrayBuffer(REVEALED_PAIRS_BYTES)
      const threads = [new RevealedPairs(memory), new RevealedPairs(memory)]
      const known = new Map<number, { mac: number; changedMs: number | null; toldMs: number | null }>()
      let nowMs = Date.UTC(2026, 10, 22)
      for (const [index, { address, mac, passedMs }] of events.entries()) {
        nowMs += passedMs
        const before = known.get(address)
        const now = before?.mac === mac ? before : { mac, changedMs: before === undefined ? null : nowMs, toldMs: null } // prettier-ignore
        known.set(address, now)
        const within = (thenMs: number | null, ms: number): boolean =>
          thenMs !== null && Math.abs(nowMs - thenMs) < ms
        const expected = within(now.changedMs, 10 * MINUTE) ? 'contested' : within(now.toldMs, MINUTE) ? 'known' : 'news' // prettier-ignore
        const thread = threads[index & 1]!
        expect(thread.note(addresses[address]!, macs[mac]!, nowMs)).toBe(expected)
        if (expected !== 'news') continue
        thread.told(addresses[address]!, nowMs)
        now.toldMs = nowMs
      }
    }),
    { numRuns: 500 },
  )
})
