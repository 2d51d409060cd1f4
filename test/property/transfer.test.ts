/** Zone transfers against any bytes, any records, any history of a zone, and anything changed on the way. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ZoneFileReader } from '../../src/lists/formats/zone-file.ts'
import { Differences, lineOf } from '../../src/transfer/differences.ts'
import { buildRequest, readMessage, type ZoneRecord } from '../../src/transfer/message.ts'
import { answerNotify } from '../../src/transfer/notify.ts'
import { TransferError } from '../../src/transfer/transfer-error.ts'
import { AnswerCheck } from '../../src/transfer/tsig-check.ts'
import { makeKey } from '../../src/transfer/tsig-key.ts'
import { wireName } from '../../src/wire/name.ts'
import { readTsig } from '../../src/transfer/tsig.ts'
import { ZoneAnswer, type ZoneTaker } from '../../src/transfer/zone-answer.ts'
import { applyDifferences, readCopy, ZoneFileWriter } from '../../src/transfer/zone-file.ts'
import { textToName } from '../../src/wire/name.ts'
import { address, block, KEY, message, signed, soa, wholeZone, ZONE } from '../support/scripted-primary.ts'

const numRuns = Number(process.env['THANHLOC_FUZZ'] ?? 200)
const key = makeKey(KEY.name, 'hmac-sha256', Buffer.from(KEY.secret, 'base64'))
const NOW = 1_795_343_449
const asked = { id: 7, type: 'AXFR', mac: Buffer.alloc(32, 9) } as const

let directory: string
beforeAll(() => (directory = mkdtempSync(join(tmpdir(), 'thanhloc-'))))
afterAll(() => rmSync(directory, { recursive: true }))

/** Runs `read`; what it throws is ours. */
function survives(read: () => unknown): void {
  try {
    read()
  } catch (error) {
    expect(error).toBeInstanceOf(TransferError)
  }
}

const genuine = fc.constantFrom(
  ...signed(asked, wholeZone({ ...asked, serial: null, socket: null! }, 3, [block('a.vn'), address('b.vn', '2001:db8::1')], 2), { seconds: NOW }),
  Buffer.from(buildRequest(7, wireName(ZONE), 5)),
) // prettier-ignore
const mutated = fc
  .tuple(genuine, fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 6 }), fc.nat(400))
  .map(([bytes, changes, cut]) => {
    const copy = Buffer.from(bytes)
    for (const [at, value] of changes) if (at < copy.length) copy[at] = value
    return cut < copy.length / 2 ? copy.subarray(0, copy.length - cut) : copy
  })

describe('whatever comes', () => {
  it('is read or refused, in bounds', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), mutated), (bytes) => {
        const records: ZoneRecord[] = []
        survives(() => readMessage(bytes, 7, wireName(ZONE), (record) => records.push(record)))
        for (const record of records) expect(lineOf(record)).toMatch(/^[\x20-\x7e]+$/)
        survives(() => readTsig(bytes))
        survives(() => new AnswerCheck(key, asked.mac, () => NOW).take(bytes))
        survives(() => answerNotify({ bytes, address: new Uint8Array(16) }, [], NOW))
      }),
      { numRuns: numRuns * 5 },
    )
  })

  it('is refused where one bit of a signed answer is another', () => {
    const messages = signed(asked, [message(asked, [soa(3)]), message(asked, [block('a.vn')]), message(asked, [soa(3)])], { seconds: NOW, every: 2 }) // prettier-ignore
    const take = (each: readonly Buffer[]): void => {
      const check = new AnswerCheck(key, asked.mac, () => NOW)
      for (const bytes of each) check.take(bytes)
      check.end()
    }
    take(messages)
    const places = messages.flatMap((bytes, index) => Array.from(bytes, (_, at) => [index, at] as const))
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.nat(7), ([index, at], bit) => {
        // Not signed: the id where the original stands in the record, the record's TTL, the case of the names in it.
        const changed = messages.map((bytes) => Buffer.from(bytes))
        changed[index]![at]! ^= 1 << bit
        const record = index === 1 ? null : readTsig(messages[index]!)!
        const ttlAt = record === null ? -1 : record.start + key.name.length + 4
        fc.pre(record === null || at > 1)
        fc.pre(record === null || at < ttlAt || at >= ttlAt + 4)
        fc.pre(bit !== 5 || record === null || at < record.start)
        expect(() => take(changed)).toThrow(TransferError)
      }),
      { numRuns },
    )
  })
})

const anyLabel = fc.uint8Array({ minLength: 1, maxLength: 12 })
const anyName = fc
  .array(anyLabel, { minLength: 1, maxLength: 4 })
  .map((labels) => Buffer.concat(labels.map((label) => Buffer.concat([Buffer.from([label.length]), label]))))

describe('a record', () => {
  it('is in the zone file what it was on the wire, to who reads lists', () => {
    const zone = Buffer.from(wireName(ZONE))
    fc.assert(
      fc.property(anyName, anyName, (owner, target) => {
        const name = Buffer.concat([owner, zone])
        const rdata = Buffer.concat([target, Buffer.alloc(1)])
        const bytes = Buffer.concat([message(asked, []), name, Buffer.from([0, 5, 0, 1, 0, 0, 0, 60, 0, rdata.length]), rdata]) // prettier-ignore
        bytes.writeUInt16BE(1, 6)
        const lines: string[] = []
        readMessage(bytes, 7, zone, (record) => lines.push(lineOf(record)))
        const read: { owner: string; type: string; rdata: readonly string[] }[] = []
        const reader = new ZoneFileReader({
          record: ({ text, isAbsolute }, type, words) => {
            expect(isAbsolute).toBe(true)
            read.push({ owner: text, type, rdata: words })
          },
          problem: (reason) => expect.fail(`${reason}: ${lines[0]}`),
        })
        const line = Buffer.from(lines[0]!)
        reader.line(line, 0, line.length)
        reader.end()
        expect(read).toHaveLength(1)
        expect(wireOf(read[0]!.owner)).toBe(lowered(name))
        expect(wireOf(read[0]!.rdata.join(' '))).toBe(lowered(rdata))
      }),
      { numRuns },
    )
  })
})

function wireOf(text: string): string {
  const out = new Uint8Array(256)
  const length = textToName(text, out)
  return Buffer.from(out.subarray(0, Math.max(0, length))).toString('hex')
}

/** Labels in lower case; length octets are below the letters. */
function lowered(name: Buffer): string {
  return Buffer.from(name.map((byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte))).toString('hex')
}

/** A zone: what it holds, of few names and data, so that versions overlap. */
const version = fc.uniqueArray(
  fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', '*.d'), fc.constantFrom('1', '2', '3')),
  { selector: ([name, data]) => `${name} ${data}`, maxLength: 12 },
)
const toRecord = ([name, data]: readonly [string, string]): ZoneRecord => ({ owner: `${name}.z.`, type: 1, ttlSeconds: 60, rdata: `192.0.2.${data}` }) // prettier-ignore
const toSoa = (serial: number): ZoneRecord => ({ owner: 'z.', type: 6, ttlSeconds: 60, rdata: `ns.z. root.z. ${serial} 3600 600 86400 60` }) // prettier-ignore
const sorted = (records: readonly ZoneRecord[]): string[] =>
  records.map(lineOf).toSorted((a, b) => (a < b ? -1 : 1))

describe('differences', () => {
  it('lead to the zone that would have come whole', async () => {
    const path = join(directory, 'zone')
    await fc.assert(
      fc.asyncProperty(
        fc.array(version, { minLength: 2, maxLength: 5 }),
        fc.boolean(),
        async (tuples, isCondensed) => {
          const versions = tuples.map((records) => records.map(toRecord).toSorted((a, b) => (a.owner < b.owner ? -1 : 1))) // prettier-ignore
          const last = versions.length - 1
          await write(path, [toSoa(0), ...versions[0]!])
          const steps = isCondensed ? [[0, last] as const] : versions.slice(1).map((_, index) => [index, index + 1] as const) // prettier-ignore
          const stream = steps.flatMap(([from, to]) => [
            toSoa(from),
            ...without(versions[from]!, versions[to]!),
            toSoa(to),
            ...without(versions[to]!, versions[from]!),
          ])
          await applyStream(path, [toSoa(last), ...stream, toSoa(last)])
          const lines = readFileSync(path, 'latin1').split('\n').slice(0, -2)
          expect(lines[0]).toBe(lineOf(toSoa(last)))
          expect(lines.slice(1).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(sorted(versions[last]!))
          // Records of one owner stand together: they are one answer.
          const owners = lines.slice(1).map((line) => line.split(' ')[0]!)
          expect(owners.filter((owner, index) => owner !== owners[index - 1])).toHaveLength(
            new Set(owners).size,
          )
          expect(await readCopy(path, 'z.')).toMatchObject({ soa: { serial: last }, records: lines.length })
        },
      ),
      { numRuns: Math.min(numRuns, 300) },
    )
  }, 60_000)
})

function without(all: readonly ZoneRecord[], others: readonly ZoneRecord[]): ZoneRecord[] {
  const lines = new Set(others.map(lineOf))
  return all.filter((record) => !lines.has(lineOf(record)))
}

async function write(path: string, records: readonly ZoneRecord[]): Promise<void> {
  const writer = new ZoneFileWriter(path, 1 << 20)
  for (const record of records) writer.add(lineOf(record))
  await writer.finish('axfr', 0)
  await writer.close()
}

async function applyStream(path: string, records: readonly ZoneRecord[]): Promise<void> {
  const differences = new Differences()
  const taker: ZoneTaker = {
    beginWhole: () => expect.fail('it is no whole zone'),
    record: () => expect.fail('it is no whole zone'),
    remove: (record) => differences.remove(record),
    add: (record) => differences.add(record),
  }
  const answer = new ZoneAnswer({ zone: 'z.', serial: 0, mayDiffer: true }, taker)
  for (const record of records) answer.take(record)
  expect(answer.isDone).toBe(true)
  const writer = new ZoneFileWriter(path, 1 << 20)
  await applyDifferences(path, lineOf(answer.soaRecord!), differences, writer)
  await writer.finish('ixfr', 0)
  await writer.close()
}
