/** What each lease format is: something that takes the lines of a file in turn and writes a ledger. */
import type { LeaseLedger } from './ledger.ts'

/** Never throws, whatever the lines; keeps no more than a lease's worth of them. */
export interface LeaseLines {
  line(text: string, line: number): void
  /** After the last line that was ended by a line break. What takes long pauses between the steps. */
  end(): Iterable<void>
}

export interface LeaseFileTimes {
  /** When the file was written, wall clock: `9m44s` from now counts from then. */
  readonly writtenMs: number
}

export type OpenLeaseLines = (ledger: LeaseLedger, times: LeaseFileTimes) => LeaseLines
