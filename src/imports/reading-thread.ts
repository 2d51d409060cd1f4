/** The thread that reads files somebody sent: it may run out of memory or time, and is ended then. */
import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import type { Limits } from '../documents/limits.ts'
import { type ProposedItem, type ReadFile, SummaryCounter, type Summary } from '../indicators/proposal.ts'
import { type Batch, BATCH_ITEMS, packBatch } from './batch.ts'
import { type AnnexFile, ImportError, propose } from './propose.ts'

export interface ReadingWork {
  readonly files: readonly AnnexFile[]
  readonly limits: Limits
  readonly nowMs: number
}

export type ReadingLetter =
  | { readonly kind: 'items'; readonly batch: Batch }
  | { readonly kind: 'done'; readonly files: readonly ReadFile[]; readonly summary: Summary }
  | { readonly kind: 'failed'; readonly reason: string }

/** Batches on their way: whoever takes them has other work too, and takes in a turn all that have come. */
const MOST_UNREAD = 3

const port = parentPort!
/** Batches of which nobody has said that they are taken. */
let unread = 0
const { files, limits, nowMs } = workerData as ReadingWork

function send(letter: ReadingLetter): void {
  port.postMessage(letter)
}

try {
  const { files: read, builder } = await propose(files, limits, nowMs)
  const counter = new SummaryCounter()
  let items: ProposedItem[] = []
  port.on('message', () => unread--)
  for (const item of builder.items()) {
    counter.add(item)
    if (items.push(item) < BATCH_ITEMS) continue
    send({ kind: 'items', batch: packBatch(items) })
    items = []
    if (++unread >= MOST_UNREAD) await once(port, 'message')
  }
  if (items.length > 0) send({ kind: 'items', batch: packBatch(items) })
  send({ kind: 'done', files: read, summary: counter.summary() })
} catch (error) {
  if (!(error instanceof ImportError)) throw error
  send({ kind: 'failed', reason: error.message })
} finally {
  port.close()
}
