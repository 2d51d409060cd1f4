/**
 * Gives the memory of a slot back. A shared buffer cannot shrink: the slot that is not in force would hold the version
 * before for good, with ten million names 340 MB.
 */
import { createRequire } from 'node:module'

type Madvise = (address: bigint, bytes: number, advice: number) => number

/** Linux: the pages are dropped, and read as zero when they are touched again. */
const MADV_DONTNEED = 4

interface Calls {
  readonly madvise: Madvise
  readonly addressOf: (memory: SharedArrayBuffer) => bigint
}

let calls: Calls | null | undefined

/**
 * Drops what `memory` holds; from then on it holds zeros. No thread may read it. False where the system offers no way:
 * the memory is then kept until it is written again, and holds what it held.
 */
export function dropMemory(memory: SharedArrayBuffer): boolean {
  // Loaded when there is something to drop: a server whose lists never change does without.
  calls ??= load()
  if (calls === null) return false
  return calls.madvise(calls.addressOf(memory), memory.byteLength, MADV_DONTNEED) === 0
}

function load(): Calls | null {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) return null
  try {
    // Not an import: its binary part may be missing.
    const koffi = createRequire(import.meta.url)('koffi') as typeof import('koffi').default
    const madvise = koffi.load(null).func('int madvise(uintptr_t, size_t, int)') as unknown as Madvise
    return { madvise, addressOf: (memory) => koffi.address(memory) }
  } catch {
    return null
  }
}
