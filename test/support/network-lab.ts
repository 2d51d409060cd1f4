/**
 * An office as docs/network.md draws it, in network namespaces: a router with the files of config/network/, two
 * resolvers and the machines on one switch, and an outside with a public resolver at 8.8.8.8. Needs root, dnsmasq,
 * udhcpc, rdisc6 and nft.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { heard } from './dhcp-lab.ts'
import { DEVICE, removeSide, run, setResolvConf, sweep } from './lab.ts'
import { eventually, TestServer } from './server.ts'

/** The directory of the files under test. */
export const NETWORK_FILES = join(import.meta.dirname, '../../config/network')
export const ROUTER = '10.0.0.1'
export const ROUTER6 = 'fd10::1'
export const RESOLVERS = ['10.0.0.5', '10.0.0.6'] as const
export const RESOLVERS6 = ['fd10::5', 'fd10::6'] as const
/** A public resolver, and a public web server that is none. */
export const PUBLIC = '8.8.8.8'
export const PUBLIC6 = '2001:4860:4860::8888'
export const WEB = '203.0.113.80'
/** The router's devices. */
const LAN = 'lan0'
const WAN = 'wan0'
const BRIDGE = 'br0'

/** What udhcpc calls when it has got or lost a lease. */
const UDHCPC_SCRIPT = `#!/bin/sh
ip -4 addr flush dev "$interface"
case $1 in
  bound | renew)
    ip addr add "$ip/$mask" dev "$interface"
    for one in $router; do ip route replace default via "$one"; done
    for one in $dns; do echo "nameserver $one"; done >/etc/resolv.conf
    ;;
esac
`

/** Accepts connections on ports where DNS over TLS and HTTPS would be, and says when it does. */
const ACCEPT = `
  const { createServer } = require('node:net')
  const open = (host, port) => new Promise((resolve) => createServer((s) => s.end()).listen(port, host, resolve))
  Promise.all([open('::', 853), open('::', 443)]).then(() => console.log('ready'))`

async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill(signal)
  await closed
}

/** A machine of the office: it has a MAC and a name, and asks for the rest. */
export class SiteMachine {
  readonly mac: string
  readonly name: string
  readonly side: string
  readonly #site: Site
  readonly #programs: ChildProcess[] = []

  constructor(site: Site, name: string, number: number) {
    this.#site = site
    this.name = name
    this.side = site.addSide(`m${number}`)
    this.mac = `02:10:00:00:00:0${number}`
    setResolvConf(this.side, '')
    site.plug(this.side, `port${number}`, this.mac)
  }

  /** Has a fixed address and asks that resolver. */
  settle(address: string, resolver: string): void {
    this.run('ip', 'addr', 'add', address, 'dev', DEVICE)
    setResolvConf(this.side, `nameserver ${resolver}\n`)
  }

  /** Runs a program here; throws with what it said when it fails. */
  run(program: string, ...args: readonly string[]): string {
    return run('ip', 'netns', 'exec', this.side, program, ...args)
  }

  /** Gets address (`wanted` if it is free), route and resolvers by DHCP, and keeps them. Returns the address. */
  async lease(wanted = '10.0.0.100'): Promise<string> {
    const client = this.#start('udhcpc', '-f', '-R', '-i', DEVICE, '-s', this.#site.path('udhcpc.sh'), '-t', '10', '-T', '1', '-x', `hostname:${this.name}`, '-r', wanted) // prettier-ignore
    const [, address] = await heard(client, /lease of ([\d.]+) obtained/)
    // It says so before it calls the script.
    await eventually(() => this.resolvers.length > 0)
    return address!
  }

  /** Asks for a router advertisement and takes the resolvers from it (RDNSS, RFC 8106), as systemd-networkd does. */
  takeAdvertised(): void {
    const said = this.run('rdisc6', '-1', DEVICE)
    const servers = said.matchAll(/Recursive DNS server +: (\S+)/g)
    setResolvConf(this.side, Array.from(servers, ([, address]) => `nameserver ${address}\n`).join(''))
  }

  /** Name servers of its resolv.conf. */
  get resolvers(): string[] {
    return [...this.run('cat', '/etc/resolv.conf').matchAll(/^nameserver (\S+)/gm)].map(([, address]) => address!) // prettier-ignore
  }

  /** The address a program here gets for `name`, by the C library and resolv.conf; empty: none. */
  lookUp(name: string, family: 4 | 6 = 4): string {
    return this.run('sh', '-c', `getent ahostsv${family} ${name} | sed -n '1s/ .*//p'`).trim()
  }

  /** What dig says, of that server or of the one it was given. */
  dig(name: string, ...more: readonly string[]): string {
    return this.run('dig', name, 'A', '+short', '+tries=1', '+time=3', ...more).trim()
  }

  /** What becomes of a TCP connection: `open`, or what the C library says. */
  connect(address: string, port: number): string {
    try {
      this.run('timeout', '5', 'bash', '-c', `</dev/tcp/${address}/${port}`)
      return 'open'
    } catch (error) {
      return /: ([A-Z][\w ]+)$/m.exec((error as Error).message)?.[1] ?? 'nothing within 5 s'
    }
  }

  async close(): Promise<void> {
    for (const child of this.#programs) await end(child)
  }

  #start(program: string, ...args: readonly string[]): ChildProcess {
    const child = spawn('ip', ['netns', 'exec', this.side, program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] }) // prettier-ignore
    this.#programs.push(child)
    return child
  }
}

export class Site {
  readonly router: string
  readonly outside: string
  /** Namespaces of the two resolvers. */
  readonly places: readonly [string, string]
  readonly directory = mkdtempSync(join(tmpdir(), 'thanhloc-'))
  readonly #switch: string
  readonly #name = `thanhloc-${process.pid}-${Math.random().toString(36).slice(2, 7)}`
  readonly #sides: string[] = []
  readonly #programs: ChildProcess[] = []
  readonly #servers: TestServer[] = []
  readonly #machines: SiteMachine[] = []

  private constructor() {
    this.router = this.addSide('r')
    this.outside = this.addSide('o')
    this.places = [this.addSide('s1'), this.addSide('s2')]
    this.#switch = this.addSide('w')
    // Not a bridge of the router's: there the kernel may pass bridged packets through the firewall too (br_netfilter).
    device(this.#switch)('link', 'add', BRIDGE, 'type', 'bridge')
    device(this.#switch)('link', 'set', BRIDGE, 'up')
    for (const key of ['net.ipv4.ip_forward', 'net.ipv6.conf.all.forwarding'])
      this.inRouter('sysctl', '-q', '-w', `${key}=1`)

    this.plug(this.router, 'router', '02:10:00:00:02:01', LAN)
    run('ip', 'link', 'add', WAN, 'netns', this.router, 'type', 'veth', 'peer', 'name', WAN, 'netns', this.outside) // prettier-ignore
    for (const side of [this.router, this.outside]) device(side)('link', 'set', WAN, 'up')
    address(this.router, LAN, `${ROUTER}/24`, `${ROUTER6}/64`)
    address(this.router, WAN, '203.0.113.1/24', 'fd20::1/64')
    route(this.router, 'default', '203.0.113.2', 'fd20::2')

    address(this.outside, WAN, '203.0.113.2/24', 'fd20::2/64', `${WEB}/24`)
    address(this.outside, 'lo', `${PUBLIC}/32`, `${PUBLIC6}/128`)
    route(this.outside, '10.0.0.0/24', '203.0.113.1')
    route(this.outside, 'fd10::/64', 'fd20::1')

    this.places.forEach((side, index) => {
      this.plug(side, `resolver${index}`, `02:10:00:00:01:0${index}`, 'eth0')
      address(side, 'eth0', `${RESOLVERS[index]}/24`, `${RESOLVERS6[index]}/64`)
      route(side, 'default', ROUTER, ROUTER6)
    })
    writeFileSync(this.path('udhcpc.sh'), UDHCPC_SCRIPT)
    chmodSync(this.path('udhcpc.sh'), 0o755)
    mkdirSync(this.path('leases'))
  }

  /** The network is there, and so is the outside. */
  static async open(): Promise<Site> {
    sweep()
    const site = new Site()
    try {
      const upstream = join(import.meta.dirname, 'upstream-process.ts')
      const outside = [PUBLIC, PUBLIC6].map((address) => site.spawn(site.outside, process.execPath, upstream, address, '53')) // prettier-ignore
      outside.push(site.spawn(site.outside, process.execPath, '-e', ACCEPT))
      await Promise.all(outside.map((child) => heard(child, /listening|ready/)))
      return site
    } catch (error) {
      await site.close()
      throw error
    }
  }

  path(name: string): string {
    return join(this.directory, name)
  }

  /** A file in the directory where DHCP servers write their leases, `leases`. */
  lease(name: string): string {
    return this.path(`leases/${name}`)
  }

  /** A namespace; removed with the others. */
  addSide(suffix: string): string {
    const side = `${this.#name}-${suffix}`
    run('ip', 'netns', 'add', side)
    this.#sides.push(side)
    // IPv6 addresses are usable at once, without a second of asking whether others have them.
    run('ip', 'netns', 'exec', side, 'sysctl', '-q', '-w', 'net.ipv6.conf.default.accept_dad=0')
    device(side)('link', 'set', 'lo', 'up')
    return side
  }

  /** A cable from a device of `side` to a port of the office's switch. */
  plug(side: string, port: string, mac: string, name = DEVICE): void {
    run('ip', 'link', 'add', port, 'netns', this.#switch, 'type', 'veth', 'peer', 'name', name, 'netns', side)
    device(this.#switch)('link', 'set', port, 'master', BRIDGE, 'up')
    device(side)('link', 'set', name, 'address', mac, 'up')
  }

  machine(name: string): SiteMachine {
    const machine = new SiteMachine(this, name, this.#machines.length + 1)
    this.#machines.push(machine)
    return machine
  }

  inRouter(program: string, ...args: readonly string[]): string {
    return run('ip', 'netns', 'exec', this.router, program, ...args)
  }

  /** A program on one of the machines, until the end. */
  spawn(side: string, program: string, ...args: readonly string[]): ChildProcess {
    const child = spawn('ip', ['netns', 'exec', side, program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#programs.push(child)
    return child
  }

  /** The product on the first or second resolver, on every address, with the public one as its upstream. */
  async startResolver(
    index: 0 | 1,
    config: string,
    files: Readonly<Record<string, string>>,
  ): Promise<TestServer> {
    const directory = this.path(`resolver${index}`)
    mkdirSync(directory, { recursive: true })
    const server = await TestServer.start({
      directory,
      config: `listen: ["0.0.0.0:53", "[::]:53"]\nupstreams: { servers: ["${PUBLIC}:53"] }\n${config}`,
      files,
      runBy: ['ip', 'netns', 'exec', this.places[index]],
    })
    this.#servers.push(server)
    return server
  }

  /**
   * A daemon with the paths it has when it is installed: `arrange` are shell commands that put files there, in a mount
   * namespace of its own. Resolves when it says `ready`.
   */
  async daemon(
    side: string,
    ready: RegExp,
    arrange: readonly string[],
    command: string,
  ): Promise<ChildProcess> {
    const child = this.spawn(side, 'sh', '-ec', [...arrange, `exec ${command}`].join('\n'))
    await heard(child, ready)
    return child
  }

  /** What a named counter of the router's firewall has met. */
  counted(counter: string): number {
    const { nftables } = JSON.parse(this.inRouter('nft', '-j', 'list', 'counters', 'table', 'inet', 'thanhloc')) as { nftables: { counter?: { name: string; packets: number } }[] } // prettier-ignore
    return nftables.find((entry) => entry.counter?.name === counter)!.counter!.packets
  }

  /** Ends one of the programs. */
  end(child: ChildProcess, signal?: NodeJS.Signals): Promise<void> {
    return end(child, signal)
  }

  /** Removes everything. */
  async close(): Promise<void> {
    for (const machine of this.#machines) await machine.close()
    for (const child of this.#programs) await end(child, 'SIGKILL')
    for (const server of this.#servers) await server.stop(true)
    for (const side of this.#sides) removeSide(side)
    rmSync(this.directory, { recursive: true, force: true })
  }
}

/** Shell: an empty directory in place of what stands there. */
export const emptied = (path: string): string => `mount -t tmpfs -o mode=755 tmpfs '${path}'`
/** Shell: a file of config/network/ where the guide puts it. */
export const installed = (name: string, path: string, mode = 644): string =>
  `install -D -m ${mode} '${join(NETWORK_FILES, name)}' '${path}'`
/** Shell: a directory of ours where the daemon has its own. */
export const bound = (path: string, own: string): string =>
  `mkdir -p '${own}' && mount --bind '${path}' '${own}'`

function device(side: string): (...words: string[]) => string {
  return (...words) => run('ip', '-n', side, ...words)
}

function address(side: string, name: string, ...addresses: readonly string[]): void {
  for (const one of addresses) device(side)('addr', 'add', one, 'dev', name, 'nodad')
}

function route(side: string, to: string, ...by: readonly string[]): void {
  for (const one of by) device(side)('route', 'add', to, 'via', one)
}
