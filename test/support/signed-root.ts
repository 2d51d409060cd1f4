/**
 * A root of the DNS of our own, signed, for validators without an Internet: all addresses of the root servers on the
 * client's machine, and a container with Unbound there that answers at them. `signed.example` validates,
 * `broken.example` was changed after it was signed.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ContainerEngine } from './container-engine.ts'
import { CLIENT, CLIENT6, run, type Lab } from './lab.ts'
import { eventually } from './server.ts'

const MOUNTED = '/zone'
const ZONE = `. 3600 IN SOA a.root-servers.net. root.example. 1 1800 900 604800 60
. 3600 IN NS a.root-servers.net.
a.root-servers.net. 3600 IN A 198.41.0.4
signed.example. 60 IN A 192.0.2.1
broken.example. 60 IN A 192.0.2.2
`

/** What follows the addresses under `server`. */
const CONFIGURATION = `  access-control: 0.0.0.0/0 allow
  access-control: ::0/0 allow
  username: ""
  chroot: ""
  pidfile: ""
  use-syslog: no
  module-config: "iterator"
auth-zone:
  name: "."
  zonefile: "${MOUNTED}/zone.signed"
  for-downstream: yes
  for-upstream: no
`

export class SignedRoot {
  /** The key to trust, as a file of trust anchors holds it. */
  readonly anchor: string
  readonly #directory = mkdtempSync(join(tmpdir(), 'thanhloc-root-'))

  constructor() {
    const inDirectory = (program: string, ...args: readonly string[]): string =>
      run('env', '-C', this.#directory, program, ...args)
    writeFileSync(join(this.#directory, 'zone'), ZONE)
    inDirectory('ldns-keygen', '-r', '/dev/urandom', '-a', 'ECDSAP256SHA256', '-k', '.')
    const key = readdirSync(this.#directory).find((name) => name.endsWith('.key'))!
    inDirectory('ldns-signzone', '-o', '.', 'zone', key.replace(/\.key$/, ''))
    this.anchor = readFileSync(join(this.#directory, key), 'utf8')
    const signed = readFileSync(join(this.#directory, 'zone.signed'), 'utf8')
    writeFileSync(join(this.#directory, 'zone.signed'), signed.replace(/192\.0\.2\.2$/m, '192.0.2.3'))
  }

  /** Answers on the client's side of `lab`, by an Unbound of `image`; whatever the server sends elsewhere goes there. */
  async start(lab: Lab, engine: ContainerEngine, image: string): Promise<void> {
    const hints = engine.look(image, 'cat /usr/share/dns/root.hints')
    const addresses = [...hints.matchAll(/\s(?:A|AAAA)\s+(\S+)$/gm)].map(([, address]) => address!)
    for (const address of addresses) run('ip', '-n', lab.clientSide, 'addr', 'add', address, 'dev', 'lo')
    lab.inside('ip', 'route', 'add', 'default', 'via', CLIENT)
    lab.inside('ip', '-6', 'route', 'add', 'default', 'via', CLIENT6)
    const interfaces = addresses.map((address) => `  interface: ${address}\n`).join('')
    writeFileSync(join(this.#directory, 'root.conf'), `server:\n${interfaces}${CONFIGURATION}`)
    const options = [`--network=ns:/run/netns/${lab.clientSide}`, '--user=0', `--volume=${this.#directory}:${MOUNTED}:ro`] // prettier-ignore
    engine.start('root', [...options, image, 'unbound', '-d', '-p', '-c', `${MOUNTED}/root.conf`])
    const asks = (): string => lab.inside('dig', `@${addresses[0]!}`, 'signed.example', 'A', '+short', '+tries=1', '+time=1') // prettier-ignore
    await eventually(() => {
      try {
        return asks().trim() === '192.0.2.1'
      } catch {
        // Not listening yet.
        return false
      }
    })
  }

  /** Removes its files; the container goes with the engine. */
  close(): void {
    rmSync(this.#directory, { recursive: true, force: true })
  }
}
