import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/clock.ts'
import { SecureRandom } from '../../../src/random.ts'
import { transferZone, type TransferLimits } from '../../../src/transfer/transfer.ts'
import { wireName } from '../../../src/wire/name.ts'
import {
  address,
  block,
  message,
  ScriptedPrimary,
  soa,
  wholeZone,
  ZONE,
} from '../../support/scripted-primary.ts'

const LIMITS: TransferLimits = { maxBytes: 1 << 20, silenceMs: 5000, totalMs: 10_000 }

let directory: string
let primary: ScriptedPrimary
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'thanhloc-'))
  primary = await ScriptedPrimary.open(() => [])
})
afterEach(async () => {
  await primary.close()
  rmSync(directory, { recursive: true })
})

function transfer(
  serial: number | null = null,
  limits: Partial<TransferLimits> = {},
  signal = new AbortController().signal,
  port = primary.port,
) {
  return transferZone({
    server: { address: '127.0.0.1', port },
    zone: wireName(ZONE),
    key: null,
    serial,
    isWhole: false,
    path: join(directory, 'zone'),
    limits: { ...LIMITS, ...limits },
    clock: systemClock,
    random: new SecureRandom(),
    signal,
  })
}

const lines = (): string[] => readFileSync(join(directory, 'zone'), 'latin1').split('\n').slice(0, -2)

describe('a transfer', () => {
  it('takes a zone of many messages, in whatever pieces they come', async () => {
    const records = Array.from({ length: 500 }, (_, index) => block(`a${index}.vn`))
    primary.script = (asked) => wholeZone(asked, 7, records, 3)
    expect(await transfer()).toMatchObject({ kind: 'axfr', records: 501, soa: { serial: 7 } })
    expect(lines()).toHaveLength(501)
    expect(lines()[500]).toBe(`a499.vn.${ZONE}. 60 IN CNAME .`)
  })

  it('writes differences into the copy here', async () => {
    primary.script = (asked) =>
      wholeZone(asked, 1, [address('a', '192.0.2.1'), address('a', '2001:db8::1'), block('b')])
    await transfer()
    primary.script = (asked) => [message(asked, [soa(3), soa(1), block('b'), soa(2), block('c')]), message(asked, [soa(2), address('a', '192.0.2.1'), soa(3), address('a', '192.0.2.9'), soa(3)])] // prettier-ignore
    expect(await transfer(1)).toMatchObject({ kind: 'ixfr', records: 4, soa: { serial: 3 } })
    expect(
      lines()
        .map((line) => line.replace(`.${ZONE}.`, ''))
        .slice(1),
    ).toEqual(['a 60 IN AAAA 2001:db8::1', 'a 60 IN A 192.0.2.9', 'c 60 IN CNAME .'])
  })

  it('writes nothing where nothing is new', async () => {
    primary.script = (asked) => [message(asked, [soa(7)])]
    expect(await transfer(7)).toMatchObject({ kind: null, records: null, soa: { serial: 7 } })
    expect(readdirSync(directory)).toEqual([])
  })
})

describe('a transfer fails, and leaves nothing behind,', () => {
  it.each([
    ['when nobody answers', () => [], { silenceMs: 100 }, 'it has sent nothing for 0.1 s'],
    ['when it does not come to an end', async function* (asked) { yield message(asked, [soa(7)]); for (;;) { yield message(asked, [block('a')]); await new Promise((resolve) => setTimeout(resolve, 20)) } }, { totalMs: 300 }, 'it has not come to an end within 0.3 s'],
    ['when too much comes', function* (asked) { yield message(asked, [soa(7)]); for (let name = 0; ; name++) yield message(asked, [block(`a${name}`)]) }, { maxBytes: 20_000 }, /^it sends more than|^the zone is larger/],
    ['when the connection ends at once', () => [null], {}, 'without an answer'],
    ['when it ends midway', (asked) => [message(asked, [soa(7), block('a')]), null], {}, 'before the end of the zone'],
    ['when another answer comes', ({ id, type }) => [message({ id: id ^ 1, type }, [soa(7)])], {}, 'something else than was asked'],
    ['when a message holds nothing', (asked) => [message(asked, [soa(7)]), message(asked, [])], {}, 'holds no record'],
    ['when a message is cut off', (asked) => [message(asked, [soa(7)]).subarray(0, -4)], {}, 'malformed'],
    ['when a record is of another class', (asked) => [classed(message(asked, [soa(7)]))], {}, 'not of class IN'],
    ['when TC is set', (asked) => [flagged(message(asked, [soa(7)]))], {}, 'cut off'],
  ] as const satisfies readonly (readonly [string, ScriptedPrimary['script'], Partial<TransferLimits>, string | RegExp])[])('%s', async (_, script, limits, reason) => {
    primary.script = script
    await expect(transfer(null, limits)).rejects.toThrow(reason)
    expect(readdirSync(directory)).toEqual([])
  }) // prettier-ignore

  it('when differences that come to nothing have no end', async () => {
    primary.script = function* (asked) {
      yield message(asked, [soa(0x7000_0000), soa(1)])
      for (let serial = 2; ; serial++)
        yield message(asked, [soa(serial), block('a'), soa(serial), block('a')])
    }
    await expect(transfer(1, { maxBytes: 100_000 })).rejects.toThrow('it sends more than')
    expect(readdirSync(directory)).toEqual([])
  })

  it('when nobody listens', async () => {
    const { port } = primary
    await primary.close()
    primary = await ScriptedPrimary.open(() => [])
    await expect(transfer(null, {}, undefined, port)).rejects.toThrow('nobody listens there')
  })

  it('when this server stops', async () => {
    const stopping = new AbortController()
    const failed = expect(transfer(null, {}, stopping.signal)).rejects.toThrow('this server stops')
    await expect.poll(() => primary.asked.length).toBe(1)
    stopping.abort()
    await failed
  })
})

/** The class of the first answer record is CHAOS. */
function classed(bytes: Buffer): Buffer {
  const at = 12 + ZONE.length + 2 + 4 + ZONE.length + 2
  bytes.writeUInt16BE(3, at + 2)
  return bytes
}

function flagged(bytes: Buffer): Buffer {
  bytes[2]! |= 2
  return bytes
}
