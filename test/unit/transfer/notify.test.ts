import { writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { parseAddress } from '../../../src/net/address.ts'
import { answerNotify } from '../../../src/transfer/notify.ts'
import { AnswerCheck } from '../../../src/transfer/tsig-check.ts'
import { readKey } from '../../../src/transfer/tsig-key.ts'
import { readTsig } from '../../../src/transfer/tsig.ts'
import { Zone } from '../../../src/transfer/zone.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { KEY, notify, ZONE } from '../../support/scripted-primary.ts'

const NOW = 1_795_343_449
let directory: string
let secretFile: string
let signed: Zone
let unsigned: Zone

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'thanhloc-'))
  secretFile = join(directory, 'key')
  writeFileSync(secretFile, KEY.secret, { mode: 0o600 })
})
afterAll(() => rmSync(directory, { recursive: true }))
beforeEach(() => {
  signed = zoneOf(ZONE, true)
  unsigned = zoneOf('plain.vn', false)
})

function zoneOf(zone: string, hasKey: boolean): Zone {
  const tsig = { name: KEY.name, algorithm: 'hmac-sha256', secretFile } as const
  const server = { address: '10.0.0.5', port: 53 }
  const log = { info: () => {}, warn: () => {} }
  const random = { below: () => 0, bits32: () => 0 }
  return new Zone({ list: zone, primary: { server, zone, tsig: hasKey ? tsig : null, maxBytes: 1 }, path: join(directory, zone), clock: new FakeClock(), random, log, forced: () => Promise.resolve() }) // prettier-ignore
}

function answer(bytes: Uint8Array, from = '10.0.0.5'): Buffer | null {
  const address = new Uint8Array(16)
  parseAddress(from, address)
  const given = answerNotify({ bytes, address }, [signed, unsigned], NOW)
  return given && Buffer.from(given)
}
const rcode = (reply: Buffer | null): number => reply![3]! & 15
const told = (): number => signed.status().notifies + unsigned.status().notifies

it('is taken from the primary, and answered with the question', () => {
  const reply = answer(notify(7, 'PLAIN.vn'))!
  expect(reply.readUInt16BE(2)).toBe(0xa400)
  expect(reply.subarray(12)).toEqual(notify(7, 'PLAIN.vn').subarray(12))
  expect([unsigned.status().notifies, signed.status().notifies]).toEqual([1, 0])
})

it('is taken signed where the zone has a key, and answered signed', () => {
  const request = notify(7, ZONE, KEY.secret, NOW)
  const reply = answer(request)!
  expect(rcode(reply)).toBe(0)
  expect(signed.status().notifies).toBe(1)
  const key = readKey({ name: KEY.name, algorithm: 'hmac-sha256', secretFile })
  new AnswerCheck(key, readTsig(request)!.mac, () => NOW).take(reply)
})

it.each([
  ['unsigned where there is a key', notify(7), '10.0.0.5', 5, null],
  ['signed where there is none', notify(7, 'plain.vn', KEY.secret, NOW), '10.0.0.5', 9, 17],
  ['signed with another secret', notify(7, ZONE, 'AAAA', NOW), '10.0.0.5', 9, 16],
  ['signed long ago', notify(7, ZONE, KEY.secret, NOW - 400), '10.0.0.5', 9, 18],
  ['for a zone that is not ours', notify(7, 'other.vn'), '10.0.0.5', 9, null],
  ['from another primary', notify(7, 'plain.vn'), '10.0.0.6', 9, null],
])('is refused %s', (_, bytes, from, expected, error) => {
  const reply = answer(bytes, from)
  expect(rcode(reply)).toBe(expected)
  expect(reply === null ? null : (readTsig(reply)?.error ?? null)).toBe(error)
  expect(told()).toBe(0)
})

it('tells its own time, signed, to one whose clock is off', () => {
  const request = notify(7, ZONE, KEY.secret, NOW - 400)
  const reply = answer(request)!
  expect(readTsig(reply)!.other).toHaveLength(6)
  const key = readKey({ name: KEY.name, algorithm: 'hmac-sha256', secretFile })
  expect(() => new AnswerCheck(key, readTsig(request)!.mac, () => NOW - 400).take(reply)).toThrow('400 s ahead of this one (BADTIME)') // prettier-ignore
})

it('is refused where the key cannot be read', () => {
  const gone = zoneOf(ZONE, true)
  Object.assign(gone.options.primary.tsig!, { secretFile: join(directory, 'gone') })
  signed = gone
  expect(rcode(answer(notify(7, ZONE, KEY.secret, NOW)))).toBe(2)
})

it('is told to every list that comes as that zone from that address, also where the key of one cannot be read', () => {
  const request = notify(7, ZONE, KEY.secret, NOW)
  const gone = zoneOf(ZONE, true)
  Object.assign(gone.options.primary.tsig!, { secretFile: join(directory, 'gone') })
  const other = zoneOf(ZONE, true)
  const address = new Uint8Array(16)
  parseAddress('10.0.0.5', address)
  const reply = answerNotify({ bytes: request, address }, [gone, signed, other, unsigned], NOW)
  expect(rcode(reply && Buffer.from(reply))).toBe(0)
  expect([gone, signed, other].map((zone) => zone.status().notifies)).toEqual([0, 1, 1])
})

it('is not answered where it is no NOTIFY', () => {
  expect(answer(notify(7).subarray(0, 11))).toBeNull()
  expect(answer(notify(7).subarray(0, 14))).toBeNull()
  const reply = Buffer.from(notify(7))
  reply[2]! |= 0x80
  expect(answer(reply)).toBeNull()
})
