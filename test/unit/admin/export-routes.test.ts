import { describe, expect, it } from 'vitest'
import { socketPrincipal } from '../../../src/accounts/principal.ts'
import type { HitExport, HitFilter } from '../../../src/detection/cases/export.ts'
import { StoreUnavailable } from '../../../src/detection/queries.ts'
import { AUTHORISED, CASE, CLIENT, createFixture, NOW, type FixtureOptions } from './fake-threads.ts'

const HIT: HitExport = {
  clientId: 7, client: 'mac:52:54:00:12:34:56', address: '10.1.2.3', hostName: '=cmd|calc', name: 'Máy, "kế toán"', unit: 'so-tttt',
  indicator: 'evil.test', kind: 'subtree', blocked: 4, logged: 1, firstSeen: NOW - 60_000, lastSeen: NOW, lastQname: 'a.evil.test',
  lastQtype: 'A', lastAction: 'sinkhole', triggers: ['qname'], lists: ['apt32', 'botnet'], campaigns: [], node: null,
  document: '1298/CATTT-NCSC', origin: null,
} // prettier-ignore

const ORIGIN: HitExport['origin'] = {
  import: 7, item: 3, document: HIT.document!, issuer: '', issued: null, file: '=annex.docx', sha256: 'ab', isKept: true,
  place: { table: 1, row: 4, cell: 'B2' }, places: 1, written: 'evil[.]test', accepted: [], approvedBy: 'user:binh',
  approvedAt: '2026-11-21T08:10:00.000Z', reason: 'x',
} // prettier-ignore

async function fetchFile(path: string, options: FixtureOptions = {}) {
  const fixture = await createFixture(options)
  const reply = await fixture.app.inject({ url: `/api/v1/export/${path}`, headers: AUTHORISED })
  return { fixture, reply, trail: fixture.accounts.trail.read({ limit: 9 }).items }
}

describe('an export', () => {
  it('as CSV names its columns, and holds no formula', async () => {
    const { reply } = await fetchFile('hits', {
      hits: () => [[HIT], [{ ...HIT, hostName: 'pc', origin: ORIGIN }]],
    })
    expect(reply.headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="hits.csv"',
    })
    const [head, first, second, end] = reply.body.split('\r\n')
    expect(head).toMatch(/^\ufeffclientId,client,address,hostName,name,unit,indicator,/)
    expect(first).toMatch(
      /^7,mac:52:54:00:12:34:56,10\.1\.2\.3,'=cmd\|calc,"Máy, ""kế toán""",so-tttt,evil\.test,/,
    )
    expect(first).toMatch(/,qname,apt32 botnet,,,1298\/CATTT-NCSC,,,,$/)
    expect(second).toContain(',pc,')
    expect(second).toMatch(/,1298\/CATTT-NCSC,7\/3,'=annex\.docx,"table 1, row 4, cell B2",user:binh$/)
    expect(end).toBe('')
  })

  it('as NDJSON has everything as it is, one row a line', async () => {
    const { reply } = await fetchFile('hits?format=ndjson', { hits: () => [[HIT, HIT]] })
    expect(reply.headers['content-type']).toBe('application/x-ndjson; charset=utf-8')
    const rows = reply.body.trimEnd().split('\n').map((line) => JSON.parse(line) as object) // prettier-ignore
    expect(rows).toHaveLength(2)
    expect(rows[0]).toMatchObject({ hostName: '=cmd|calc', lists: ['apt32', 'botnet'], lastSeen: '2026-11-21T08:00:00.000Z' }) // prettier-ignore
  })

  it.each([
    ['clients', CLIENT.id, 'pc-ketoan'],
    ['cases', CASE.id, 'pc-ketoan'],
  ])('of %s says which machines they are about', async (what, id, hostName) => {
    const { reply } = await fetchFile(`${what}?format=ndjson`, { clients: { listClients: () => ({ items: [CLIENT], next: null }) } }) // prettier-ignore
    expect(JSON.parse(reply.body)).toMatchObject({ id, hostName, address: '10.1.2.3', unit: 'so-tttt' })
  })

  it('of nothing is the names of the columns, or nothing', async () => {
    expect((await fetchFile('hits')).reply.body.split('\r\n')).toHaveLength(2)
    expect((await fetchFile('hits?format=ndjson')).reply.body).toBe('')
  })

  it('stands in the audit trail, whose end goes to the log', async () => {
    const { trail, fixture } = await fetchFile('hits?format=ndjson&since=2026-01-01&unit=so-tttt')
    expect(trail[0]).toMatchObject({ action: 'export', target: 'hits' })
    expect(JSON.parse(trail[0]!.details)).toEqual({ format: 'ndjson', since: '2026-01-01', unit: 'so-tttt' })
    const line = fixture.logged.find((text) => text.includes('data were exported'))!
    expect(JSON.parse(line)).toMatchObject({ what: 'hits', head: `${trail[0]!.seq}:${trail[0]!.hash}` })
  })

  it('that cannot be read is an error, not an empty file, and leaves no row', async () => {
    const hits = () => {
      throw new StoreUnavailable('gone')
    }
    const { reply, trail } = await fetchFile('hits', { hits })
    expect([reply.statusCode, trail]).toEqual([503, []])
  })

  it('that breaks off says so in the log, and does not end like a whole one', async () => {
    function* hits() {
      yield [HIT]
      throw new StoreUnavailable('gone')
    }
    const fixture = await createFixture({ hits })
    await expect(fixture.app.inject({ url: '/api/v1/export/hits', headers: AUTHORISED })).rejects.toThrow()
    expect(fixture.logged.some((line) => line.includes('an export broke off'))).toBe(true)
  })

  it('of what is no file is refused', async () => {
    for (const path of ['users', 'hits?format=xlsx', 'hits?since=soon-enough'])
      expect((await fetchFile(path)).reply.statusCode, path).toBe(400)
  })

  it('ends at the units of the caller', async () => {
    const filters: HitFilter[] = []
    const fixture = await createFixture({ hits: (filter) => (filters.push(filter), []) })
    const socket = { principal: socketPrincipal(null), source: 'socket' }
    const expiresAt = NOW + 86_400_000
    const { secret } = fixture.accounts.tokens.add(socket, { name: 'an', role: 'officer', units: ['so-yte'], expiresAt }) // prettier-ignore
    const headers = { ...AUTHORISED, authorization: `Bearer ${secret}` }
    expect((await fixture.app.inject({ url: '/api/v1/export/hits?unit=bv', headers })).statusCode).toBe(200)
    expect(filters).toEqual([{ unit: 'bv', since: undefined, until: undefined, within: ['so-yte'] }])
  })
})
