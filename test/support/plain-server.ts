/** `serve` as a bare process, for what happens before it is ready; see server.ts for the rest. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const main = join(import.meta.dirname, '../../src/main.ts')

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export class PlainServer {
  readonly process: ChildProcess
  #stdout = ''
  #stderr = ''
  readonly #ended: Promise<unknown>

  /** `entry`: another main module. */
  constructor(args: readonly string[], options: { entry?: string; env?: NodeJS.ProcessEnv } = {}) {
    this.process = spawn(process.execPath, [options.entry ?? main, 'serve', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
    })
    this.process.stdout!.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text))
    this.process.stderr!.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text))
    this.#ended = once(this.process, 'close')
  }

  /** What came on standard output so far. */
  get stdout(): string {
    return this.#stdout
  }

  /** Resolves when it has ended; with kill -9 and a rejection when that takes more than `patienceMs`. */
  async ended(patienceMs = 10_000): Promise<Ended> {
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      this.process.kill('SIGKILL')
    }, patienceMs)
    await this.#ended
    clearTimeout(timer)
    if (isLate)
      throw new Error(`not ended after ${patienceMs} ms; it said:\n${this.#stderr}\n${this.#stdout}`)
    const { exitCode: code, signalCode: signal } = this.process
    return { code, signal, stdout: this.#stdout, stderr: this.#stderr }
  }
}
