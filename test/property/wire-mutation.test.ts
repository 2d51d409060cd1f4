/**
 * Valid messages with octets changed, moved, cut and repeated, from a seed: whatever arrives, reading it ends, throws
 * nothing, looks at nothing behind the end, and what is answered fits. `THANHLOC_FUZZ=N` sets the number of messages
 * (CI: 1000000), `THANHLOC_FUZZ_SEED` the seed a failure named.
 */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Octets } from '../../src/octets.ts'
import { Answer, cutOpt, forEachHint, negativeTtl, readAlias, readAnswer } from '../../src/wire/answer.ts'
import { NameKey } from '../../src/wire/name-key.ts'
import { ageTtls, normaliseOwnerCase } from '../../src/wire/patch.ts'
import { Parse, Query, readQuestion } from '../../src/wire/question.ts'
import { appendOpt, appendSoa, beginResponse, truncate } from '../../src/wire/respond.ts'
import { sampleMessages } from './wire-models.ts'

const MESSAGES = Number(process.env['THANHLOC_FUZZ'] ?? 20_000)
const SEED = Number(process.env['THANHLOC_FUZZ_SEED'] ?? 20_221)

/** A small generator of numbers (mulberry32): the same messages for the same seed, everywhere. */
class Seeded {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) % limit
  }
}

/** Octets that mean something somewhere: label sizes, pointers, types, counts, high bits. */
const TELLING = [0, 1, 5, 12, 28, 41, 63, 64, 65, 128, 192, 193, 255]

function mutate(source: Uint8Array, random: Seeded): Uint8Array {
  let bytes = Uint8Array.from(source)
  for (let change = 1 + random.below(4); change > 0 && bytes.length > 0; change--) {
    const at = random.below(bytes.length)
    const kind = random.below(6)
    if (kind === 0) bytes[at] = random.below(256)
    else if (kind === 1) bytes[at] = TELLING[random.below(TELLING.length)]!
    else if (kind === 2) bytes[at]! ^= 1 << random.below(8)
    else if (kind === 3) bytes = bytes.slice(0, at)
    else if (kind === 4) bytes.copyWithin(at, random.below(bytes.length), random.below(bytes.length))
    else bytes = Uint8Array.of(...bytes.subarray(0, at), ...bytes.subarray(at >>> 1))
  }
  return bytes
}

const query = new Query()
const answer = new Answer()
const other = new Answer()
const key = new NameKey()
const out = new Octets(600)

/** All that the readers say of the first `length` octets. */
function outcome(bytes: Uint8Array, length: number): string {
  const parse = readQuestion(bytes, length, query)
  const { key: qname, ...asked } = query
  const isAnswer = readAnswer(bytes, length, answer)
  const columns = [answer.owner, answer.type, answer.ttl, answer.rdata, answer.rdataLength, answer.section]
  return JSON.stringify([
    parse,
    parse === Parse.Drop ? null : [asked, Buffer.from(qname.bytes).toString('hex', 0, qname.length)],
    [isAnswer, answer.length, answer.rcode, answer.optStart, answer.optLength, answer.ede, answer.edeText],
    columns.map((column) => [...column.subarray(0, answer.count)]),
  ])
}

function checkQuestion(bytes: Uint8Array, length: number): boolean {
  if (readQuestion(bytes, length, query) === Parse.Drop) return length < 12 || bytes[2]! >= 0x80
  if (12 + query.questionLength > length || query.key.length > 255) return false
  if (query.questionLength !== 0 && query.key.length !== query.questionLength - 4) return false
  const start = beginResponse(out, bytes, query, query.rcodeWanted)
  const whole = appendOpt(out, appendSoa(out, start, 12, 60, 60), 1232, query.dnssecOk, 0, null, null)
  if (whole === -1 || out[2]! < 0x80) return false
  const cut = appendOpt(out, truncate(out, bytes, query, 0), 1232, query.dnssecOk, 0, null, null)
  if (cut > 512) return false
  // Our own reader takes what we write: an answer to a standard query with its question.
  return readAnswer(out, cut, answer) === (query.opcode === 0 && query.questionLength > 0)
}

function checkAnswer(bytes: Uint8Array, length: number): boolean {
  if (!readAnswer(bytes, length, answer)) return answer.count === 0 && answer.length === 0
  if (answer.length > length || answer.questionEnd > answer.length) return false
  for (let record = 0; record < answer.count; record++) {
    if (answer.rdata[record]! + answer.rdataLength[record]! > answer.length) return false
    if (answer.ttl[record]! > 0x7fff_ffff) return false
    readAlias(bytes, answer, record, key)
    let inside = true
    forEachHint(bytes, answer, record, (_, at, family) => {
      inside &&= at + (family === 4 ? 4 : 16) <= answer.rdata[record]! + answer.rdataLength[record]!
    })
    if (!inside) return false
  }
  negativeTtl(bytes, answer)
  const cut = cutOpt(bytes, length, answer)
  if (cut === -1) return true
  normaliseOwnerCase(bytes, cut, answer)
  ageTtls(bytes, answer.ttlOffset, answer.count, 10)
  // Still the same message, for us and for whoever reads it next.
  return (
    readAnswer(bytes, cut, other) &&
    other.count === answer.count &&
    other.optLength === 0 &&
    other.length === cut
  )
}

test(`${MESSAGES} mutated messages (seed ${SEED})`, { timeout: 60_000 + MESSAGES }, () => {
  const random = new Seeded(SEED)
  const sources = sampleMessages(300, SEED)
  const seen = { parsed: 0, answers: 0 }
  for (let index = 0; index < MESSAGES; index++) {
    const bytes = mutate(sources[random.below(sources.length)]!, random)
    const shown = Buffer.from(bytes).toString('hex')
    const length = bytes.length
    // One in eight: behind the end stands what was never sent.
    const padded = index % 8 === 0 ? Uint8Array.of(...bytes, 0xc0, 0x0c, 0, 41, 255, 3, 0, 0) : bytes
    if (padded !== bytes && outcome(bytes, length) !== outcome(padded, length)) {
      expect.fail(`read behind the end: seed ${SEED}, message ${index}: ${shown}`)
    }
    // As datagrams stand: read four octets at a time.
    const received = new Octets(padded)
    if (outcome(received, length) !== outcome(padded, length))
      expect.fail(`read otherwise four at a time: seed ${SEED}, message ${index}: ${shown}`)
    try {
      if (!checkQuestion(received, length)) expect.fail('question')
      if (query.rcodeWanted === 0) seen.parsed++
      if (!checkAnswer(received, length)) expect.fail('answer')
      if (answer.length > 0) seen.answers++
    } catch (error) {
      throw new Error(`seed ${SEED}, message ${index}: ${shown}`, { cause: error })
    }
  }
  // Mutation that broke every message would test nothing.
  expect(seen.parsed).toBeGreaterThan(MESSAGES / 20)
  expect(seen.answers).toBeGreaterThan(MESSAGES / 20)
})

test('any octets at all', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), fc.boolean(), (bytes, isAnswer) => {
      if (bytes.length > 5) {
        bytes[2] = isAnswer ? 0x81 : 0x01
        bytes[4] = 0
        bytes[5] = 1
      }
      expect(checkQuestion(bytes, bytes.length)).toBe(true)
      expect(checkAnswer(bytes, bytes.length)).toBe(true)
    }),
    { numRuns: 1000 },
  )
})
