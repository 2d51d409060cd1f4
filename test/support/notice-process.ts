/** `thanhloc notice` as its own process, as it is run, and what it costs. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from './server.ts'

const program = join(import.meta.dirname, '../../bin/thanhloc')
const CLOCK_TICKS = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

export class NoticeProcess {
  /** Standard output so far. */
  log = ''
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
    child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.log += text))
  }

  /** `runBy`: program and arguments in front, such as `ip netns exec`. Resolves when it listens on `ports` ports. */
  static async start(socket: string, ports: number, runBy: readonly string[] = []): Promise<NoticeProcess> {
    const [first, ...rest] = [...runBy, program, 'notice', '--socket', socket]
    const started = new NoticeProcess(spawn(first, rest, { stdio: ['ignore', 'pipe', 'inherit'] }))
    await started.logged('listening', ports)
    return started
  }

  /** Waits until the message `text` stands `times` times in the log. */
  async logged(text: string, times = 1): Promise<void> {
    await eventually(() => {
      if (this.#child.exitCode !== null) throw new Error(`it has ended:\n${this.log}`)
      return this.log.split(`"msg":"${text}`).length > times
    }, 20_000)
  }

  /** Resident memory, megabytes. */
  get residentMb(): number {
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(this.#file('status'))![1]) / 1024)
  }

  get descriptors(): number {
    return readdirSync(`/proc/${this.#child.pid}/fd`).length
  }

  /** Seconds of CPU used so far, user and system. */
  get cpuSeconds(): number {
    const fields = this.#file('stat').split(') ')[1]!.split(' ')
    return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS
  }

  /** SIGTERM; resolves with the exit code. */
  async stop(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const closed = once(this.#child, 'close')
      this.#child.kill('SIGTERM')
      await closed
    }
    return this.#child.exitCode
  }

  #file(name: string): string {
    return readFileSync(`/proc/${this.#child.pid}/${name}`, 'utf8')
  }
}
