/** The product on a big store, and its admin API over its socket, one connection that stays open. */
import { Agent, request, type IncomingMessage } from 'node:http'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadSettings } from '../../src/config/load.ts'
import { bigUnits, buildStore, type BuiltStore } from './big-store.ts'
import { listedNames } from './names.ts'
import { Product } from './product.ts'

const LISTS = 8
const CAMPAIGNS = 4
const RARE = 500

export interface StoreStage {
  readonly product: Product
  readonly built: BuiltStore
  readonly names: readonly string[]
}

/**
 * Builds the store, starts nothing. The lists are those of the store, so that hits go on in it. `admin`: where the API
 * is to listen beside its socket.
 */
export function stageStore(clients: number, indicators: number, admin = 'off'): StoreStage {
  const names = listedNames(indicators)
  const rareNames = Array.from({ length: RARE }, (_, number) => `rare-${number}.example`)
  const lists = Array.from({ length: LISTS }, (_, number) => `  - { id: list-${number}, path: list-${number}.txt, campaign: "cd-${number % CAMPAIGNS}" }`) // prettier-ignore
  const campaigns = Array.from({ length: CAMPAIGNS }, (_, number) => `  - { id: "cd-${number}", title: Chiến dịch ${number} }`) // prettier-ignore
  const config = ['campaigns:', ...campaigns, 'lists:', ...lists, 'units:', bigUnits(), ''].join('\n')
  const product = new Product({ names: [], config, admin })
  for (let list = 0; list < LISTS; list++) {
    const own = [...names, ...rareNames].filter((_, at) => at % LISTS === list)
    writeFileSync(join(product.directory, `list-${list}.txt`), `${own.join('\n')}\n`)
  }
  const loaded = loadSettings({ file: product.configFile })
  if ('errors' in loaded) throw new Error(loaded.errors.join('\n'))
  return { product, names, built: buildStore(product.data, loaded.settings, { clients, names, rareNames }) }
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 })

/** Calls the API, with `posted` to change something; resolves with what it answered and how long that took, from the call to the last octet. */
export async function callApi<Body>(
  product: Pick<Product, 'data'>,
  path: string,
  posted: unknown = null,
): Promise<{ body: Body; tookMs: number }> {
  const startMs = performance.now()
  const response = await open(product, path, agent, posted)
  let text = ''
  for await (const part of response.setEncoding('utf8')) text += part as string
  const tookMs = performance.now() - startMs
  if (response.statusCode! >= 300) throw new Error(`${path}: ${response.statusCode} ${text}`)
  const isJson = String(response.headers['content-type']).includes('json')
  return { body: (isJson ? JSON.parse(text) : text) as Body, tookMs }
}

/** Takes an export, up to about `most` lines of it; resolves with the lines that came and how long that took. */
export async function takeExport(
  product: Pick<Product, 'data'>,
  path: string,
  most: number,
): Promise<{ rows: number; seconds: number }> {
  const startMs = performance.now()
  const response = await open(product, path, false)
  if (response.statusCode !== 200) throw new Error(`${path}: ${response.statusCode}`)
  let rows = 0
  for await (const part of response as AsyncIterable<Buffer>) {
    for (let at = part.indexOf(10); at >= 0; at = part.indexOf(10, at + 1)) rows++
    if (rows >= most) break
  }
  return { rows, seconds: (performance.now() - startMs) / 1000 }
}

function open(
  product: Pick<Product, 'data'>,
  path: string,
  by: Agent | false,
  posted: unknown = null,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const how = posted === null ? {} : { method: 'POST', headers: { 'content-type': 'application/json' } }
    const call = request({ socketPath: join(product.data, 'admin.sock'), path, agent: by, ...how }, resolve)
    call.on('error', reject)
    call.end(posted === null ? undefined : JSON.stringify(posted))
  })
}
