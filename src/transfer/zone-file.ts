/**
 * A zone as a file: the SOA in the first line, then one record a line, and a last line that says how it came. A file
 * without that line is no copy. It is written beside itself and takes its name when it is whole; the time of the last
 * check that found it current is the time it was written, so that it holds across a restart.
 */
import { createReadStream } from 'node:fs'
import { open, rename, rm, utimes, type FileHandle } from 'node:fs/promises'
import { ownerOf, type Differences } from './differences.ts'
import { readSoa, type Soa } from './serial.ts'
import { TransferError } from './transfer-error.ts'

const FILE_MODE = 0o600
const CHUNK_BYTES = 1 << 20
/** The SOA line and the last one: two names and some numbers. */
const EDGE_BYTES = 4096

export type TransferKind = 'axfr' | 'ixfr'

/** What a copy here is. */
export interface ZoneCopy {
  readonly soa: Soa
  readonly records: number
  readonly kind: TransferKind
  /** Wall clock, milliseconds: when it was transferred, and when it was found current last. */
  readonly transferredMs: number
  readonly checkedMs: number
}

const LAST_LINE = /\n; whole: (?<records>\d+) records, by (?<kind>axfr|ixfr) at (?<at>[0-9T:.Z-]+)\n$/

/** Reads what the file at `path` is a copy of; null where it is none of `zone` (absolute, lower-case). */
export async function readCopy(path: string, zone: string): Promise<ZoneCopy | null> {
  let file: FileHandle | null = null
  try {
    file = await open(path, 'r')
    const { size, mtimeMs } = await file.stat()
    const first = (await edge(file, 0, size)).split('\n', 1)[0]!
    const last = LAST_LINE.exec(await edge(file, Math.max(0, size - EDGE_BYTES), size))?.groups
    const [owner, , , type, ...rdata] = first.split(' ')
    const soa = owner === zone && type === 'SOA' ? readSoa(rdata.join(' ')) : null
    if (soa === null || last === undefined) return null
    const transferredMs = Date.parse(last['at']!)
    return { soa, records: Number(last['records']), kind: last['kind'] as TransferKind, transferredMs, checkedMs: mtimeMs } // prettier-ignore
  } catch {
    // There is none, or it cannot be read: it is asked for anew.
    return null
  } finally {
    await file?.close()
  }
}

/** The copy at `path` was found current at `wallMs`. Rejects with what the file system says. */
export async function confirmCopy(path: string, wallMs: number): Promise<void> {
  await utimes(path, wallMs / 1000, wallMs / 1000)
}

async function edge(file: FileHandle, from: number, size: number): Promise<string> {
  const length = Math.min(EDGE_BYTES, size - from)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from)
  return buffer.toString('latin1', 0, bytesRead)
}

/** Writes a zone file. Rejects and throws what the file system says, and TransferError past its bound. */
export class ZoneFileWriter {
  readonly #path: string
  readonly #mostBytes: number
  /** Opened with the first megabyte, or at the end. */
  #file: FileHandle | null = null
  #lines: string[] = []
  #pending = 0
  #bytes = 0
  #records = 0

  constructor(path: string, mostBytes: number) {
    this.#path = path
    this.#mostBytes = mostBytes
  }

  get records(): number {
    return this.#records
  }

  /** All of it is ASCII. */
  add(line: string): void {
    this.#records++
    this.#bytes += line.length + 1
    if (this.#bytes > this.#mostBytes)
      throw new TransferError(
        `the zone is larger than ${this.#mostBytes >> 20} MB, written down`,
        'raise `primary.maxSize` where it may be that large',
      )
    this.#lines.push(line)
    this.#pending += line.length + 1
  }

  /** Writes what has come together; to be waited for between messages. */
  async drain(): Promise<void> {
    if (this.#pending >= CHUNK_BYTES) await this.#flush()
  }

  /** Now it is the copy. `wallMs`: now. */
  async finish(kind: TransferKind, wallMs: number): Promise<void> {
    this.#lines.push(`; whole: ${this.#records} records, by ${kind} at ${new Date(wallMs).toISOString()}`)
    const file = await this.#flush()
    await file.utimes(wallMs / 1000, wallMs / 1000)
    await file.sync()
    await rename(`${this.#path}.tmp`, this.#path)
  }

  /** After `finish`, or instead of it: then nothing has changed. */
  async close(): Promise<void> {
    if (this.#file === null) return
    await this.#file.close()
    await rm(`${this.#path}.tmp`, { force: true })
  }

  async #flush(): Promise<FileHandle> {
    const file = (this.#file ??= await this.#open())
    const text = `${this.#lines.join('\n')}\n`
    this.#lines = []
    this.#pending = 0
    await file.appendFile(text, 'latin1')
    return file
  }

  async #open(): Promise<FileHandle> {
    await rm(`${this.#path}.tmp`, { force: true })
    return open(`${this.#path}.tmp`, 'wx', FILE_MODE)
  }
}

/**
 * Writes the copy at `path` anew with `soaLine` first and `differences` worked in, records of one owner together.
 * Rejects with UnfitDifferences where they do not fit.
 */
export async function applyDifferences(
  path: string,
  soaLine: string,
  differences: Differences,
  writer: ZoneFileWriter,
): Promise<void> {
  writer.add(soaLine)
  let isFirst = true
  let owner = ''
  const leave = (): void => {
    for (const line of differences.takeOf(owner)) writer.add(line)
  }
  for await (const lines of linesOf(path)) {
    for (const line of lines) {
      const isSoa = isFirst
      isFirst = false
      if (isSoa || line.startsWith(';')) continue
      const next = ownerOf(line)
      if (next !== owner) leave()
      owner = next
      if (differences.keeps(line)) writer.add(line)
    }
    await writer.drain()
  }
  leave()
  for (const line of differences.takeRest()) {
    writer.add(line)
    await writer.drain()
  }
}

/** Lines of the file, some thousand at a time. */
async function* linesOf(path: string): AsyncGenerator<readonly string[]> {
  let rest = ''
  for await (const chunk of createReadStream(path, { encoding: 'latin1', highWaterMark: 256 << 10 })) {
    const lines = (rest + (chunk as string)).split('\n')
    rest = lines.pop()!
    yield lines
  }
}
