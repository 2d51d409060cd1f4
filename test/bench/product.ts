/** The product as its users start it, by bin/thanhloc, in a directory of its own, and what it costs. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const program = join(import.meta.dirname, '../../bin/thanhloc')
const SINKHOLE = '10.10.10.10'
const END_MS = 10_000

const open = new Set<() => void>()
process.on('exit', () => {
  for (const end of open) end()
})
for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143]] as const) process.once(signal, () => process.exit(code)) // prettier-ignore

export interface ProductOptions {
  /** Names of the one list. */
  readonly names: readonly string[]
  /** YAML behind what the benchmark sets; lists in it take the place of the one. */
  readonly config?: string
  readonly upstreamPort?: number
  readonly workers?: number
  readonly datagrams?: 'batched' | 'portable'
  /** Where the admin API listens beside its socket; nowhere unless given. */
  readonly admin?: string
  /** On top of this process's own. */
  readonly env?: Readonly<Record<string, string>>
}

export class Product {
  readonly directory = mkdtempSync(join(tmpdir(), 'thanhloc-bench-'))
  port = 0
  /** `127.0.0.1:<port>` of the admin API, where it listens. */
  adminAddress = ''
  /** Log lines so far, as they were written, but those of single hits: millions are no string. */
  log = ''
  #halfLine = ''
  readonly #options: ProductOptions
  readonly #remove = (): void => rmSync(this.directory, { recursive: true, force: true })
  #process: ChildProcess | null = null
  #kill: () => void = () => {}

  /** Writes configuration and list; nothing runs yet. */
  constructor(options: ProductOptions) {
    this.#options = options
    open.add(this.#remove)
    const { datagrams = 'auto', config = '' } = options
    writeFileSync(this.configFile, `datagrams: ${datagrams}\n${config}`)
    this.prepareList(options.names)
    this.swapList()
  }

  get configFile(): string {
    return join(this.directory, 'thanhloc.yaml')
  }

  /** Of the database and the socket. */
  get data(): string {
    return join(this.directory, 'data')
  }

  static async start(options: ProductOptions): Promise<Product> {
    const product = new Product(options)
    await product.start()
    return product
  }

  /** Writes the list beside the one there is. */
  prepareList(names: readonly string[]): void {
    writeFileSync(join(this.directory, 'list.next'), `${names.join('\n')}\n`)
  }

  /** Puts it in place, in one step. */
  swapList(): void {
    renameSync(join(this.directory, 'list.next'), join(this.directory, 'list.txt'))
  }

  /** Starts it on `port` (0: a free one) and resolves when it says `ready`. */
  async start(port = 0): Promise<void> {
    this.log = ''
    const { upstreamPort = 9, workers = 1, config = '', admin = 'off' } = this.#options
    const options = {
      config: this.configFile,
      data: this.data,
      ...(/^lists:/m.test(config) ? {} : { list: join(this.directory, 'list.txt') }),
      listen: `127.0.0.1:${port}`,
      upstream: `127.0.0.1:${upstreamPort}`,
      sinkhole: SINKHOLE,
      admin,
      workers: String(workers),
    }
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])
    const env = { ...process.env, ...this.#options.env }
    const child = spawn(program, ['serve', ...args], { stdio: ['ignore', 'pipe', 'inherit'], env })
    this.#process = child
    this.#kill = () => void child.kill('SIGKILL')
    open.add(this.#kill)
    child.stdout.setEncoding('utf8').on('data', (text: string) => this.#hear(text))
    const ready = await this.logged('ready', 1, 120_000)
    this.port = Number(/"listen":\["[^"]*:(\d+)"/.exec(ready)![1])
    this.adminAddress = /"admin":\["([^"]*)"/.exec(ready)?.[1] ?? ''
  }

  /** Waits until the message `text` stands `times` times in the log; resolves with the latest such line. */
  async logged(text: string, times = 1, timeoutMs = 60_000): Promise<string> {
    const endMs = performance.now() + timeoutMs
    for (;;) {
      const lines = this.log.split('\n').filter((line) => line.includes(`"msg":"${text}"`))
      if (lines.length >= times) return lines.at(-1)!
      if (this.#process?.exitCode !== null) throw new Error(`it has ended:\n${this.log}`)
      if (performance.now() > endMs) throw new Error(`no "${text}" for ${timeoutMs} ms`)
      await pause(10)
    }
  }

  /** Puts the prepared list in place and waits until it is in force. */
  async reload(): Promise<void> {
    const times = this.log.split('"msg":"lists in force"').length
    this.swapList()
    this.signal('SIGHUP')
    await this.logged('lists in force', times)
  }

  signal(signal: NodeJS.Signals): void {
    this.#process!.kill(signal)
  }

  /** Seconds of CPU used so far, user and system. */
  get cpuSeconds(): number {
    const fields = readFileSync(`/proc/${this.#process!.pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
    return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS
  }

  get residentMb(): number {
    return this.#memory('VmRSS')
  }

  /** The most it ever had. */
  get peakMb(): number {
    return this.#memory('VmHWM')
  }

  /** SIGKILL. Files stay. */
  async kill(): Promise<void> {
    const closed = once(this.#process!, 'close')
    this.#kill()
    await closed
    open.delete(this.#kill)
  }

  /** SIGTERM, or SIGKILL when that is not enough. Files stay. */
  async stop(): Promise<void> {
    const child = this.#process
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const closed = once(child, 'close')
    child.kill('SIGTERM')
    const timer = setTimeout(this.#kill, END_MS)
    await closed
    clearTimeout(timer)
    open.delete(this.#kill)
  }

  async close(): Promise<void> {
    await this.stop()
    this.#remove()
    open.delete(this.#remove)
  }

  #hear(text: string): void {
    const lines = (this.#halfLine + text).split('\n')
    this.#halfLine = lines.pop()!
    for (const line of lines) if (!line.includes('"msg":"blocked"')) this.log += `${line}\n`
  }

  #memory(field: string): number {
    const status = readFileSync(`/proc/${this.#process!.pid}/status`, 'utf8')
    return Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)![1]) / 1024)
  }
}

const CLOCK_TICKS = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** Whether a file stands in the directory of `product`'s data. */
export function hasData(product: Product, name: string): boolean {
  return readdirSync(product.data).includes(name)
}
