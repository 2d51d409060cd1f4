/** Writes what comes into a file, unpacked, with its digests, and never more of it than allowed. */
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Transform, type Duplex, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createBrotliDecompress, createGunzip, createZstdDecompress } from 'node:zlib'
import { FeedError } from './feed-error.ts'
import type { Coding } from './header-text.ts'

/** What unpacks to more than so many times its size is no list, from `RATIO_FROM_BYTES` on. */
const MAX_RATIO = 100
const RATIO_FROM_BYTES = 1 << 20
/** RFC 9659: 8 MiB; what needs more would take the memory for it. */
const ZSTD_WINDOW_LOG = 23

export interface Copied {
  /** Written, unpacked. */
  readonly bytes: number
  /** Of what was written; hexadecimal. */
  readonly sha256: string
  /** The same by BLAKE2b-512: what minisign signs. */
  readonly blake2b: Buffer
}

export interface CopyOptions {
  readonly coding: Coding
  readonly maxBytes: number
  readonly signal: AbortSignal
  /** Told how many bytes have come, before unpacking. */
  onProgress?(bytes: number): void
}

/** Copies `source` into a new file at `path`, flushed. Rejects with FeedError or what stream and disk say. */
export async function copyBounded(source: Readable, path: string, options: CopyOptions): Promise<Copied> {
  const { coding, maxBytes, signal, onProgress } = options
  const sha256 = createHash('sha256')
  const blake2b = createHash('blake2b512')
  let received = 0
  let bytes = 0
  const before = passing((chunk) => {
    received += chunk.length
    onProgress?.(received)
    return received > maxBytes ? tooLarge(maxBytes) : null
  })
  const after = passing((chunk) => {
    bytes += chunk.length
    if (bytes > maxBytes) return tooLarge(maxBytes)
    if (bytes > RATIO_FROM_BYTES && bytes > received * MAX_RATIO)
      return new FeedError('refused', `it unpacks to more than ${MAX_RATIO} times its size`, 'no list does that: ask who publishes it') // prettier-ignore
    sha256.update(chunk)
    blake2b.update(chunk)
    return null
  })
  const file = createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true })
  const unpacker = unpackerOf(coding)
  try {
    if (unpacker === null) await pipeline(source, before, after, file, { signal })
    else await pipeline(source, before, unpacker, after, file, { signal })
  } catch (error) {
    throw asCopyError(error, coding)
  }
  return { bytes, sha256: sha256.digest('hex'), blake2b: blake2b.digest() }
}

/** What a file that begins with `start` is packed with; its first four bytes do. Throws FeedError for an archive. */
export function packingOf(start: Uint8Array): Coding {
  const [a, b, c, d] = start
  if (a === 0x1f && b === 0x8b) return 'gzip'
  // RFC 8878 §3.1.1
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return 'zstd'
  const isZip = a === 0x50 && b === 0x4b
  const isOther = (a === 0x42 && b === 0x5a && c === 0x68) || (a === 0xfd && b === 0x37 && c === 0x7a)
  if (isZip || isOther)
    throw new FeedError('refused', `it is packed (${isZip ? 'zip' : 'bzip2 or xz'}), which is not read`, 'ask for it plain, or packed by gzip or zstd') // prettier-ignore
  return 'identity'
}

function passing(look: (chunk: Buffer) => FeedError | null): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const error = look(chunk)
      if (error === null) done(null, chunk)
      else done(error)
    },
  })
}

function unpackerOf(coding: Coding): Duplex | null {
  switch (coding) {
    case 'gzip':
      return createGunzip()
    case 'br':
      return createBrotliDecompress()
    case 'zstd':
      return createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG } })
    case 'identity':
      return null
  }
}

function tooLarge(maxBytes: number): FeedError {
  return new FeedError(
    'refused',
    `it is larger than ${maxBytes} bytes`,
    'where it is right, allow more with `maxSize`',
  )
}

function asCopyError(error: unknown, coding: Coding): unknown {
  const { code = '' } = error as NodeJS.ErrnoException
  if (/^(?:Z_|ERR_|ZSTD_|ERR__ERROR)/.test(code) && coding !== 'identity' && !/ABORT|PREMATURE|STREAM/.test(code))
    return new FeedError('failed', `it cannot be unpacked (${coding})`, 'it is tried again; see what publishes it', { cause: error }) // prettier-ignore
  if (/^(?:ENOSPC|EDQUOT|EROFS|EACCES|EIO)$/.test(code))
    return new FeedError('failed', `it cannot be written: ${(error as Error).message}`, 'make room in the data directory, and see that it can be written', { cause: error }) // prettier-ignore
  return error
}
