/** Every route × every role: who may call what is what roles.ts says, with real tokens, and a route that says nothing is for nobody. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { socketPrincipal, type Principal } from '../../../src/accounts/principal.ts'
import { ACTION_NAMES, ACTIONS, may, PERMISSIONS, ROLES, type Role } from '../../../src/accounts/roles.ts'
import { StoreUnavailable } from '../../../src/detection/queries.ts'
import type { Access } from '../../../src/admin/guard.ts'
import { createFixture, healthyThreads, NOW, type Fixture } from './fake-threads.ts'

const HOST = { host: '127.0.0.1:8053', 'content-type': 'application/json' }
const caller = { principal: socketPrincipal(null), source: 'socket' }

let fixture: Fixture
const secrets = new Map<Role, string>()

beforeAll(async () => {
  // A stream that is let in has no end.
  const eventsEnd = () => {
    throw new StoreUnavailable('the store is being opened')
  }
  fixture = await createFixture({ threads: healthyThreads(), cases: { eventsEnd } })
  for (const role of ROLES) {
    const made = fixture.accounts.tokens.add(caller, {
      name: `t-${role}`,
      role,
      units: null,
      expiresAt: NOW + 86_400_000,
    })
    secrets.set(role, made.secret)
  }
})

const principal = (role: Role): Principal => ({
  kind: 'token',
  name: `t-${role}`,
  role,
  units: null,
  mustChangePassword: false,
})

function isLetIn(role: Role, access: Access): boolean {
  return access === 'free' || access === 'known' || may(principal(role), access)
}

/** The status of a call that is well-formed as far as the guard looks. */
async function statusOf(method: string, path: string, headers: Record<string, string>): Promise<number> {
  const url = path.replace(':id', '999999').replace(':name', 'nobody-here').replace('/*', '/index.html')
  const reply = await fixture.app.inject({ method: method as 'GET', url, headers: { ...HOST, ...headers } })
  return reply.statusCode
}

describe('routes', () => {
  it('are all there, and each names what it asks of its caller', () => {
    const { routeTable } = fixture.app
    expect(routeTable.length).toBeGreaterThan(35)
    expect(routeTable.filter(({ access }) => access === null)).toEqual([])
    const free = routeTable.filter(({ access }) => access === 'free').map(({ method, path }) => `${method} ${path}`) // prettier-ignore
    expect(free.filter((route) => route.includes('/api/'))).toEqual(['POST /api/v1/session'])
    expect(free.filter((route) => !route.startsWith('GET') && !route.startsWith('HEAD'))).toEqual(['POST /api/v1/session']) // prettier-ignore
  })

  it('let in each role as roles.ts says, and nobody who has not said who they are', async () => {
    let refusals = 0
    for (const { method, path, access } of fixture.app.routeTable) {
      const route = `${method} ${path}`
      const stranger = await statusOf(method, path, {})
      if (access === 'free') expect(stranger, route).not.toBe(403)
      else expect(stranger, route).toBe(401)
      for (const role of ROLES) {
        const status = await statusOf(method, path, { authorization: `Bearer ${secrets.get(role)!}` })
        if (isLetIn(role, access!)) expect([401, 403], `${role}: ${route}`).not.toContain(status)
        else {
          refusals += 1
          expect(status, `${role}: ${route}`).toBe(403)
        }
      }
    }
    expect(refusals).toBeGreaterThan(100)
  })
})

describe('the table in docs/api.md', () => {
  it('is that of roles.ts', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/api.md'), 'utf8')
    const rows = ACTION_NAMES.map((action) => {
      const marks = ROLES.map((role) => (PERMISSIONS[role].has(action) ? 'yes' : ''))
      return `| ${action} | ${ACTIONS[action]} | ${marks.join(' | ')} |`
    })
    for (const row of rows) expect(page).toContain(row.replaceAll('|  |', '| |').replaceAll('|  |', '| |'))
  })
})
