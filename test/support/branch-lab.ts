/**
 * A branch office for the system tests: the client's side of the lab becomes its router, with dnsmasq as a forwarder
 * for the machines on a bridge behind it. Needs root and dnsmasq.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { heard } from './dhcp-lab.ts'
import { CLIENT, DEVICE, run, SERVER, type Lab } from './lab.ts'

/** The router as the server sees it, and as its machines do. */
export const BRANCH_FORWARDER = CLIENT
export const BRANCH_ROUTER = '10.97.0.1'
export const BRANCH_ROUTER6 = 'fd97::1'
const BRIDGE = 'br97'

/** A machine of the branch. */
export class BranchMachine {
  readonly mac: string
  readonly address: string
  readonly address6: string
  readonly #side: string

  constructor(lab: Lab, number: number) {
    this.#side = lab.addSide(`b${number}`)
    this.mac = `02:97:00:00:00:0${number}`
    this.address = `10.97.0.${10 + number}`
    this.address6 = `fd97::${10 + number}`
    const port = `branch${number}`
    run('ip', 'link', 'add', port, 'netns', lab.clientSide, 'type', 'veth', 'peer', 'name', DEVICE, 'netns', this.#side) // prettier-ignore
    run('ip', '-n', lab.clientSide, 'link', 'set', port, 'master', BRIDGE, 'up')
    const device = (...words: string[]): string => run('ip', '-n', this.#side, ...words)
    device('link', 'set', DEVICE, 'address', this.mac)
    device('addr', 'add', `${this.address}/24`, 'dev', DEVICE)
    device('addr', 'add', `${this.address6}/64`, 'dev', DEVICE, 'nodad')
    for (const one of ['lo', DEVICE]) device('link', 'set', one, 'up')
  }

  /** What dig says, asking the router. */
  dig(name: string, ...more: readonly string[]): string {
    const server = more.includes('-6') ? BRANCH_ROUTER6 : BRANCH_ROUTER
    return run('ip', 'netns', 'exec', this.#side, 'dig', `@${server}`, name, 'A', '+short', '+tries=2', '+time=3', ...more).trim() // prettier-ignore
  }
}

export class Branch {
  readonly #lab: Lab
  #machines = 0
  #dnsmasq: ChildProcess | null = null

  constructor(lab: Lab) {
    this.#lab = lab
    const device = (...words: string[]): string => run('ip', '-n', lab.clientSide, ...words)
    device('link', 'add', BRIDGE, 'type', 'bridge')
    device('addr', 'add', `${BRANCH_ROUTER}/24`, 'dev', BRIDGE)
    device('addr', 'add', `${BRANCH_ROUTER6}/64`, 'dev', BRIDGE, 'nodad')
    device('link', 'set', BRIDGE, 'up')
  }

  machine(): BranchMachine {
    return new BranchMachine(this.#lab, ++this.#machines)
  }

  /** Forwards from now on, with these options of dnsmasq. */
  async forward(...options: readonly string[]): Promise<void> {
    await this.close()
    const child = spawn(
      'ip',
      [
        'netns', 'exec', this.#lab.clientSide, 'dnsmasq', '-k', '--conf-file=/dev/null', '--user=root',
        '--log-facility=-', '--no-resolv', '--no-hosts', `--server=${SERVER}`, `--interface=${BRIDGE}`,
        '--bind-interfaces', ...options,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    ) // prettier-ignore
    this.#dnsmasq = child
    await heard(child, /using nameserver/)
  }

  async close(): Promise<void> {
    const child = this.#dnsmasq
    this.#dnsmasq = null
    if (child === null || child.exitCode !== null) return
    const closed = once(child, 'close')
    child.kill('SIGTERM')
    await closed
  }
}
