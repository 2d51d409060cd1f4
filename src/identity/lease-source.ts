/** A lease file: read whole when it has changed, compared with what was known from it. */
import type { IdentitySettings } from '../config/settings.ts'
import type { AddressBook } from './address-book.ts'
import type { Sure } from './binding.ts'
import type { Breath } from './breath.ts'
import { exists, readInChunks } from './file-chunks.ts'
import { EXPORTED, type NamedLeaseFormat } from './leases/formats.ts'
import type { Lease, LeaseReading, PastLease } from './leases/ledger.ts'
import { LeaseReader } from './leases/reader.ts'
import type { Look, Seen, SeenPast, SourceHistory } from './source-history.ts'
import { WatchedFile, type FileContext, type Reading, type SourceStatus } from './watched-file.ts'

type LeaseFileSettings = IdentitySettings['leases'][number]

/** How long an address that is missing in the file is waited for. */
const GRACE_MS = 60_000

/** A machine may ask its first name before the file that names it is written. */
const WRITE_DELAY_MS = 10_000

/** Files that Kea's clean-up leaves beside its own, in the order in which it reads them itself. */
const KEA_DONE = '.completed'
const KEA_OLDER = ['.2', '.1']

/** Bytes at hand, and when they were written. */
interface Content {
  readonly reading: LeaseReading
  readonly format: NamedLeaseFormat | null
  readonly writtenMs: number
  readonly hasMoved: boolean
}

export class LeaseSource {
  readonly id: string
  readonly file: WatchedFile
  readonly #settings: LeaseFileSettings
  readonly #history: SourceHistory
  readonly #context: FileContext
  #format: NamedLeaseFormat | null
  #lastAtMs: number | null = null

  constructor(settings: LeaseFileSettings, book: AddressBook, context: FileContext) {
    const { path, format } = settings
    this.id = leaseSourceId(settings)
    this.#settings = settings
    this.#context = context
    this.#format = format === 'auto' ? null : format
    const mayBeKea = format === 'auto' || format === 'kea'
    const beside = mayBeKea ? [KEA_DONE, ...KEA_OLDER].map((ending) => path + ending) : []
    this.file = new WatchedFile([path, ...beside], context)
    const canExpire = (): boolean => this.#format !== null && !EXPORTED.includes(this.#format)
    this.#history = book.open(this.id, { source: 'lease', graceMs: GRACE_MS, canExpire })
  }

  status(): SourceStatus {
    return { source: 'lease', format: this.#format, ...this.file.status }
  }

  read(): Promise<void> {
    return this.file.read((breath, takesMoved) => this.#read(breath, takesMoved))
  }

  tick(nowMs: number, monotonicMs: number): void {
    this.#history.tick(nowMs, monotonicMs, this.file.status.error === null)
  }

  async #read(breath: Breath, takesMoved: boolean): Promise<Reading> {
    const { reading, format, writtenMs, hasMoved } = await this.#content(breath)
    const { leases, past, refused, refusedCount } = reading
    const summary = { rows: leases.length, refused, refusedCount, hasMoved }
    // Logs that grow are whole up to where they were read; what is written over from its beginning is not.
    const isLog = format === 'isc' || format === 'kea'
    if (hasMoved && !isLog && !takesMoved) return summary
    if (leases.length + past.length === 0 && refusedCount > 0) {
      throw new Error(`no lease in it could be read: line ${refused[0]!.line} ${refused[0]!.reason}`)
    }
    this.#format = format
    const look = this.#look(writtenMs, format)
    await breath.run(this.#history.take(allSeen(leases, format), allPast(past, format), look))
    return isLog ? { ...summary, hasMoved: false } : summary
  }

  #look(writtenMs: number, format: NamedLeaseFormat | null): Look {
    const nowMs = this.#context.clock.wallMs()
    const atMs = Math.min(writtenMs, nowMs)
    const lastAtMs = this.#lastAtMs ?? atMs
    this.#lastAtMs = atMs
    const isExport = format !== null && EXPORTED.includes(format)
    const sinceMs = Math.min(isExport ? lastAtMs : Math.max(lastAtMs, atMs - WRITE_DELAY_MS), atMs)
    return { nowMs, atMs, sinceMs, monotonicMs: this.#context.clock.monotonicMs() }
  }

  async #content(breath: Breath): Promise<Content> {
    const alone = await this.#readFiles([this.#settings.path], this.#settings.format, breath)
    const before = alone.format === 'kea' ? keaFilesBefore(this.#settings.path) : []
    return before.length === 0 ? alone : this.#readFiles([...before, this.#settings.path], 'kea', breath)
  }

  async #readFiles(
    paths: readonly string[],
    format: LeaseFileSettings['format'],
    breath: Breath,
  ): Promise<Content> {
    let reader = null as LeaseReader | null
    let writtenMs = 0
    let hasMoved = false
    for (const path of paths) {
      reader?.nextFile()
      const take = (chunk: Uint8Array, atMs: number): void => {
        reader ??= new LeaseReader(format, { writtenMs: atMs })
        reader.push(chunk)
      }
      const read = await readInChunks(path, take, breath)
      writtenMs = Math.max(writtenMs, read.writtenMs)
      hasMoved ||= read.hasMoved
    }
    reader ??= new LeaseReader(format, { writtenMs })
    const reading = await breath.run(reader.end())
    return { reading, format: reader.format, writtenMs, hasMoved }
  }
}

/** What tells the source of a lease file from others. */
export function leaseSourceId({ path, format }: LeaseFileSettings): string {
  return `lease ${format} ${path}`
}

/** The files whose rows come before those of the file at `path` (Kea's lease file clean-up). */
function keaFilesBefore(path: string): string[] {
  if (exists(path + KEA_DONE)) return [path + KEA_DONE]
  return KEA_OLDER.map((ending) => path + ending).filter(exists)
}

/** One at a time: a second copy of a long file need not be in memory. */
function* allSeen(leases: readonly Lease[], format: NamedLeaseFormat | null): Generator<Seen> {
  for (const lease of leases) yield seen(lease, format)
}

function* allPast(leases: readonly PastLease[], format: NamedLeaseFormat | null): Generator<SeenPast> {
  for (const { fromMs, untilMs, ...lease } of leases)
    yield { ...seen({ ...lease, fromMs }, format), fromMs, untilMs }
}

function seen(lease: Lease, format: NamedLeaseFormat | null): Seen {
  const { address, mac, duid, hostName, fromMs, expiresMs, isReserved } = lease
  return {
    address,
    mac,
    duid,
    hostName,
    fromMs,
    expiresMs,
    sure: sureness(isReserved, format),
    isRouter: false,
  }
}

/** A reservation says who may have the address, an export who had it then, a lease file who has it. */
function sureness(isReserved: boolean, format: NamedLeaseFormat | null): Sure {
  if (isReserved) return 'guess'
  return format !== null && EXPORTED.includes(format) ? 'likely' : 'certain'
}
