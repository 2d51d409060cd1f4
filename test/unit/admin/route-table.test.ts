/** Every route names what it asks of its caller, and the page says who may do what. Every cell is asked for in role-table.test.ts. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { ACTION_NAMES, ACTIONS, PERMISSIONS, ROLES } from '../../../src/accounts/roles.ts'
import { createFixture, type Fixture } from './fake-threads.ts'

let fixture: Fixture
beforeAll(async () => {
  fixture = await createFixture()
})

describe('routes', () => {
  it('are all there, and each names what it asks of its caller', () => {
    const { routeTable } = fixture.app
    expect(routeTable.length).toBeGreaterThan(35)
    expect(routeTable.filter(({ access }) => access === null)).toEqual([])
    const free = routeTable.filter(({ access }) => access === 'free').map(({ method, path }) => `${method} ${path}`) // prettier-ignore
    expect(free.filter((route) => route.includes('/api/'))).toEqual(['POST /api/v1/session'])
    expect(free.filter((route) => !route.startsWith('GET') && !route.startsWith('HEAD'))).toEqual(['POST /api/v1/session']) // prettier-ignore
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
