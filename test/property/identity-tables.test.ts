/** Registers, units, botnet lists and neighbour tables against any bytes, and read back from what was written. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Asset } from '../../src/identity/assets.ts'
import { BotnetListReader } from '../../src/identity/botnet-list.ts'
import { splitCsv } from '../unit/identity/split-csv.ts'
import { listedUnits } from '../../src/identity/listed-units.ts'
import { parseNeighbours } from '../../src/identity/neighbours.ts'
import { rangePrefixes } from '../../src/identity/prefix-ranges.ts'
import { RegisterReader } from '../../src/identity/register.ts'
import { readUnitsCsv } from '../../src/identity/units-csv.ts'
import { overlaps, parsePrefix } from '../../src/lists/prefix-text.ts'

const numRuns = Number(process.env['THANHLOC_FUZZ'] ?? 200)

const PIECES = [
  'id', 'name', 'networks', 'mac', 'Tên máy', 'Địa chỉ', 'Mã', 'IP', 'wan', ',', ';', '\t', '\n', '\n', '\r\n', '"', '""', ' ',
  '10.0.0.0/8', '10.0.0.1', '203.0.113.5', '203[.]0[.]113[.]5', '2001:db8::/32', '-', '/', ':', '02:00:00:00:00:01', '- ', '  ',
  'name: ', 'mac: ', '[', ']', '{', '}', '&a', '*a', '|', '>', '#', '%', '!', '\u0000', '\ufeff', '\u202e', 'á', '---',
] // prettier-ignore

const anyFile = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((pieces) => Buffer.from(pieces.join(''))),
)

interface Reader<T> {
  push(chunk: Uint8Array): void
  finish(): T
}

function readInPieces<T>(reader: Reader<T>, bytes: Uint8Array, pieceBytes: number): T {
  for (let at = 0; at < bytes.length; at += pieceBytes) reader.push(bytes.slice(at, at + pieceBytes))
  return reader.finish()
}

describe('any bytes', () => {
  it('give sound machines, units and networks, or reasons, and the same in any pieces', () => {
    fc.assert(
      fc.property(anyFile, fc.integer({ min: 1, max: 20 }), (bytes, pieceBytes) => {
        for (const format of ['csv', 'yaml'] as const) {
          const whole = readInPieces(new RegisterReader(format), bytes, bytes.length || 1)
          expect(readInPieces(new RegisterReader(format), bytes, pieceBytes)).toEqual(whole)
          for (const { macs, addresses } of whole.assets)
            expect(macs.length + addresses.length).toBeGreaterThan(0)
        }
        const list = readInPieces(new BotnetListReader(), bytes, bytes.length || 1)
        expect(readInPieces(new BotnetListReader(), bytes, pieceBytes)).toEqual(list)
        expect(list.entries.filter(({ network }) => parsePrefix(network) === null)).toEqual([])
        const { units } = readUnitsCsv(bytes)
        expect(units.filter(({ id }) => !/^[a-z0-9][a-z0-9._-]{0,63}$/.test(id))).toEqual([])
        expect(
          units
            .flatMap(({ networks, wan }) => [...networks, ...wan])
            .filter((text) => parsePrefix(text) === null),
        ).toEqual([])
      }),
      { numRuns: numRuns * 2 },
    )
  })

  it('are a neighbour table or a SyntaxError', () => {
    const anyValue = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.array(fc.constantFrom('STALE', 'FAILED', 1)), fc.constantFrom('10.0.0.1', 'fe80::1', '02:00:00:00:00:01')) // prettier-ignore
    const entry = fc.dictionary(fc.constantFrom('dst', 'lladdr', 'state', 'dev', 'router', 'proxy'), anyValue)
    fc.assert(
      fc.property(fc.array(fc.oneof(entry, anyValue), { maxLength: 20 }), (rows) => {
        const { neighbours } = parseNeighbours(JSON.stringify(rows))
        expect(new Set(neighbours.map(({ address }) => address)).size).toBe(neighbours.length)
      }),
      { numRuns },
    )
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseNeighbours(text)
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError)
        }
      }),
      { numRuns },
    )
  })
})

const cell = fc
  .stringMatching(/^[a-zA-ZăâđêôơưĂ ",;0-9-]{0,12}$/)
  .map((text) => text.trim().replace(/\s+/g, ' ').normalize('NFC'))
const mac = fc.integer({ min: 1, max: 0xff_ff_ff }).map((value) => `02:00:00:${[16, 8, 0].map((shift) => ((value >> shift) & 255).toString(16).padStart(2, '0')).join(':')}`) // prettier-ignore
const asset = fc.record({
  name: cell,
  macs: fc.uniqueArray(mac, { minLength: 1, maxLength: 3 }),
  department: cell,
  person: cell,
  place: cell,
})
const assets = fc.uniqueArray(asset, { maxLength: 10, selector: ({ macs }) => macs[0] }).filter((all) => {
  const macs = all.flatMap(({ macs }) => macs)
  return new Set(macs).size === macs.length
})

const withoutPlace = ({ name, macs, department, person, place }: Asset): object => ({
  name,
  macs,
  department,
  person,
  place,
})
const quote = (text: string): string => (/[",;\t\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

describe('a register', () => {
  it('is read back from CSV with any separator, header, line end and form of letters', () => {
    const header = fc.constantFrom(
      ['name', 'mac', 'department', 'person', 'place'],
      ['Tên máy', 'Địa chỉ MAC', 'Phòng ban', 'Người phụ trách', 'Vị trí'],
      ['TEN MAY', 'MAC', 'PHONG BAN', 'NGUOI PHU TRACH', 'VI TRI'],
    )
    const form = fc.constantFrom('NFC', 'NFD')
    fc.assert(
      fc.property(
        assets,
        fc.constantFrom(',', ';', '\t'),
        header,
        fc.constantFrom('\n', '\r\n'),
        form,
        (all, separator, names, end, of) => {
          const rows = [
            names,
            ...all.map(({ name, macs, department, person, place }) => [
              name,
              macs.join('; '),
              department,
              person,
              place,
            ]),
          ]
          const text = rows
            .map((row) => row.map(quote).join(separator))
            .join(end)
            .normalize(of)
          const { assets: found, refused } = readInPieces(
            new RegisterReader('csv'),
            Buffer.from(`\ufeff${text}`),
            7,
          )
          expect(refused).toEqual([])
          expect(found.map(withoutPlace)).toEqual(
            all.map((one) => ({ ...one, name: one.name === '' ? null : one.name })),
          )
        },
      ),
      { numRuns },
    )
  })

  it('is read back from YAML', () => {
    fc.assert(
      fc.property(assets, (all) => {
        const text = all.map((one) => `- ${JSON.stringify({ name: one.name, mac: one.macs, 'phòng ban': one.department, person: one.person, place: one.place })}\n`).join('') // prettier-ignore
        const { assets: found, refused } = readInPieces(new RegisterReader('yaml'), Buffer.from(text), 9)
        expect(refused).toEqual([])
        expect(found.map(withoutPlace)).toEqual(
          all.map((one) => ({ ...one, name: one.name === '' ? null : one.name })),
        )
      }),
      { numRuns },
    )
  })
})

it('cells of CSV are what a plain reading letter by letter makes of them', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', ',', '"', '""', ' ', '\n'), { maxLength: 30 })
    .map((pieces) => pieces.join(''))
  fc.assert(
    fc.property(text, (csv) => {
      const { rows, plain } = splitCsv(csv)
      expect(rows).toEqual(plain)
    }),
    { numRuns: numRuns * 5 },
  )
})

describe('networks', () => {
  const address = fc
    .tuple(fc.integer({ min: 1, max: 9 }), fc.nat(3), fc.nat(3), fc.nat(255))
    .map((octets) => octets.join('.'))
  const number = (text: string): number =>
    text.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0)

  it('of a range hold its addresses and no other', () => {
    fc.assert(
      fc.property(address, fc.nat(300), fc.integer({ min: -5, max: 310 }), (first, length, offset) => {
        const from = number(first)
        const dotted = (value: number): string =>
          [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.')
        const prefixes = rangePrefixes(`${first}-${dotted(from + length)}`)!
        const one = parsePrefix(dotted(from + offset))!
        expect(prefixes.filter((prefix) => overlaps(prefix, one))).toHaveLength(
          offset >= 0 && offset <= length ? 1 : 0,
        )
      }),
      { numRuns },
    )
  })

  it('of units are on the list where a plain comparison of all with all says so', () => {
    const network = fc
      .tuple(address, fc.integer({ min: 16, max: 32 }))
      .map(([text, length]) => `${text}/${length}`)
    fc.assert(
      fc.property(
        fc.array(fc.array(network, { maxLength: 3 }), { maxLength: 6 }),
        fc.array(network, { maxLength: 8 }),
        (wans, listed) => {
          const units = wans.map((wan, index) => ({ id: `u${index}`, wan }))
          const entries = listed.map((text, line) => ({ network: text, date: null, malware: null, line }))
          const plain = units.flatMap(({ id, wan }) => {
            const found = entries.filter((entry) =>
              wan.some((own) => overlaps(parsePrefix(own)!, parsePrefix(entry.network)!)),
            )
            return found.length === 0 ? [] : [{ unit: id, entries: found }]
          })
          expect(listedUnits(units, entries)).toEqual(plain)
        },
      ),
      { numRuns },
    )
  })
})
