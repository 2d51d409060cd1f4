/** Reads a list file in chunks, once: digest and entries come from the same bytes. */
import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync, constants } from 'node:fs'
import type { ListFormat } from '../config/settings.ts'
import type { EntrySink } from './entry.ts'
import { detectFormat, SAMPLE_BYTES } from './formats/detect.ts'
import type { NamedFormat } from './formats/detect.ts'
import { FORMATS } from './formats/formats.ts'
import { LineSplitter } from './lines.ts'

const CHUNK_BYTES = 256 << 10
/** Ten million names are a quarter of this. */
const MAX_FILE_BYTES = 1 << 30

/** A list file that cannot be taken, with a reason for people. */
export class ListFileError extends Error {
  readonly code = 'THANHLOC_LIST_FILE'
}

export interface ReadFile {
  /** SHA-256, hexadecimal. */
  readonly digest: string
  readonly bytes: number
  readonly format: NamedFormat
}

/** Takes lines and what formats make of them. */
export interface LineSink extends EntrySink {
  setLine(bytes: Uint8Array, start: number, end: number, lineNumber: number): void
}

/** How a list is read. */
export interface Reading {
  readonly format: ListFormat
  readonly match: 'subtree' | 'exact'
}

/**
 * Reads the list at `path` into `sink`; between chunks other work of the thread goes on, and `onProgress` is told which
 * share of the file has been read (above 0, at most 1). Throws ListFileError when it cannot be read to its end, is no
 * text, is longer than `mostBytes`, or changes meanwhile; the sink may then hold a part of it.
 */
export async function readListFile(
  path: string,
  reading: Reading,
  sink: LineSink,
  onProgress: (share: number) => void,
  mostBytes = MAX_FILE_BYTES,
): Promise<ReadFile> {
  const file = open(path, mostBytes)
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
    const sample = buffer.subarray(0, read(file, buffer, 0, path))
    checkText(sample, path)
    const format = reading.format === 'auto' ? detectFormat(sample.subarray(0, SAMPLE_BYTES)) : reading.format
    const lines = new ListLines(format, reading.match, sink)
    const digest = createHash('sha256')
    let bytes = 0
    for (let length = sample.length; length > 0; length = read(file, buffer, bytes, path)) {
      const chunk = buffer.subarray(0, length)
      digest.update(chunk)
      lines.push(chunk)
      bytes += length
      onProgress(Math.min(1, bytes / file.bytes))
      await new Promise((resolve) => setImmediate(resolve))
    }
    lines.end()
    if (file.isChanged()) throw new ListFileError(`reading ${path}: it changed while it was read`)
    return { digest: digest.digest('hex'), bytes, format }
  } finally {
    file.close()
  }
}

/** The same for a list in memory, cut into chunks of `chunkBytes`: for tests and for what comes by another way. */
export function readListBytes(
  bytes: Uint8Array,
  reading: Reading,
  sink: LineSink,
  chunkBytes = CHUNK_BYTES,
): NamedFormat {
  const format = reading.format === 'auto' ? detectFormat(bytes.subarray(0, SAMPLE_BYTES)) : reading.format
  const lines = new ListLines(format, reading.match, sink)
  for (let at = 0; at < bytes.length; at += chunkBytes) lines.push(bytes.subarray(at, at + chunkBytes))
  lines.end()
  return format
}

/** SHA-256 of the file, hexadecimal. Throws ListFileError. */
export async function digestFile(path: string): Promise<string> {
  const file = open(path)
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
    const digest = createHash('sha256')
    for (let at = 0, length = 0; (length = read(file, buffer, at, path)) > 0; at += length) {
      digest.update(buffer.subarray(0, length))
      await new Promise((resolve) => setImmediate(resolve))
    }
    return digest.digest('hex')
  } finally {
    file.close()
  }
}

/** Ties splitter and format to a sink. */
class ListLines {
  readonly #splitter: LineSplitter
  readonly #end: () => void

  constructor(format: NamedFormat, match: 'subtree' | 'exact', sink: LineSink) {
    const reader = FORMATS[format](sink, match)
    this.#end = () => reader.end()
    this.#splitter = new LineSplitter({
      line(bytes, start, end, line) {
        sink.setLine(bytes, start, end, line)
        reader.line(bytes, start, end)
      },
      tooLong(bytes, line) {
        sink.setLine(bytes, 0, bytes.length, line)
        sink.refuse('too-long')
      },
    })
  }

  push(chunk: Uint8Array): void {
    this.#splitter.push(chunk)
  }

  end(): void {
    this.#splitter.end()
    this.#end()
  }
}

interface OpenFile {
  readonly descriptor: number
  /** When it was opened. */
  readonly bytes: number
  isChanged(): boolean
  close(): void
}

function open(path: string, mostBytes = MAX_FILE_BYTES): OpenFile {
  let descriptor: number
  try {
    // A FIFO without a writer would else hold the thread.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    throw new ListFileError(`reading ${path}: ${reasonOf(error)}`, { cause: error })
  }
  const before = fstatSync(descriptor, { bigint: true })
  const close = (): void => closeSync(descriptor)
  const problem = !before.isFile()
    ? 'it is no file'
    : before.size > mostBytes
      ? `it is larger than ${mostBytes >> 20} MiB`
      : null
  if (problem !== null) {
    close()
    throw new ListFileError(`reading ${path}: ${problem}`)
  }
  return {
    descriptor,
    bytes: Number(before.size),
    close,
    isChanged() {
      const after = fstatSync(descriptor, { bigint: true })
      return after.size !== before.size || after.mtimeNs !== before.mtimeNs
    },
  }
}

function read(file: OpenFile, buffer: Buffer, position: number, path: string): number {
  try {
    return readSync(file.descriptor, buffer, 0, buffer.length, position)
  } catch (error) {
    throw new ListFileError(`reading ${path}: ${reasonOf(error)}`, { cause: error })
  }
}

/** Says at once what would else be a million refused lines. */
function checkText(sample: Uint8Array, path: string): void {
  const [first, second] = sample
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
  if (isUtf16) throw new ListFileError(`reading ${path}: it is UTF-16; save it as UTF-8`)
  if (first === 0x1f && second === 0x8b) throw new ListFileError(`reading ${path}: it is compressed (gzip)`)
}

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EACCES') return 'permission denied'
  return error instanceof Error ? error.message : String(error)
}
