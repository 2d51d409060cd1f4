/**
 * An office with DHCP for the system tests: a bridge on the server's machine with dnsmasq on it, and machines on the
 * bridge that get address and resolver by udhcpc. Needs root, dnsmasq and udhcpc.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DEVICE, run, type Lab } from './lab.ts'

/** Address of the server, which DHCP hands out as the resolver. */
export const OFFICE_SERVER = '10.98.0.1'
const BRIDGE = 'br98'

/** What udhcpc calls when it has got or lost a lease. */
const SCRIPT = `#!/bin/sh
ip addr flush dev "$interface"
case $1 in
  bound | renew)
    ip addr add "$ip/$mask" dev "$interface"
    for server in $dns; do echo "nameserver $server"; done >/etc/resolv.conf
    ;;
esac
`

/** Waits until a program says this on either stream, which stay open: closed ones would end it. */
export function heard(child: ChildProcess, wanted: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let said = ''
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text
        const match = wanted.exec(said)
        if (match !== null) resolve(match)
      })
    }
    child.once('close', () => reject(new Error(`it has ended: ${said}`)))
  })
}

/** A machine of the office. */
export class OfficeMachine {
  readonly mac: string
  readonly #side: string
  readonly #name: string
  readonly #script: string
  #client: ChildProcess | null = null

  constructor(lab: Lab, name: string, number: number, script: string) {
    this.#name = name
    this.#script = script
    this.#side = lab.addSide(`m${number}`)
    this.mac = `02:98:00:00:00:0${number}`
    const port = `office${number}`
    run('ip', 'link', 'add', port, 'netns', lab.serverSide, 'type', 'veth', 'peer', 'name', DEVICE, 'netns', this.#side) // prettier-ignore
    run('ip', '-n', lab.serverSide, 'link', 'set', port, 'master', BRIDGE, 'up')
    run('ip', '-n', this.#side, 'link', 'set', DEVICE, 'address', this.mac, 'up')
    run('ip', '-n', this.#side, 'link', 'set', 'lo', 'up')
    lab.setResolvConf(this.#side, '')
  }

  /** Gets an address, `wanted` if it is free, and keeps it until `release`. Returns it. */
  async lease(wanted?: string): Promise<string> {
    const ask = wanted === undefined ? [] : ['-r', wanted]
    const client = spawn(
      'ip',
      ['netns', 'exec', this.#side, 'udhcpc', '-f', '-R', '-i', DEVICE, '-s', this.#script, '-t', '10', '-T', '1', '-x', `hostname:${this.#name}`, ...ask], // prettier-ignore
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    this.#client = client
    const [, address] = await heard(client, /lease of ([\d.]+) obtained/)
    return address!
  }

  /** Gives the address back. */
  async release(): Promise<void> {
    const client = this.#client
    this.#client = null
    if (client === null || client.exitCode !== null) return
    const closed = once(client, 'close')
    client.kill('SIGTERM')
    await closed
  }

  /** What dig says, by the resolver that DHCP has given. */
  dig(name: string): string {
    return run('ip', 'netns', 'exec', this.#side, 'dig', name, 'A', '+short', '+tries=1', '+time=3').trim()
  }
}

export class Office {
  /** Where dnsmasq writes its leases. */
  readonly leases: string
  readonly #lab: Lab
  readonly #script: string
  readonly #machines: OfficeMachine[] = []
  #dnsmasq: ChildProcess | null = null

  constructor(lab: Lab) {
    this.#lab = lab
    this.leases = join(lab.directory, 'dnsmasq.leases')
    this.#script = join(lab.directory, 'udhcpc.sh')
    writeFileSync(this.leases, '')
    writeFileSync(this.#script, SCRIPT)
    chmodSync(this.#script, 0o755)
    const device = (...words: string[]): string => run('ip', '-n', lab.serverSide, ...words)
    device('link', 'add', BRIDGE, 'type', 'bridge')
    device('addr', 'add', `${OFFICE_SERVER}/24`, 'dev', BRIDGE)
    device('link', 'set', BRIDGE, 'up')
  }

  /** Hands out addresses from now on. */
  async open(): Promise<void> {
    const child = spawn(
      'ip',
      [
        'netns', 'exec', this.#lab.serverSide, 'dnsmasq', '-k', '--conf-file=/dev/null', '--user=root', '--log-facility=-', '--port=0',
        `--interface=${BRIDGE}`, '--bind-interfaces', '--no-ping', `--dhcp-leasefile=${this.leases}`,
        '--dhcp-range=10.98.0.100,10.98.0.109,10m', `--dhcp-option=6,${OFFICE_SERVER}`, '--dhcp-authoritative',
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    ) // prettier-ignore
    this.#dnsmasq = child
    await heard(child, /DHCP, IP range/)
  }

  machine(name: string): OfficeMachine {
    const machine = new OfficeMachine(this.#lab, name, this.#machines.length + 1, this.#script)
    this.#machines.push(machine)
    return machine
  }

  async close(): Promise<void> {
    for (const machine of this.#machines) await machine.release()
    const child = this.#dnsmasq
    if (child === null || child.exitCode !== null) return
    const closed = once(child, 'close')
    child.kill('SIGTERM')
    await closed
  }
}
