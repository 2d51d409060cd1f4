import { expect, test } from 'vitest'
import { AllowedHosts, refusal, type Asked } from '../../../src/admin/guard.ts'
import { openToken } from '../../../src/admin/token.ts'

const hosts = new AllowedHosts([{ address: '10.0.0.2', port: 8053 }], ['dns.tinh.test'])
const log = { warn: () => {} }
const token = openToken(null, 'right-token', log)
const none = openToken(null, undefined, log)

/** A change that is allowed: each row below spoils one thing of it. */
const good: Asked = {
  method: 'POST',
  access: 'token',
  bySocket: false,
  host: '10.0.0.2:8053',
  origin: undefined,
  fetchSite: undefined,
  contentType: 'application/json',
  authorization: 'Bearer right-token',
  localAddress: '10.0.0.2',
}
const read = { method: 'GET', contentType: undefined }
const local = { bySocket: true, authorization: undefined, localAddress: undefined }

const table: [what: string, changes: Partial<Asked>, status: number | null][] = [
  ['all is well', {}, null],
  ['a read needs no content type', read, null],
  ['HEAD is a read', { ...read, method: 'HEAD' }, null],
  ['charset beside the type', { contentType: 'application/json; charset=utf-8' }, null],
  ['the scheme in any case', { authorization: 'bearer right-token' }, null],
  ['a configured name', { host: 'dns.tinh.test:8053' }, null],
  ['a configured name, capitals, final dot, no port', { host: 'DNS.Tinh.Test.' }, null],
  ['another name: DNS rebinding', { host: 'evil.example:8053' }, 421],
  ['another name, a free read', { ...read, access: 'free', host: 'evil.example' }, 421],
  ['another address', { host: '10.0.0.3:8053' }, 421],
  ['no Host', { host: undefined }, 421],
  ['an empty Host', { host: '' }, 421],
  ['a Host that hides a name', { host: '10.0.0.2@evil.example' }, 421],
  ['a Host with a space', { host: '10.0.0.2 evil.example' }, 421],
  ['localhost where we are not on loopback', { host: 'localhost:8053' }, 421],
  ['own origin', { origin: 'http://10.0.0.2:8053' }, null],
  ['foreign origin', { origin: 'http://evil.example' }, 403],
  ['own address, another port: another site', { origin: 'http://10.0.0.2:9999' }, 403],
  ['opaque origin', { origin: 'null' }, 403],
  ['origin that is no URL', { origin: 'nonsense' }, 403],
  ['a browser says cross-site', { fetchSite: 'cross-site' }, 403],
  ['a browser says same-site, which is not us', { fetchSite: 'same-site' }, 403],
  ['a browser says same-origin', { fetchSite: 'same-origin', origin: 'http://10.0.0.2:8053' }, null],
  ['a foreign page reads: it gets no CORS header', { ...read, origin: 'http://evil.example' }, null],
  ['no token', { authorization: undefined }, 401],
  ['wrong token', { authorization: 'Bearer wrong-token' }, 401],
  ['a prefix of the token', { authorization: 'Bearer right-toke' }, 401],
  ['an empty token', { authorization: 'Bearer ' }, 401],
  ['another scheme', { authorization: 'Basic right-token' }, 401],
  ['client data without token', { ...read, authorization: undefined }, 401],
  ['free and without token', { ...read, access: 'free', authorization: undefined }, null],
  ['no content type', { contentType: undefined }, 415],
  ['what a form sends', { contentType: 'text/plain' }, 415],
  ['a type that only begins like it', { contentType: 'application/jsonp' }, 415],
  ['DELETE as a form could', { method: 'DELETE', contentType: undefined }, 415],
  ['by the socket, without token', local, null],
  ['by the socket, whatever the Host', { ...local, host: 'localhost' }, null],
  ['by the socket, not as JSON', { ...local, contentType: 'text/plain' }, 415],
  ['by the socket, from a page', { ...local, origin: 'http://evil.example' }, 403],
]

test.each(table)('%s', (_what, changes, status) => {
  expect(refusal({ ...good, ...changes }, hosts, token)?.status ?? null).toBe(status)
})

test('without a configured token nothing but free routes is answered over TCP, and the answer says what to do', () => {
  const problem = refusal(good, hosts, none)
  expect(problem).toMatchObject({ status: 401, code: 'THANHLOC_API_TOKEN' })
  expect(problem?.detail).toMatch(/admin\.tokenFile.*THANHLOC_ADMIN_TOKEN.*admin\.sock/s)
  expect(refusal({ ...good, ...local }, hosts, none)).toBeNull()
  expect(refusal({ ...good, ...read, access: 'free' }, hosts, none)).toBeNull()
})

test('a wildcard listen address answers under the address that was called, and under no other', () => {
  const any = new AllowedHosts([{ address: '0.0.0.0', port: 8053 }], [])
  expect(any.has('192.0.2.9:8053', '192.0.2.9')).toBe(true)
  expect(any.has('192.0.2.9:8053', '::ffff:192.0.2.9')).toBe(true)
  expect(any.has('[2001:db8::1]:8053', '2001:db8::1')).toBe(true)
  expect(any.has('192.0.2.10:8053', '192.0.2.9')).toBe(false)
  expect(any.has('evil.example', '192.0.2.9')).toBe(false)
})

test('localhost counts where the API listens on loopback', () => {
  expect(new AllowedHosts([{ address: '127.0.0.1', port: 8053 }], []).has('localhost:8053', undefined)).toBe(
    true,
  )
  expect(new AllowedHosts([{ address: '::1', port: 8053 }], []).has('[::1]:8053', undefined)).toBe(true)
})
