/** The process and its threads. Names without our prefix are those every Prometheus client library uses. */
import { readdirSync } from 'node:fs'
import { Counter, Gauge, type Registry } from 'prom-client'
import type { Clock } from '../clock.ts'
import { single, type Declarations } from './declare.ts'
import type { StatusBoard } from './thread-status.ts'

/** What stands in `thanhloc_build_info`. */
export interface Build {
  readonly version: string
  readonly node: string
}

export interface ProcessReadings {
  readonly build: Build
  readonly clock: Clock
  /** Log lines dropped so far, by thread. */
  logDrops(): Readonly<Record<string, number>>
  configFailures(): number
}

export function declareProcessMetrics(
  declare: Declarations,
  registry: Registry,
  board: StatusBoard,
  { build, clock, logDrops, configFailures }: ProcessReadings,
): void {
  declare.gauge(
    'build_info',
    'Always 1; what runs stands in the labels.',
    ['version', 'node', 'datagrams'],
    () => {
      const kinds = [...board.resolvers.values()].map(({ value }) => value?.datagrams)
      return [[{ ...build, datagrams: kinds.find((kind) => kind !== undefined) ?? 'unknown' }, 1]]
    },
  )
  declare.counter('thread_restarts_total', 'Times a thread died and was started again.', ['thread'], () =>
    (board.supervisor.value?.threads ?? []).map(({ name, restarts }) => [{ thread: name }, restarts]),
  )
  declare.gauge('thread_start_time_seconds', 'When a thread was started last, in seconds since 1970.', ['thread'], () =>
    (board.supervisor.value?.threads ?? []).map(({ name, startedAt }) => [{ thread: name }, Date.parse(startedAt) / 1000]),
  ) // prettier-ignore
  declare.counter(
    'log_lines_dropped_total',
    'Log lines dropped because standard output was not read.',
    [],
    () => single(Object.values(logDrops()).reduce((sum, count) => sum + count, 0)),
  )
  declare.counter('config_reload_failures_total', 'Changed configurations that were refused.', [], () =>
    single(configFailures()),
  )

  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'User and system CPU time of the process.',
    registers: [registry],
    collect() {
      const { user, system } = process.cpuUsage()
      this.reset()
      this.inc((user + system) / 1e6)
    },
  })
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory of the process.',
    registers: [registry],
    collect() {
      this.set(process.memoryUsage.rss())
    },
  })
  const startedAtSeconds = clock.wallMs() / 1000 - process.uptime()
  new Gauge({
    name: 'process_start_time_seconds',
    help: 'When the process started, in seconds since 1970.',
    registers: [registry],
  }).set(startedAtSeconds)
  new Gauge({
    name: 'process_open_fds',
    help: 'Open file descriptors of the process.',
    registers: [registry],
    collect() {
      this.set(openDescriptors())
    },
  })
}

function openDescriptors(): number {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return 0
  }
}
