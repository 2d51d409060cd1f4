/**
 * The packed copy of the policy snapshot on disk. The next start reads it into a slot and answers before any list is
 * parsed. Written beside itself and renamed, so that it is whole or not there; taken only when its checksum holds.
 *
 *   "TLPACK" | version (u16) | header length (u32) | header: JSON { bytesUsed, digests } | the slot's bytes | SHA-256
 *
 * Numbers are little-endian; the checksum covers everything before it. The slot's own words are in the machine's order,
 * which its magic word tells: a copy from a machine of the other order is refused.
 */
import { createHash } from 'node:crypto'
import { closeSync, fstatSync, fsync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { MAGIC_BYTES, checkHeader } from '../policy/layout.ts'

/** Source (a list's id, the configuration) → digest of what the snapshot was made from. */
export type SourceDigests = Readonly<Record<string, string>>

export type RefusalCode =
  'missing' | 'unreadable' | 'truncated' | 'version' | 'checksum' | 'digests' | 'too-large' | 'layout'

export type LoadedSnapshot =
  | { readonly ok: true; readonly bytesUsed: number; readonly digests: SourceDigests }
  | { readonly ok: false; readonly code: RefusalCode; readonly reason: string }

/** The packed copy could not be written; an older one is still whole. */
export class SnapshotFileError extends Error {
  readonly code = 'SINK_SNAPSHOT_FILE'

  constructor(path: string, cause: unknown) {
    super(`writing the packed snapshot ${path}: ${messageOf(cause)}`, { cause })
    this.name = 'SnapshotFileError'
  }
}

const MARK = 'TLPACK'
const FILE_VERSION = 1
const PREAMBLE_BYTES = 12
const CHECKSUM_BYTES = 32
/** Digests of a thousand lists fit; a longer header is damage. */
const MAX_HEADER_BYTES = 1 << 20
const CHUNK_BYTES = 1 << 20
/** Readable by this user alone: it tells what the agency looks for. */
const FILE_MODE = 0o600

/**
 * Writes the first `bytesUsed` bytes of `memory` to `path`. The slot is read before the first await, so it may be built
 * anew while the disk is still busy; a second save waits for the first, which is the caller's to see to. Rejects with
 * SnapshotFileError.
 */
export async function saveSnapshot(
  path: string,
  memory: SharedArrayBuffer,
  bytesUsed: number,
  sourceDigests: SourceDigests,
): Promise<void> {
  const temporary = `${path}.tmp`
  try {
    rmSync(temporary, { force: true })
    const file = openSync(temporary, 'wx', FILE_MODE)
    try {
      writeAll(file, memory, bytesUsed, sourceDigests)
      await promisify(fsync)(file)
    } finally {
      closeSync(file)
    }
    await rename(temporary, path)
    await syncDirectory(dirname(path))
  } catch (error) {
    removeLeftover(temporary)
    throw new SnapshotFileError(path, error)
  }
}

/**
 * Reads the packed copy into `memory`, a slot no thread reads. `expected` are the digests it must have been made from;
 * with null it is taken whatever they are, and the caller compares. Where it is refused the slot holds no snapshot.
 */
export function loadSnapshot(
  path: string,
  memory: SharedArrayBuffer,
  expected: SourceDigests | null,
): LoadedSnapshot {
  let file = -1
  let loaded: LoadedSnapshot
  try {
    file = openSync(path, 'r')
    loaded = readInto(file, path, memory, expected)
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    loaded = isMissing
      ? refuse('missing', `there is no ${path}`)
      : refuse('unreadable', `reading ${path}: ${messageOf(error)}`)
  } finally {
    if (file !== -1) closeSync(file)
  }
  if (!loaded.ok) new Uint8Array(memory, 0, Math.min(MAGIC_BYTES, memory.byteLength)).fill(0)
  return loaded
}

function writeAll(file: number, memory: SharedArrayBuffer, bytesUsed: number, digests: SourceDigests): void {
  const hash = createHash('sha256')
  const header = Buffer.from(JSON.stringify({ bytesUsed, digests }))
  const preamble = Buffer.alloc(PREAMBLE_BYTES)
  preamble.write(MARK, 'latin1')
  preamble.writeUInt16LE(FILE_VERSION, 6)
  preamble.writeUInt32LE(header.length, 8)
  const write = (bytes: Uint8Array): void => {
    for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written)
  }
  for (const bytes of [preamble, header, ...chunks(memory, bytesUsed)]) {
    hash.update(bytes)
    write(bytes)
  }
  write(hash.digest())
}

function readInto(
  file: number,
  path: string,
  memory: SharedArrayBuffer,
  expected: SourceDigests | null,
): LoadedSnapshot {
  const size = fstatSync(file).size
  const truncated = refuse('truncated', `${path} is cut short`)
  const preamble = Buffer.alloc(PREAMBLE_BYTES)
  if (!read(file, preamble)) return truncated
  const version = preamble.readUInt16LE(6)
  if (preamble.toString('latin1', 0, 6) !== MARK) return refuse('version', `${path} is no packed snapshot`)
  if (version !== FILE_VERSION)
    return refuse('version', `${path} has version ${version}, not ${FILE_VERSION}`)
  const headerLength = preamble.readUInt32LE(8)
  if (headerLength > MAX_HEADER_BYTES) return refuse('checksum', `${path} has a damaged header`)
  const headerBytes = Buffer.alloc(headerLength)
  if (!read(file, headerBytes)) return truncated
  const header = parseHeader(headerBytes)
  if (header === null) return refuse('checksum', `${path} has a damaged header`)
  const { bytesUsed, digests } = header

  const expectedSize = PREAMBLE_BYTES + headerLength + bytesUsed + CHECKSUM_BYTES
  if (size < expectedSize) return refuse('truncated', `${path} has ${size} of ${expectedSize} bytes`)
  if (size > expectedSize) return refuse('checksum', `${path} has ${size - expectedSize} bytes too many`)
  if (bytesUsed > memory.maxByteLength)
    return refuse('too-large', `${path} does not fit ${memory.maxByteLength} bytes`)
  if (expected !== null && !sameDigests(digests, expected)) {
    return refuse('digests', `${path} was made from other sources`)
  }

  if (memory.byteLength < bytesUsed) memory.grow(bytesUsed)
  const hash = createHash('sha256').update(preamble).update(headerBytes)
  for (const chunk of chunks(memory, bytesUsed)) {
    if (!read(file, chunk)) return truncated
    hash.update(chunk)
  }
  const checksum = Buffer.alloc(CHECKSUM_BYTES)
  if (!read(file, checksum)) return truncated
  if (!hash.digest().equals(checksum)) return refuse('checksum', `the checksum of ${path} does not hold`)
  const problem = checkHeader(memory, bytesUsed)
  if (problem !== null) return refuse('layout', `the snapshot in ${path} ${problem}`)
  return { ok: true, bytesUsed, digests }
}

/** The slot piece by piece: what is hashed and moved is never a second copy of the whole. */
function* chunks(memory: SharedArrayBuffer, bytesUsed: number): Generator<Uint8Array> {
  for (let at = 0; at < bytesUsed; at += CHUNK_BYTES) {
    yield new Uint8Array(memory, at, Math.min(CHUNK_BYTES, bytesUsed - at))
  }
}

/** Fills `bytes` from where the file stands; false when it ends before. */
function read(file: number, bytes: Uint8Array): boolean {
  for (let filled = 0; filled < bytes.length;) {
    const count = readSync(file, bytes, filled, bytes.length - filled, null)
    if (count === 0) return false
    filled += count
  }
  return true
}

function parseHeader(bytes: Buffer): { bytesUsed: number; digests: SourceDigests } | null {
  try {
    const header = JSON.parse(bytes.toString()) as { bytesUsed?: unknown; digests?: unknown } | null
    const { bytesUsed, digests } = header ?? {}
    if (!Number.isSafeInteger(bytesUsed) || (bytesUsed as number) < 0) return null
    if (typeof digests !== 'object' || digests === null) return null
    return { bytesUsed: bytesUsed as number, digests: digests as SourceDigests }
  } catch {
    return null
  }
}

function sameDigests(a: SourceDigests, b: SourceDigests): boolean {
  const names = Object.keys(a)
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && a[name] === b[name])
  )
}

async function syncDirectory(path: string): Promise<void> {
  const directory = openSync(path, 'r')
  try {
    await promisify(fsync)(directory)
  } finally {
    closeSync(directory)
  }
}

/** Nobody waits for this: the next save tries again, and it is the first error that tells what is wrong. */
function removeLeftover(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // Already on the way to saying why.
  }
}

function refuse(
  code: RefusalCode,
  reason: string,
): { readonly ok: false; readonly code: RefusalCode; readonly reason: string } {
  return { ok: false, code, reason }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
