/** Arbitrary names, records and messages for the property tests of `src/wire`. */
import * as fc from 'fast-check'
import { textToName } from '../../src/wire/name.ts'
import {
  writeMessage,
  type MessageModel,
  type OptModel,
  type RecordModel,
} from '../unit/wire/message-writer.ts'

/** Labels of letters, digits, hyphen and underscore, in both cases: what every decoder spells alike. */
const plainLabel = fc.string({
  unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_'.split('')),
  minLength: 1,
  maxLength: 12,
})

/** Names that share their ends often, so that there is something to compress. */
export const plainName = fc
  .tuple(
    fc.array(plainLabel, { maxLength: 3 }),
    fc.constantFrom([], ['vn'], ['gov', 'vn'], ['Evil', 'com'], ['www', 'Evil', 'com']),
  )
  .map(([labels, end]) => [...labels, ...end])

/** Any octets in labels; at most 127 labels and 255 octets. */
export const anyName = fc
  .array(fc.uint8Array({ minLength: 1, maxLength: 63 }), { maxLength: 127 })
  .map((labels) => {
    let room = 254
    return labels.filter((label) => {
      if (label.length + 1 > room) return false
      room -= label.length + 1
      return true
    })
  })

/** The wire form of labels. */
export function wireName(labels: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from([...labels.flatMap((label) => [label.length, ...label]), 0])
}

/** Plain labels in presentation form. */
export function plainText(labels: readonly string[]): string {
  return labels.length === 0 ? '.' : labels.join('.')
}

const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const u16 = octets(2)

/** Type and data, names in it as arrays. */
const typeAndData = fc.oneof(
  octets(4).map((address) => [1, [address]] as const),
  octets(16).map((address) => [28, [address]] as const),
  plainName.map((name) => [2, [name]] as const),
  plainName.map((name) => [5, [name]] as const),
  plainName.map((name) => [12, [name]] as const),
  fc.tuple(u16, plainName).map(([preference, name]) => [15, [preference, name]] as const),
  fc.tuple(plainName, plainName, octets(20)).map((parts) => [6, parts] as const),
  fc.uint8Array({ maxLength: 40 }).map((text) => [16, [Uint8Array.of(text.length), text]] as const),
  fc.uint8Array({ maxLength: 40 }).map((data) => [65_280, [data]] as const),
)

const record: fc.Arbitrary<RecordModel> = fc
  .tuple(
    fc.constantFrom(1, 2, 3),
    plainName,
    typeAndData,
    fc.oneof(fc.nat(100_000), fc.constantFrom(0, 0x7fffffff)),
  )
  .map(([section, owner, [type, data], ttl]) => ({ section, owner, type, rrclass: 1, ttl, data }))

const opt: fc.Arbitrary<OptModel> = fc.record({
  udpSize: fc.integer({ min: 512, max: 4096 }),
  ttl: fc.constantFrom(0, 0x8000, 0x01008000),
  options: fc.array(
    fc.record({ code: fc.constantFrom(3, 10, 12, 65_001), data: fc.uint8Array({ maxLength: 20 }) }),
    { maxLength: 3 },
  ),
})

/** A well-formed response. */
export const response: fc.Arbitrary<MessageModel> = fc
  .record({
    id: fc.nat(0xffff),
    rcode: fc.constantFrom(0, 2, 3),
    low: fc.constantFrom(0x8180, 0x8590, 0x81a0),
    qname: plainName,
    qtype: fc.constantFrom(1, 28, 65, 255, 65_280),
    records: fc.array(record, { maxLength: 8 }),
    opt: fc.option(opt, { nil: null }),
    behindOpt: fc.nat(3),
    compress: fc.boolean(),
  })
  .map(({ rcode, low, records, ...rest }) => ({
    ...rest,
    flags: low | rcode,
    qclass: 1,
    records: records.toSorted((a, b) => a.section - b.section),
  }))

/** A well-formed query. */
export const query: fc.Arbitrary<MessageModel> = fc
  .record({
    id: fc.nat(0xffff),
    flags: fc.constantFrom(0, 0x0100, 0x0110, 0x0120),
    qname: plainName,
    qtype: fc.nat(0xffff),
    qclass: fc.constantFrom(1, 3, 255),
    records: fc.array(
      record.map((model) => ({ ...model, section: 3 as const })),
      { maxLength: 2 },
    ),
    behindOpt: fc.nat(2),
    opt: fc.option(
      opt.map((model) => ({ ...model, ttl: model.ttl & 0x8000 })),
      { nil: null },
    ),
  })
  .map((model) => ({ ...model, compress: false }))

/** Valid messages to mutate: queries and responses of every shape above, from `seed`. */
export function sampleMessages(count: number, seed: number): readonly Uint8Array[] {
  return fc.sample(fc.oneof(query, response), { numRuns: count, seed }).map(writeMessage)
}

/** The lower-case wire form of plain labels, by our own writer of names. */
export function lowerWire(labels: readonly string[]): Uint8Array {
  const out = new Uint8Array(255)
  return out.slice(0, textToName(plainText(labels).toLowerCase(), out))
}
