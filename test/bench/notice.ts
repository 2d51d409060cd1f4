/** New connections to the sinkhole, what each costs, and what DNS is like beside them. */
import { join } from 'node:path'
import { NoticeProcess } from '../support/notice-process.ts'
import { NoticeServer } from '../support/notice-server.ts'
import { freePort } from '../support/primaries.ts'
import { loadConnections } from './connection-load.ts'
import { runLoad } from './load-client.ts'
import { listedNames } from './names.ts'
import { pause, Product } from './product.ts'
import { rounded, type Table } from './table.ts'

const RATES = [0, 2000, 4000] as const
const QUERIES = 2000

export async function notice(seconds: number): Promise<Table> {
  const names = listedNames(1000)
  const product = await Product.start({ names })
  const [http, tls, tcp] = [await freePort(), await freePort(), await freePort()] as const
  const at = (port: number) => [{ address: '0.0.0.0', port }]
  const server = new NoticeServer(join(product.directory, 'notice.sock'), { http: at(http), tls: at(tls), tcp: at(tcp) }) // prettier-ignore
  await server.open()
  // As its unit runs it: DNS first.
  const sinkhole = await NoticeProcess.start(server.path, 3, ['nice', '-n', '5'])
  try {
    const { port } = product
    await runLoad({ port, names, perSecond: QUERIES, seconds: 1 })
    const rows: (string | number)[][] = []
    for (const perSecond of RATES) {
      const cpuSeconds = sinkhole.cpuSeconds
      const load = perSecond === 0 ? null : loadConnections({ ports: { http, tls, tcp }, perSecond, seconds })
      await pause(500)
      const dns = await runLoad({ port, names, perSecond: QUERIES, seconds: seconds - 1 })
      const { opened, answered, p50Ms, p99Ms } = (await load) ?? {
        opened: 0,
        answered: 0,
        p50Ms: 0,
        p99Ms: 0,
      }
      const used = sinkhole.cpuSeconds - cpuSeconds
      rows.push([perSecond, Math.round(opened / seconds), opened - answered, rounded(p50Ms), rounded(p99Ms), opened === 0 ? 0 : Math.round((used * 1e6) / opened), `${Math.round((used / seconds) * 100)} %`, rounded(dns.p99Ms), dns.unanswered]) // prettier-ignore
    }
    // The last letter.
    await pause(1500)
    const seen = server.contacts.reduce((sum, { count }) => sum + count, 0)
    return {
      title: `notice: new connections to the sinkhole for ${seconds} s each, ${QUERIES.toLocaleString('en')} queries a second beside`,
      columns: ['wanted a second', 'came', 'unanswered', 'p50 ms', 'p99 ms', 'CPU µs each', 'of a core', 'DNS p99 ms', 'DNS unanswered'],
      rows,
      note: `Six of ten are HTTP, three TLS, one neither; from 500 addresses. Told to the server: ${seen.toLocaleString('en')} connections in ${server.contacts.length.toLocaleString('en')} contacts. Resident in the end ${sinkhole.residentMb} MB. Both ends, resolver and client share the cores there are.`,
    } // prettier-ignore
  } finally {
    await sinkhole.stop()
    await server.close()
    await product.close()
  }
}
