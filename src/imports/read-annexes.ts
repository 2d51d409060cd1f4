/** Reads files that somebody sent, in a thread of its own with bounds on memory and time. */
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { DEFAULT_LIMITS, type Limits } from '../documents/limits.ts'
import type { ProposedItem, ReadFile, Summary } from '../indicators/proposal.ts'
import { unpackBatch } from './batch.ts'
import { type AnnexFile, ImportError } from './propose.ts'
import type { ReadingLetter, ReadingWork } from './reading-thread.ts'

export interface ReadAnnexes {
  readonly files: readonly ReadFile[]
  readonly summary: Summary
}

export interface ReadOptions {
  /** Others than the default ones. */
  readonly limits?: Partial<Limits>
  /** Wall clock. */
  readonly nowMs: number
}

/** MiB; what a short-lived thread of many strings needs. */
const YOUNG_MB = 192

/**
 * Hands every item to `take`, in the order of the files, and resolves when all are read. `take` is called only when
 * everything could be read but for a fault of the thread itself. Throws ImportError: which file, and why.
 */
export function readAnnexes(
  files: readonly AnnexFile[],
  { limits: own, nowMs }: ReadOptions,
  take: (item: ProposedItem) => void,
): Promise<ReadAnnexes> {
  const limits = { ...DEFAULT_LIMITS, ...own }
  const names = files.map(({ name }) => name).join(', ')
  const work: ReadingWork = {
    files: files.map(({ name, bytes }) => ({ name, bytes: copyOf(bytes) })),
    limits,
    nowMs,
  }
  return new Promise((resolve, reject) => {
    const thread = new Worker(join(import.meta.dirname, 'reading-thread.ts'), {
      workerData: work,
      transferList: work.files.map(({ bytes }) => bytes.buffer as ArrayBuffer),
      resourceLimits: { maxOldGenerationSizeMb: limits.heapMb, maxYoungGenerationSizeMb: YOUNG_MB },
    })
    const fail = (reason: string, cause?: unknown): void => {
      clearTimeout(timer)
      void thread.terminate()
      reject(new ImportError(reason, { cause }))
    }
    const timer = setTimeout(
      () => fail(`${names}: reading takes longer than ${limits.timeMs / 1000} s and was ended`),
      limits.timeMs,
    )
    thread.on('message', (letter: ReadingLetter) => {
      if (letter.kind === 'items') for (const item of unpackBatch(letter.batch)) take(item)
      else if (letter.kind === 'failed') fail(letter.reason)
      else {
        clearTimeout(timer)
        resolve({ files: letter.files, summary: letter.summary })
      }
    })
    thread.on('error', (error: NodeJS.ErrnoException) => {
      const isFull = error.code === 'ERR_WORKER_OUT_OF_MEMORY'
      fail(isFull ? `${names}: reading needs more than ${limits.heapMb} MiB and was ended` : `${names}: reading failed: ${error.message}`, error) // prettier-ignore
    })
    thread.on('exit', () => fail(`${names}: reading was ended`))
  })
}

/** A copy nobody else holds: it moves to the thread. */
function copyOf(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(bytes)
}
