/** Files to a proposal, in the thread that calls; `read-annexes.ts` does the same in a thread of its own. */
import { createHash } from 'node:crypto'
import { Budget, DocumentError, type Limits } from '../documents/limits.ts'
import { readDocument } from '../documents/read.ts'
import { AnnexReader } from '../indicators/annex-reader.ts'
import { ProposalBuilder, type ReadFile, TooManyItems } from '../indicators/proposal.ts'

/** A file as it was given. */
export interface AnnexFile {
  /** Without its folder. */
  readonly name: string
  readonly bytes: Uint8Array
}

/** A file cannot be read, or is over a limit; the message names it. */
export class ImportError extends Error {
  readonly code = 'THANHLOC_IMPORT'
}

export interface Proposal {
  readonly files: readonly ReadFile[]
  readonly builder: ProposalBuilder
}

/** `nowMs`: wall clock, for what was valid only for a time. Throws ImportError. */
export async function propose(files: readonly AnnexFile[], limits: Limits, nowMs: number): Promise<Proposal> {
  const builder = new ProposalBuilder(limits.maxItems)
  const read: ReadFile[] = []
  for (const [index, { name, bytes }] of files.entries()) {
    const reader = new AnnexReader(index, builder, limits.maxCellLength)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    try {
      const format = await readDocument(bytes, name, nowMs, new Budget(limits), reader)
      reader.end()
      read.push({ name, sha256, bytes: bytes.length, format, warnings: reader.warnings })
    } catch (error) {
      if (!(error instanceof DocumentError) && !(error instanceof TooManyItems)) throw error
      throw new ImportError(`${name}: ${error.message}`, { cause: error })
    }
  }
  return { files: read, builder }
}
