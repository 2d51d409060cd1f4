/** Two nodes without their threads: a store on each side, and between them real HTTP that can be spoiled. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { NodeSettings } from '../../../src/config/settings.ts'
import { StoreReader, StoreUnavailable } from '../../../src/detection/queries.ts'
import { NodePulls, type NodePullsOptions } from '../../../src/nodes/pulls.ts'
import type { SelfSigned } from '../../support/self-signed.ts'
import { FakeLog, FakeStore } from '../detection/setup.ts'

export const TOKEN = 'tl_correct-horse'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** An HTTP server on loopback for the length of a test. */
export async function serve(handle: Handler, tls?: SelfSigned): Promise<string> {
  const server = tls === undefined ? createHttpServer(handle) : createHttpsServer(tls, handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The pages of a store, as the admin API gives them; `asked` collects what it was asked for. */
export function pagesOf(store: () => FakeStore, asked: string[] = []): Handler {
  return (request, response) => {
    const { searchParams } = new URL(request.url!, 'http://x')
    // The clock of a test stands still.
    response.sendDate = false
    asked.push(`${searchParams.get('after')} ${searchParams.get('limit')}`)
    const reader = new StoreReader(store().directory, [])
    const page = reader.changesSince(searchParams.get('after')!, Number(searchParams.get('limit')))
    reader.close()
    answer(response, JSON.stringify(page))
  }
}

export function answer(response: ServerResponse, body: string, headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', ...headers }).end(body)
}

/** The beginning of an answer that never ends. */
export function answerSlowly(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' }).write('{')
}

/** A file of its own for the length of a test. */
export function fileOf(text: string, name = 'token'): string {
  const directory = mkdtempSync(join(tmpdir(), 'thanhloc-nodes-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, name), text, { mode: 0o600 })
  return join(directory, name)
}

export function nodeSettings(url: string, changes: Partial<NodeSettings> = {}): NodeSettings {
  return { id: 'dns2', url, tokenFile: fileOf(`${TOKEN}\n`), caFile: null, allowHttp: false, ...changes }
}

/** What takes over into `store`; time is that of the store and stands still. */
export class Pulling {
  readonly store: FakeStore
  readonly pulls: NodePulls
  readonly log = new FakeLog()
  readonly reader: StoreReader

  constructor(store: FakeStore, nodes: readonly NodeSettings[], changes: Partial<NodePullsOptions> = {}) {
    this.store = store
    // What makes the file.
    store.tick()
    this.reader = new StoreReader(store.directory, [])
    this.pulls = new NodePulls({
      settings: { nodes },
      clock: store.clock,
      random: { below: () => 0, bits32: () => 0 },
      log: this.log,
      nodes: () => this.reader.nodes(),
      apply: async (page) => this.store.storeWriter.applyPeerPage(page),
      ...changes,
    })
    onTestFinished(() => {
      this.pulls.close()
      this.reader.close()
    })
  }

  /** Asks once, when all waits are over. */
  async run(): Promise<void> {
    this.store.clock.nowMs += 60_000
    await this.pulls.run()
  }

  /** Machines here and their hits. */
  clients(): string[] {
    return clientsOf(this.store)
  }
}

/** Machines of a store and their hits. */
export function clientsOf(store: FakeStore): string[] {
  const reader = new StoreReader(store.directory, [])
  try {
    return reader.listClients().items.map(({ address, hits }) => `${address} ${hits}`).toSorted() // prettier-ignore
  } catch (error) {
    if (error instanceof StoreUnavailable) return []
    throw error
  } finally {
    reader.close()
  }
}

/** A hit, written. */
export function hitAt(store: FakeStore, client: string, indicator = 'evil.test'): void {
  store.hit({ client, indicator, qname: indicator, at: store.clock.wallMs() })
  store.tick()
}
