import { describe, expect, it } from 'vitest'
import { packingOf } from '../../../src/feeds/bounded-copy.ts'
import { checksumOf } from '../../../src/feeds/checksum.ts'
import { codingOf, hasEnd, retryAfterMs, validatorsOf } from '../../../src/feeds/header-text.ts'
import { doubt, refuseOthers } from '../../../src/feeds/inspect.ts'
import { asFeedError, follow } from '../../../src/feeds/request.ts'
import { serversFor } from '../../../src/feeds/resolve.ts'
import { settingsFrom } from '../config/settings-from.ts'

const A = 'a'.repeat(64)
const B = 'b'.repeat(64)

describe('headers', () => {
  it('name the packing', () => {
    expect(codingOf({})).toBe('identity')
    expect(codingOf({ 'content-encoding': ' GZIP ' })).toBe('gzip')
    expect(codingOf({ 'content-encoding': 'x-gzip' })).toBe('gzip')
    expect(codingOf({ 'content-encoding': 'zstd' })).toBe('zstd')
    for (const other of ['deflate', 'gzip, gzip', 'br;q=1'])
      expect(codingOf({ 'content-encoding': other })).toBeNull()
  })

  it('say whether a body has an end', () => {
    expect(hasEnd({ 'content-length': '3' })).toBe(true)
    expect(hasEnd({ 'transfer-encoding': 'chunked' })).toBe(true)
    expect(hasEnd({ connection: 'close' })).toBe(false)
  })

  it('are kept to be asked with unless they are too long', () => {
    expect(validatorsOf({ etag: 'W/"1"', 'last-modified': 'x'.repeat(513) })).toEqual({
      etag: 'W/"1"',
      lastModified: null,
    })
    expect(validatorsOf({ etag: '' })).toEqual({ etag: null, lastModified: null })
  })

  it('say when to come back, in seconds or as a date', () => {
    const nowMs = Date.UTC(2026, 10, 22, 8)
    expect(retryAfterMs({ 'retry-after': '120' }, nowMs)).toBe(120_000)
    expect(retryAfterMs({ 'retry-after': 'Sun, 22 Nov 2026 08:01:00 GMT' }, nowMs)).toBe(60_000)
    expect(retryAfterMs({ 'retry-after': 'Sun, 22 Nov 2026 07:01:00 GMT' }, nowMs)).toBe(0)
    for (const text of [undefined, 'soon', '9'.repeat(400)])
      expect(retryAfterMs({ 'retry-after': text }, nowMs)).toBeNull()
  })
})

describe('checksums', () => {
  it('are found by the name of the file', () => {
    expect(checksumOf(`${A}  other.txt\n${B}  ./lists/hosts.txt\n`, 'hosts.txt')).toBe(B)
    expect(checksumOf(`${A.toUpperCase()} *hosts.txt\r\n${B}  other\n`, 'hosts.txt')).toBe(A)
    expect(checksumOf(`SHA256 (other) = ${A}\nSHA256 (hosts.txt) = ${B}\n`, 'hosts.txt')).toBe(B)
  })

  it('may stand alone', () => {
    expect(checksumOf(`${A}\n`, 'hosts.txt')).toBe(A)
    expect(checksumOf(`# made today\n${A}  latest.txt\n`, 'hosts.txt')).toBe(A)
  })

  it('are not guessed', () => {
    for (const text of ['', 'no', `${A}  a\n${B}  b\n`, A.slice(1), `x${A}`, '<html>'])
      expect(() => checksumOf(text, 'hosts.txt')).toThrow('names no checksum')
  })
})

describe('what comes', () => {
  it.each([
    ['<!doctype html><title>Wi-Fi</title>', /a page/],
    ['\n\n  <HTML lang="vi">', /a page/],
    ['\ufeff<?xml version="1.0"?>', /a page/],
    ['<form action="/login">\nportal.vn\n', /a page/],
    ['<!-- error -->\nportal.vn\n', /a page/],
    ['</div>', /a page/],
    ['{"error":404}', /JSON/],
    ['[{"a":1}]', /JSON/],
    ['\u0000\u0001\u0002', /no text/],
  ])('is known for no list: %j', (text, reason) => {
    expect(() => refuseOthers(Buffer.from(text))).toThrow(reason)
  })

  it.each([
    '',
    '# nothing yet\n',
    'evil.vn\n',
    '[Adblock Plus 2.0]\n||evil.vn^\n',
    '$TTL 60\n',
    '! Title: x\n',
  ])('may be a list: %j', (text) => expect(() => refuseOthers(Buffer.from(text))).not.toThrow())

  it('is known for packed by its first bytes', () => {
    expect(packingOf(Buffer.from([0x1f, 0x8b, 8, 0]))).toBe('gzip')
    expect(packingOf(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]))).toBe('zstd')
    for (const text of ['', 'P', '127.', '0.0.']) expect(packingOf(Buffer.from(text))).toBe('identity')
    for (const text of ['PK\u0003\u0004', 'BZh9', '\u00fd7zXZ']) expect(() => packingOf(Buffer.from(text, 'latin1'))).toThrow('packed') // prettier-ignore
  })

  it('is doubted when it lost or won too much', () => {
    const shares = { leastPercent: 50, mostPercent: 300 }
    const reason = (entries: number, before: number | null, refused = 0, notEnforceable = 0): string | null =>
      doubt({ entries, lines: 9, refused, notEnforceable }, before, shares)?.message ?? null
    expect(reason(50, 100)).toBeNull()
    expect(reason(49, 100)).toBe('it holds 49 entries, the version in force 100')
    expect(reason(0, 100)).toBe('it holds no entry')
    expect(reason(0, null)).toBeNull()
    expect(reason(0, null, 0, 3)).toBe('it holds no entry')
    expect(reason(999, 10)).toBeNull()
    expect(reason(3000, 1000)).toBeNull()
    expect(reason(3001, 1000)).toBe('it holds 3001 entries, the version in force only 1000')
    expect(reason(10, null, 11)).toBe('most of its lines (11) are no indicators')
    const empty = { entries: 0, refused: 0, notEnforceable: 0 }
    const nothingLess = { leastPercent: 0, mostPercent: 300 }
    expect(doubt({ ...empty, lines: 3 }, 100, nothingLess)).toBeNull()
    expect(doubt({ ...empty, lines: 0 }, 100, nothingLess)?.message).toBe('it holds no entry')
    expect(doubt({ ...empty, lines: 0 }, null, shares)?.message).toBe('it holds no entry')
    expect(doubt({ ...empty, lines: 0 }, null, nothingLess)).toBeNull()
    // URLs are indicators, if none that DNS enforces.
    expect(reason(10, null, 11, 5)).toBeNull()
  })
})

describe('redirects', () => {
  const plain = { allowHttp: false, signature: null }
  const to = (from: string, location: string | undefined, feed = plain): string =>
    follow(new URL(from), location, feed).href

  it('lead to https', () => {
    expect(to('https://a.vn/x/y', '../z')).toBe('https://a.vn/z')
    expect(to('https://a.vn/x', 'https://b.vn/y')).toBe('https://b.vn/y')
    expect(to('http://127.0.0.1/x', 'https://b.vn/y')).toBe('https://b.vn/y')
  })

  it('never lead from https into the clear, whatever else is allowed', () => {
    expect(() => to('https://a.vn/x', 'http://a.vn/x', { ...plain, allowHttp: true })).toThrow('plain http')
    expect(() => to('https://a.vn/x', '//a.vn:80/x')).not.toThrow()
  })

  it('lead elsewhere in the clear only where that is allowed', () => {
    expect(() => to('http://127.0.0.1/x', 'http://b.vn/x')).toThrow('plain http elsewhere')
    expect(to('http://127.0.0.1/x', '/y')).toBe('http://127.0.0.1/y')
    expect(to('http://a.vn/x', 'http://b.vn/x', { ...plain, allowHttp: true })).toBe('http://b.vn/x')
  })

  it('lead nowhere', () => {
    for (const location of [
      undefined,
      'file:///etc/passwd',
      'https://user:secret@b.vn/',
      'https://',
      'javascript:x',
    ])
      expect(() => to('https://a.vn/x', location)).toThrow('does not say where')
  })
})

it('names of publishers are asked of the servers of the longest zone they are in', () => {
  const settings = settingsFrom(`
upstreams: { servers: ["192.0.2.1"] }
forward:
  - { zones: [vn.local], servers: ["192.0.2.2"] }
  - { zones: [so.vn.local], servers: ["192.0.2.3"] }
`)
  const first = (name: string): string => serversFor(name, settings)[0]!.address
  expect(
    ['lists.vn', 'xvn.local', 'a.vn.local', 'vn.local', 'a.so.vn.local', 'xso.vn.local'].map(first),
  ).toEqual(['192.0.2.1', '192.0.2.1', '192.0.2.2', '192.0.2.2', '192.0.2.3', '192.0.2.2'])
})

it('errors of the network are told with a reason and something to do', () => {
  const url = new URL('https://lists.vn/x')
  const quiet = new AbortController().signal
  const tell = (error: Error, code: string): string => asFeedError(Object.assign(error, { code }), quiet, url).message
  expect(tell(new Error('self-signed certificate'), 'DEPTH_ZERO_SELF_SIGNED_CERT')).toMatch(/^the certificate of lists\.vn is not trusted/)
  expect(tell(new Error('aborted'), 'ECONNRESET')).toBe('lists.vn: the connection broke off')
  expect(tell(new Error('Parse Error'), 'HPE_INVALID_CONSTANT')).toBe('lists.vn: no HTTP is spoken there')
  const expired = Object.assign(new Error('certificate has expired'), { code: 'CERT_HAS_EXPIRED' })
  expect(asFeedError(expired, quiet, url).advice).toContain('clock')
  expect(asFeedError(new Error('x'), AbortSignal.abort(new DOMException('', 'TimeoutError')), url).message).toMatch(/within `timeout`/)
}) // prettier-ignore
