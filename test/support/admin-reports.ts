/** What the admin API and the metrics of a running server say, as the scenarios ask for it. */
import { parseMetrics, type Sample } from './metrics-text.ts'
import { eventually, type TestServer } from './server.ts'

export interface ListReport {
  readonly id: string
  readonly kind: string
  readonly action: string
  readonly format: string | null
  readonly state: string
  readonly error: string | null
  readonly lines: number
  readonly entries: number
  readonly names: number
  readonly addresses: number
  readonly duplicates: number
  readonly refused: Readonly<Record<string, number>>
  readonly notEnforceable: Readonly<Record<string, number>>
  readonly firstErrors: readonly LineReport[]
  readonly firstNotEnforceable: readonly LineReport[]
  readonly heldBackCount: number
  readonly heldBack: readonly LineReport[]
  readonly lastSuccessAt: string | null
  readonly reloadFailures: number
}

export interface LineReport {
  readonly line: number
  readonly text: string
  readonly reason: string
}

export interface ClientReport {
  readonly id: number
  readonly address: string
  readonly unit: string | null
  readonly status: string
  readonly firstSeen: string
  readonly lastSeen: string
  readonly hits: number
  readonly blocked: number
  readonly logged: number
  readonly indicators: number
  readonly lists: readonly { readonly id: string; readonly campaign: string | null; readonly hits: number }[]
}

export interface HitReport {
  readonly indicator: string
  readonly kind: string
  readonly hits: number
  readonly blocked: number
  readonly logged: number
  readonly firstQname: string
  readonly lastQname: string
  readonly lastQtype: string
  readonly lastAction: string
  readonly triggers: readonly string[]
  readonly lists: readonly string[]
}

export interface Page<Item> {
  readonly items: readonly Item[]
  readonly next: string | null
}

export interface ClientDetail extends ClientReport {
  readonly hitPage: Page<HitReport>
  readonly timeline: readonly { readonly at: string; readonly hits: number }[]
}

/** All lists, by id. */
export async function listReports(server: TestServer): Promise<ReadonlyMap<string, ListReport>> {
  const { body } = await server.api<Page<ListReport>>('GET', '/api/v1/lists')
  return new Map(body.items.map((list) => [list.id, list]))
}

export async function listReport(server: TestServer, id: string): Promise<ListReport> {
  const report = (await listReports(server)).get(id)
  if (report === undefined) throw new Error(`no list ${id}`)
  return report
}

/** The client with its hits; undefined when it has none, or when the store has only just begun. */
export async function clientDetail(server: TestServer, address: string): Promise<ClientDetail | undefined> {
  const { status, body, text } = await server.api<Page<ClientReport>>(
    'GET',
    `/api/v1/clients?q=${encodeURIComponent(address)}`,
  )
  if (status === 503) return undefined
  if (status !== 200) throw new Error(`clients: ${status} ${text}`)
  const client = body.items.find((each) => each.address === address)
  if (client === undefined) return undefined
  return (await server.api<ClientDetail>('GET', `/api/v1/clients/${client.id}`)).body
}

/** What the client did with the indicator, once it is written down, `least` times or more. */
export function hitOn(server: TestServer, address: string, indicator: string, least = 1): Promise<HitReport> {
  return eventually(async () => {
    const client = await clientDetail(server, address)
    return client?.hitPage.items.find((hit) => hit.indicator === indicator && hit.hits >= least)
  })
}

/** All samples of /metrics. */
export async function metrics(server: TestServer): Promise<readonly Sample[]> {
  return parseMetrics((await server.api('GET', '/metrics')).text).samples
}

/** The value of one sample; the labels given must be among its labels. Undefined: there is none. */
export async function metric(
  server: TestServer,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number | undefined> {
  const isWanted = (sample: Sample): boolean =>
    sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value)
  return (await metrics(server)).find(isWanted)?.value
}

/** Has the server read its lists again; resolves when that is in force. */
export async function reloadLists(server: TestServer, body: object = {}): Promise<void> {
  const { status, text } = await server.api('POST', '/api/v1/lists/reload', body)
  if (status !== 200) throw new Error(`reload: ${status} ${text}`)
}
