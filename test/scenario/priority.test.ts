/** Machines of a unit whose own public address is on the monthly list of infected ones come first. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { eventually } from '../support/server.ts'
import { Stage } from '../support/stage.ts'

interface CaseRow {
  readonly unit: string | null
  readonly priority: string
}

let stage: Stage

beforeAll(async () => {
  stage = await Stage.open(
    `
sinkhole: { ipv4: 10.10.10.10 }
lists: [ { id: apt32, path: apt32.txt } ]
units:
  - { id: xa, networks: [127.0.8.0/24], wan: [203.0.113.5] }
  - { id: huyen, networks: [127.0.9.0/24], wan: [203.0.113.77] }
identity: { neighbours: { enabled: false }, botnetList: botnet.csv }
`,
    { 'apt32.txt': 'evil.vn\n', 'botnet.csv': 'STT,Địa chỉ IP\n1,203.0.113.5\n' },
  )
})
afterAll(() => stage.close())

it('shows in the priority of their cases, and in nobody else’s', async () => {
  for (const from of ['127.0.8.1', '127.0.9.1']) await stage.ask('evil.vn', 'A', { from })
  const cases = await eventually(async () => {
    const { body } = await stage.server.api<{ items: CaseRow[] }>('GET', '/api/v1/cases')
    return body.items?.some(({ priority }) => priority === 'high') && body.items.length === 2 && body.items
  }, 20_000)
  const priorities = Object.fromEntries(cases.map(({ unit, priority }) => [unit, priority]))
  expect(priorities).toEqual({ xa: 'high', huyen: 'normal' })
})
