import { expect, test } from 'vitest'
import { NOBODY, socketPrincipal, type Principal } from '../../../src/accounts/principal.ts'
import type { Accounts } from '../../../src/accounts/accounts.ts'
import { admit, AllowedHosts, type Asked } from '../../../src/admin/guard.ts'

const hosts = new AllowedHosts([{ address: '10.0.0.2', port: 8053 }], ['dns.tinh.test'])
const admin: Principal = { kind: 'token', name: 'x', role: 'admin', units: null, mustChangePassword: false }

/** Knows one token, and takes the socket at its word; the real ones are told apart in test/unit/accounts. */
const accounts: Pick<Accounts, 'authenticate'> = {
  authenticate: ({ bySocket, authorization }) => {
    if (bySocket) return socketPrincipal(null)
    if (authorization === undefined) return NOBODY
    return authorization === 'Bearer right-token'
      ? admin
      : { code: 'THANHLOC_ACCOUNT_TOKEN', detail: 'The token is unknown.' }
  },
}

const statusOf = (asked: Asked, of = accounts): number | null => {
  const admission = admit(asked, hosts, of)
  return 'problem' in admission ? admission.problem.status : null
}

/** A change that is allowed: each row below spoils one thing of it. */
const good: Asked = {
  method: 'POST',
  access: 'list.change',
  bySocket: false,
  host: '10.0.0.2:8053',
  origin: undefined,
  fetchSite: undefined,
  contentType: 'application/json',
  authorization: 'Bearer right-token',
  cookie: null,
  csrf: undefined,
  isBackground: false,
  localAddress: '10.0.0.2',
}
const read = { method: 'GET', contentType: undefined }
const local = { bySocket: true, authorization: undefined, localAddress: undefined }

const table: [what: string, changes: Partial<Asked>, status: number | null][] = [
  ['all is well', {}, null],
  ['a read needs no content type', read, null],
  ['HEAD is a read', { ...read, method: 'HEAD' }, null],
  ['charset beside the type', { contentType: 'application/json; charset=utf-8' }, null],
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
  expect(statusOf({ ...good, ...changes })).toBe(status)
})

test('who says nothing of themselves is told how to', () => {
  const refused = admit({ ...good, authorization: undefined }, hosts, accounts)
  expect(refused).toMatchObject({ problem: { status: 401, code: 'THANHLOC_API_TOKEN' } })
  expect(JSON.stringify(refused)).toMatch(/session.*Bearer.*admin\.sock.*thanhloc user add/)
})

test('a route that names no action is for nobody, the socket neither', () => {
  expect(statusOf({ ...good, ...read, access: null })).toBe(403)
  expect(statusOf({ ...good, ...read, ...local, access: null })).toBe(403)
})

test('a role that does not allow it is told which action it is', () => {
  const viewer: Principal = { ...admin, role: 'viewer' }
  const of = { authenticate: () => viewer }
  const refused = admit({ ...good, access: 'list.change' }, hosts, of)
  expect(refused).toMatchObject({ problem: { status: 403, code: 'THANHLOC_ACCOUNT_FORBIDDEN' } })
  expect(JSON.stringify(refused)).toContain('viewer does not allow list.change')
  expect(admit({ ...good, ...read, access: 'numbers.read' }, hosts, of)).toEqual({ principal: viewer })
  expect(admit({ ...good, ...read, access: 'known' }, hosts, of)).toEqual({ principal: viewer })
})

test('a password somebody else has set is changed before anything else', () => {
  const of = { authenticate: () => ({ ...admin, kind: 'user', mustChangePassword: true }) as const }
  const refused = admit({ ...good, ...read, access: 'status.read' }, hosts, of)
  expect(JSON.stringify(refused)).toContain('/api/v1/session/password')
  expect(statusOf({ ...good, access: 'self.change' }, of)).toBeNull()
})

test('a token has no password to change', () => {
  const refused = admit({ ...good, access: 'self.change' }, hosts, accounts)
  expect(JSON.stringify(refused)).toContain('people who signed in')
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

test('other configured names take the place of those before; where it listens stays', () => {
  const changing = new AllowedHosts([{ address: '127.0.0.1', port: 8053 }], ['dns.tinh.test'])
  changing.configure(['DNS2.tinh.test.'])
  const known = ['dns.tinh.test', 'dns2.tinh.test:8053', '127.0.0.1', 'localhost']
  expect(known.filter((name) => changing.has(name, undefined))).toEqual(known.slice(1))
})
