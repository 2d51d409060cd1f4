/** A server as an agency runs it, and queries of every kind that there is an outcome for. */
import { query, type QueryOptions } from './dns-client.ts'
import { FakeUpstream } from './fake-upstream.ts'
import { TestServer } from './server.ts'

const LISTED = ['evil.vn', 'bad.vn', 'logged.vn']
const SILENT_MS = 300

/** Two upstreams, of which one answers nothing; three lists, two campaigns, a department with two wards under it. */
export class BusyServer {
  readonly server: TestServer
  readonly #up: FakeUpstream
  readonly #silent: FakeUpstream
  #asked = 0

  private constructor(server: TestServer, up: FakeUpstream, silent: FakeUpstream) {
    this.server = server
    this.#up = up
    this.#silent = silent
  }

  static async start(): Promise<BusyServer> {
    const [up, silent] = [await FakeUpstream.start(), await FakeUpstream.start()]
    up.answer('*', 'A', '192.0.2.1').answer('short.vn', 'A', '192.0.2.2', { ttl: 1 }).servfail('broken.vn')
    up.truncate('long.vn')
    silent.drop()
    const server = await TestServer.start({
      config: configuration(up.text, silent.text),
      files: { 'a.txt': 'evil.vn\n', 'b.txt': 'bad.vn\n', 'c.txt': 'logged.vn\n' },
    }) // prettier-ignore
    return new BusyServer(server, up, silent)
  }

  /** One query of each kind, from machines of several units; answered or not. */
  async askAll(): Promise<void> {
    const turn = this.#asked++
    const ask = async (name: string, options: Partial<QueryOptions> = {}): Promise<void> => {
      await query(name, 'A', { port: this.server.port, from: `127.1.${turn % 4}.1`, timeoutMs: SILENT_MS, ...options }).catch(ignoreSilence) // prettier-ignore
    }
    await Promise.all([
      ...LISTED.map((name) => ask(name)),
      ask(LISTED[turn % 3]!, { from: `127.2.0.${(turn % 9) + 1}` }),
      ask('cached.vn'),
      ask(`new-${turn}.vn`),
      ask('short.vn'),
      ask('long.vn'),
      ask('cached.vn', { tcp: true }),
      ask('broken.vn'),
      ask(`x${turn}.silent.vn`),
      ask('blocked.thanhloc.test'),
      ask('cached.vn', { from: '127.99.0.1' }),
      ask('cached.vn', { raw: Uint8Array.from([turn, 1, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0]) }),
    ])
  }

  /** From now on what was cached is all there is. */
  loseUpstreams(): void {
    this.#up.drop()
  }

  async stop(): Promise<void> {
    await this.server.stop()
    await this.#up.stop()
    await this.#silent.stop()
  }
}

/** No answer is an outcome too. */
function ignoreSilence(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'TIMEOUT') throw error
}

const configuration = (up: string, silent: string): string => `
access: { networks: [127.0.0.0/16, 127.1.0.0/16, 127.2.0.0/16] }
upstreams: { servers: ["${up}"] }
forward: [ { zones: [silent.vn], servers: ["${silent}"] } ]
records: { blocked.thanhloc.test: sinkhole }
campaigns: [ { id: "2022", title: Chiến dịch 2022, document: 1298/CATTT-NCSC }, { id: "2024", title: Chiến dịch 2024 } ]
lists:
  - { id: list-a, path: a.txt, campaign: "2022", maxAge: 7d }
  - { id: list-b, path: b.txt, campaign: "2024" }
  - { id: list-c, path: c.txt, action: log }
units:
  - { id: so-tt, name: Sở Thông tin, networks: [127.1.0.0/16] }
  - { id: phuong-1, name: Phường 1, parent: so-tt, networks: [127.1.1.0/24] }
  - { id: phuong-2, name: 'Phường "2"', parent: so-tt, networks: [127.1.2.0/24] }
admin: { listen: "127.0.0.1:0" }
`
