import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { AnswerCheck, checkRequest } from '../../../src/transfer/tsig-check.ts'
import { makeKey } from '../../../src/transfer/tsig-key.ts'
import { readTsig, sign } from '../../../src/transfer/tsig.ts'
import type { TsigAlgorithm } from '../../../src/config/settings.ts'
import { block, KEY, message, notify, signed, soa, tsigError, ZONE } from '../../support/scripted-primary.ts'

interface Recorded {
  readonly key: string
  readonly algorithm: TsigAlgorithm
  readonly secret: string
  readonly seconds: number
  readonly request: string
  readonly answer: readonly string[]
}

const hex = (text: string): Buffer => Buffer.from(text, 'hex')
const recorded = ['bind-sha256', 'bind-sha512'].map((name): [string, Recorded] => [
  name,
  JSON.parse(
    readFileSync(join(import.meta.dirname, `../../fixtures/transfer/${name}.json`), 'utf8'),
  ) as Recorded,
])
const keyOf = ({ key, algorithm, secret }: Recorded) => makeKey(key, algorithm, Buffer.from(secret, 'base64'))

describe.each(recorded)('what named and dig said to each other (%s)', (_, said) => {
  const key = keyOf(said)
  const request = hex(said.request)

  it('is signed as we would sign it', () => {
    const record = readTsig(request)!
    expect(checkRequest(request, key, said.seconds)).toMatchObject({
      problem: null,
      record: { time: said.seconds },
    })
    const bare = new Uint8Array(request.subarray(0, record.start))
    bare[11]! -= 1
    expect(Buffer.from(sign(bare, key, record.time).bytes).toString('hex')).toBe(said.request)
  })

  it('is taken message by message, and only in that order', () => {
    const { mac } = readTsig(request)!
    const check = new AnswerCheck(key, mac, () => said.seconds)
    expect(said.answer.length).toBeGreaterThan(3)
    for (const each of said.answer) check.take(hex(each))
    check.end()
    const disordered = new AnswerCheck(key, mac, () => said.seconds)
    disordered.take(hex(said.answer[0]!))
    expect(() => disordered.take(hex(said.answer[2]!))).toThrow('BADSIG')
    const late = new AnswerCheck(key, mac, () => said.seconds + 1000)
    expect(() => late.take(hex(said.answer[0]!))).toThrow('its clock is 1000 s behind this one (BADTIME)')
  })
})

const key = makeKey(KEY.name, 'hmac-sha256', Buffer.from(KEY.secret, 'base64'))
const NOW = 1_795_343_449
const MAC = Buffer.alloc(32, 7)
const asked = { id: 77, type: 'AXFR', mac: MAC } as const
const answer = [soa(1), block('a.vn'), block('b.vn'), block('c.vn'), soa(1)].map((record) =>
  message(asked, [record]),
)
const taken = (messages: readonly Buffer[], nowSeconds = NOW): void => {
  const check = new AnswerCheck(key, MAC, () => nowSeconds)
  for (const each of messages) check.take(each)
  check.end()
}

describe('an answer', () => {
  it('may have messages without a signature between those that have one', () => {
    expect(() => taken(signed(asked, answer, { every: 3, seconds: NOW }))).not.toThrow()
    const changed = signed(asked, answer, { every: 3, seconds: NOW })
    changed[1] = message(asked, [block('evil.vn')])
    expect(() => taken(changed)).toThrow('BADSIG')
  })

  it('ends with one that has', () => {
    expect(() => taken(signed(asked, answer, { every: 9, seconds: NOW }).slice(0, 3))).toThrow('not signed')
  })

  it('has at most 99 without between', () => {
    const long = Array.from({ length: 130 }, (_, index) => message(asked, [block(`a${index}.vn`)]))
    expect(() => taken(signed(asked, long, { every: 99, seconds: NOW }))).not.toThrow()
    expect(() => taken(signed(asked, long, { every: 200, seconds: NOW }))).toThrow('too many messages')
  })

  it.each([
    ['unsigned', answer, 'its answer is not signed'],
    ['refused unsigned', [message(asked, [], 5)], 'REFUSED'],
    [
      'under another name',
      signed(asked, answer, { name: 'other-key', seconds: NOW }),
      'it signs with another key',
    ],
    ['with another secret', signed(asked, answer, { secret: 'AAAA', seconds: NOW }), 'BADSIG'],
    ['to another request', signed({ mac: Buffer.alloc(32, 8) }, answer, { seconds: NOW }), 'BADSIG'],
    ['of an hour ago', signed(asked, answer, { seconds: NOW - 3600 }), '3600 s behind'],
    ['BADKEY', [tsigError(message(asked, [], 9), 17)], 'it does not know the key rpz-key (BADKEY)'],
    ['BADSIG', [tsigError(message(asked, [], 9), 16)], 'it does not take our signature (BADSIG)'],
    ['cut off', [signed(asked, answer, { seconds: NOW })[0]!.subarray(0, -3)], 'malformed'],
  ])('%s is not taken', (_, messages, reason) => {
    expect(() => taken(messages)).toThrow(reason)
  })

  it('takes no shortened signature', () => {
    const each = sign(message(asked, [soa(1)]), key, NOW, MAC).bytes
    const record = readTsig(each)!
    const at = Buffer.from(each).indexOf(Buffer.from(record.mac))
    const short = Buffer.concat([each.subarray(0, at), record.mac.subarray(0, 16), each.subarray(at + 32)])
    short.writeUInt16BE(16, at - 2)
    short.writeUInt16BE(
      short.readUInt16BE(record.start + key.name.length + 8) - 16,
      record.start + key.name.length + 8,
    )
    expect(readTsig(short)!.mac).toHaveLength(16)
    expect(() => taken([short])).toThrow('BADSIG')
  })
})

describe('a request', () => {
  it('is told apart: unsigned, well signed, and what is wrong', () => {
    expect(checkRequest(notify(1), key, NOW)).toEqual({ record: null, problem: null })
    expect(checkRequest(notify(1, ZONE, KEY.secret, NOW), key, NOW)?.problem).toBeNull()
    expect(checkRequest(notify(1, ZONE, KEY.secret, NOW), null, NOW)?.problem).toBe(17)
    expect(checkRequest(notify(1, ZONE, 'AAAA', NOW), key, NOW)?.problem).toBe(16)
    expect(checkRequest(notify(1, ZONE, KEY.secret, NOW - 301), key, NOW)?.problem).toBe(18)
    expect(checkRequest(notify(1).subarray(0, 20), key, NOW)).toBeUndefined()
  })

  it('keeps its signature when its id was changed on the way', () => {
    const each = notify(1, ZONE, KEY.secret, NOW)
    each.writeUInt16BE(99, 0)
    expect(checkRequest(each, key, NOW)?.problem).toBeNull()
  })
})
