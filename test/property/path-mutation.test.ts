/**
 * The whole query path under packets that somebody has spoiled, from a seed: queries of clients, and answers of
 * upstreams with lists in force. Whatever comes, nothing throws, nobody gets an answer to an answer, to another
 * question or too long for him, and what is listed gets a block and nothing else. `THANHLOC_FUZZ=N` sets the number in
 * each direction (CI: 1000000), `THANHLOC_FUZZ_SEED` the seed a failure named.
 */
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Outcome as Ended } from '../../src/metrics/counters.ts'
import { buildQuery, encodeName } from '../support/dns-client.ts'
import { PathBench, type Outcome } from '../support/path-bench.ts'
import type { Entry } from '../support/policy-fixture.ts'
import { answerTo, type Sent } from '../support/scripted-datagrams.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { nameAt, walkMessage, type Labels, type Walked, type WalkedRecord } from '../support/walk-message.ts'
import {
  pointer,
  wireMessage,
  wireOpt,
  wireOption,
  wireQuestion,
  wireRecord,
  words,
} from '../support/wire-parts.ts'

const RUNS = Number(process.env['THANHLOC_FUZZ'] ?? 20_000)
const SEED = Number(process.env['THANHLOC_FUZZ_SEED'] ?? 20_221)
const TIMEOUT = 60_000 + RUNS
/** Turns after which what was lost on the way is let time out. */
const ROUND = 500

const LISTED: readonly Entry[] = [
  ['evil.example', 'subtree', 0],
  ['c2.example', 'exact', 0],
  ['only-below.example', 'below', 0],
  ['198.51.100.0/24', 0],
  ['2001:db8:bad::/48', 0],
]
/** Put in force while the questions for it are out. */
const LATE: Entry = ['late.example', 'subtree', 0]
const CONFIG = `
records: { "own.example": 10.9.9.9, "alias.example": { cname: own.example } }
forward: [{ zones: [corp.example], servers: ["127.0.0.1:2"] }]
server: { id: "resolver 1", version: "1", nsid: true }
`
const SINKHOLES = ['0a0a0a0a', 'fd000010000000000000000000000010']

function isListed(name: Labels, withLate = false): boolean {
  const under = (...parent: string[]): boolean =>
    name.length >= parent.length && name.slice(-parent.length).join('\0') === parent.join('\0')
  if (under('evil', 'example') || (withLate && under('late', 'example'))) return true
  return (name.length === 2 && under('c2', 'example')) || (name.length > 2 && under('only-below', 'example'))
}

/** 4 or 16 octets in hexadecimal. */
function isListedAddress(hex: string): boolean {
  const embedded = /^(?:0{20}ffff|0064ff9b0{16})(.{8})$/.exec(hex)?.[1]
  return hex.startsWith('20010db80bad') || (embedded ?? hex).startsWith('c63364')
}

function hexOf(bytes: Uint8Array, at: number, length: number): string {
  return Buffer.from(bytes.subarray(at, at + length)).toString('hex')
}

/** Addresses in the ipv4hint (4) and ipv6hint (6) of an SVCB record. */
function hintsOf(bytes: Uint8Array, record: WalkedRecord): string[] {
  const hints: string[] = []
  let at = nameAt(bytes, record.at + 2).behind
  while (at + 4 <= record.at + record.length) {
    const [key, length] = [(bytes[at]! << 8) | bytes[at + 1]!, (bytes[at + 2]! << 8) | bytes[at + 3]!]
    const size = key === 4 ? 4 : key === 6 ? 16 : 0
    // What does not add up is nothing to a client either (RFC 9460 §2.2).
    if (at + 4 + length > record.at + record.length) break
    for (let from = 0; size > 0 && from + size <= length; from += size)
      hints.push(hexOf(bytes, at + 4 + from, size))
    at += 4 + length
  }
  return hints
}

/** True where an answer leads to what is listed. */
function leadsToListed(bytes: Uint8Array, { records }: Walked, isForwardZone: boolean): boolean {
  return records.some((record) => {
    const { section, type, at, length } = record
    if (section !== 'answer') return false
    if ((type === 1 && length === 4) || (type === 28 && length === 16))
      return !isForwardZone && isListedAddress(hexOf(bytes, at, length))
    if (type === 5 || type === 39) return isListed(nameAt(bytes, at).labels)
    if (type !== 64 && type !== 65) return false
    if (isListed(nameAt(bytes, at + 2).labels)) return true
    return !isForwardZone && hintsOf(bytes, record).some(isListedAddress)
  })
}

/** A block is a sinkhole address or nothing. */
function isBlock(bytes: Uint8Array, { records, rcode }: Walked): boolean {
  const given = records.filter(({ section }) => section === 'answer')
  return rcode === 0 && given.every(({ at, length }) => SINKHOLES.includes(hexOf(bytes, at, length)))
}

/** The most octets a client takes, by a plain reading of what it sent. */
function roomOf(query: Walked, transport: 0 | 1, bytes: Uint8Array): number {
  if (transport === 1) return 65_535
  const opt = query.records.find(({ type }) => type === 41)
  return opt === undefined
    ? 512
    : Math.min(1232, Math.max(512, (bytes[opt.at - 8]! << 8) | bytes[opt.at - 7]!))
}

function readOrNull(bytes: Uint8Array): Walked | null {
  try {
    return walkMessage(bytes)
  } catch {
    return null
  }
}

/** What holds for every reply to `query`. Returns the reply as read. */
function checkReply(query: Uint8Array, reply: Uint8Array, transport: 0 | 1): Walked {
  const read = walkMessage(reply)
  expect(query.length).toBeGreaterThanOrEqual(12)
  expect(query[2]! & 0x80).toBe(0)
  expect(read.isResponse).toBe(true)
  expect(read.end).toBe(reply.length)
  expect([reply[0], reply[1]]).toEqual([query[0], query[1]])
  if (read.question !== null)
    expect(hexOf(reply, 12, read.questionEnd - 12)).toBe(hexOf(query, 12, read.questionEnd - 12))
  const asked = readOrNull(query)
  expect(reply.length).toBeLessThanOrEqual(asked === null ? 1232 : roomOf(asked, transport, query))
  if (asked !== null && asked.records.every(({ type }) => type !== 41))
    expect(read.records.every(({ type }) => type !== 41)).toBe(true)
  return read
}

const names = ['www.shop.example', 'Evil.Example', 'a.b.EVIL.example', 'c2.example', 'x.c2.example', 'only-below.example', 'd.only-below.example',
  'own.example', 'alias.example', 'pc.corp.example', 'localhost', '1.0.0.10.in-addr.arpa', 'id.server', 'a'.repeat(63) + '.evil.example', ''] // prettier-ignore
const types = [1, 28, 65, 5, 2, 16, 255, 252, 251, 250, 41, 0, 43, 65_280]

function queries(): Buffer[] {
  return names.flatMap((name, i) =>
    types.map((type, j) => {
      const kind = (i + j) % 8
      const edns =
        [false, true, { udpSize: 512 }, { udpSize: 4096 }, { udpSize: 100 }, { version: 1 }][kind] ?? true
      const query = buildQuery(name, type, { id: i * 100 + j, edns, do: kind === 3, cd: kind === 5, qclass: kind === 6 ? 3 : 1 }) // prettier-ignore
      if (kind !== 7) return query
      const options = [wireOption(3), wireOption(8, Buffer.from([0, 1, 24, 0, 10, 1, 2])), wireOption(10, Buffer.alloc(8))] // prettier-ignore
      return wireMessage({ id: 7, questions: [wireQuestion(name, type)], additional: [wireOpt(Buffer.concat(options))] }) // prettier-ignore
    }),
  )
}

test(`${RUNS} mutated queries (seed ${SEED})`, { timeout: TIMEOUT }, () => {
  const random = seededRandom(SEED)
  const bases = queries()
  const it = new PathBench(CONFIG)
  it.lists(LISTED)
  let asked: Sent[] = []
  it.datagrams.onSend = (sent) => asked.push(sent)
  const seen = { replies: 0, blocked: 0, forwarded: 0 }
  let hits = 0
  for (let run = 0; run < RUNS; run++) {
    const query = random.below(10) === 0 ? bases[random.below(bases.length)]! : random.mutate(bases)
    const shown = `seed ${SEED}, query ${run}: ${query.toString('hex')}`
    const transport = random.below(4) === 0 ? 1 : 0
    it.isInPlace = run % 2 === 1
    try {
      const outcome = it.send(query, '10.1.1.1', transport)
      for (const sent of asked) {
        expect(isListed(walkMessage(sent.bytes).question!.name)).toBe(false)
        sent.reply(answerTo(sent.bytes))
        seen.forwarded++
      }
      if (outcome.bytes !== null) {
        seen.replies++
        const read = checkReply(query, outcome.bytes, transport)
        const isUnderPolicy = read.opcode === 0 && read.question?.qclass === 1 && read.rcode === 0
        if (isUnderPolicy && !read.truncated && isListed(read.question.name)) {
          seen.blocked++
          expect(isBlock(outcome.bytes, read)).toBe(true)
        }
      }
    } catch (error) {
      throw new Error(shown, { cause: error })
    }
    asked = []
    it.datagrams.sent.length = 0
    if (run % ROUND === 0) {
      // Into the next second: the rate limit is not what is tested here.
      it.clock.advance(1000)
      hits += it.hits().reduce((sum, { blocked }) => sum + blocked, 0)
    }
  }
  hits += it.hits().reduce((sum, { blocked }) => sum + blocked, 0)
  expect(hits).toBe(it.counters.answers(Ended.blocked))
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(RUNS / 50)
})

const own = pointer(12)
const bad6 = Buffer.from('20010db80bad00000000000000000001', 'hex')
const mapped = Buffer.from('00000000000000000000ffffc6336401', 'hex')
const A = (owner: string | Buffer, ...address: number[]): Buffer =>
  wireRecord(owner, 1, 60, Buffer.from(address))
const cname = (owner: string | Buffer, target: string): Buffer => wireRecord(owner, 5, 60, encodeName(target))
const svcb = (priority: number, target: Buffer, ...params: Buffer[]): Buffer =>
  wireRecord(own, 65, 60, Buffer.concat([words(priority), target, ...params]))
const param = (key: number, value: Buffer): Buffer => Buffer.concat([words(key, value.length), value])
const soa = wireRecord('example', 6, 60, Buffer.concat([encodeName('ns.example'), encodeName('h.example'), words(0, 1, 0, 2, 0, 3, 0, 4, 0, 60)])) // prettier-ignore
const decoys = Array.from({ length: 12 }, (_, i) => cname(`d${i}.example`, `d${i + 1}.example`))

/** Answers of many shapes, clean and listed: records, rcode, authority. */
const SHAPES: readonly (readonly [Buffer[], number?, Buffer[]?])[] = [
  [[A(own, 192, 0, 2, 1)]],
  [[A(own, 192, 0, 2, 1), A(own, 198, 51, 100, 7)]],
  [[A('evil.example', 192, 0, 2, 1)]],
  [[cname(own, 'cdn.example'), cname('cdn.example', 'x.evil.example'), A('x.evil.example', 192, 0, 2, 3)]],
  [[cname(own, 'only-below.example'), A('only-below.example', 192, 0, 2, 3)]],
  [[...decoys, cname(own, 'c2.example')]],
  [[wireRecord('shop.example', 39, 60, encodeName('evil.example')), cname(own, 'n.evil.example')]],
  [[svcb(0, encodeName('evil.example'))]],
  [[svcb(1, own, param(4, Buffer.from([192, 0, 2, 1, 198, 51, 100, 9])))]],
  [[svcb(1, Buffer.from([0]), param(1, Buffer.from([2, 104, 50])), param(6, bad6))]],
  [[wireRecord(own, 28, 60, bad6)]],
  [[wireRecord(own, 28, 60, mapped)]],
  [[wireRecord(own, 1, 60, Buffer.from([198, 51, 100, 1]), { rrclass: 3 })]],
  [[], 3, [soa]],
  [[], 0, [soa]],
  [[], 2],
  [Array.from({ length: 60 }, (_, i) => A(own, 192, 0, 2, i))],
  [[wireRecord(own, 16, 60, Buffer.alloc(200, 97)), A(own, 198, 51, 100, 1)]],
]

/** One of them to `question`, half of them with an OPT that holds an EDE. */
function answerOf(shape: number, question: Buffer): Buffer {
  const [answers, rcode = 0, authority = []] = SHAPES[shape >> 1]!
  const additional = (shape & 1) === 1 ? [wireOpt(wireOption(15, Buffer.from([0, 22, 0x68, 0x69])))] : []
  return wireMessage({ id: 0, flags: 0x8180 | rcode, questions: [question], answers, authority, additional })
}

test(`${RUNS} mutated answers (seed ${SEED})`, { timeout: TIMEOUT }, async () => {
  const random = seededRandom(SEED + 1)
  const it = new PathBench(CONFIG)
  it.lists(LISTED)
  let sent: Sent | null = null
  it.datagrams.onSend = (one) => (sent = one)
  const seen = { answered: 0, blocked: 0, passed: 0, cached: 0 }

  /** Checks what came of one query; false where nothing has come. */
  const check = (query: Buffer, { bytes }: Outcome, transport: 0 | 1, isLate: boolean): boolean => {
    if (bytes === null) return false
    const read = checkReply(query, bytes, transport)
    const { name, type, qclass } = read.question!
    const wanted = walkMessage(query).question!
    expect([name, type, qclass]).toEqual([wanted.name, wanted.type, wanted.qclass])
    if (leadsToListed(bytes, read, name.at(-2) === 'corp')) expect.fail('it leads to what is listed')
    if (isListed(name, isLate) && !read.truncated) expect(isBlock(bytes, read)).toBe(true)
    const isSinkhole = isBlock(bytes, read) && read.records.some(({ section }) => section === 'answer')
    if (isSinkhole) seen.blocked++
    else if (read.rcode === 0) seen.passed++
    return true
  }

  for (let run = 0; run < RUNS; run++) {
    const isLate = random.below(20) === 0
    const zone = isLate ? 'late' : random.below(5) === 0 ? 'corp' : 'shop'
    const name = `N${run}.${zone}.example`
    const type = [1, 28, 65, 16][random.below(4)]!
    const transport = random.below(4) === 0 ? 1 : 0
    const query = buildQuery(name, type, { id: random.below(65_536), edns: random.below(4) > 0 })
    const outcome = it.send(query, '10.1.1.1', transport)
    const { bytes, id, reply } = sent as unknown as Sent
    const question = Buffer.from(bytes.subarray(12, bytes.indexOf(0, 12) + 5))
    const base = answerOf(random.below(SHAPES.length * 2), question)
    const answer = Buffer.from(random.below(8) === 0 ? base : random.mutate([base]))
    const isNear = answer.length >= 12 + question.length && random.below(6) > 0
    // Most of them so far to the point that their records are looked at.
    if (answer.length >= 2) answer.writeUInt16BE(id, 0)
    if (isNear) {
      answer[2] = 0x81
      answer.set([0, 1], 4)
      answer.set(question, 12)
    }
    const shown = `seed ${SEED}, answer ${run} to ${name} ${type}: ${answer.toString('hex')}`
    try {
      if (isLate) it.lists([...LISTED, LATE])
      reply(answer)
      if (check(query, outcome, transport, isLate)) {
        seen.answered++
        const again = buildQuery(name.toLowerCase(), type, { id: 1 })
        if (check(again, it.send(again, '10.1.1.2', 1), 1, isLate)) seen.cached++
      }
      if (isLate) it.lists(LISTED)
    } catch (error) {
      throw new Error(shown, { cause: error })
    }
    it.datagrams.sent.length = 0
    if (run % ROUND === 0) {
      // What went to TCP is refused, the rest times out.
      await turn()
      it.clock.advance(11_000)
      it.hits()
    }
  }
  it.exchange.close()
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(RUNS / 20)
})
