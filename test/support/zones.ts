/**
 * One server with many upstreams, each for a forward zone of its own, so that each may be faulty in its own way: what
 * is learnt of one is remembered of that one. The general upstream answers every name, with an address that tells it.
 */
import { FakeUpstream } from './fake-upstream.ts'
import { query, type QueryOptions, type Reply } from './dns-client.ts'
import { TestServer } from './server.ts'

/** What the general upstream says of every name. */
export const GENERAL = '198.51.100.99'
/** What the upstreams of zones say of every name. */
export const ZONE = '192.0.2.1'

export class Zones {
  readonly server: TestServer
  readonly general: FakeUpstream
  readonly #upstreams: ReadonlyMap<string, readonly FakeUpstream[]>

  private constructor(server: TestServer, general: FakeUpstream, upstreams: Map<string, FakeUpstream[]>) {
    this.server = server
    this.general = general
    this.#upstreams = upstreams
  }

  /** `zones`: how many upstreams each has. `config`: YAML without `upstreams` and `forward`. */
  static async open(
    zones: Readonly<Record<string, number>>,
    config = '',
    files: Readonly<Record<string, string>> = {},
  ): Promise<Zones> {
    const general = (await FakeUpstream.start()).answer('*', 'A', GENERAL)
    const upstreams = new Map<string, FakeUpstream[]>()
    let forward = 'forward:\n'
    for (const [zone, count] of Object.entries(zones)) {
      const own: FakeUpstream[] = []
      for (let i = 0; i < count; i++) own.push((await FakeUpstream.start()).answer('*', 'A', ZONE))
      upstreams.set(zone, own)
      forward += `  - { zones: [${zone}], servers: [${own.map(({ text }) => `"${text}"`).join(', ')}] }\n`
    }
    const top = `workers: 1\nupstreams: { servers: ["${general.text}"] }\n${forward}`
    return new Zones(await TestServer.start({ config: top + config, files }), general, upstreams)
  }

  /** The first upstream of a zone, or another one. */
  up(zone: string, index = 0): FakeUpstream {
    const upstream = this.#upstreams.get(zone)?.[index]
    if (upstream === undefined) throw new Error(`no upstream ${index} for ${zone}`)
    return upstream
  }

  /** Zone and upstream, of all. */
  *all(): Generator<[string, FakeUpstream]> {
    for (const [zone, own] of this.#upstreams) for (const up of own) yield [zone, up]
  }

  /** Asks, and waits longer than any question lives. */
  ask(name: string, options: Partial<QueryOptions> = {}): Promise<Reply> {
    return query(name, 'A', { port: this.server.port, timeoutMs: 12_000, ...options })
  }

  async close(): Promise<void> {
    await this.server.stop()
    await this.general.stop()
    for (const [, up] of this.all()) await up.stop()
  }
}

/** What `run` resolves to, and how long that took. */
export async function timed<T>(run: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const startedMs = performance.now()
  const result = await run()
  return { result, ms: performance.now() - startedMs }
}
