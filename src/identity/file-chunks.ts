/** Files of others, read in bounded pieces while their owners may write them. */
import { constants, statSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import type { Breath } from './breath.ts'

/** Largest file that is read. */
export const MAX_FILE_BYTES = 64 * 1024 * 1024

/** Small, so that what is made of a piece takes few milliseconds. */
const CHUNK_BYTES = 32 * 1024

export interface ReadFile {
  /** When it was last written, wall clock. */
  readonly writtenMs: number
  /** It was written to while it was read: what was read may be half of one version and half of another. */
  readonly hasMoved: boolean
}

/**
 * Reads the file at `path` and gives it to `take` piece by piece, each time with when the file was written; the bytes of
 * a piece hold only during the call. Rejects where the file cannot be read, is no file, or is too large.
 */
export async function readInChunks(
  path: string,
  take: (chunk: Uint8Array, writtenMs: number) => void,
  breath: Breath,
  pieceBytes = CHUNK_BYTES,
): Promise<ReadFile> {
  // Without waiting: opening a pipe would hang until somebody writes to it.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const before = await file.stat({ bigint: true })
    if (!before.isFile()) throw new Error('this is no file')
    const bytes = Number(before.size)
    if (bytes > MAX_FILE_BYTES) throw new Error(`the file is larger than ${MAX_FILE_BYTES / 1024 / 1024} MB`)
    const writtenMs = Number(before.mtimeMs)
    await readAll(file, bytes, (chunk) => take(chunk, writtenMs), breath, pieceBytes)
    const after = await file.stat({ bigint: true })
    return { writtenMs, hasMoved: before.mtimeNs !== after.mtimeNs || before.size !== after.size }
  } finally {
    await file.close()
  }
}

/** As far as the file went when it was opened: one that grows meanwhile would be followed for ever. */
async function readAll(
  file: FileHandle,
  bytes: number,
  take: (chunk: Uint8Array) => void,
  breath: Breath,
  pieceBytes: number,
): Promise<void> {
  const buffer = new Uint8Array(CHUNK_BYTES)
  for (let done = 0; done < bytes;) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(CHUNK_BYTES, bytes - done), null)
    if (bytesRead === 0) return
    done += bytesRead
    for (let at = 0; at < bytesRead; at += pieceBytes) {
      take(buffer.subarray(at, Math.min(at + pieceBytes, bytesRead)))
      await breath.pause()
    }
  }
}

/** What the files look like now: another text when one of them was written, came or went. */
export function signatureOf(paths: readonly string[]): string {
  return paths.map(signature).join('|')
}

/** Whether there is anything at `path`. */
export function exists(path: string): boolean {
  return signature(path) !== ''
}

function signature(path: string): string {
  try {
    const found = statSync(path, { bigint: true, throwIfNoEntry: false })
    return found === undefined ? '' : `${found.dev} ${found.ino} ${found.size} ${found.mtimeNs}`
  } catch (error) {
    // It cannot be looked at: reading it says why.
    return (error as NodeJS.ErrnoException).code ?? 'unreadable'
  }
}

/** Why a file could not be read, and what to do. */
export function readFailure(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  switch (code) {
    case 'ENOENT':
      return 'there is no such file'
    case 'EACCES':
    case 'EPERM':
      return 'this user may not read the file: give it the right, or copy the file where it may'
    case 'EISDIR':
      return 'this is a directory: name the file in it'
    default:
      return message
  }
}
