/** From a metric to the people: rules, Prometheus, Alertmanager, webhook and mail, each the real one. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { AlarmChain, freePort, type Alarm } from '../support/alarm-chain.ts'
import { commandsOf, readRules } from '../support/alarm-files.ts'
import { ailingMetrics } from '../support/ailing-metrics.ts'
import { query } from '../support/dns-client.ts'
import { run } from '../support/lab.ts'
import { selfSigned } from '../support/self-signed.ts'
import { eventually, TestServer } from '../support/server.ts'
import { startSmtpServer } from '../support/smtp-server.ts'
import { runWithInput } from '../unit/cli/terminal.ts'

const root = join(import.meta.dirname, '../..')
const config = join(root, 'config')
const TOKEN = 'token-of-the-webhook'

/** What Alertmanager posts. */
interface Message {
  readonly status: 'firing' | 'resolved'
  readonly groupLabels: Readonly<Record<string, string>>
  readonly alerts: readonly {
    readonly status: string
    readonly labels: Readonly<Record<string, string>>
    readonly annotations: Readonly<Record<string, string>>
  }[]
}

describe('the files', () => {
  it('promtool takes them, and each alarm goes off and is silent as its tests say', () => {
    expect(run('promtool', 'check', 'config', join(config, 'prometheus/prometheus.yml'))).not.toContain('FAILED') // prettier-ignore
    const tests = join(config, 'prometheus/tests')
    const said = run('promtool', 'test', 'rules', ...readdirSync(tests).map((name) => join(tests, name)))
    expect(said).not.toContain('FAILED')
    expect(said.match(/SUCCESS/g)).toHaveLength(readdirSync(tests).length)
  })

  it('a rule that is broken fails its tests', () => {
    const copy = mkdtempSync(join(tmpdir(), 'thanhloc-rules-'))
    onTestFinished(() => rmSync(copy, { recursive: true }))
    cpSync(join(config, 'prometheus'), copy, { recursive: true })
    const file = join(copy, 'rules/lists.yml')
    writeFileSync(file, readFileSync(file, 'utf8').replace('thanhloc_list_stale == 1', 'thanhloc_list_stale == 2')) // prettier-ignore
    expect(() => run('promtool', 'test', 'rules', join(copy, 'tests/lists.yml'))).toThrow(/ThanhLocListStale/)
  })

  it('amtool takes those of Alertmanager, also with quiet hours switched on', () => {
    const copy = mkdtempSync(join(tmpdir(), 'thanhloc-alertmanager-'))
    onTestFinished(() => rmSync(copy, { recursive: true }))
    cpSync(join(config, 'alertmanager'), copy, { recursive: true })
    const file = join(copy, 'alertmanager.yml')
    expect(run('amtool', 'check-config', file)).toContain('2 receivers')
    const text = readFileSync(file, 'utf8')
    writeFileSync(file, text.replaceAll('# mute_time_intervals', 'mute_time_intervals'))
    expect(readFileSync(file, 'utf8')).not.toBe(text)
    expect(run('amtool', 'check-config', file)).toContain('SUCCESS')
    writeFileSync(file, text.replaceAll('# mute_time_intervals: [quiet]', 'mute_time_intervals: [loud]'))
    expect(() => run('amtool', 'check-config', file)).toThrow(/failed to validate/)
  })

  it.each([
    ['critical', 'ThanhLocDown', 'duty'],
    ['critical', 'ThanhLocUrgentCase', 'duty'],
    ['warning', 'ThanhLocReinfection', 'duty'],
    ['warning', 'ThanhLocListStale', 'officers'],
    ['info', 'ThanhLocBypass', 'officers'],
  ])('%s %s goes to %s', (severity, alertname, receiver) => {
    const file = join(config, 'alertmanager/alertmanager.yml')
    const said = run('amtool', 'config', 'routes', 'test', `--config.file=${file}`, `severity=${severity}`, `alertname=${alertname}`, 'instance=a') // prettier-ignore
    expect(said.trim()).toBe(receiver)
  })
})

describe('a server', () => {
  const messages: (Message & { readonly headers: IncomingHttpHeaders })[] = []
  const hook = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      // The server's own test alert comes here, too.
      if (request.url === '/alarms') messages.push({ ...(JSON.parse(body) as Message), headers: request.headers }) // prettier-ignore
      response.end()
    })
  })
  let scrapes = 0
  const ailing = createServer((_, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4')
    response.end(ailingMetrics(scrapes++, Date.now() / 1000))
  })
  /** Of which the store says nothing, and that never wrote a backup. */
  const unread = createServer((_, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4')
    response.end('process_start_time_seconds 5\n')
  })
  let server: TestServer
  let admin: string
  let settings: string

  beforeAll(async () => {
    for (const one of [hook, ailing, unread]) await listen(one)
    admin = `127.0.0.1:${await freePort()}`
    settings = `
admin: { listen: "${admin}" }
upstreams: { servers: ["127.0.0.1:9"] }
lists: [ { id: apt32, path: apt32.txt, campaign: "2022" }, { id: duyet, approved: true } ]
campaigns: [ { id: "2022", title: Chiến dịch } ]
alerts: { channels: [ { id: soc, type: webhook, url: "http://127.0.0.1:${portOf(hook)}/test", on: [list-stale] } ] }
`
    server = await TestServer.start({ config: settings, files: { 'apt32.txt': 'evil.vn\n' } })
  })
  afterAll(async () => {
    await server.stop()
    for (const one of [hook, ailing, unread]) one.close()
  })

  /** A message to the duty with this alarm of this server. */
  const told = (instance: string, alertname: string, status: string) =>
    eventually(
      () =>
        messages.find(
          ({ groupLabels, alerts }) =>
            groupLabels['instance'] === instance &&
            alerts.some(({ labels, status: is }) => labels['alertname'] === alertname && is === status),
        ),
      25_000,
    )

  it('that meets a listed name and is then killed is told of by mail and webhook, and so is its return', async () => {
    const certificate = selfSigned('127.0.0.1')
    const smtp = await startSmtpServer({ certificate, offers: ['AUTH PLAIN'] })
    const targets = { [admin]: '', [`127.0.0.1:${portOf(ailing)}`]: 'ailing', [`127.0.0.1:${portOf(unread)}`]: 'unread' } // prettier-ignore
    const chain = await AlarmChain.start({
      targets,
      webhook: `http://127.0.0.1:${portOf(hook)}/alarms`,
      webhookToken: TOKEN,
      smarthost: `127.0.0.1:${smtp.port}`,
      mailPassword: 'password-of-the-mail',
      issuer: certificate.cert,
    })
    onTestFinished(() => chain.stop())
    const mail = (...words: readonly string[]) => eventually(() => smtp.mails.find((text) => words.every((word) => decoded(text).includes(word))), 25_000) // prettier-ignore
    const isSeen = async (): Promise<boolean> => {
      const { data } = await ask<{ data: { result: unknown[] } }>(`${chain.prometheus}/api/v1/query?query=thanhloc_cases_opened_total{instance="${admin}"}`) // prettier-ignore
      return data.result.length > 0
    }
    await eventually(isSeen, 15_000)

    await query('evil.vn', 'A', { port: server.port })
    const warning = await mail('ThanhLocNewCase'.toLowerCase(), admin)
    expect(warning).toMatch(/^To: officers@so\.example/m)
    expect(decoded(warning)).toContain(`${admin}: 1 hồ sơ máy nhiễm mới · 1 new case(s) of infected machines`)
    expect(smtp.commands.filter((command) => /AUTH PLAIN/.test(command)).every((command) => command.startsWith('TLS '))).toBe(true) // prettier-ignore

    await server.kill()
    const down = await told(admin, 'ThanhLocDown', 'firing')
    expect(down.headers.authorization).toBe(`Bearer ${TOKEN}`)
    const [alarm] = down.alerts.filter(({ labels }) => labels['alertname'] === 'ThanhLocDown')
    expect(alarm!.annotations['summary']).toBe(`Máy chủ DNS ${admin} không trả lời · DNS server ${admin} does not answer`) // prettier-ignore
    expect(await mail('thanhlocdown', admin)).toMatch(/^To: duty@so\.example/m)

    server = await TestServer.start({ config: settings, directory: server.directory })
    await told(admin, 'ThanhLocDown', 'resolved')
    // The store counts the case of before again: one case, as before.
    await eventually(isSeen, 15_000)
    const cases = await eventually(async () => {
      const ours = (await chain.alarms()).filter(({ labels }) => labels['alertname'] === 'ThanhLocNewCase' && labels['instance'] === admin) // prettier-ignore
      // The rule is looked at again a moment after the server is.
      return ours.length > 0 && ours
    }, 15_000)
    expect(cases.map(({ value }) => Number(value))).toEqual([1])

    await everyAlarmReads(chain)
    await theWayIsTried(chain)
    await theRestIsSilent(chain)
  })

  /** Each alarm that troubles of the moment can bring about, with its texts filled in. */
  async function everyAlarmReads(chain: AlarmChain): Promise<void> {
    // Gone, or silent for long, is not what these two servers are.
    const others = ['ThanhLocDown', 'ThanhLocAbsent', 'ThanhLocNoQueries']
    const expected = readRules().map(({ alert }) => alert).filter((name) => !others.includes(name)) // prettier-ignore
    let alarms: readonly Alarm[] = []
    await eventually(async () => {
      alarms = await chain.alarms()
      const names = alarms.map(({ labels }) => labels['alertname'])
      return expected.every((name) => names.includes(name))
    }, 15_000).catch(() => {})
    const names = new Set(alarms.map(({ labels }) => labels['alertname']))
    expect(expected.filter((name) => !names.has(name))).toEqual([])
    for (const { annotations } of alarms) expect(Object.values(annotations).join('\n')).not.toMatch(/\{\{|<no value>|<error|%!|NaN/) // prettier-ignore
  }

  /** As the runbook says. */
  async function theWayIsTried(chain: AlarmChain): Promise<void> {
    const lines = commandsOf(readFileSync(join(root, 'docs/runbook.md'), 'utf8')).filter((line) => /^amtool (?:alert|silence) add/.test(line)) // prettier-ignore
    expect(lines).toHaveLength(2)
    for (const line of lines) execFileSync('sh', ['-c', line.replace('http://127.0.0.1:9093', chain.alertmanager)]) // prettier-ignore
    await told('dns-a', 'ThanhLocTest', 'firing')
    const silences = await ask<{ status: { state: string } }[]>(`${chain.alertmanager}/api/v2/silences`)
    expect(silences.map(({ status }) => status.state)).toEqual(['active'])
  }

  /** What something worse explains is left out, of that server alone. */
  async function theRestIsSilent(chain: AlarmChain): Promise<void> {
    const add = (alertname: string, instance: string): string =>
      run('amtool', `--alertmanager.url=${chain.alertmanager}`, 'alert', 'add', alertname, 'severity=critical', `instance=${instance}`, 'job=thanhloc') // prettier-ignore
    add('ThanhLocDown', 'dns-c')
    add('ThanhLocStoreTrouble', 'dns-c')
    add('ThanhLocStoreTrouble', 'dns-d')
    await told('dns-d', 'ThanhLocStoreTrouble', 'firing')
    await told('dns-c', 'ThanhLocDown', 'firing')
    const ofC = messages.filter(({ groupLabels }) => groupLabels['instance'] === 'dns-c')
    expect(ofC.flatMap(({ alerts }) => alerts.map(({ labels }) => labels['alertname']))).not.toContain('ThanhLocStoreTrouble') // prettier-ignore
  }

  it('does what the runbook says', async () => {
    const own = commandsOf(readFileSync(join(root, 'docs/runbook.md'), 'utf8')).filter((line) => line.startsWith('bin/thanhloc ')) // prettier-ignore
    const where = ['--data', server.path('data')]
    expect((await runWithInput([], 'user', 'add', 'binh', '--role', 'officer', ...where)).exit).toBe(0)
    // The document that the runbook looks at, and what is held of it.
    const annex = new TextEncoder().encode('hxxp://ca[.]gov[.]vn/\n')
    expect((await server.api('POST', '/api/v1/imports?name=phu-luc.txt&list=duyet&document=1', annex)).status).toBeLessThan(300) // prettier-ignore
    await eventually(
      async () => (await server.api('GET', '/api/v1/imports/1')).body['state'] === 'ready',
      10_000,
    )
    for (const line of new Set(own)) {
      const [command = '', ...words] = line.match(/'[^']*'|\S+/g)!.slice(1).map((word) => word.replace(/^'|'$/g, '')) // prettier-ignore
      const place = command === 'check' ? ['--config', server.path('thanhloc.yaml')] : where
      const { exit, err } = await runWithInput([], command, ...words, ...place)
      // A server that runs is not restored under, and this one has an upstream that is not there.
      if (command === 'restore') expect(err).toMatch(/restore: /)
      else expect(exit, `${line}: ${err}`).toBeLessThanOrEqual(command === 'status' ? 1 : 0)
    }
    const written = () => server.api('GET', '/metrics').then(({ text }) => /^thanhloc_backup_last_success_timestamp_seconds (\S+)$/m.exec(text)?.[1]) // prettier-ignore
    expect(Date.now() / 1000 - Number(await eventually(written, 15_000))).toBeLessThan(60)
  })
})

async function ask<T>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

/** A mail's text, quoted-printable undone (RFC 2045 §6.7). */
function decoded(mail: string): string {
  const bytes = mail.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))) // prettier-ignore
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
