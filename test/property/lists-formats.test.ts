/** Formats against any bytes, any cut into chunks, and what was printed from entries. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FORMATS } from '../../src/lists/formats/formats.ts'
import type { NamedFormat } from '../../src/lists/formats/detect.ts'
import { detectFormat } from '../../src/lists/formats/detect.ts'
import { WireName } from '../../src/lists/name.ts'
import { parsePrefix, prefixText } from '../../src/lists/prefix-text.ts'
import { textToName } from '../../src/wire/name.ts'
import { read, readEvents } from '../unit/lists/reading.ts'

const numRuns = Number(process.env['THANHLOC_FUZZ'] ?? 200)
const formats = Object.keys(FORMATS) as NamedFormat[]

/** Pieces that formats give a meaning to, so that random lists come near real ones. */
const PIECES = [
  'a.test', 'B.vn', 'cốccốc.vn', 'xn--a.vn', '*.', '||', '^', '@@', '$important', '0.0.0.0 ', '192.0.2.1', '/24', '::1',
  'address=/', '/0.0.0.0', 'local-zone: "', '" static', '$ORIGIN ', '@ SOA a. b. 1 2 3 4 5', ' CNAME .', ' A 192.0.2.1',
  '(', ')', '"', '\\', ';', '#', '!', ' ', '\t', '\r', '\n', '\n', '\n', '.', '..', 'http://', '/', ':443', '\ufeff', '\u200e',
] // prettier-ignore

const anyList = fc.oneof(
  fc.uint8Array({ maxLength: 400 }),
  fc
    .array(fc.constantFrom(...PIECES), { maxLength: 60 })
    .map((pieces) => new Uint8Array(Buffer.from(pieces.join('')))),
)
const format = fc.constantFrom(...formats)
const label = fc.stringMatching(/^[a-z0-9_-]{0,10}[a-z]$/).filter((text) => !text.startsWith('xn--'))
const name = fc.array(label, { minLength: 2, maxLength: 6 }).map((labels) => labels.join('.'))

describe('every format', () => {
  it('takes any bytes, and gives only what is a name or a prefix', () => {
    fc.assert(
      fc.property(anyList, format, (bytes, of) => {
        for (const event of read(bytes, of))
          expect(event).toMatch(/^(?:exact|subtree|below|address|refused|skipped) ./)
      }),
      { numRuns: numRuns * 5 },
    )
  })

  it('reads the same however the bytes are cut', () => {
    fc.assert(
      fc.property(anyList, format, fc.integer({ min: 1, max: 20 }), (bytes, of, chunkBytes) => {
        expect(readEvents(bytes, of, { chunkBytes })).toEqual(readEvents(bytes, of))
      }),
      { numRuns },
    )
  })

  it('is found for any bytes', () => {
    fc.assert(
      fc.property(anyList, (bytes) => formats.includes(detectFormat(bytes))),
      { numRuns },
    )
  })

  const printed: Partial<Record<NamedFormat, (name: string) => string>> = {
    domains: (text) => text,
    hosts: (text) => `0.0.0.0 ${text}`,
    adblock: (text) => `||${text}^`,
    dnsmasq: (text) => `address=/${text}/0.0.0.0`,
    unbound: (text) => `local-zone: "${text}" always_nxdomain`,
    wildcard: (text) => `*.${text}`,
  }
  it.each(Object.entries(printed) as [NamedFormat, (name: string) => string][])(
    'reads back what was printed as %s',
    (of, print) => {
      fc.assert(
        fc.property(fc.array(name, { maxLength: 20 }), fc.constantFrom('\n', '\r\n'), (names, end) => {
          const list = names.map((text) => print(text) + end).join('')
          expect(read(list, of)).toEqual(names.map((text) => `subtree ${text}`))
        }),
        { numRuns },
      )
    },
  )

  it('reads back the records of a policy zone', () => {
    const answer = fc.constantFrom(
      ['CNAME .', 'nxdomain'],
      ['CNAME *.', 'nodata'],
      ['CNAME rpz-passthru.', 'pass'],
    )
    const record = fc.tuple(name, fc.boolean(), answer)
    fc.assert(
      fc.property(
        fc.array(record, { maxLength: 20 }),
        fc.constantFrom('', '60 ', 'IN ', '1h IN '),
        (records, middle) => {
          const zone = records.map(
            ([owner, isBelow, [text]]) => `${isBelow ? '*.' : ''}${owner} ${middle}${text}\n`,
          )
          const entries = records.map(
            ([owner, isBelow, [, effect]]) => `${isBelow ? 'below' : 'exact'} ${owner} ${effect}`,
          )
          expect(read(zone.join(''), 'rpz')).toEqual(entries)
        },
      ),
      { numRuns },
    )
  })
})

describe('names and prefixes', () => {
  it('come to the same wire form as by the plain way', () => {
    const spelled = fc
      .tuple(name, fc.boolean())
      .map(([text, isUpper]) => (isUpper ? text.toUpperCase() : text))
    const wire = new WireName()
    const plain = new Uint8Array(256)
    fc.assert(
      fc.property(spelled, fc.constantFrom('', '.'), (text, dot) => {
        const bytes = Buffer.from(text + dot)
        expect(wire.readPlain(bytes, 0, bytes.length)).toBe(true)
        const length = textToName(text.toLowerCase(), plain)
        expect(wire.bytes.subarray(0, wire.length)).toEqual(plain.subarray(0, length))
      }),
      { numRuns },
    )
  })

  it('are read by bytes exactly where they are read by text', () => {
    const wire = new WireName()
    const other = new WireName()
    fc.assert(
      fc.property(fc.stringMatching(/^[a-zA-Z0-9._*-]{0,20}$/), (text) => {
        const bytes = Buffer.from(text)
        const isPlain = wire.readPlain(bytes, 0, bytes.length)
        const problem = other.readText(text)
        if (isPlain) expect(problem).toBeNull()
        else if (!/xn--/i.test(text)) expect(problem).not.toBeNull()
      }),
      { numRuns },
    )
  })

  it('survive being printed and read', () => {
    const prefix = fc.oneof(
      fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })),
      fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })),
    )
    fc.assert(
      fc.property(prefix, ([address, length]) => {
        const read = parsePrefix(`${address}/${length}`)!
        const again = parsePrefix(prefixText(read.address, read.prefixLength))!
        // An IPv4 address inside IPv6 becomes one of its own; where the prefix is shorter it does not.
        expect(again).toEqual(read)
      }),
      { numRuns },
    )
  })
})
