/**
 * Prometheus and Alertmanager of the distribution with the shipped files. Put in their place: addresses, ports, paths of
 * secrets, and how long is waited, which the rules' own tests look at. What the rules say and who is told is as shipped.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from './server.ts'

const shipped = join(import.meta.dirname, '../../config')

export interface ChainOptions {
  /** `127.0.0.1:PORT` to `instance`; an empty one is left to Prometheus. */
  readonly targets: Readonly<Record<string, string>>
  readonly webhook: string
  readonly webhookToken: string
  readonly smarthost: string
  readonly mailPassword: string
  /** PEM of the mail server's issuer. */
  readonly issuer: string
}

/** Of `/api/v1/alerts` of Prometheus. */
export interface Alarm {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly state: 'pending' | 'firing'
  readonly value: string
}

export class AlarmChain {
  readonly directory = mkdtempSync(join(tmpdir(), 'thanhloc-alarms-'))
  readonly prometheus: string
  readonly alertmanager: string
  readonly #processes: ChildProcess[] = []
  #said = ''

  private constructor(prometheusPort: number, alertmanagerPort: number) {
    this.prometheus = `http://127.0.0.1:${prometheusPort}`
    this.alertmanager = `http://127.0.0.1:${alertmanagerPort}`
  }

  /** Both are up and have read their files. */
  static async start(options: ChainOptions): Promise<AlarmChain> {
    const chain = new AlarmChain(await freePort(), await freePort())
    try {
      chain.#writeFiles(options)
      chain.#run('prometheus', [`--config.file=${chain.path('prometheus/prometheus.yml')}`, `--storage.tsdb.path=${chain.path('tsdb')}`, `--web.listen-address=${chain.prometheus.slice(7)}`]) // prettier-ignore
      chain.#run(
        'prometheus-alertmanager',
        [`--config.file=${chain.path('alertmanager/alertmanager.yml')}`, `--storage.path=${chain.path('nflog')}`, `--web.listen-address=${chain.alertmanager.slice(7)}`, '--cluster.listen-address='], // prettier-ignore
        { SSL_CERT_FILE: chain.path('issuer.pem') },
      )
      await Promise.all([chain.prometheus, chain.alertmanager].map((url) => chain.#isReady(url)))
      return chain
    } catch (error) {
      await chain.stop()
      throw error
    }
  }

  /** The end of what both have written. */
  get said(): string {
    return this.#said
  }

  path(name: string): string {
    return join(this.directory, name)
  }

  /** What the alarms of Prometheus are now. */
  async alarms(): Promise<readonly Alarm[]> {
    const reply = await fetch(`${this.prometheus}/api/v1/alerts`)
    return ((await reply.json()) as { data: { alerts: Alarm[] } }).data.alerts
  }

  async stop(): Promise<void> {
    for (const child of this.#processes) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    rmSync(this.directory, { recursive: true, force: true })
  }

  #writeFiles(options: ChainOptions): void {
    for (const name of ['prometheus', 'alertmanager']) cpSync(join(shipped, name), this.path(name), { recursive: true }) // prettier-ignore
    mkdirSync(this.path('alertmanager/secrets'))
    writeFileSync(this.path('alertmanager/secrets/mail-password'), options.mailPassword)
    writeFileSync(this.path('alertmanager/secrets/webhook-token'), options.webhookToken)
    writeFileSync(this.path('issuer.pem'), options.issuer)
    const targets = Object.entries(options.targets).map(([target, instance]) => {
      const labels = instance === '' ? '' : `, labels: { instance: '${instance}' }`
      return `      - { targets: ['${target}']${labels} }`
    })
    this.#rewrite('prometheus/prometheus.yml', [
      [/ +- targets: \['127\.0\.0\.1:8053'\]/, targets.join('\n')],
      ['127.0.0.1:9093', this.alertmanager.slice(7)],
      [/(_interval): 15s/g, '$1: 1s'],
    ])
    for (const name of readdirSync(this.path('prometheus/rules')))
      this.#rewrite(`prometheus/rules/${name}`, [[/^( +for): \w+$/gm, '$1: 2s']])
    this.#rewrite('alertmanager/alertmanager.yml', [
      ['mail.so.example:587', options.smarthost],
      ['https://soc.so.example/thanhloc', options.webhook],
      [/\/etc\/alertmanager(?=\/secrets)/g, this.path('alertmanager')],
      [/(group_wait): \w+/g, '$1: 1s'],
      [/(group_interval): \w+/g, '$1: 2s'],
    ])
  }

  /** Throws where the shipped file does not have what is to be replaced: the test would show nothing. */
  #rewrite(name: string, changes: readonly (readonly [string | RegExp, string])[]): void {
    let text = readFileSync(this.path(name), 'utf8')
    for (const [from, to] of changes) {
      const before = text
      text = text.replace(from, to)
      if (text === before && !isPerRule(from)) throw new Error(`${name} does not have ${from}`)
    }
    writeFileSync(this.path(name), text)
  }

  #run(program: string, words: readonly string[], env: NodeJS.ProcessEnv = {}): void {
    const child = spawn(program, words, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    })
    for (const stream of [child.stdout, child.stderr])
      stream
        .setEncoding('utf8')
        .on('data', (text: string) => (this.#said = (this.#said + text).slice(-20_000)))
    child.on('error', (error) => (this.#said += error.message))
    this.#processes.push(child)
  }

  async #isReady(url: string): Promise<void> {
    const isUp = async (): Promise<boolean> => {
      if (this.#processes.some(({ exitCode }) => exitCode !== null)) throw new Error(this.#said)
      return (await fetch(`${url}/-/ready`).catch(() => null))?.ok ?? false
    }
    await eventually(isUp, 20_000)
  }
}

/** Not every file has an alarm that waits. */
function isPerRule(from: string | RegExp): boolean {
  return from instanceof RegExp && from.source.includes('for')
}

/** A port of loopback that nobody has just now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
