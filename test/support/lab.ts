/**
 * Two machines for the system tests, as network namespaces joined by a cable: the product on one, a client on the
 * other. Needs root. Names carry the number of this process; what a killed run left behind is removed by the next.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TestServer, type ServerOptions } from './server.ts'

export const SERVER = '10.99.0.1'
export const SERVER_SECOND = '10.99.0.2'
export const SERVER6 = 'fd99::1'
export const CLIENT = '10.99.0.9'
export const CLIENT6 = 'fd99::9'
/** The device at both ends. */
export const DEVICE = 'veth0'

const PREFIX = 'thanhloc'
const UPSTREAM_PORT = 5300

/** Runs a program to its end; what it says on both streams. Throws with that when its exit code is not 0. */
export function run(program: string, ...args: readonly string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 })
}

export class Lab {
  readonly serverSide: string
  readonly clientSide: string
  readonly directory: string
  readonly #sides: string[]
  readonly #upstream: ChildProcess
  #server: TestServer | null = null

  private constructor(name: string) {
    this.serverSide = `${name}-s`
    this.clientSide = `${name}-c`
    this.#sides = [this.serverSide, this.clientSide]
    for (const side of this.#sides) run('ip', 'netns', 'add', side)
    run('ip', 'link', 'add', DEVICE, 'netns', this.serverSide, 'type', 'veth', 'peer', 'name', DEVICE, 'netns', this.clientSide) // prettier-ignore
    const up = (side: string, ...addresses: string[]): void => {
      const device = (...words: string[]): string => run('ip', '-n', side, ...words)
      for (const address of addresses) device('addr', 'add', address, 'dev', DEVICE, 'nodad')
      for (const one of ['lo', DEVICE]) device('link', 'set', one, 'up')
    }
    up(this.serverSide, `${SERVER}/24`, `${SERVER_SECOND}/24`, `${SERVER6}/64`)
    up(this.clientSide, `${CLIENT}/24`, `${CLIENT6}/64`)
    this.setResolvConf(this.clientSide, `nameserver ${SERVER}\noptions timeout:3 attempts:2\n`)
    this.directory = mkdtempSync(join(tmpdir(), 'thanhloc-'))
    this.#upstream = spawn(
      'ip',
      ['netns', 'exec', this.serverSide, process.execPath, join(import.meta.dirname, 'upstream-process.ts'), '127.0.0.1', `${UPSTREAM_PORT}`], // prettier-ignore
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
  }

  /** The cable is in and the upstream listens; `start` starts the product. */
  static async open(): Promise<Lab> {
    sweep()
    const lab = new Lab(`${PREFIX}-${process.pid}-${Math.random().toString(36).slice(2, 7)}`)
    try {
      await once(lab.#upstream.stdout!, 'data')
      return lab
    } catch (error) {
      await lab.close()
      throw error
    }
  }

  /** `config` is put behind the listen addresses (port 53 on all there are) and the upstream, unless it names some. */
  async start(
    config: string,
    files: Readonly<Record<string, string>> = {},
    options: Pick<ServerOptions, 'entry'> = {},
  ): Promise<TestServer> {
    const own = (key: string, text: string): string => (config.includes(`${key}:`) ? '' : `${key}: ${text}\n`)
    this.#server = await TestServer.start({
      directory: this.directory,
      config:
        own('listen', '["0.0.0.0:53", "[::]:53"]') +
        own('upstreams', `{ servers: ["127.0.0.1:${UPSTREAM_PORT}"] }`) +
        config,
      files,
      ...options,
      runBy: ['ip', 'netns', 'exec', this.serverSide],
    })
    return this.#server
  }

  /** One machine more, without a cable; removed with the others. Returns the name of its namespace. */
  addSide(suffix: string): string {
    const side = `${this.serverSide}-${suffix}`
    run('ip', 'netns', 'add', side)
    this.#sides.push(side)
    return side
  }

  /** Runs a program on the client. */
  client(program: string, ...args: readonly string[]): string {
    return run('ip', 'netns', 'exec', this.clientSide, program, ...args)
  }

  /** Runs a program on the server's machine. */
  inside(program: string, ...args: readonly string[]): string {
    return run('ip', 'netns', 'exec', this.serverSide, program, ...args)
  }

  setResolvConf(side: string, text: string): void {
    setResolvConf(side, text)
  }

  async stop(): Promise<void> {
    await this.#server?.stop(true)
    this.#server = null
  }

  /** Removes everything. Safe to call twice. */
  async close(): Promise<void> {
    await this.stop()
    if (this.#upstream.exitCode === null && this.#upstream.signalCode === null) {
      const closed = once(this.#upstream, 'close')
      this.#upstream.kill('SIGKILL')
      await closed
    }
    for (const side of this.#sides) removeSide(side)
    rmSync(this.directory, { recursive: true, force: true })
  }
}

/** What programs on one side find as /etc/resolv.conf. */
export function setResolvConf(side: string, text: string): void {
  mkdirSync(`/etc/netns/${side}`, { recursive: true })
  writeFileSync(`/etc/netns/${side}/resolv.conf`, text)
}

/** Removes a namespace and what stands under /etc for it. */
export function removeSide(side: string): void {
  if (existsSync(`/run/netns/${side}`)) run('ip', 'netns', 'del', side)
  rmSync(`/etc/netns/${side}`, { recursive: true, force: true })
}

/** Removes the namespaces of runs that are over. */
export function sweep(): void {
  if (!existsSync('/run/netns')) return
  for (const side of readdirSync('/run/netns')) {
    const pid = new RegExp(`^${PREFIX}-(\\d+)-`).exec(side)?.[1]
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) removeSide(side)
  }
}
