/** What the tests of the store share: a clock that stands still, a log that remembers, hits by name. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { onTestFinished } from 'vitest'
import type { Clock } from '../../../src/clock.ts'
import { BlockLines } from '../../../src/detection/block-lines.ts'
import { BlockLog } from '../../../src/detection/block-log.ts'
import type { Connect } from '../../../src/detection/database.ts'
import { HitCollector } from '../../../src/detection/hit-collector.ts'
import type { BindingsSaved } from '../../../src/detection/identity-commit.ts'
import { IdentityIntake } from '../../../src/detection/identity-intake.ts'
import { ListRegistry } from '../../../src/detection/list-registry.ts'
import type { OpenWitness } from '../../../src/detection/pair-change.ts'
import { StoreWriter } from '../../../src/detection/store-writer.ts'
import type { Binding } from '../../../src/identity/binding.ts'
import { HIT_TABLE_BYTES, HitWriter } from '../../../src/thread/hit-table.ts'
import { NOON, bytesOf, record, type HitGiven } from '../thread/hits.ts'

export { NOON, bytesOf, record, wireOf, wordsOf, type HitGiven } from '../thread/hits.ts'

export class FakeClock implements Clock {
  nowMs = 0
  monotonicMs = (): number => this.nowMs
  wallMs = (): number => NOON + this.nowMs
  every = (): (() => void) => () => {}
}

export interface LogLine {
  readonly level: string
  readonly message: string
  readonly [field: string]: unknown
}

export class FakeLog {
  readonly lines: LogLine[] = []
  info = (fields: object, message: string): void =>
    void this.lines.push({ ...fields, level: 'info', message })
  warn = (fields: object, message: string): void =>
    void this.lines.push({ ...fields, level: 'warn', message })
  error = (fields: object, message: string): void =>
    void this.lines.push({ ...fields, level: 'error', message })

  of(message: string): LogLine[] {
    return this.lines.filter((line) => line.message.includes(message))
  }
}

/** A block log whose lines `log` remembers. */
export function blockLogOf(
  registry: ListRegistry,
  clock: Clock,
  log: FakeLog,
  bases?: ConstructorParameters<typeof BlockLines>[2],
): BlockLog {
  const write = (members: string, message: string): void =>
    log.info(JSON.parse(`{${members.slice(1)}}`) as object, message)
  return new BlockLog(clock, log, new BlockLines(registry, { isEnabled: true, write }, bases))
}

export function newTable(): SharedArrayBuffer {
  return new SharedArrayBuffer(HIT_TABLE_BYTES)
}

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'thanhloc-store-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return join(directory, 'data')
}

export interface BindingGiven extends Partial<Omit<Binding, 'address'>> {
  readonly address?: string
}

/** A binding by what matters in a test; times are milliseconds after noon. */
export function bindingOf(given: BindingGiven): Binding {
  const { address = '10.0.0.1', fromMs = 0, untilMs = null, ...rest } = given
  return {
    mac: null, duid: null, hostName: null, source: 'lease', sure: 'certain', isRouter: false, ...rest,
    address: bytesOf(address), fromMs: NOON + fromMs, untilMs: untilMs === null ? null : NOON + untilMs,
  } // prettier-ignore
}

/** A store thread without its thread; `restart` is its death and the start of the next one. */
export class FakeStore {
  readonly directory: string
  readonly tables: readonly SharedArrayBuffer[]
  readonly writers: HitWriter[]
  readonly clock = new FakeClock()
  readonly log = new FakeLog()
  readonly registry = new ListRegistry()
  connect: Connect | undefined
  readonly openWitness: OpenWitness | undefined
  routers: readonly string[] = []
  storeWriter!: StoreWriter
  collector!: HitCollector
  intake!: IdentityIntake

  constructor(threads = 1, directory = temporaryDirectory(), openWitness?: OpenWitness) {
    this.directory = directory
    this.openWitness = openWitness
    this.tables = Array.from({ length: threads }, newTable)
    this.writers = this.tables.map((memory) => new HitWriter(memory))
    this.registry.register([
      { number: 1, id: 'apt32', campaign: '2022', basis: '1298/CATTT-NCSC', action: 'sinkhole' },
      { number: 2, id: 'watch', campaign: null, basis: '', action: 'log' },
    ])
    this.restart()
    onTestFinished(() => this.storeWriter.close())
  }

  restart(): void {
    const { directory, registry, clock, log, routers, openWitness } = this
    const connect: Connect = (path) => this.connect?.(path) ?? new DatabaseSync(path, { timeout: 1 })
    this.storeWriter = new StoreWriter({
      directory, registry, clock, log, connect, routers, hourRowsKept: 100, nodeName: 'dns1',
      ...(openWitness === undefined ? {} : { openWitness }),
    }) // prettier-ignore
    this.intake = new IdentityIntake(this.storeWriter, clock, log)
    this.collector = new HitCollector(
      this.tables,
      this.storeWriter,
      blockLogOf(registry, clock, log),
      clock,
      log,
    )
  }

  hit(hit: HitGiven = {}, thread = 0): void {
    record(this.writers[thread]!, hit)
  }

  /** Lets `ms` pass, then ticks. */
  tick(ms = 200): void {
    this.clock.nowMs += ms
    this.collector.tick()
  }

  /** Tells bindings as one letter, and has it written. */
  bind(...bindings: readonly BindingGiven[]): BindingsSaved {
    return this.storeWriter.identity((commit) => commit.bind(bindings.map(bindingOf), this.clock.wallMs()))
  }

  get path(): string {
    return join(this.directory, 'thanhloc.db')
  }

  query(sql: string): Record<string, unknown>[] {
    const database = new DatabaseSync(this.path, { readOnly: true, timeout: 1000 })
    try {
      return database.prepare(sql).all()
    } finally {
      database.close()
    }
  }

  /** All hits stored, whoever asked. */
  get stored(): number {
    const [row] = this.query(`SELECT (SELECT total(blocked_count + logged_count) FROM hit)
      + (SELECT total(blocked_count + logged_count) FROM folded_hit) AS n`)
    return Number(row!['n'])
  }
}
