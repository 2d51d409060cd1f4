/** The enforced set as those read it that it is for: nft, dnsmasq and BIND. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { eventually } from '../support/server.ts'
import { Stage } from '../support/stage.ts'

const CONFIG = `
sinkhole: { ipv4: 10.10.10.10, ipv6: "fd00:10::10" }
lists:
  - { id: zone, path: zone.rpz, format: rpz }
  - { id: ads, path: ads.txt, format: adblock, action: nxdomain }
  - { id: bad, path: bad.txt }
  - { id: many, path: many.txt }
allow: [ { path: allow.txt } ]
`
const HEAD = '$TTL 60\n@ SOA localhost. root.localhost. 1 3600 600 86400 60\n  NS localhost.\n'
const FILES = {
  'zone.rpz': `${HEAD}nodata.vn CNAME *.\n*.below.vn CNAME .\npass.bad.vn CNAME rpz-passthru.\ndrop.vn CNAME rpz-drop.\ntcp.bad.vn CNAME rpz-tcp-only.\nown.vn A 192.0.2.7\n24.0.9.0.45.rpz-ip CNAME rpz-passthru.\na\\;b.bad.vn CNAME .\n$include.bad.vn CNAME .\n\\@.bad.vn CNAME .\n`,
  'ads.txt': '||ads.vn^\n@@||www.ads.vn^\n',
  'bad.txt': 'bad.vn\nc2.deep.far.bad.vn\nevil_x.vn\n-x.vn\n2001:db8:bad::/48\n45.0.0.0/16\n',
  'many.txt': Array.from({ length: 5000 }, (_, at) => `46.${at >> 8}.${at & 255}.9\n`).join(''),
  'allow.txt': 'good.bad.vn\n46.0.0.9\n',
}

let stage: Stage

beforeAll(async () => {
  stage = await Stage.open(CONFIG, FILES)
  stage.up.answer('*', 'A', '192.0.2.1')
})
afterAll(() => stage.close())

/** Fetches a format and puts it in a file of the server's. */
async function fetched(format: string): Promise<string> {
  const { status, text } = await stage.server.api('GET', `/api/v1/enforced/${format}`)
  expect([status, text.endsWith('; end\n')]).toEqual([200, true])
  stage.server.write(`${format}.enforced`, text)
  return stage.server.path(`${format}.enforced`)
}

it('is loaded by nft, twice, with all networks of which no part is let through', async () => {
  const file = await fetched('nftables')
  const script = 'nft -f "$1" && nft -f "$1" && nft -j list table inet thanhloc'
  const listed = JSON.parse(execFileSync('unshare', ['--net', 'sh', '-ec', script, 'sh', file], { encoding: 'utf8' })) as { nftables: { set?: { name: string; elem: unknown[] } }[] } // prettier-ignore
  const sets = listed.nftables.flatMap(({ set }) => (set === undefined ? [] : [set]))
  const elements = (name: string) => sets.find((set) => set.name === name)!.elem
  expect(elements('bad4')).toHaveLength(4999)
  expect(elements('bad4')).toContain('46.0.1.9')
  expect(elements('bad6')).toEqual([{ prefix: { addr: '2001:db8:bad::', len: 48 } }])
})

it('is a zone that BIND loads, which checks names', async () => {
  const file = await fetched('rpz')
  const { status, stdout } = spawnSync('named-checkzone', ['-k', 'fail', '-D', 'rpz.so.tinh.vn', file], { encoding: 'utf8' }) // prettier-ignore
  expect([status, /bad owner|error|out of zone/i.exec(stdout)]).toEqual([0, null])
  for (const record of [
    String.raw`bad\.vn\.rpz\.so\.tinh\.vn\.\s+60 IN A\s+10\.10\.10\.10`,
    String.raw`evil_x\.vn\.rpz\.so\.tinh\.vn\.\s+60 IN CNAME\s+\.`,
    String.raw`pass\.bad\.vn\.rpz\.so\.tinh\.vn\.\s+60 IN CNAME\s+rpz-passthru\.`,
    String.raw`www\.ads\.vn\.rpz\.so\.tinh\.vn\.\s+60 IN CNAME\s+rpz-passthru\.`,
    String.raw`48\.zz\.bad\.db8\.2001\.rpz-ip\.rpz\.so\.tinh\.vn\.\s+60 IN A`,
  ])
    expect(stdout).toMatch(new RegExp(`^${record}`, 'm'))
})

it('is a zone by which BIND blocks what is blocked here, and nothing of what is let through', async () => {
  await fetched('rpz')
  const port = await freePort()
  const conf = `controls {};
options { directory "${stage.server.directory}"; pid-file none; session-keyfile none; dnssec-validation no; recursion yes;
  listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; }; forward only; forwarders { 127.0.0.1 port ${stage.up.port}; };
  response-policy { zone "rpz.so.tinh.vn"; }; };
zone "rpz.so.tinh.vn" { type primary; file "rpz.enforced"; };
`
  stage.server.write('named.conf', conf)
  runUntilEnd('/usr/sbin/named', ['-g', '-c', stage.server.path('named.conf')])
  const there = resolver(port)
  await eventually(() => there('clean.vn').catch(() => undefined))
  const here = resolver(stage.server.port)
  for (const name of [
    'bad.vn',
    'www.bad.vn',
    'c2.deep.far.bad.vn',
    'deep.far.bad.vn',
    'other.deep.far.bad.vn',
    'far.bad.vn',
    'other.far.bad.vn',
    'own.vn',
    'nodata.vn',
    'below.vn',
    'a.b.below.vn',
    'sub.ads.vn',
    'good.bad.vn',
    'a.good.bad.vn',
    'pass.bad.vn',
    'www.ads.vn',
    'clean.vn',
  ])
    // prettier-ignore
    expect([name, await there(name)]).toEqual([name, await here(name)])
})

it('is a configuration by which dnsmasq blocks what is blocked here, and nothing of what is let through', async () => {
  const file = await fetched('dnsmasq')
  expect(spawnSync('dnsmasq', ['--test', '-C', file], { encoding: 'utf8' }).stderr).toBe(
    'dnsmasq: syntax check OK.\n',
  )
  const port = await freePort()
  runUntilEnd('dnsmasq', ['-k', '-C', file, `--port=${port}`, '--listen-address=127.0.0.1', '--bind-interfaces', '--no-resolv', '--no-hosts', '--user=root', '--pid-file=', `--server=127.0.0.1#${stage.up.port}`]) // prettier-ignore
  const ask = resolver(port)
  await eventually(() => ask('clean.vn').catch(() => undefined))
  expect(await ask('www.bad.vn')).toBe('10.10.10.10')
  expect(await ask('evil_x.vn')).toBe('10.10.10.10')
  expect(await ask('sub.ads.vn')).toBe('NXDOMAIN')
  for (const name of ['good.bad.vn', 'pass.bad.vn', 'tcp.bad.vn', 'www.ads.vn', 'a.www.ads.vn'])
    expect([name, await ask(name)]).toEqual([name, '192.0.2.1'])
})

/** Runs a daemon until the test is over. */
function runUntilEnd(program: string, args: readonly string[]): void {
  const daemon = spawn(program, args, { stdio: 'ignore' })
  onTestFinished(async () => {
    daemon.kill()
    if (daemon.exitCode === null && daemon.signalCode === null) await once(daemon, 'exit')
  })
}

/** Asks the resolver at a port; its first address, else the rcode. */
function resolver(port: number): (name: string) => Promise<string> {
  return async (name) => {
    const { rcode, answers } = await stage.ask(name, 'A', { port, timeoutMs: 1000 })
    return answers.length === 0 ? rcode : String(answers[0]!.data)
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
