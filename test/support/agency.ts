/** A real server with an admin API over TCP, two units with machines, cases, contacts and reports, and those who call it. */
import { request } from 'node:http'
import { hitOn, type ClientReport, type Page } from './admin-reports.ts'
import { contactOf } from './contacts.ts'
import type { Called } from './http-call.ts'
import { NoticeClient } from './notice-client.ts'
import { eventually } from './server.ts'
import { Stage } from './stage.ts'

/** One unit's machines; every text of them holds `mark`, and no text of the other unit does. */
export interface AgencyUnit {
  readonly id: string
  readonly mark: string
  readonly addresses: readonly string[]
  readonly macs: readonly string[]
  /** Of the machines, and of their cases. */
  readonly clientIds: readonly number[]
  readonly caseIds: readonly number[]
}

export interface Asking {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | null
  /** Address to call from. */
  readonly from?: string
}

const SITES = [
  { id: 'so-yte', mark: 'bvien', network: '127.0.21', mac: 'aa:bb:cc:00:21' },
  { id: 'so-gd', mark: 'truong', network: '127.0.22', mac: 'aa:bb:cc:00:22' },
] as const
const MACHINES = [1, 2, 3] as const

const CONFIG = `
admin: { listen: "127.0.0.1:0" }
campaigns: [ { id: "2022", document: 1298/CATTT-NCSC, from: 2022-08-23, to: 2022-09-30 } ]
lists:
  - { id: apt32, path: apt32.txt, campaign: "2022", basis: "1298/CATTT-NCSC" }
  - { id: khac, path: khac.txt, campaign: "2022" }
  - { id: duyet, approved: true, document: 1298/CATTT-NCSC }
units:
  - { id: tinh, name: Tỉnh }
${SITES.map(({ id, network }) => `  - { id: ${id}, parent: tinh, networks: [${network}.0/24] }`).join('\n')}
sinkhole: { ipv4: 192.0.2.53 }
notice: { http: ['192.0.2.53:80'], socket: run/notice.sock }
identity:
  leases: [ { path: dnsmasq.leases, format: dnsmasq } ]
  neighbours: { enabled: false }
  register: may.csv
`

const machines = SITES.flatMap((site) => MACHINES.map((number) => ({ ...site, number })))
const FILES = {
  'apt32.txt': 'evil.vn\nworse.vn\n',
  'khac.txt': 'khac.vn\n',
  'dnsmasq.leases': machines
    .map(
      ({ mac, network, mark, number }) =>
        `4102444800 ${mac}:0${number} ${network}.${number} PC-${mark}-${number} *\n`,
    ) // prettier-ignore
    .join(''),
  'may.csv': `tên máy,mac,phòng ban,vị trí,người phụ trách\n${machines
    .map(
      ({ mac, mark, number }) =>
        `May ${mark} ${number},${mac}:0${number},Phong ${mark},P. ${mark} ${number},Ong ${mark} ${number}\n`,
    )
    .join('')}`,
}

export class Agency {
  readonly stage: Stage
  readonly port: number
  readonly units: readonly AgencyUnit[]
  readonly #service: NoticeClient
  /** Values of the `Authorization` header, by the name of the token. */
  readonly #tokens = new Map<string, string>()

  private constructor(stage: Stage, port: number, units: readonly AgencyUnit[], service: NoticeClient) {
    this.stage = stage
    this.port = port
    this.units = units
    this.#service = service
  }

  /** `config`: more of the configuration, as YAML. */
  static async open(config = ''): Promise<Agency> {
    const stage = await Stage.open(CONFIG + config, FILES)
    try {
      const ready = stage.server.lines.find(({ msg }) => msg === 'ready')!
      const port = Number((ready['admin'] as string[])[0]!.split(':').at(-1))
      await eventually(async () => {
        const { body } = await stage.server.api<{ identity: { waiting: number; sources: { rows: number }[] } }>('GET', '/api/v1/status') // prettier-ignore
        const { sources, waiting } = body.identity ?? { sources: [], waiting: 1 }
        return sources.length > 1 && sources.every(({ rows }) => rows > 0) && waiting === 0
      }, 20_000)
      const units: AgencyUnit[] = []
      for (const { id, mark, network, mac } of SITES) {
        const addresses = MACHINES.map((number) => `${network}.${number}`)
        for (const from of addresses) {
          await stage.ask('evil.vn', 'A', { from })
          await stage.ask('khac.vn', 'A', { from })
        }
        for (const from of addresses) {
          await hitOn(stage.server, from, 'evil.vn')
          await hitOn(stage.server, from, 'khac.vn')
        }
        const ids = async (path: string): Promise<number[]> =>
          (await stage.server.api<Page<ClientReport>>('GET', `${path}?unit=${id}&limit=1000`)).body.items.map((item) => item.id) // prettier-ignore
        units.push({
          id,
          mark,
          addresses,
          macs: MACHINES.map((number) => `${mac}:0${number}`),
          clientIds: await ids('/api/v1/clients'),
          caseIds: await ids('/api/v1/cases'),
        })
      }
      for (const { caseIds, mark } of units) {
        const body = { version: 1, to: 'confirmed', note: `ghi chu ${mark}`, assignee: `ong ${mark}` }
        const { status } = await stage.server.api('POST', `/api/v1/cases/${caseIds[0]!}/change`, body)
        if (status !== 200) throw new Error(`a case was not changed: ${status}`)
      }
      return new Agency(stage, port, units, await visit(stage, units))
    } catch (error) {
      await stage.close()
      throw error
    }
  }

  /** The headers of a token with that role, made when it is asked for first. */
  async token(role: string, units: readonly string[] | null = null): Promise<Record<string, string>> {
    const name = `tok-${role}-${units?.join('-') ?? 'all'}`
    if (!this.#tokens.has(name)) {
      const made = await this.stage.server.api<{ secret: string }>('POST', '/api/v1/tokens', { name, role, units, for: '1d' }) // prettier-ignore
      if (made.status !== 201) throw new Error(`no token: ${made.text}`)
      this.#tokens.set(name, `Bearer ${made.body.secret}`)
    }
    return { authorization: this.#tokens.get(name)! }
  }

  /**
   * One request over TCP, as it is: nothing of the path is made better. Streams of events are left when they have begun.
   * Rejects when nothing is answered in time.
   */
  call(method: string, path: string, { headers = {}, body = null, from }: Asking = {}): Promise<Called> {
    return new Promise((resolve, reject) => {
      const length = body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) }
      const options = {
        host: '127.0.0.1',
        port: this.port,
        method,
        path,
        headers: { ...length, ...headers },
        agent: false,
        signal: AbortSignal.timeout(20_000),
        ...(from === undefined ? {} : { localAddress: from }),
      }
      const out = request(options, (response) => {
        const { statusCode, headers: got } = response
        let text = ''
        const done = (): void => {
          const isJson = /json\b/.test(String(got['content-type'])) && !/ndjson/.test(String(got['content-type'])) // prettier-ignore
          resolve({
            status: statusCode!,
            headers: got,
            text,
            body: isJson && text !== '' ? JSON.parse(text) : null,
          })
        }
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk
          if (!String(got['content-type']).startsWith('text/event-stream')) return
          done()
          response.destroy()
        })
        response.on('end', done)
        response.on('error', reject)
      })
      out.on('error', reject)
      out.end(body)
    })
  }

  close(): Promise<void> {
    this.#service.close()
    return this.stage.close()
  }
}

/** The first machine of each unit comes to the sinkhole's address, and says that a name is blocked wrongly. */
async function visit(stage: Stage, units: readonly AgencyUnit[]): Promise<NoticeClient> {
  const service = await NoticeClient.open(stage.server.path('run/notice.sock'))
  for (const { addresses, mark } of units) {
    const [client = ''] = addresses
    const at = Date.now()
    await service.contacts([
      contactOf({ client, at, host: 'evil.vn', path: `/${mark}`, userAgent: `bot ${mark}` }),
      contactOf({ client, at, host: null, path: null, method: null, protocol: 'tcp', port: 25 }),
    ])
    const said = await service.report(client, 'evil.vn', `cua ${mark}`)
    if (said.type !== 'reported' || said.outcome !== 'taken')
      throw new Error(`no report: ${JSON.stringify(said)}`)
  }
  return service
}
