import { describe, expect, it } from 'vitest'
import { SPECIAL_TTL_SECONDS, writeLocal } from '../../../src/local/local-answer.ts'
import { Found, LocalMatch, LocalZones } from '../../../src/local/zones.ts'
import { hashSuffixes } from '../../../src/wire/name-key.ts'
import { Parse, Query, readQuestion } from '../../../src/wire/question.ts'
import { buildQuery, expectAnswer, expectNegative, readReply, type Reply } from '../../support/dns-client.ts'
import { localSettings, record } from '../../support/local-settings.ts'

const SEED = 77

const RECORDS = [
  record('blocked.thanhloc.test', { sinkhole: true, ttlSeconds: 60 }),
  record('dc.so.vn', { a: ['10.0.0.1', '10.0.0.2'], aaaa: ['fd00::1'], txt: ['máy chủ', 'hai'] }),
  record('1.0.0.10.in-addr.arpa', { ptr: 'dc.so.vn' }),
  record('www.so.vn', { cname: 'dc.so.vn', ttlSeconds: 120 }),
  record('far.so.vn', { cname: 'far2.so.vn' }),
  record('far2.so.vn', { cname: 'example.com' }),
  record('round.so.vn', { cname: 'round2.so.vn' }),
  record('round2.so.vn', { cname: 'round.so.vn' }),
  record('note.so.vn', { txt: ['x'.repeat(300)] }),
]

function asker(zones = new LocalZones(localSettings({ records: RECORDS }))) {
  zones.rehash(SEED)
  return (name: string, type: string, room = 1232): { reply: Reply } => {
    const request = buildQuery(name, type, { edns: false, cd: true })
    const query = new Query()
    expect(readQuestion(request, request.length, query)).toBe(Parse.Ok)
    hashSuffixes(query.key, SEED)
    const match = new LocalMatch()
    expect(zones.find(query.key, query.qtype, match)).not.toBe(Found.None)
    const out = Buffer.alloc(room)
    const length = writeLocal(out, request, query, zones, match)
    if (length === -1) throw new RangeError('no room')
    return { reply: readReply(out.subarray(0, length)) }
  }
}

describe('own records', () => {
  const ask = asker()

  it('answer the types they have', () => {
    expectAnswer(ask('dc.so.vn', 'A').reply, 'dc.so.vn', 'A', ['10.0.0.1', '10.0.0.2'], { ttl: 300 })
    expectAnswer(ask('dc.so.vn', 'AAAA').reply, 'dc.so.vn', 'AAAA', 'fd00::1')
    expectAnswer(ask('dc.so.vn', 'TXT').reply, 'dc.so.vn', 'TXT', ['máy chủ', 'hai'])
    expectAnswer(ask('1.0.0.10.in-addr.arpa', 'PTR').reply, '1.0.0.10.in-addr.arpa', 'PTR', 'dc.so.vn')
    expectAnswer(ask('note.so.vn', 'TXT').reply, 'note.so.vn', 'TXT', 'x'.repeat(300))
  })

  it('answer the sinkhole', () => {
    const name = 'blocked.thanhloc.test'
    expectAnswer(ask(name, 'A').reply, name, 'A', '10.10.10.10', { ttl: 60 })
    expectAnswer(ask(name, 'AAAA').reply, name, 'AAAA', 'fd00:10::10', { ttl: 60 })
    expectNegative(ask(name, 'HTTPS').reply, 'NODATA')
  })

  it('keep the case of the question; RD and CD copied, RA set, AA and AD clear', () => {
    const { reply } = ask('Dc.sO.vN', 'A')
    expect(reply.question!.name).toBe('Dc.sO.vN')
    expect(reply.answers[0]!.name).toBe('Dc.sO.vN')
    expect(reply.flags).toMatchObject({
      qr: true,
      aa: false,
      rd: true,
      ra: true,
      ad: false,
      cd: true,
      tc: false,
    })
  })

  it('are NODATA for types they have not, with an SOA of that name', () => {
    for (const type of ['MX', 'HTTPS', 'TYPE65280', 'CNAME']) {
      const { reply } = ask('dc.so.vn', type)
      expectNegative(reply, 'NODATA')
      expect(reply.authority[0]).toMatchObject({ name: 'dc.so.vn', ttl: 300, data: { minimum: 300 } })
    }
  })

  it('answer ANY with one type (RFC 8482)', () => {
    expectAnswer(ask('dc.so.vn', 'ANY').reply, 'dc.so.vn', 'A', ['10.0.0.1', '10.0.0.2'])
    expect(ask('dc.so.vn', 'ANY').reply.answers).toHaveLength(2)
    expectAnswer(ask('note.so.vn', 'ANY').reply, 'note.so.vn', 'TXT', 'x'.repeat(300))
    expect(ask('www.so.vn', 'ANY').reply.answers.map(({ type }) => type)).toEqual(['CNAME'])
  })

  it('follow an own alias to own records', () => {
    const { reply } = ask('www.so.vn', 'A')
    expect(reply.answers.map(({ name, type, ttl }) => [name, type, ttl])).toEqual([
      ['www.so.vn', 'CNAME', 120],
      ['dc.so.vn', 'A', 300],
      ['dc.so.vn', 'A', 300],
    ])
    expectAnswer(ask('www.so.vn', 'TXT').reply, 'www.so.vn', 'TXT', ['máy chủ', 'hai'])
    expectAnswer(ask('www.so.vn', 'CNAME').reply, 'www.so.vn', 'CNAME', 'dc.so.vn')
    const nodata = ask('www.so.vn', 'MX').reply
    expect(nodata.answers.map(({ type }) => type)).toEqual(['CNAME'])
    expect(nodata.authority[0]!.type).toBe('SOA')
  })

  it('go round in a circle eight times at most', () => {
    const { reply } = ask('round.so.vn', 'A')
    expect(reply.answers).toHaveLength(8)
  })

  it('say when there is no room', () => {
    expect(() => ask('dc.so.vn', 'A', 45)).toThrow('no room')
    expect(() => ask('www.so.vn', 'TXT', 60)).toThrow('no room')
    expect(() => ask('dc.so.vn', 'MX', 45)).toThrow('no room')
  })
})

describe('special-use names', () => {
  const ask = asker()

  it.each([
    'x.invalid',
    'invalid',
    'foo.test',
    'printer.local',
    'abc.onion',
    'x.alt',
    'pc.home.arpa',
    'x.10.in-addr.arpa',
    '5.20.172.in-addr.arpa',
    '1.1.168.192.in-addr.arpa',
    '1.0.0.127.in-addr.arpa',
    '9.9.100.100.in-addr.arpa',
    '1.2.254.169.in-addr.arpa',
    `a.d.f.ip6.arpa`,
    'x.b.e.f.ip6.arpa',
    'x.8.b.d.0.1.0.0.2.ip6.arpa',
    'use-application-dns.net',
    'mask.icloud.com',
    'mask-h2.icloud.com',
  ])('%s does not exist', (name) => {
    for (const type of ['A', 'PTR', 'ANY']) {
      const { reply } = ask(name, type)
      expectNegative(reply, 'NXDOMAIN')
      expect(reply.authority[0]).toMatchObject({
        ttl: SPECIAL_TTL_SECONDS,
        data: { mname: 'thanhloc.invalid' },
      })
    }
  })

  it('name the zone in the SOA, where the question spells it', () => {
    expect(ask('a.B.Local', 'A').reply.authority[0]!.name).toBe('Local')
    expect(ask('4.3.2.10.in-addr.arpa', 'PTR').reply.authority[0]!.name).toBe('10.in-addr.arpa')
  })

  it.each(['10.in-addr.arpa', 'home.arpa', 'd.f.ip6.arpa', `1.${'0.'.repeat(31)}ip6.arpa`])(
    '%s is empty',
    (name) => {
      for (const type of ['A', 'NS', 'SOA']) expectNegative(ask(name, type).reply, 'NODATA')
    },
  )

  it('resolver.arpa has no data (RFC 9462)', () => {
    expectNegative(ask('_dns.resolver.arpa', 'SVCB').reply, 'NODATA')
    expectNegative(ask('resolver.arpa', 'A').reply, 'NODATA')
  })

  it('localhost is here (RFC 6761)', () => {
    expectAnswer(ask('localhost', 'A').reply, 'localhost', 'A', '127.0.0.1')
    expectAnswer(ask('a.b.localhost', 'AAAA').reply, 'a.b.localhost', 'AAAA', '::1')
    expectAnswer(ask('localhost', 'ANY').reply, 'localhost', 'A', '127.0.0.1')
    expectNegative(ask('localhost', 'MX').reply, 'NODATA')
  })

  it('exist where own names lie below', () => {
    expectNegative(ask('thanhloc.test', 'A').reply, 'NODATA')
    expectNegative(ask('test', 'A').reply, 'NODATA')
    expectNegative(ask('other.test', 'A').reply, 'NXDOMAIN')
  })

  it('canary names can be switched off', () => {
    const find = (special: { firefoxCanary: boolean; privateRelay: boolean }, name: string): Found => {
      const zones = new LocalZones(localSettings({ special }))
      zones.rehash(SEED)
      const request = buildQuery(name, 'A')
      const query = new Query()
      readQuestion(request, request.length, query)
      hashSuffixes(query.key, SEED)
      return zones.find(query.key, 1, new LocalMatch())
    }
    const noFirefox = { firefoxCanary: false, privateRelay: true }
    const noRelay = { firefoxCanary: true, privateRelay: false }
    expect(find(noFirefox, 'use-application-dns.net')).toBe(Found.None)
    expect(find(noFirefox, 'mask.icloud.com')).toBe(Found.Special)
    expect(find(noRelay, 'mask-h2.icloud.com')).toBe(Found.None)
    expect(find(noRelay, 'use-application-dns.net')).toBe(Found.Special)
  })
})
