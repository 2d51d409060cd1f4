/** Name servers of other projects as primaries of a zone, on loopback: BIND and NSD. Need their Debian packages. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { run } from './lab.ts'
import { eventually } from './server.ts'

export const ZONE = 'rpz.so.tinh.vn'

export interface Key {
  readonly name: string
  readonly algorithm: string
  readonly secret: string
}

export interface PrimaryOptions {
  readonly directory: string
  readonly port: number
  readonly key: Key
  /** Port on 127.0.0.1 that it sends NOTIFY to. */
  readonly notifyPort: number
}

/** A name server that holds `ZONE`. */
export interface RealPrimary {
  /** Puts another version of the zone in force, and returns when the server has taken it. */
  publish(zone: string): void
  stop(): Promise<void>
}

/** A TCP port of 127.0.0.1 that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** A zone file: rules that block `names`. */
export function zoneText(serial: number, names: readonly string[], more = ''): string {
  const head = `$TTL 60\n@ SOA ns root.so.tinh.vn. ${serial} 3600 600 604800 60\n  NS ns\nns A 127.0.0.1\n`
  return head + names.map((name) => `${name} CNAME .\n`).join('') + more
}

/** Starts BIND. */
export async function startBind(
  { directory, port, key, notifyPort }: PrimaryOptions,
  zone: string,
): Promise<RealPrimary> {
  const control = await freePort()
  mkdirSync(directory, { recursive: true })
  const file = (name: string): string => join(directory, name)
  writeFileSync(file('zone'), zone)
  writeFileSync(file('rndc.conf'), `key rndc { algorithm hmac-sha256; secret "c29tZSBrZXk="; };\noptions { default-key rndc; default-server 127.0.0.1; default-port ${control}; };\n`) // prettier-ignore
  writeFileSync(
    file('named.conf'),
    `key ${key.name} { algorithm ${key.algorithm}; secret "${key.secret}"; };
key rndc { algorithm hmac-sha256; secret "c29tZSBrZXk="; };
controls { inet 127.0.0.1 port ${control} allow { 127.0.0.1; } keys { rndc; }; };
options {
  directory "${directory}"; pid-file none; session-keyfile none; dnssec-validation no; recursion no;
  listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };
  allow-transfer { key ${key.name}; };
  notify explicit; also-notify { 127.0.0.1 port ${notifyPort} key ${key.name}; }; notify-delay 0;
};
zone ${ZONE} { type primary; file "zone"; ixfr-from-differences yes; max-ixfr-ratio unlimited; };
`,
  )
  const child = spawn('/usr/sbin/named', ['-g', '-c', file('named.conf')], { stdio: 'ignore' })
  const rndc = (...words: string[]): string => run('/usr/sbin/rndc', '-c', file('rndc.conf'), ...words)
  await whenUp(child, () => rndc('zonestatus', ZONE).includes('serial'))
  return {
    publish(text) {
      writeFileSync(file('zone'), text)
      rndc('reload', ZONE)
    },
    stop: () => stop(child),
  }
}

/** Starts NSD. */
export async function startNsd(
  { directory, port, key, notifyPort }: PrimaryOptions,
  zone: string,
): Promise<RealPrimary> {
  mkdirSync(directory, { recursive: true })
  const file = (name: string): string => join(directory, name)
  writeFileSync(file('zone'), zone)
  writeFileSync(
    file('nsd.conf'),
    `server:
  ip-address: 127.0.0.1@${port}
  username: ""
  zonesdir: "${directory}"
  database: ""
  pidfile: "${file('nsd.pid')}"
  xfrdfile: "${file('xfrd.state')}"
  zonelistfile: "${file('zone.list')}"
  xfrdir: "${directory}"
  hide-version: yes
remote-control:
  control-enable: yes
  control-interface: ${file('control.sock')}
key:
  name: ${key.name}
  algorithm: ${key.algorithm}
  secret: "${key.secret}"
zone:
  name: ${ZONE}
  zonefile: zone
  provide-xfr: 127.0.0.1 ${key.name}
  notify: 127.0.0.1@${notifyPort} ${key.name}
  store-ixfr: yes
  create-ixfr: yes
`,
  )
  const child = spawn('/usr/sbin/nsd', ['-d', '-c', file('nsd.conf')], { stdio: 'ignore' })
  const control = (...words: string[]): string =>
    run('/usr/sbin/nsd-control', '-c', file('nsd.conf'), ...words)
  await whenUp(child, () => control('zonestatus', ZONE).includes('state'))
  return {
    publish(text) {
      writeFileSync(file('zone'), text)
      control('reload', ZONE)
    },
    stop: () => stop(child),
  }
}

async function whenUp(child: ChildProcess, isUp: () => boolean): Promise<void> {
  try {
    await eventually(() => {
      if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with ${child.exitCode}`)
      try {
        return isUp()
      } catch {
        return false
      }
    })
  } catch (error) {
    await stop(child)
    throw error
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill('SIGTERM')
  await closed
}
