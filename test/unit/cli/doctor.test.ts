/** What `doctor` looks at, with real files, sockets and databases; what it says of each. */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer as createTcpServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createServer as createTlsServer } from 'node:tls'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { checkBuffers, rcvbufErrors, rcvbufErrors6 } from '../../../src/cli/doctor/buffers.ts'
import { bypassChecks } from '../../../src/cli/doctor/bypass.ts'
import { checkClock } from '../../../src/cli/doctor/clock.ts'
import { checkDatabases } from '../../../src/cli/doctor/databases.ts'
import { checkDisk } from '../../../src/cli/doctor/disk.ts'
import { findingsOf, runChecks, worstOf, type Finding } from '../../../src/cli/doctor/finding.ts'
import { checkBridge, checkHostDns } from '../../../src/cli/doctor/host-dns.ts'
import { checkLists } from '../../../src/cli/doctor/lists.ts'
import { checkPorts } from '../../../src/cli/doctor/ports.ts'
import { checkSecrets } from '../../../src/cli/doctor/secrets.ts'
import { checkUpstreams, signatureTime } from '../../../src/cli/doctor/upstreams.ts'
import { parseSettings } from '../../../src/config/load.ts'
import type { Settings } from '../../../src/config/settings.ts'
import { SecureRandom } from '../../../src/random.ts'
import { FakeUpstream, type SeenQuery } from '../../support/fake-upstream.ts'
import { selfSigned } from '../../support/self-signed.ts'
import { runCommand } from './terminal.ts'

const random = new SecureRandom()
const NOW = Date.UTC(2026, 10, 22)
const DAY_MS = 86_400_000
let directory: string
let data: string

beforeAll(() => (directory = mkdtempSync(join(tmpdir(), 'thanhloc-doctor-'))))
afterAll(() => rmSync(directory, { recursive: true }))
beforeEach(() => {
  data = mkdtempSync(join(directory, 'data-'))
  chmodSync(data, 0o700)
})

function settingsOf(yaml: string): Settings {
  const loaded = parseSettings(yaml, { file: join(directory, 'thanhloc.yaml') })
  if ('errors' in loaded) throw new Error(loaded.errors.join('\n'))
  return loaded.settings
}

/** Verdicts with the English sentence. */
function told(findings: readonly Finding[]): string[] {
  return findings.map(({ verdict, check, detail }) => `${verdict} ${check}: ${detail.en}`)
}

describe('checks', () => {
  const fine = findingsOf('a')('ok', ['tốt', 'fine'])

  it('run at once, keep their order, and end in time whatever they wait for', async () => {
    const never = new Promise<never>(() => {})
    const found = await runChecks(
      [
        { name: 'hangs', run: () => never },
        { name: 'breaks', run: () => { throw new Error('no such thing') } },
        { name: 'a', run: () => [fine] },
      ],
      50,
    ) // prettier-ignore
    expect(told(found)).toEqual([
      'unknown hangs: no result within 0 s',
      'unknown breaks: it could not be looked at: no such thing',
      'ok a: fine',
    ])
  })

  it('are as bad as the worst of them', () => {
    const order = ['ok', 'unknown', 'warn', 'fail'] as const
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...order)), (verdicts) => {
        const worst = worstOf(verdicts.map((verdict) => ({ ...fine, verdict })))
        expect(order.indexOf(worst)).toBe(Math.max(0, ...verdicts.map((verdict) => order.indexOf(verdict))))
      }),
    )
  })
})

describe('ports', () => {
  let taken: Socket
  beforeAll(async () => {
    taken = createSocket('udp4')
    taken.bind(0, '127.0.0.1')
    await once(taken, 'listening')
  })
  afterAll(() => void taken.close())

  it('that are free are free, also for TCP', async () => {
    const free = createTcpServer().listen(0, '127.0.0.1')
    await once(free, 'listening')
    const { port } = free.address() as { port: number }
    expect(told(await checkPorts([{ address: '127.0.0.1', port }], null))[0]).toMatch(
      /^fail .*taken by .*\(process \d+\)/,
    )
    free.close()
    await once(free, 'close')
    expect(told(await checkPorts([{ address: '127.0.0.1', port }], null))).toEqual([
      `ok port 127.0.0.1:${port}: is free`,
    ])
  })

  it('that are taken are taken by somebody', async () => {
    const { port } = taken.address()
    const [finding] = await checkPorts([{ address: '127.0.0.1', port }], null)
    expect(finding!.verdict).toBe('fail')
    expect(finding!.detail.en).toContain(`(process ${process.pid})`)
    expect(finding!.advice!.en).toContain('stop that program')
  })

  it('that the running server has are well, and those somebody else has are not', async () => {
    const endpoint = { address: '127.0.0.1', port: taken.address().port }
    expect((await checkPorts([endpoint], process.pid))[0]!.verdict).toBe('ok')
    expect(told(await checkPorts([endpoint], 1))[0]).toMatch(/^fail .*the server runs, but .* has it$/)
  })

  it('on addresses the machine does not have say so', async () => {
    expect(told(await checkPorts([{ address: '192.0.2.99', port: 5399 }], null))).toEqual([
      'fail port 192.0.2.99:5399: this machine does not have the address 192.0.2.99',
    ])
    expect((await checkPorts([{ address: '::1', port: 0 }], null))[0]!.verdict).toBe('ok')
  })
})

describe('upstreams', () => {
  let up: FakeUpstream
  beforeEach(async () => {
    up = await FakeUpstream.start()
  })
  afterEach(() => up.stop())

  const ask = (yaml = `upstreams: { servers: ["${up.text}"] }`) => checkUpstreams(settingsOf(yaml), random)

  it('that answer truly are well; what is asked is one invalid name, the root, and nothing else', async () => {
    const { findings } = await ask()
    expect(told(findings)).toEqual([`ok upstream ${up.text}: answers truly over UDP and TCP, no DNSSEC`])
    const asked = up.queries.map(({ name }) => name)
    expect(asked.filter((name) => !name.endsWith('.invalid') && name !== '')).toEqual([])
    expect(asked[0]).toMatch(/^[a-z]{20}\.invalid$/)
  })

  it('that give an address for a name that cannot be tamper', async () => {
    up.answer('*', 'A', '198.51.100.7')
    const [finding] = (await ask()).findings
    expect(finding!.verdict).toBe('fail')
    expect(finding!.detail.en).toMatch(/^tampers: .*gets the address 198\.51\.100\.7$/)
    expect(finding!.detail.vi).toContain('sửa câu trả lời')
  })

  it('that refuse, or are not there, or are silent, fail each in its own words', async () => {
    up.refused()
    expect(told((await ask()).findings)[0]).toContain('answers REFUSED to the test question')
    up.mend()
    up.drop()
    expect(told((await ask()).findings)[0]).toBe(`fail upstream ${up.text}: no answer`)
    const { text } = up
    await up.stop()
    expect(told((await ask(`upstreams: { servers: ["${text}"] }`)).findings)[0]).toBe(
      `fail upstream ${text}: nobody listens there`,
    )
    up = await FakeUpstream.start()
  })

  it('without TCP need a look', async () => {
    up.refuseTcp()
    expect(told((await ask()).findings)[0]).toMatch(/^warn .*not over TCP/)
  })

  it('that change the case of names are said to', async () => {
    up.mangle('case')
    expect(told((await ask()).findings)[0]).toContain('does not keep the case of names')
  })

  it('tell by their signatures what time it is', async () => {
    up.authenticated()
    up.raw((query) =>
      query.name === '' ? signedRoot(up, query, NOW - DAY_MS, NOW + 12 * DAY_MS) : up.reply(query),
    )
    const { findings, signed } = await ask()
    expect(told(findings)[0]).toContain('DNSSEC')
    expect(signed).toEqual([{ fromMs: NOW - DAY_MS, untilMs: NOW + 12 * DAY_MS }])
  })

  it('of forwarded zones are asked for their zone', async () => {
    up.answer('so.tinh.local', 'SOA', Buffer.from('00000000000100000002000000030000000400000005', 'hex'))
    const yaml = (zone: string) => `upstreams: { servers: ["${up.text}"] }\nforward: [ { zones: [${zone}], servers: ["${up.text}"] } ]` // prettier-ignore
    expect(told((await ask(yaml('so.tinh.local'))).findings)[1]).toMatch(/^ok forward so\.tinh\.local → /)
    expect(told((await ask(yaml('wrong.local'))).findings)[1]).toMatch(
      /^fail .*answers NXDOMAIN for the zone/,
    )
  })

  it('there must be one', async () => {
    expect(told((await ask('upstreams: { servers: [] }')).findings)).toEqual([
      'fail upstreams: there is no upstream',
    ])
  })

  /** The answer for the root, with an RRSIG (RFC 4034 §3.1) put into it. */
  function signedRoot(from: FakeUpstream, query: SeenQuery, fromMs: number, untilMs: number): Uint8Array {
    const reply = from.reply(query)
    const rdata = Buffer.alloc(18 + 1 + 8)
    rdata.writeUInt16BE(6, 0)
    rdata.writeUInt32BE(untilMs / 1000, 8)
    rdata.writeUInt32BE(fromMs / 1000, 12)
    const head = Buffer.from([0, 0, 46, 0, 1, 0, 0, 0, 60, 0, rdata.length])
    reply.writeUInt16BE(1, 6)
    const questionEnd = 12 + 1 + 4
    return Buffer.concat([reply.subarray(0, questionEnd), head, rdata, reply.subarray(questionEnd)])
  }

  it('times of signatures are read in both spellings, and nothing else is a time', () => {
    expect(signatureTime('20261122000000')).toBe(NOW)
    expect(signatureTime(String(NOW / 1000))).toBe(NOW)
    fc.assert(fc.property(fc.string(), (text) => {
      const ms = signatureTime(text)
      expect(Number.isNaN(ms) || ms >= 0).toBe(true)
    })) // prettier-ignore
  })
})

describe('the clock', () => {
  const evidence = (changes: Partial<Parameters<typeof checkClock>[0]> = {}) =>
    told(
      checkClock({
        nowMs: NOW,
        signed: [],
        directory: data,
        nodes: [],
        synchronised: join(data, 'none'),
        ...changes,
      }),
    )
  const signed = [{ fromMs: NOW - DAY_MS, untilMs: NOW + DAY_MS }]

  it('that is years off is said to be, by signatures, by files, and by the age of the program', () => {
    expect(evidence({ signed })[0]).toMatch(/^ok clock: 2026-11-22T00:00, fits/)
    expect(evidence({ signed, nowMs: NOW + 400 * DAY_MS })[0]).toMatch(/^fail .*ahead/)
    expect(evidence({ signed, nowMs: NOW - 5 * DAY_MS })[0]).toMatch(/^fail .*behind the DNSSEC/)
    expect(evidence({ nowMs: 0 })[0]).toMatch(/^fail clock: it says 1970-01-01T00:00: behind/)
    const written = join(data, 'thanhloc.db')
    writeFileSync(written, '')
    utimesSync(written, new Date(NOW + 9 * DAY_MS), new Date(NOW + 9 * DAY_MS))
    expect(evidence()[0]).toMatch(/^fail .*something happened on 2026-12-01/)
  })

  it('is compared with other nodes, and known to be kept by NTP', () => {
    expect(evidence({ nodes: [{ id: 'dns-b', clockAheadSeconds: -40 }] })[0]).toBe(
      'warn clock: 40 s apart from dns-b',
    )
    expect(evidence({ nodes: [{ id: 'dns-b', clockAheadSeconds: null }] })[0]).toMatch(/^unknown/)
    const synchronised = join(data, 'synchronized')
    writeFileSync(synchronised, '')
    expect(evidence({ synchronised })[0]).toMatch(/^ok .*NTP/)
  })
})

describe('the data directory', () => {
  it('is tried by writing, and left as it was', async () => {
    expect(told(await checkDisk(data))[0]).toMatch(/^ok disk: .*can be written/)
    expect(told(await checkDisk(join(data, 'none')))[0]).toMatch(/^unknown .*not there yet/)
    writeFileSync(join(data, 'file'), '')
    expect(told(await checkDisk(join(data, 'file')))[0]).toMatch(/^fail .*cannot be written: ENOTDIR/)
  })

  it('holds databases that are read through, and broken ones are found', async () => {
    expect(told(await checkDatabases(data, 10_000))[0]).toMatch(/^unknown databases: there is none yet/)
    const path = join(data, 'thanhloc.db')
    const database = new DatabaseSync(path)
    database.exec('CREATE TABLE t (a TEXT); CREATE INDEX i ON t (a)')
    const insert = database.prepare('INSERT INTO t VALUES (?)')
    database.exec('BEGIN')
    for (let row = 0; row < 2000; row++) insert.run(`row ${row}`)
    database.exec('COMMIT')
    database.close()
    writeFileSync(join(data, 'alerts.db'), 'this is no database, however long it may be'.repeat(100))
    const [store, alerts] = await checkDatabases(data, 10_000)
    expect(told([store!, alerts!])).toEqual([
      expect.stringMatching(/^ok thanhloc\.db: sound/),
      expect.stringMatching(/^fail alerts\.db: broken: .*not a database/),
    ])
    truncateSync(path, 8192)
    expect((await checkDatabases(data, 10_000))[0]!.verdict).toBe('fail')
    // A file that cannot be read through in time is no broken one.
    expect((await checkDatabases(data, 1))[0]!.verdict).toBe('unknown')
  })

  it('and what the settings name: nobody else may read secrets', () => {
    const token = join(data, 'token')
    writeFileSync(token, 'x', { mode: 0o600 })
    const settings = settingsOf(`store: { path: ${data} }\nadmin: { tokenFile: ${token} }`)
    expect(told(checkSecrets(settings))[0]).toMatch(/^ok/)
    chmodSync(token, 0o640)
    const [finding] = checkSecrets(settings)
    expect(finding).toMatchObject({ verdict: 'warn', advice: { en: `\`chmod go-rwx ${token}\`` } })
    chmodSync(token, 0o600)
    chmodSync(data, 0o755)
    expect(checkSecrets(settings)[0]!.detail.en).toContain(data)
  })
})

describe('lists', () => {
  it('are there, fresh and readable, or what is not is named', async () => {
    const fresh = join(data, 'fresh.txt')
    const old = join(data, 'old.txt')
    for (const path of [fresh, old]) {
      writeFileSync(path, 'evil.test\n')
      utimesSync(path, new Date(NOW - 3 * DAY_MS), new Date(NOW - 3 * DAY_MS))
    }
    const check = (lists: string) => checkLists(settingsOf(`lists: [${lists}]`), NOW).then(told)
    expect(await check(`{ id: a, path: ${fresh} }`)).toEqual([
      'ok lists: 1 files can be read, the oldest is 3 days old',
    ])
    expect(
      await check(
        `{ id: a, path: ${fresh} }, { id: b, path: ${old}, maxAge: 2d }, { id: c, path: ${data}/none }`,
      ),
    ).toEqual([
      'warn list b: not renewed since 2026-11-19 (maxAge 2d)',
      expect.stringMatching(/^fail list c: cannot be read: ENOENT/),
    ])
    writeFileSync(old, '')
    expect((await check(`{ id: b, path: ${old} }`))[0]).toMatch(/^warn list b: .*is empty/)
    expect(await check('{ id: cv, approved: true }')).toEqual([expect.stringMatching(/^ok lists: /)])
    expect((await check(''))[0]).toMatch(/^warn lists: there is none/)
  })

  it('of names that always pass say who answers for them, and until when', async () => {
    const [bad, allow] = [join(data, 'bad.txt'), join(data, 'allow.txt')]
    writeFileSync(bad, 'evil.test\n')
    utimesSync(bad, new Date(NOW), new Date(NOW))
    const check = (text: string, more = '') => {
      writeFileSync(allow, text)
      return checkLists(settingsOf(`lists: [{ id: a, path: ${bad} }]\nallow: [{ path: ${allow}${more} }]`), NOW).then(told) // prettier-ignore
    }
    const day = (days: number): string => new Date(NOW + days * DAY_MS).toISOString().slice(0, 10)
    expect(await check('# nothing\n')).toEqual([expect.stringMatching(/^ok/)])
    expect(await check('a.test # owner: An\n')).toEqual([expect.stringMatching(/^ok/)])
    expect(await check('a.test\n', ', owner: An')).toEqual([expect.stringMatching(/^ok/)])
    expect(await check(`a.test\nb.test # until: ${day(-2)}\nc.test # owner: An; until: ${day(5)}\n`)).toEqual(
      [
        'warn allow allow.txt: 1 entries name nobody who answers for them',
        'warn allow allow.txt: 1 entries are past their last day and let nothing pass',
        `warn allow allow.txt: an entry lets names pass until ${day(5)}; from then on the lists decide again`,
      ],
    )
  })
})

describe('lost queries', () => {
  it('are read from the tables of the kernel', () => {
    const snmp = 'Ip: A B\nIp: 1 2\nUdp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors\nUdp: 9 0 7 3 7 0\nUdpLite: RcvbufErrors\nUdpLite: 3\n' // prettier-ignore
    expect(rcvbufErrors(snmp)).toBe(7)
    expect(rcvbufErrors6('Udp6InErrors   2\nUdp6RcvbufErrors                	5\n')).toBe(5)
    mkdirSync(join(data, 'net'))
    mkdirSync(join(data, 'sys/net/core'), { recursive: true })
    writeFileSync(join(data, 'net/snmp'), snmp)
    writeFileSync(join(data, 'sys/net/core/rmem_max'), '212992\n')
    expect(told(checkBuffers(null, data))[0]).toMatch(/^warn .*has dropped 7 datagrams .*208 KiB/)
    // The running server knows better than the machine as a whole.
    expect(told(checkBuffers(0, data))[0]).toMatch(/^ok/)
    expect(told(checkBuffers(3, data))[0]).toMatch(/^warn .*3 queries were lost/)
    expect(told(checkBuffers(null, join(data, 'none')))[0]).toMatch(/^unknown/)
  })

  it('no table makes it fail', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (a, b) => {
      expect(rcvbufErrors(`Udp:${a}\nUdp:${b}`)).toBeGreaterThanOrEqual(0)
      expect(rcvbufErrors6(a)).toBeGreaterThanOrEqual(0)
    })) // prettier-ignore
  })
})

describe('resolv.conf of the machine', () => {
  const files = () => ({
    resolvConf: join(data, 'resolv.conf'),
    resolvedConf: join(data, 'resolved.conf'),
  })

  it('is told, with systemd-resolved by its name', () => {
    writeFileSync(files().resolvConf, 'nameserver 127.0.0.53\n')
    expect(told(checkHostDns([], files()))).toEqual(['ok resolv.conf: this machine asks 127.0.0.53'])
    writeFileSync(files().resolvedConf, '')
    expect(told(checkHostDns([], files()))[0]).toContain('(systemd-resolved)')
    writeFileSync(files().resolvConf, '# nothing\n')
    expect(told(checkHostDns([], files()))[0]).toMatch(/^warn/)
    expect(told(checkHostDns(['127.0.0.1 left out'], files()))).toEqual([
      'warn resolv.conf: 127.0.0.1 left out',
    ])
  })
})

it('the bridge of a container engine is told, where there is one', () => {
  expect(checkBridge(null)).toEqual([])
  expect(told(checkBridge({ gateway: '172.17.0.1' }))[0]).toMatch(/^warn container: .*behind a bridge/)
})

describe('going round it', () => {
  let outside: FakeUpstream
  let servers: Server[]
  beforeEach(async () => {
    outside = await FakeUpstream.start()
    servers = []
  })
  afterEach(async () => {
    await outside.stop()
    for (const server of servers) server.close()
  })

  async function look(dot: number, doh: number): Promise<string[]> {
    const checks = bypassChecks(['127.0.0.1'], random, { dns: outside.port, dot, doh })
    return (await runChecks(checks, 5000)).map(({ verdict, detail }) => `${verdict} ${detail.en}`)
  }

  async function listen(server: Server): Promise<number> {
    servers.push(server)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as { port: number }).port
  }

  function dohServer(answer: string): Server {
    const { key, cert } = selfSigned('127.0.0.1')
    return createTlsServer({ key, cert, ALPNProtocols: ['http/1.1'] }, (socket) => {
      socket.on('error', () => {})
      socket.once('data', () => socket.end(answer))
    })
  }

  it('is open where somebody outside answers, by whatever way', async () => {
    const dot = await listen(createTcpServer((socket) => socket.end()))
    const doh = await listen(dohServer('HTTP/1.1 200 OK\r\nContent-Type: application/dns-message\r\n\r\n'))
    expect(await look(dot, doh)).toEqual(
      Array.from({ length: 4 }, () => 'fail open: this machine can ask outside'),
    )
    expect(outside.queries.every(({ name }) => name === 'blocked.thanhloc.test')).toBe(true)
  })

  it('is closed where nothing comes back, or a firewall turns it away; a web server is no DNS', async () => {
    const closed = await listen(createTcpServer())
    servers.pop()!.close()
    outside.drop()
    outside.refuseTcp()
    const doh = await listen(dohServer('HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n\r\n'))
    expect(await look(closed, doh)).toEqual([
      'ok blocked: nothing comes back',
      expect.stringMatching(/^ok blocked: /),
      'ok blocked: turned away',
      'ok something answers, but no DNS',
    ])
  })

  it('that lies about every name is open too, for it is not this resolver', async () => {
    outside.answer('*', 'A', '198.51.100.7').answer('*', 'TXT', 'x')
    expect((await look(1, 1)).slice(0, 2)).toEqual(
      Array.from({ length: 2 }, () => 'fail open: this machine can ask outside'),
    )
  })
})

describe('the command', () => {
  it('says one line for each thing in both languages, machine-readable with --json, and exits by the worst', async () => {
    const up = await FakeUpstream.start()
    try {
      const list = join(data, 'list.txt')
      writeFileSync(list, 'evil.test\n')
      const config = join(data, 'thanhloc.yaml')
      writeFileSync(config, `listen: ["127.0.0.1:0"]\nstore: { path: ${data} }\nupstreams: { servers: ["${up.text}"] }\nlists: [ { id: a, path: ${list} } ]\n`) // prettier-ignore
      chmodSync(config, 0o600)
      chmodSync(list, 0o600)
      const good = await runCommand('doctor', '--config', config)
      expect(good).toMatchObject({ err: '', exit: 0 })
      expect(good.out).toMatch(/^✓ upstream .*: trả lời đúng.*\n {4}answers truly/m)
      expect(good.out).toMatch(/^\? server: /m)
      expect(good.out).not.toMatch(/^[!✗]/m)
      up.answer('*', 'A', '198.51.100.7')
      const bad = await runCommand('doctor', '--json', '--config', config)
      expect(bad.exit).toBe(2)
      const said = JSON.parse(bad.out) as { verdict: string; items: Finding[] }
      expect(said.verdict).toBe('fail')
      expect(said.items.filter(({ verdict }) => verdict === 'fail')).toHaveLength(1)
      chmodSync(list, 0o644)
      up.forget('*')
      expect((await runCommand('doctor', '--lang', 'en', '--config', config)).exit).toBe(1)
    } finally {
      await up.stop()
    }
  })

  it('a configuration that is broken is a finding, and what needs none is looked at all the same', async () => {
    const config = join(data, 'broken.yaml')
    writeFileSync(config, 'workers: 0\nlistn: []\n')
    const { exit, out } = await runCommand('doctor', '--lang', 'en', '--config', config)
    expect(exit).toBe(2)
    expect(out).toMatch(/^✗ config: .*broken\.yaml:/)
    expect(out).toMatch(/^. resolv\.conf: /m)
  })

  it('--bypass takes addresses and nothing else', async () => {
    expect(await runCommand('doctor', '--bypass', 'dns.google')).toMatchObject({ exit: 2, err: expect.stringContaining('is not an IP address') }) // prettier-ignore
    expect(await runCommand('doctor', '192.0.2.1')).toMatchObject({ exit: 2 })
    expect(await runCommand('doctor', '--lang', 'fr')).toMatchObject({ exit: 2, err: expect.stringContaining('there are vi and en') }) // prettier-ignore
  })
})
