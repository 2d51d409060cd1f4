/**
 * Two officers, each of one unit: no answer of any call that reads ever says anything of the other's machines. The calls
 * and what can be asked of them come from the API's description, so a call that is new is asked too.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Agency, type AgencyUnit } from '../support/agency.ts'
import { callsOf, exampleValues, urlOf, type ApiCall, type ApiDocument } from '../support/api-document.ts'
import type { Called } from '../support/http-call.ts'

const SEED = Number(process.env['THANHLOC_SEED'] ?? 1298)
const RUNS = Number(process.env['THANHLOC_RUNS'] ?? 300)

/** What an officer may never see of another unit: written anywhere, or as a number under one of these keys. */
const ID_KEYS: Readonly<Record<string, 'clientIds' | 'caseIds'>> = {
  clientId: 'clientIds',
  client: 'clientIds',
  caseId: 'caseIds',
  case: 'caseIds',
}

let agency: Agency
let readable: readonly ApiCall[]
/** Of an officer, but for what is their own account's. */
let changing: readonly ApiCall[]

beforeAll(async () => {
  agency = await Agency.open()
  const document = (await agency.call('GET', '/openapi.json')).body as ApiDocument
  const officer = await agency.token('officer', ['so-yte'])
  const { actions } = (await agency.call('GET', '/api/v1/session', { headers: officer })).body as { actions: string[] } // prettier-ignore
  const mayRead = new Set(['free', 'known', ...actions])
  readable = callsOf(document).filter(
    ({ method, path, 'x-action': action }) =>
      method === 'GET' && mayRead.has(action) && path !== '/openapi.json',
  )
  changing = callsOf(document).filter(({ method, 'x-action': action }) => method !== 'GET' && action !== 'self.change' && actions.includes(action)) // prettier-ignore
  // What was let through, marked false, silenced: more to be shown, of each unit.
  for (const { mark, caseIds } of agency.units) {
    const body = { version: 1, to: 'false-alarm', note: `nham ${mark}`, until: '2027-01-01' }
    const { status, text } = await agency.stage.server.api(
      'POST',
      `/api/v1/cases/${caseIds[1]!}/change`,
      body,
    )
    expect(status, text).toBe(200)
  }
})
afterAll(() => agency.close())

const other = (unit: AgencyUnit): AgencyUnit => agency.units.find((each) => each !== unit)!

/** Traces of `unit` in what was answered; empty: none. */
function tracesOf(unit: AgencyUnit, reply: Called): string[] {
  if (reply.status >= 300) return []
  const shown = [reply.text, ...cursorsIn(reply.body)].join('\n').toLowerCase()
  const secrets = [unit.id, unit.mark, ...unit.addresses, ...unit.addresses.map(asKey), ...unit.macs]
  // `127.0.22.1` is no part of `127.0.22.10`.
  const written = secrets.filter((secret) => new RegExp(`(?<![\\d.])${secret.replaceAll('.', '\\.')}(?!\\d)`).test(shown)) // prettier-ignore
  return [...written, ...idsIn(reply.body, unit), ...countsIn(reply.body)]
}

/** Counts of machines that are more than one unit has. */
function countsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, of]) =>
    (key === 'machines' || key === 'clients') && typeof of === 'number' && of > 3
      ? [`${key} ${of}`]
      : countsIn(of),
  )
}

/** An address as the key of a client. */
function asKey(address: string): string {
  return `ffff${Buffer.from(address.split('.').map(Number)).toString('hex')}`
}

/** Cursors are opaque to callers, and may hold no more than what was shown. */
function cursorsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, of]) =>
    key === 'next' && typeof of === 'string'
      ? [Buffer.from(of, 'base64url').toString('latin1')]
      : cursorsIn(of),
  )
}

function idsIn(value: unknown, unit: AgencyUnit): string[] {
  if (typeof value !== 'object' || value === null) return []
  const isMachine = 'identity' in value || 'clientId' in value
  // Events, contacts, reports.
  const hasOwnNumbers = ['kind', 'protocol', 'reference'].some((key) => key in value)
  return Object.entries(value).flatMap(([key, of]) => {
    // Clients and cases have the same numbers here, each machine one case.
    const kind = ID_KEYS[key] ?? (key === 'id' && isMachine && !hasOwnNumbers ? 'clientIds' : undefined)
    if (kind !== undefined && typeof of === 'number' && unit[kind].includes(of)) return [`${key} ${of}`]
    return idsIn(of, unit)
  })
}

/** Values a caller might try for a parameter: what the schema offers, and whatever belongs to either unit. */
function candidates(call: ApiCall, name: string): unknown[] {
  const parameter = (call.parameters ?? []).find((each) => each.name === name)!
  const { schema, example } = parameter
  const offered = schema.enum ?? (schema.anyOf ?? []).flatMap((each) => each.enum ?? [])
  const ofUnits = agency.units.flatMap((unit): unknown[] => {
    if (schema.type === 'integer') return [...unit.clientIds, ...unit.caseIds]
    if (schema.type !== 'string') return []
    return [unit.id, unit.mark, unit.addresses[0], unit.macs[0], `PC-${unit.mark}-1`, `ong ${unit.mark}`, ...unit.clientIds.map(String)] // prettier-ignore
  })
  const more = schema.type === 'boolean' ? [true, false] : schema.type === 'integer' ? [0, 1, 2, 1000] : []
  const texts = schema.type === 'string' ? ['tinh', '127.0.0.0/8', '127.', 'evil.vn', '2026-01-01', '%', '*'] : [] // prettier-ignore
  return [...offered, ...ofUnits, ...more, ...texts, ...(example === undefined ? [] : [example])]
}

/** Values of the parameters that a call cannot do without, each of them in turn. */
function needed(call: ApiCall): Record<string, unknown>[] {
  const names = (call.parameters ?? []).filter(({ required }) => required === true).map(({ name }) => name)
  const first = exampleValues(call)
  if (names.length === 0) return [{}]
  return names.flatMap((name) => candidates(call, name).map((value) => ({ ...first, [name]: value })))
}

const optional = (call: ApiCall): string[] =>
  (call.parameters ?? [])
    .filter((each) => each.in === 'query' && each.required !== true)
    .map(({ name }) => name)

async function look(unit: AgencyUnit, role: string, url: string): Promise<Called> {
  const reply = await agency.call('GET', url, { headers: await agency.token(role, [unit.id]) })
  expect(reply.status, url).toBeLessThan(500)
  // A lookup says again what name was asked for; all else says nothing it was not asked to find.
  const said = url.startsWith('/api/v1/lookup') ? { ...reply, text: '', body: null } : forAll(reply)
  expect(tracesOf(other(unit), said), `${role} of ${unit.id}: ${url}`).toEqual([])
  return reply
}

/** Without the metrics of single units: this machine itself is told of all (routes.test.ts holds that others are not). */
function forAll(reply: Called): Called {
  return { ...reply, text: reply.text.replace(/^.*thanhloc_unit_.*\n/gm, '') }
}

describe('an officer of one unit', () => {
  it('is told of by a test that finds what it looks for', async () => {
    const [yte, gd] = agency.units as [AgencyUnit, AgencyUnit]
    expect(yte.clientIds).toHaveLength(3)
    expect([...yte.clientIds].toSorted()).toEqual([...yte.caseIds].toSorted())
    const everything = await agency.call('GET', '/api/v1/clients', { headers: await agency.token('admin') })
    for (const unit of [yte, gd]) {
      const traces = tracesOf(unit, everything)
      expect(traces).toEqual(expect.arrayContaining([unit.mark, ...unit.addresses, ...unit.macs]))
      expect(traces).toEqual(expect.arrayContaining(unit.clientIds.map((id) => `id ${id}`)))
    }
    const events = await agency.call('GET', '/api/v1/events?after=0', {
      headers: await agency.token('admin'),
    })
    expect(tracesOf(gd, events)).toEqual(expect.arrayContaining(gd.caseIds.map((id) => `caseId ${id}`)))
    expect(readable.length).toBeGreaterThan(10)
  })

  it('sees its own machines in each call that tells of machines', async () => {
    for (const unit of agency.units) {
      const headers = await agency.token('officer', [unit.id])
      for (const path of ['/clients', '/cases', '/export/clients', '/export/cases', '/export/hits']) {
        const reply = await agency.call('GET', `/api/v1${path}`, { headers })
        expect(tracesOf(unit, reply), path).toEqual(expect.arrayContaining([...unit.addresses]))
      }
    }
  })

  it('finds nothing of the other unit’s, whichever parameter is asked with whatever value', async () => {
    for (const unit of agency.units) {
      for (const call of readable) {
        const [least = {}] = needed(call)
        for (const values of needed(call)) await look(unit, 'officer', urlOf(call, values))
        for (const name of optional(call)) {
          for (const value of candidates(call, name)) {
            await look(unit, 'officer', urlOf(call, { ...least, [name]: value }))
          }
        }
      }
    }
  }, 120_000)

  it('nor with several at once', async () => {
    const drawn = fc.constantFrom(...readable.keys()).chain((index) => {
      const call = readable[index]!
      const values = optional(call).map((name) => fc.option(fc.constantFrom(...candidates(call, name)), { nil: undefined })) // prettier-ignore
      return fc.record({
        unit: fc.constantFrom(0, 1),
        url: fc.tuple(fc.constantFrom(...needed(call)), ...values).map(([least, ...given]) =>
          urlOf(call, { ...least, ...Object.fromEntries(optional(call).map((name, at) => [name, given[at]])) }),
        ), // prettier-ignore
      })
    })
    const property = fc.asyncProperty(drawn, async ({ unit, url }) => void (await look(agency.units[unit]!, 'officer', url))) // prettier-ignore
    await fc.assert(property, { seed: SEED, numRuns: RUNS, endOnFailure: true })
  }, 120_000)

  it('nor by going on where somebody who sees everything has left off', async () => {
    const admin = await agency.token('admin')
    let cursors = 0
    for (const call of readable.filter((each) => optional(each).includes('cursor'))) {
      for (const least of needed(call)) {
        const whole = await agency.call('GET', urlOf(call, { ...least, limit: 1 }), { headers: admin })
        const next = (whole.body as { next?: string | null; hitPage?: { next: string | null } } | null)?.next
        if (typeof next !== 'string') continue
        cursors += 1
        for (const unit of agency.units) await look(unit, 'officer', urlOf(call, { ...least, cursor: next }))
      }
    }
    expect(cursors).toBeGreaterThan(1)
  })

  it('cannot tell what is the other unit’s from what is not there', async () => {
    const [yte, gd] = agency.units as [AgencyUnit, AgencyUnit]
    const headers = await agency.token('officer', [yte.id])
    for (const kind of ['clients', 'cases']) {
      const ids = kind === 'clients' ? gd.clientIds : gd.caseIds
      for (const id of [...ids, 4711]) {
        const reply = await agency.call('GET', `/api/v1/${kind}/${id}`, { headers })
        const first = await agency.call('GET', `/api/v1/${kind}/4711`, { headers })
        expect([reply.status, reply.text.replace(` ${id}.`, ' N.')]).toEqual([
          404,
          first.text.replace(' 4711.', ' N.'),
        ])
        expect(Object.keys(reply.headers)).toEqual(Object.keys(first.headers))
      }
    }
  })

  it('changes nothing of the other unit’s, and is told no more of it than of what is not there', async () => {
    const [yte, gd] = agency.units as [AgencyUnit, AgencyUnit]
    const headers = { ...(await agency.token('officer', [yte.id])), 'content-type': 'application/json' }
    expect(changing.length).toBeGreaterThan(2)
    for (const call of changing) {
      const given = exampleValues(call)
      const body = call.requestBody?.content['application/json']?.example as
        Record<string, unknown> | undefined
      const refusals: string[] = []
      for (const id of [4711, ...gd.clientIds]) {
        const of = (values: Record<string, unknown>) =>
          Object.fromEntries(Object.entries(values).map(([key, value]) => [key, ['id', 'client'].includes(key) ? id : value])) // prettier-ignore
        const sent = JSON.stringify(of(body ?? {}))
        const reply = await agency.call(call.method, urlOf(call, of(given)), { headers, body: sent })
        expect(reply.status, `${call.call} ${reply.text}`).toBe(404)
        refusals.push(reply.text.replaceAll(new RegExp(`\\b${id}\\b`, 'g'), 'N'))
      }
      if (call.path.includes('{id}')) expect(new Set(refusals.map((text) => text.replaceAll('404', 'N'))).size).toBe(1) // prettier-ignore
    }
  })

  it('reads of its own machines alone in the stream of events', async () => {
    const { body } = await agency.call('GET', '/api/v1/events', { headers: await agency.token('admin') })
    const id = `${(body as { log: string }).log}.0`
    for (const unit of agency.units) {
      const headers = { ...(await agency.token('officer', [unit.id])), 'last-event-id': id }
      const reply = await agency.call('GET', '/api/v1/events/stream', { headers })
      const events = [...reply.text.matchAll(/^data: (\{.+\})$/gm)].map(
        ([, data]) => JSON.parse(data!) as object,
      )
      expect(events.length).toBeGreaterThan(3)
      for (const event of events) expect(tracesOf(other(unit), { ...reply, text: JSON.stringify(event), body: event })).toEqual([]) // prettier-ignore
    }
  })
})

it('a viewer of one unit sees no machine at all, and counts only its own', async () => {
  for (const unit of agency.units) {
    const counted: number[] = []
    for (const call of readable) {
      for (const values of needed(call)) {
        const reply = await look(unit, 'viewer', urlOf(call, values))
        expect(
          tracesOf(unit, reply).filter((trace) => trace !== unit.id),
          call.call,
        ).toEqual([])
        if (call.path.endsWith('/numbers')) counted.push((reply.body as { machines: { new?: number } }).machines.new ?? 0) // prettier-ignore
      }
    }
    const all = (await agency.call('GET', '/api/v1/numbers', { headers: await agency.token('admin') })).body as { machines: { new: number } } // prettier-ignore
    expect(counted).toEqual([all.machines.new / 2])
  }
})
