/** Looks at a list that has come before it is put in force: is it one, and how many entries does it hold? */
import { closeSync, openSync, readSync } from 'node:fs'
import type { ListSettings } from '../config/settings.ts'
import type { NamedFormat } from '../lists/formats/detect.ts'
import { ListFileError, readListFile, type LineSink } from '../lists/source.ts'
import { FeedError } from './feed-error.ts'

export interface Inspected {
  readonly format: NamedFormat
  /** As they stand in the file: what stands there twice is counted twice, and guards have not looked yet. */
  readonly entries: number
  readonly lines: number
  /** Lines that are no indicator, and indicators DNS cannot enforce. */
  readonly refused: number
  readonly notEnforceable: number
}

const START_BYTES = 4096
/** Growth by fewer entries than this is none. */
const LEAST_GROWTH = 1000

/** Reads the file at `path`. Rejects with FeedError where it is no list, and when `signal` is aborted. */
export async function inspect(
  path: string,
  list: Pick<ListSettings, 'format' | 'match'>,
  signal: AbortSignal,
): Promise<Inspected> {
  refuseOthers(startOf(path))
  const counts = new Counts()
  try {
    const { format } = await readListFile(path, list, counts, () => signal.throwIfAborted())
    const { entries, lines, refused, notEnforceable } = counts
    return { format, entries, lines, refused, notEnforceable }
  } catch (error) {
    if (!(error instanceof ListFileError)) throw error
    throw new FeedError('refused', error.message.replace(`reading ${path}: `, ''), 'ask who publishes it', { cause: error }) // prettier-ignore
  }
}

/**
 * Why a version with so many entries is not taken, or null. `before`: entries of the version in force; null: there is
 * none.
 */
export function doubt(
  { entries, lines, refused, notEnforceable }: Omit<Inspected, 'format'>,
  before: number | null,
  { leastPercent, mostPercent }: { readonly leastPercent: number; readonly mostPercent: number },
): FeedError | null {
  const force = '`thanhloc feeds fetch ID --force` takes it where it is right'
  // What may hold nothing may say so, but not by saying nothing; only what may lose everything may begin with that.
  const mayLoseAll = leastPercent === 0
  const mayBeEmpty = before === null ? lines > 0 || mayLoseAll : lines > 0 && mayLoseAll
  if (entries === 0 && (!mayBeEmpty || refused + notEnforceable > 0))
    return new FeedError('refused', 'it holds no entry', `look at what the server gives; ${force}`)
  if (refused > entries + notEnforceable)
    return new FeedError('refused', `most of its lines (${refused}) are no indicators`, `look at what the server gives, and at \`format\`; ${force}`) // prettier-ignore
  if (before === null || before === 0) return null
  if (entries * 100 < before * leastPercent)
    return new FeedError('refused', `it holds ${entries} entries, the version in force ${before}`, force)
  if (entries - before >= LEAST_GROWTH && entries * 100 > before * mostPercent)
    return new FeedError('refused', `it holds ${entries} entries, the version in force only ${before}`, force)
  return null
}

/** What comes with status 200 all the same: the page of a captive portal, of an error, of a login. Throws FeedError. */
export function refuseOthers(start: Buffer): void {
  const text = start
    .toString('latin1')
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart()
  const what = /^<[a-z!?/]/i.test(text)
    ? 'a page (HTML or XML): of a portal, a login or an error'
    : /^(?:\{\s*["}]|\[\s*[[{"\]])/.test(text)
      ? 'JSON'
      : start.includes(0) && !(start[0]! >= 0xfe)
        ? 'no text'
        : null
  if (what === null) return
  throw new FeedError('refused', `what comes is no list but ${what}`, 'open `url` from this machine and see what is there') // prettier-ignore
}

function startOf(path: string): Buffer {
  const file = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(START_BYTES)
    return buffer.subarray(0, readSync(file, buffer, 0, START_BYTES, 0))
  } finally {
    closeSync(file)
  }
}

class Counts implements LineSink {
  lineNumber = 0
  lines = 0
  entries = 0
  refused = 0
  notEnforceable = 0

  setLine(): void {
    this.lines++
  }

  name(wire: Uint8Array): void {
    // One label alone is a word of some text.
    if (wire[wire[0]! + 1] === 0) this.refused++
    else this.entries++
  }

  address(): void {
    this.entries++
  }

  client(): void {
    this.entries++
  }

  refuse(): void {
    this.refused++
  }

  skip(): void {
    this.notEnforceable++
  }
}
