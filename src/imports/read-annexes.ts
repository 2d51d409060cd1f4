/** Reads files that somebody sent, in a thread of its own with bounds on memory and time. */
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
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

/** MiB, at most as much as the rest of the heap; what a short-lived thread of many strings needs. */
const YOUNG_MB = 96
/** Between two looks at what the thread holds: buffers are no part of its heap, and the bounds of the heap miss them. */
const LOOK_MS = 100
const MIB = 1 << 20

/**
 * Hands every item to `take`, in the order of the files, a batch and then other work, and resolves when all are read. `take` is called only when
 * everything could be read but for a fault of the thread itself. Rejects with ImportError (which file, and why), and with
 * what `take` throws.
 */
export function readAnnexes(
  files: readonly AnnexFile[],
  { limits: own, nowMs }: ReadOptions,
  take: (item: ProposedItem) => void,
): Promise<ReadAnnexes> {
  const limits = { ...DEFAULT_LIMITS, ...own }
  const youngMb = Math.min(YOUNG_MB, limits.heapMb)
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
      resourceLimits: { maxOldGenerationSizeMb: limits.heapMb, maxYoungGenerationSizeMb: youngMb },
    })
    const letters: ReadingLetter[] = []
    let isEnded = false
    const end = (): void => {
      isEnded = true
      clearTimeout(timer)
      clearInterval(looks)
    }
    const fail = (reason: string, cause?: unknown): void => {
      if (isEnded) return
      end()
      void thread.terminate()
      reject(new ImportError(reason, { cause }))
    }
    const timer = setTimeout(
      () => fail(`${names}: reading takes longer than ${limits.timeMs / 1000} s and was ended`),
      limits.timeMs,
    )
    const tooMuch = `${names}: reading needs more than ${limits.heapMb} MiB and was ended`
    // Answered in the middle of its work too. Rejects where the thread has just ended, which it tells by itself.
    const looks = setInterval(() => {
      void thread.getHeapStatistics().then(
        ({ used_heap_size: heap, external_memory: buffers }) =>
          (heap + buffers) / MIB > limits.heapMb + youngMb ? fail(tooMuch) : undefined,
        () => {},
      )
    }, LOOK_MS)
    const pump = async (): Promise<void> => {
      for (let letter = letters[0]; letter !== undefined; letters.shift(), letter = letters[0]) {
        if (letter.kind === 'items') {
          for (const item of unpackBatch(letter.batch)) take(item)
          thread.postMessage(null)
        } else if (letter.kind === 'done') resolve({ files: letter.files, summary: letter.summary })
        await nextTurn()
      }
    }
    thread.on('message', (letter: ReadingLetter) => {
      if (letter.kind === 'failed') fail(letter.reason)
      if (letter.kind === 'done') end()
      if (letters.push(letter) > 1) return
      pump().catch((error: unknown) => {
        end()
        void thread.terminate()
        reject(error)
      })
    })
    thread.on('error', (error: NodeJS.ErrnoException) => {
      const isFull = error.code === 'ERR_WORKER_OUT_OF_MEMORY'
      fail(isFull ? tooMuch : `${names}: reading failed: ${error.message}`, error) // prettier-ignore
    })
    thread.on('exit', () => fail(`${names}: reading was ended`))
  })
}

/** A copy nobody else holds: it moves to the thread. */
function copyOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes)
}
