/** Does somebody answer for each name that always passes, and is it still to pass? */
import { basename } from 'node:path'
import type { AllowSettings } from '../../config/settings.ts'
import { AllowTally } from '../../lists/allow-note.ts'
import { lineText } from '../../lists/formats/tokens.ts'
import { ListFileError, readListFile, type LineSink } from '../../lists/source.ts'
import { allowReason, validityAt } from '../../lists/validity.ts'
import { findingsOf, type Finding } from './finding.ts'

/** A file this long takes a second. */
const MOST_BYTES = 16 << 20

class Notes implements LineSink {
  lineNumber = 0
  readonly #tally: AllowTally
  #line = ''
  #at = 0

  constructor(tally: AllowTally) {
    this.#tally = tally
  }

  setLine(bytes: Uint8Array, start: number, end: number, lineNumber: number): void {
    this.lineNumber = this.#at = lineNumber
    this.#line = lineText(bytes, start, end)
  }

  name(): void {
    // Zones hand on an entry when the next one begins.
    this.#tally.admit(this.lineNumber === this.#at ? this.#line : '')
  }

  address(): void {
    this.name()
  }

  refuse(): void {}

  skip(): void {}
}

/** What there is to say of one file; one that cannot be read is told elsewhere. `nowMs`: wall clock. */
export async function checkOwners({ path, ...note }: AllowSettings, nowMs: number): Promise<Finding[]> {
  const tally = new AllowTally(note, nowMs)
  try {
    await readListFile(path, { format: 'auto', match: 'subtree' }, new Notes(tally), () => {}, MOST_BYTES)
  } catch (error) {
    if (error instanceof ListFileError) return []
    throw error
  }
  const { expired, unowned, ends } = tally.outcome()
  const find = findingsOf(`allow ${basename(path)}`)
  const reason = allowReason(ends, validityAt({ from: null, until: ends }, nowMs))
  const findings: Finding[] = []
  if (unowned > 0)
    findings.push(find('warn', [`${unowned} mục không ghi ai chịu trách nhiệm`, `${unowned} entries name nobody who answers for them`], ['ghi `# owner: …; reason: …` sau từng mục, hoặc `owner` cho cả tệp trong cấu hình', 'write `# owner: …; reason: …` behind them, or `owner` of the file into the configuration'])) // prettier-ignore
  if (expired > 0)
    findings.push(find('warn', [`${expired} mục đã hết hạn, không còn cho qua`, `${expired} entries are past their last day and let nothing pass`], ['bỏ chúng, hoặc ghi ngày `until` mới cùng lý do', 'take them out, or set a new `until` with its reason'])) // prettier-ignore
  if (reason !== null)
    findings.push(find('warn', [`có mục chỉ cho qua đến hết ${ends}`, `an entry ${reason}`], ['nếu vẫn cần: ghi ngày `until` mới cùng lý do', 'where it is still to pass: set a new `until` with its reason'])) // prettier-ignore
  return findings
}
