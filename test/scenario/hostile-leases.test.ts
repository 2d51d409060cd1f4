/**
 * Machines name themselves, and their names go through a lease file to the officer's screen and spreadsheet: they stay
 * text. And a lease file that is cut, gone or new for a moment takes nobody's hits away.
 */
import { renameSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClientReport, Page } from '../support/admin-reports.ts'
import { eventually } from '../support/server.ts'
import { Stage } from '../support/stage.ts'

/** As the machine says it, and as it is shown. */
const NAMES = [
  ['=HYPERLINK("http://x.test";"lương")', '=HYPERLINK("http://x.test";"lương")'],
  ['@SUM(A1:A9)', '@SUM(A1:A9)'],
  ['<img/src=x/onerror=alert(1)>', '<img/src=x/onerror=alert(1)>'],
  ['pc\u001b[2J\u0007\u202egpj.exe', 'pc[2Jgpj.exe'],
  ['pc-01', 'pc-01'],
  // Two machines of one name are two machines.
  ['pc-01', 'pc-01'],
] as const

const address = (number: number): string => `127.0.9.${number + 1}`
const mac = (number: number): string => `aa:bb:cc:00:09:0${number + 1}`
const LEASES = NAMES.map(([name], number) => `4102444800 ${mac(number)} ${address(number)} ${name} *\n`).join(
  '',
)

let stage: Stage

interface Machine extends ClientReport {
  readonly identity: { readonly mac: string; readonly hostName: string }
}

async function machines(): Promise<readonly Machine[]> {
  return (await stage.server.api<Page<Machine>>('GET', '/api/v1/clients')).body.items ?? []
}

/** Every machine asks for the listed name; resolves once each is known to have done so `hits` times, and no other has. */
function askAll(hits: number): Promise<readonly Machine[]> {
  const asked = NAMES.map((_, number) => stage.ask('evil.vn', 'A', { from: address(number) }))
  return Promise.all(asked).then(() =>
    eventually(async () => {
      const found = await machines()
      const isKnown = found.every((one) => one.identity.mac !== null && one.hits === hits)
      return found.length === NAMES.length && isKnown && found
    }),
  )
}

async function leaseFileIs(
  state: (source: { lastReadAt: string | null; error: string | null }) => boolean,
): Promise<void> {
  // prettier-ignore
  interface Status {
    identity: { sources: { source: string; lastReadAt: string | null; error: string | null }[]; waiting: number }
  }
  await eventually(async () => {
    const { identity } = (await stage.server.api<Status>('GET', '/api/v1/status')).body
    const source = identity.sources.find((one) => one.source === 'lease')
    return source !== undefined && identity.waiting === 0 && state(source)
  }, 20_000)
}

async function writeLeases(text: string): Promise<void> {
  const sinceMs = Date.now()
  writeFileSync(stage.server.path('dnsmasq.leases'), text)
  await leaseFileIs(({ lastReadAt }) => lastReadAt !== null && Date.parse(lastReadAt) > sinceMs)
}

beforeAll(async () => {
  stage = await Stage.open(
    `
lists: [ { id: bad, path: bad.txt } ]
identity:
  leases: [ { path: dnsmasq.leases, format: dnsmasq } ]
  neighbours: { enabled: false }
`,
    { 'bad.txt': 'evil.vn\n', 'dnsmasq.leases': LEASES },
  )
  await leaseFileIs(({ lastReadAt }) => lastReadAt !== null)
})
afterAll(() => stage.close())

describe('names that machines give themselves', () => {
  it('are shown as text, without what moves a cursor or turns letters round', async () => {
    const found = await askAll(1)
    const byMac = new Map(found.map(({ identity }) => [identity.mac, identity.hostName]))
    expect(NAMES.map((_, number) => byMac.get(mac(number)))).toEqual(NAMES.map(([, shown]) => shown))
  })

  it('are no formulas in a spreadsheet', async () => {
    const { text } = await stage.server.api('GET', '/api/v1/export/clients')
    expect(text).toContain(`,"'=HYPERLINK(""http://x.test"";""lương"")",`)
    expect(text).toContain(`,'@SUM(A1:A9),`)
    const cells = text.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)|\r\n/)
    expect(cells.length).toBeGreaterThan(NAMES.length * 10)
    expect(cells.filter((cell) => /^"?[=+\-@\t\r]/.test(cell))).toEqual([])
  })
})

describe('a lease file', () => {
  it('cut in the middle of a line, while it is written, ends nothing', async () => {
    await writeLeases(LEASES.slice(0, LEASES.length / 2))
    await askAll(2)
    await writeLeases(LEASES)
    await askAll(3)
  })

  it('that is turned over ends nothing, and the next one goes on', async () => {
    const path = stage.server.path('dnsmasq.leases')
    renameSync(path, `${path}.1`)
    await leaseFileIs(({ error }) => error !== null)
    await askAll(4)
    await writeLeases('')
    await askAll(5)
    await writeLeases(LEASES)
    expect((await askAll(6)).map(({ id }) => id).toSorted()).toEqual([1, 2, 3, 4, 5, 6])
  })
})
