/** How much of a file is read: whoever sent it may have made it to do harm. */

export interface Limits {
  /** Of one file as given. */
  readonly maxInputBytes: number
  /** Files inside one archive. */
  readonly maxEntries: number
  /** Everything unpacked from one file, attachments included. */
  readonly maxExpandedBytes: number
  /** Unpacked bytes for each packed one, looked at from 1 MiB on. */
  readonly maxExpansion: number
  readonly maxPages: number
  /** Lines of a text, rows of all tables. */
  readonly maxRows: number
  /** Characters of one cell or line; what is longer is refused. */
  readonly maxCellLength: number
  /** Elements inside each other in XML, HTML and JSON. */
  readonly maxDepth: number
  /** Mails inside mails. */
  readonly maxMailDepth: number
  readonly maxAttachments: number
  /** Different indicators of one import. */
  readonly maxItems: number
  /** Of one import, the start of its thread included. */
  readonly timeMs: number
  /** Heap of the thread that reads, MiB. */
  readonly heapMb: number
}

export const DEFAULT_LIMITS: Limits = {
  maxInputBytes: 64 << 20,
  maxEntries: 2000,
  maxExpandedBytes: 192 << 20,
  maxExpansion: 200,
  maxPages: 200,
  maxRows: 1_500_000,
  maxCellLength: 32_768,
  maxDepth: 200,
  maxMailDepth: 5,
  maxAttachments: 100,
  maxItems: 1_500_000,
  timeMs: 60_000,
  heapMb: 1024,
}

/** A file that cannot be read, or is over a limit. The message is one sentence for the person who gave it. */
export class DocumentError extends Error {
  readonly code = 'THANHLOC_DOCUMENT'
}

/** A limit is reached: whatever else could be read of the file, nothing of it counts. */
export class LimitError extends DocumentError {}

/** What reading one file may still use: attachments share it with the mail they came in. */
export class Budget {
  readonly limits: Limits
  #expandedBytes = 0
  #rows = 0
  #attachments = 0

  constructor(limits: Limits) {
    this.limits = limits
  }

  /** Throws LimitError. */
  spendExpanded(bytes: number): void {
    this.#expandedBytes += bytes
    if (this.#expandedBytes > this.limits.maxExpandedBytes) {
      throw new LimitError(
        `giải nén ra quá ${this.limits.maxExpandedBytes >> 20} MiB · it unpacks to more than ${this.limits.maxExpandedBytes >> 20} MiB`,
      )
    }
  }

  /** Bytes that may still be unpacked. */
  get expandableBytes(): number {
    return this.limits.maxExpandedBytes - this.#expandedBytes
  }

  /** Throws LimitError. */
  spendRow(): void {
    if (++this.#rows > this.limits.maxRows) {
      throw new LimitError(
        `có quá ${this.limits.maxRows} dòng và hàng · it has more than ${this.limits.maxRows} lines and rows`,
      )
    }
  }

  /** Throws LimitError. */
  spendAttachment(): void {
    if (++this.#attachments > this.limits.maxAttachments) {
      throw new LimitError(
        `có quá ${this.limits.maxAttachments} tệp đính kèm · it has more than ${this.limits.maxAttachments} attachments`,
      )
    }
  }
}
