/** A real Prometheus (Debian: prometheus) on loopback, which scrapes what a test names, and its HTTP API. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from './server.ts'

/** Labels, and values by time; an instant query has one. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>
  readonly values: readonly number[]
}

interface Answer {
  readonly status: string
  readonly error?: string
  readonly data: { readonly resultType: string; readonly result: readonly RawSeries[] }
}
interface RawSeries {
  readonly metric: Record<string, string>
  readonly value?: readonly [number, string]
  readonly values?: readonly (readonly [number, string])[]
}

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export class Prometheus {
  readonly #process: ChildProcess
  readonly #directory: string
  readonly #url: string
  #said = ''

  private constructor(configuration: string, port: number) {
    this.#directory = mkdtempSync(join(tmpdir(), 'thanhloc-prometheus-'))
    this.#url = `http://127.0.0.1:${port}`
    writeFileSync(join(this.#directory, 'prometheus.yml'), configuration)
    this.#process = spawn('prometheus', [
      `--config.file=${join(this.#directory, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(this.#directory, 'tsdb')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ])
    running.add(this.#process)
    this.#process.on('exit', () => running.delete(this.#process))
    this.#process.stderr!.setEncoding('utf8').on('data', (text: string) => (this.#said += text))
  }

  /** With a configuration in YAML; resolves when it answers queries. */
  static async start(configuration: string): Promise<Prometheus> {
    const prometheus = new Prometheus(configuration, await freePort())
    try {
      await eventually(() => prometheus.#isReady(), 20_000)
    } catch (error) {
      const said = prometheus.#said
      await prometheus.stop()
      throw new Error(`prometheus does not start: ${said}`, { cause: error })
    }
    return prometheus
  }

  /** Now. */
  query(expression: string): Promise<Series[]> {
    return this.#ask('query', { query: expression })
  }

  /** Over the last `seconds`, a value each `stepSeconds`. */
  queryRange(expression: string, seconds: number, stepSeconds: number): Promise<Series[]> {
    const end = Date.now() / 1000
    const span = { start: String(end - seconds), end: String(end), step: String(stepSeconds) }
    return this.#ask('query_range', { query: expression, ...span })
  }

  /** Values of a label of the series that a selector names. */
  async labelValues(label: string, selector: string): Promise<string[]> {
    const query = new URLSearchParams({ 'match[]': selector })
    const reply = await fetch(`${this.#url}/api/v1/label/${label}/values?${query.toString()}`)
    return ((await reply.json()) as { data: string[] }).data
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = once(this.#process, 'exit')
      this.#process.kill('SIGKILL')
      await ended
    }
    rmSync(this.#directory, { recursive: true, force: true })
  }

  async #isReady(): Promise<boolean> {
    if (this.#process.exitCode !== null) throw new Error(`prometheus ended with ${this.#process.exitCode}`)
    try {
      return (await fetch(`${this.#url}/-/ready`)).ok
    } catch {
      // Nobody listens yet.
      return false
    }
  }

  async #ask(call: string, parameters: Readonly<Record<string, string>>): Promise<Series[]> {
    const body = new URLSearchParams(parameters)
    const reply = await fetch(`${this.#url}/api/v1/${call}`, { method: 'POST', body })
    const { status, error, data } = (await reply.json()) as Answer
    if (status !== 'success') throw new Error(`${error}: ${parameters['query']}`)
    return data.result.map(({ metric, value, values = value === undefined ? [] : [value] }) => {
      return { metric, values: values.map(([, text]) => Number(text)) }
    })
  }
}

/** What `promtool check metrics` says of a text; empty when it finds nothing. */
export function lintMetrics(text: string): string {
  const { status, stdout, stderr, error } = spawnSync('promtool', ['check', 'metrics'], {
    input: text,
    encoding: 'utf8',
  })
  if (error !== undefined) throw error
  return status === 0 ? '' : `${stdout}${stderr}`
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
