/**
 * A real server and a scripted notice service: a machine asks for a blocked name, comes to the sinkhole's address, and is
 * confirmed; over restarts of the service, kill -9, and a backup. What a person reports is decided.
 */
import { statSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Contact } from '../../src/notice/letters.ts'
import { thanhloc } from '../support/command.ts'
import { contactOf } from '../support/contacts.ts'
import { expectAnswer } from '../support/dns-client.ts'
import { NoticeClient } from '../support/notice-client.ts'
import { eventually } from '../support/server.ts'
import { Stage } from '../support/stage.ts'

const SINKHOLE = '10.10.10.10'
const CONFIG = (contact: string): string => `
sinkhole: { ipv4: ${SINKHOLE} }
units: [ { id: so-yte, name: Sở Y tế, networks: [127.0.0.0/8] } ]
lists: [ { id: apt32, path: evil.txt, campaign: '2022', document: 1298/CATTT-NCSC } ]
campaigns: [ { id: '2022' } ]
notice: { http: ["${SINKHOLE}:80"], socket: run/notice.sock, contact: ${contact} }
`

let stage: Stage
let service: NoticeClient
let configText: string

const api = async <T>(path: string): Promise<T> => (await stage.server.api<T>('GET', `/api/v1${path}`)).body
const connect = (session: string): Promise<NoticeClient> =>
  eventually(() => NoticeClient.open(stage.server.path('run/notice.sock'), session).catch(() => undefined))
const run = (...words: readonly string[]) => thanhloc([...words, '--data', stage.server.path('data')])
const ofHere = (given: Partial<Contact> = {}): Contact => contactOf({ client: '127.0.0.1', host: 'a.xau-doc.vn', at: Date.now(), ...given }) // prettier-ignore

interface ClientSaid {
  readonly id: number
  readonly contacts: number
  readonly status: string
  readonly confirmed: { readonly contacts: number } | null
}
const clients = async (): Promise<readonly ClientSaid[]> =>
  (await api<{ items: ClientSaid[] }>('/clients')).items

beforeAll(async () => {
  stage = await Stage.open(CONFIG('Anh An'), { 'evil.txt': 'xau-doc.vn\n' })
  stage.up.answer('*', 'A', '192.0.2.1')
  configText = `upstreams: { servers: ["${stage.up.text}"] }\nlisten: ["127.0.0.1:0"]\nadmin: { listen: "off" }\nstore: { path: data }\nworkers: 1\n`
  service = await connect('service-1')
})
afterAll(async () => {
  service.close()
  await stage.close()
})

describe('a machine that goes on to the sinkhole', () => {
  it('is confirmed by what it did there, joined to its hit', async () => {
    expectAnswer(await stage.ask('a.xau-doc.vn', 'A'), 'a.xau-doc.vn', 'A', SINKHOLE)
    // At once: the hit may still be in memory.
    await service.contacts([ofHere({ count: 2 })])
    const [client] = await clients()
    expect(client).toMatchObject({ contacts: 2, confirmed: { contacts: 2 }, status: 'new' })
    const { items } = await api<{ items: object[] }>(`/contacts?client=${client!.id}`)
    expect(items).toMatchObject([{ address: '127.0.0.1', unit: 'so-yte', led: 'name', isConfirmed: true, hit: { indicator: 'xau-doc.vn' } }]) // prettier-ignore
    const cases = await api<{ items: { id: number }[] }>('/cases?isConfirmed=true')
    const found = await api<{ history: { items: object[] } }>(`/cases/${cases.items[0]!.id}`)
    expect(found.history.items[0]).toMatchObject({ cause: 'contact', to: 'new', indicator: 'xau-doc.vn' })
  })

  it('sees what is known of it, and nobody else does', async () => {
    expect(await service.check('127.0.0.1')).toMatchObject({ outcome: 'hits', hits: 1 })
    expect(await service.check('127.0.0.2')).toMatchObject({ outcome: 'clean', hits: 0, firstMs: null })
  })

  it('is found by the code on its page', async () => {
    const said = await service.report('127.0.0.1', 'a.xau-doc.vn', 'Trang của nhà cung cấp')
    expect(said).toMatchObject({ type: 'reported', outcome: 'taken' })
    const { reference } = said as { readonly reference: string }
    await service.contacts([ofHere({ isBrowserLike: true, path: '/' })])
    const { items } = await api<{ items: object[] }>(`/contacts?reference=${reference}`)
    expect(items.length).toBeGreaterThan(0)
    expect((await api<{ items: object[] }>(`/reports`)).items).toMatchObject([{ id: 1, reference, clientId: 1, unit: 'so-yte', verdict: { verdict: 'block', list: 'apt32', lists: [{ document: '1298/CATTT-NCSC' }] } }]) // prettier-ignore
  })
})

describe('a service', () => {
  it('that sends again what it was not told to be in is counted once, and its next start counts anew', async () => {
    await service.contacts([ofHere({ port: 81 })], 50)
    service.close()
    service = await connect('service-1')
    await service.contacts([ofHere({ port: 81 })], 50)
    await service.contacts([ofHere({ port: 81 })], 51)
    const other = await connect('service-2')
    await other.contacts([ofHere({ port: 81 })], 1)
    other.close()
    const { items } = await api<{ items: { port: number; count: number }[] }>('/contacts')
    expect(items.find(({ port }) => port === 81)).toMatchObject({ count: 3 })
  })

  it('is told the settings again when they change', async () => {
    const before = service.heard.filter(({ type }) => type === 'settings').length
    stage.server.write('thanhloc.yaml', configText + CONFIG('Chị Bình'))
    await service.until((letter) => letter.type === 'settings' && letter.contact === 'Chị Bình')
    expect(service.heard.filter(({ type }) => type === 'settings')).toHaveLength(before + 1)
  })

  it('is missed in the health and the metrics while it is away', async () => {
    const health = async () => (await api<{ health: { components: { component: string; state: string }[] } }>('/status')).health.components.find(({ component }) => component === 'notice')!.state // prettier-ignore
    expect(await health()).toBe('ok')
    service.close()
    await eventually(async () => (await health()) === 'warn')
    expect(statSync(stage.server.path('run/notice.sock')).mode & 0o777).toBe(0o660)
    service = await connect('service-1')
    await eventually(async () => (await health()) === 'ok')
    const { text } = await stage.server.api('GET', '/metrics')
    expect(text).toContain('\nthanhloc_notice_connected 1\n')
    expect(text).toMatch(/thanhloc_notice_contacts_total\{protocol="http"\} [1-9]/)
    expect(text).toContain('thanhloc_reports_open 1')
  })
})

describe('a report of a wrong block', () => {
  it('is shown and decided by command, and the name let through with it', async () => {
    const listed = await run('reports', 'list')
    expect(listed.stdout).toMatch(/^#1 [0-9A-Z]{5}-[0-9A-Z]{4} a\.xau-doc\.vn \[chờ quyết định · open\] 127\.0\.0\.1/) // prettier-ignore
    const shown = await run('reports', 'show', '1')
    expect(shown.stdout).toContain('"Trang của nhà cung cấp"')
    expect(shown.stdout).toContain('a.xau-doc.vn: blocked (sinkhole)')
    expect(shown.stdout).toContain('1298/CATTT-NCSC')
    const allowed = await run('reports', 'allow', '1', '--for', '1h', '--reason', 'đã xác minh')
    expect(allowed.stdout).toContain('[đã cho qua · let through]')
    expectAnswer(await stage.ask('a.xau-doc.vn', 'A'), 'a.xau-doc.vn', 'A', '192.0.2.1')
    expect((await run('reports', 'list')).stdout).toBe('không có báo cáo nào · there are none\n')
    expect((await run('reports', 'list', '--all')).stdout).toContain('đã xác minh')
    const again = await run('reports', 'dismiss', '1', '--reason', 'x')
    expect(again.code).toBe(1)
    expect(again.stderr).toContain('Report 1 is decided already')
  })
})

describe('what was kept', () => {
  it('is there after kill -9, and in a backup that is restored', async () => {
    const before = await api<{ items: object[] }>('/contacts')
    await stage.server.kill()
    expect((await run('backup', stage.server.path('copy.backup'))).code).toBe(0)
    expect((await run('restore', stage.server.path('copy.backup'))).code).toBe(0)
    const { TestServer } = await import('../support/server.ts')
    const again = await TestServer.start({ config: configText + CONFIG('Anh An'), directory: stage.server.directory }) // prettier-ignore
    try {
      expect((await again.api<{ items: object[] }>('GET', '/api/v1/contacts')).body.items).toEqual(
        before.items,
      )
      expect((await again.api<{ items: object[] }>('GET', '/api/v1/reports')).body.items).toMatchObject([{ id: 1, state: 'allowed' }]) // prettier-ignore
    } finally {
      await again.stop(true)
    }
  })
})
