import { describe, expect, it } from 'vitest'
import { isBrowserHello } from '../../../src/notice/browser-like.ts'
import { readClientHello, type ClientHello } from '../../../src/notice/client-hello.ts'
import { alpn, madeHello, sentHello, serverName, versions } from '../../support/client-hello.ts'

const GREASE = 0x8a8a
const EMPTY = new Uint8Array(0)
const SNI = [0, serverName('C2.Evil.VN.')] as const
const H2 = [16, alpn('h2', 'http/1.1')] as const
const TLS_1_3 = [43, versions(GREASE, 0x0304, 0x0303)] as const

describe('a hello', () => {
  it('of a real client tells its name, protocols and versions', async () => {
    const bytes = await sentHello({ servername: 'c2.evil.vn', ALPNProtocols: ['h2', 'http/1.1'] })
    expect(readClientHello(bytes)).toMatchObject({
      serverName: 'c2.evil.vn',
      protocols: ['h2', 'http/1.1'],
      offersTls13: true,
      hasGrease: false,
    })
  })

  it('of a real client with nothing in it is one all the same', async () => {
    const bytes = await sentHello({ maxVersion: 'TLSv1.2' })
    expect(readClientHello(bytes)).toMatchObject({ serverName: null, protocols: [], offersTls13: false })
  })

  it('may come in pieces, of which each but the last leaves it unknown', async () => {
    const bytes = await sentHello({ servername: 'c2.evil.vn' })
    for (let length = 0; length < bytes.length; length++)
      expect(readClientHello(bytes.subarray(0, length))).toBe('more')
    expect(readClientHello(Buffer.concat([bytes, Buffer.from('more')]))).toMatchObject({
      serverName: 'c2.evil.vn',
    })
  })

  it('may lie in many records', () => {
    const hello = madeHello({ extensions: [SNI], recordBytes: 3 })
    expect(readClientHello(hello)).toMatchObject({ serverName: 'c2.evil.vn' })
    expect(readClientHello(hello.subarray(0, -1))).toBe('more')
  })

  it('with Encrypted ClientHello names the server that stands outside', () => {
    const hello = madeHello({ extensions: [[0xfe0d, Buffer.alloc(200)], SNI] })
    expect(readClientHello(hello)).toMatchObject({ serverName: 'c2.evil.vn', extensions: 2 })
  })

  it('with GREASE among suites or extensions is told as such, and GREASE is no extension', () => {
    expect(readClientHello(madeHello({ suites: [GREASE, 0x1301] }))).toMatchObject({ hasGrease: true })
    expect(readClientHello(madeHello({ extensions: [[GREASE, EMPTY], SNI] }))).toMatchObject({
      hasGrease: true,
      extensions: 1,
    })
    expect(readClientHello(madeHello({ suites: [0x0a1a, 0x1a0a] }))).toMatchObject({ hasGrease: false })
  })

  it.each([
    ['longer than a name', serverName('a'.repeat(300))],
    ['empty', serverName('')],
    ['of another type', Buffer.from([0, 4, 1, 0, 1, 65])],
    ['cut off', Buffer.from([0, 200])],
    ['not there', EMPTY],
  ])('whose name is %s has none', (_, data) => {
    expect(readClientHello(madeHello({ extensions: [[0, data]] }))).toMatchObject({ serverName: null })
  })
})

describe('what is no hello', () => {
  it.each([
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n')],
    ['an alert', Buffer.from([21, 3, 1, 0, 2, 2, 40])],
    ['another version', Buffer.from([22, 2])],
    ['another handshake message', Buffer.from([22, 3, 1, 0, 4, 2, 0, 0, 0])],
    ['an empty record', Buffer.from([22, 3, 1, 0, 0])],
    ['a record longer than there are', Buffer.from([22, 3, 1, 0x40, 1])],
  ])('%s', (_, bytes) => expect(readClientHello(bytes)).toBe('other'))
})

describe('a browser', () => {
  const read = (...extensions: (readonly [number, Uint8Array])[]) =>
    readClientHello(madeHello({ extensions })) as ClientHello
  const more = (count: number) => Array.from({ length: count }, (_, index) => [100 + index, EMPTY] as const)

  it('like Chromium carries GREASE, like Firefox many extensions', () => {
    expect(isBrowserHello(read([GREASE, EMPTY], SNI, H2, TLS_1_3))).toBe(true)
    expect(isBrowserHello(read(SNI, H2, TLS_1_3, ...more(12)))).toBe(true)
    expect(isBrowserHello(read(SNI, H2, TLS_1_3, ...more(5)))).toBe(false)
  })

  it('names its server, speaks HTTP/2 and TLS 1.3', () => {
    expect(isBrowserHello(read([GREASE, EMPTY], H2, TLS_1_3))).toBe(false)
    expect(isBrowserHello(read([GREASE, EMPTY], SNI, TLS_1_3))).toBe(false)
    expect(isBrowserHello(read([GREASE, EMPTY], SNI, H2))).toBe(false)
  })

  it('is not what Node is', async () => {
    const hello = readClientHello(await sentHello({ servername: 'a.vn', ALPNProtocols: ['h2'] }))
    expect(isBrowserHello(hello as ClientHello)).toBe(false)
  })
})
