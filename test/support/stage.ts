/**
 * What most scenarios begin with: the product as a process and a scripted upstream behind it, whose answers may also
 * be crafted byte by byte, by name.
 */
import { FakeUpstream, type SeenQuery } from './fake-upstream.ts'
import { query, type QueryOptions, type Reply } from './dns-client.ts'
import { TestServer } from './server.ts'

/** An upstream of `GET /api/v1/status`. */
export interface UpstreamReport {
  readonly name: string
  readonly group: number
  readonly state: string
  readonly requests: number
  readonly edns: string
  readonly ednsOffUntil: string | null
  readonly case: string
  readonly failures: Readonly<Record<string, number>>
}

export type Craft = (query: SeenQuery) => Uint8Array | null

export class Stage {
  readonly server: TestServer
  readonly up: FakeUpstream

  private constructor(server: TestServer, up: FakeUpstream) {
    this.server = server
    this.up = up
  }

  /** `config` is YAML without `upstreams`. */
  static async open(config = '', files: Readonly<Record<string, string>> = {}): Promise<Stage> {
    const up = await FakeUpstream.start()
    try {
      const upstreams = `upstreams: { servers: ["${up.text}"] }\n`
      return new Stage(await TestServer.start({ config: upstreams + config, files }), up)
    } catch (error) {
      await up.stop()
      throw error
    }
  }

  ask(name: string, type: string | number, options: Partial<QueryOptions> = {}): Promise<Reply> {
    return query(name, type, { port: this.server.port, timeoutMs: 5_000, ...options })
  }

  async close(): Promise<void> {
    await this.server.stop()
    await this.up.stop()
  }
}

/** Lets single names of an upstream be answered by `craft` (null: not at all); the others as it knows them. */
export function craftAnswers(up: FakeUpstream): (name: string, craft: Craft) => void {
  const crafted = new Map<string, Craft>()
  up.raw((seen) => {
    const craft = crafted.get(seen.name)
    return craft === undefined ? up.reply(seen) : craft(seen)
  })
  return (name, craft) => crafted.set(name.toLowerCase(), craft)
}

/** What the admin API says of one upstream. */
export async function upstreamReport(server: TestServer, up: FakeUpstream): Promise<UpstreamReport> {
  const { body } = await server.api<{ upstreams: UpstreamReport[] }>('GET', '/api/v1/status')
  const report = body.upstreams.find(({ name }) => name === up.text)
  if (report === undefined) throw new Error(`no upstream ${up.text} in ${JSON.stringify(body.upstreams)}`)
  return report
}

/**
 * How many questions an upstream was asked about `name`, which should have many letters: a question sent again on a
 * busy machine keeps its random case, its type and its bits.
 */
export function countQuestions(up: FakeUpstream, name: string): number {
  const facets = up
    .seen(name)
    .map(({ spelled, qtype, cd, edns }) => `${spelled} ${qtype} ${cd} ${edns?.dnssecOk}`)
  return new Set(facets).size
}
