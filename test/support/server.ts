/** Runs the real product on loopback, as a user would, with a configuration given as text. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '../..')
const READY_MS = 20_000

/** Whatever becomes of a test, its servers do not outlive it. */
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export interface LogLine {
  readonly level: string
  readonly msg: string
  readonly thread?: string
  readonly [key: string]: unknown
}

export interface ServerOptions {
  /** YAML; `listen`, `admin`, `store`, `workers` are put in front unless it has them. */
  readonly config: string
  /** Files beside the configuration: name → content. */
  readonly files?: Readonly<Record<string, string>>
  /** A directory of an earlier server to go on with. */
  readonly directory?: string
  /** Another main module, for faults. */
  readonly entry?: string
  readonly env?: NodeJS.ProcessEnv
  readonly args?: readonly string[]
  /** Put before the program: `['ip', 'netns', 'exec', 'name']`. */
  readonly runBy?: readonly string[]
}

/** A running server. */
export class TestServer {
  readonly directory: string
  readonly process: ChildProcess
  /** Everything it has logged. */
  readonly lines: LogLine[] = []
  /** What came on standard error. */
  stderr = ''
  port = 0
  readonly #watchers = new Set<() => void>()
  #text = ''

  private constructor(options: ServerOptions) {
    this.directory = options.directory ?? mkdtempSync(join(tmpdir(), 'thanhloc-'))
    const own = (key: string, text: string): string =>
      new RegExp(`^${key}:`, 'm').test(options.config) ? '' : `${key}: ${text}\n`
    const config =
      own('listen', '["127.0.0.1:0"]') +
      own('admin', '{ listen: "off" }') +
      own('store', '{ path: data }') +
      // On any machine: what one thread has in its cache the next one has not.
      own('workers', '1') +
      options.config
    this.write('thanhloc.yaml', config)
    for (const [name, text] of Object.entries(options.files ?? {})) this.write(name, text)
    const [program, ...before] = [...(options.runBy ?? []), process.execPath]
    this.process = spawn(
      program,
      [
        ...before,
        options.entry ?? join(root, 'src/main.ts'),
        'serve',
        '--config',
        join(this.directory, 'thanhloc.yaml'),
        ...(options.args ?? []),
      ],
      {
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        env: { ...process.env, ...options.env },
      },
    )
    this.process.stdout!.setEncoding('utf8').on('data', (text: string) => this.#hear(text))
    this.process.stderr!.setEncoding('utf8').on('data', (text: string) => (this.stderr += text))
    running.add(this.process)
    this.process.on('exit', () => {
      running.delete(this.process)
      this.#changed()
    })
  }

  /** Starts one and waits until it says `ready`. Rejects with what it said instead. */
  static async start(options: ServerOptions): Promise<TestServer> {
    const server = new TestServer(options)
    const ready = await server
      .logged((line) => line.msg === 'ready', READY_MS)
      .catch((error: unknown) => {
        server.process.kill('SIGKILL')
        if (options.directory === undefined) rmSync(server.directory, { recursive: true, force: true })
        throw error
      })
    server.port = Number((ready['listen'] as string[])[0]!.split(':').at(-1))
    return server
  }

  /** Starts one that is expected to fail; resolves with its exit code when it has ended. */
  static async failing(
    options: ServerOptions,
  ): Promise<{ code: number | null; stderr: string; lines: LogLine[] }> {
    const server = new TestServer(options)
    const [code] = (await once(server.process, 'close')) as [number | null]
    rmSync(server.directory, { recursive: true, force: true })
    return { code, stderr: server.stderr, lines: server.lines }
  }

  path(name: string): string {
    return join(this.directory, name)
  }

  /** Writes a file of the server's in place. */
  write(name: string, text: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true })
    writeFileSync(this.path(name), text)
  }

  /** Waits for a log line, from the first on. */
  async logged(wanted: (line: LogLine) => boolean, timeoutMs = 10_000): Promise<LogLine> {
    await this.until(() => this.lines.some(wanted), timeoutMs)
    return this.lines.find(wanted)!
  }

  /** Waits until `condition` holds after a line or an end; rejects when the server ends or the time is over. */
  until(condition: () => boolean, timeoutMs = 10_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (error?: Error): void => {
        clearTimeout(timer)
        this.#watchers.delete(check)
        if (error) reject(error)
        else resolve()
      }
      const told = (): string =>
        `${this.stderr}\n${this.lines.map((line) => JSON.stringify(line)).join('\n')}`
      const timer = setTimeout(
        () => done(new Error(`not within ${timeoutMs} ms; it said:\n${told()}`)),
        timeoutMs,
      )
      const check = (): void => {
        if (condition()) done()
        else if (this.process.exitCode !== null)
          done(new Error(`ended with ${this.process.exitCode}:\n${told()}`))
      }
      this.#watchers.add(check)
      check()
    })
  }

  /** Calls the admin API over its socket. `body`: sent as JSON, bytes as they are. */
  api<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: T; text: string }> {
    return new Promise((resolve, reject) => {
      const isFile = body instanceof Uint8Array
      const sent = body === undefined ? null : isFile ? body : JSON.stringify(body)
      const type = isFile ? 'application/octet-stream' : 'application/json'
      const headers = sent === null ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(sent) }
      const call = request(
        // A kept-alive connection may be closed by the server at the very moment it is used again.
        { socketPath: this.path('data/admin.sock'), method, path, headers, agent: false },
        (response) => {
          let text = ''
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
          response.on('end', () => {
            const isJson = String(response.headers['content-type']).includes('json')
            resolve({ status: response.statusCode!, body: (isJson ? JSON.parse(text) : null) as T, text })
          })
        },
      )
      call.on('error', reject)
      call.end(sent)
    })
  }

  /** SIGTERM; resolves with the exit code. Files stay when `keep`. */
  async stop(keep = false): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const closed = once(this.process, 'close')
      this.process.kill('SIGTERM')
      await closed
    }
    if (!keep) rmSync(this.directory, { recursive: true, force: true })
    return this.process.exitCode
  }

  /** kill -9, files stay. */
  async kill(): Promise<void> {
    const closed = once(this.process, 'close')
    this.process.kill('SIGKILL')
    await closed
  }

  #hear(text: string): void {
    this.#text += text
    const whole = this.#text.split('\n')
    this.#text = whole.pop()!
    for (const line of whole) this.lines.push(JSON.parse(line) as LogLine)
    this.#changed()
  }

  #changed(): void {
    for (const watcher of [...this.#watchers]) watcher()
  }
}

/** Tries until `check` returns something other than undefined or false; for what has no event to wait for. */
export async function eventually<T>(
  check: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = 10_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const value = await check()
    if (value !== undefined && value !== false) return value
    if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${check.toString()}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
