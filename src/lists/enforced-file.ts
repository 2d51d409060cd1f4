/**
 * Files with the enforced set, one a format, under `<data>/enforced/`. Many firewalls ask for the same file again and
 * again: it is written when what is in force has changed, and read as it lies there otherwise.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import type { Policy } from '../policy/decide.ts'
import { enforcedEntries, type EnforcedEntry, type EnforcedPart } from '../policy/enforced.ts'
import { AtomicFile } from './atomic-file.ts'
import { ENFORCED_WRITERS, hasException, type EnforcedFormat, type EnforcedHead } from './enforced-formats.ts'
import { NonTerminals } from './non-terminals.ts'
import { parsePrefix } from './prefix-text.ts'

/** Between two looks at the other work of the thread. */
const STRIDE = 2000
/** Policy that changes faster than it can be written down is given up for now. */
const MAX_ATTEMPTS = 5

/** A file as it was written. */
export interface EnforcedFile {
  readonly path: string
  /** SHA-256 of what it tells, hexadecimal: the same content is the same file, also after a restart. */
  readonly tag: string
  readonly entries: number
  /** Those the format cannot say. */
  readonly left: number
}

export interface EnforcedSource {
  /** Changes with everything that is in force. */
  readonly version: () => string
  /** Attached to what is in force now. */
  readonly policy: () => Policy
  readonly head: () => Omit<EnforcedHead, 'seconds'>
}

export class EnforcedFiles {
  readonly #directory: string
  readonly #source: EnforcedSource
  readonly #clock: Clock
  readonly #written = new Map<EnforcedFormat, { readonly version: string; readonly file: EnforcedFile }>()
  readonly #writing = new Map<EnforcedFormat, Promise<EnforcedFile>>()

  /** `directory` is made where it is missing. */
  constructor(directory: string, source: EnforcedSource, clock: Clock) {
    this.#directory = directory
    this.#source = source
    this.#clock = clock
  }

  /** The file of what is in force now. Rejects with what the file system says, or an Error where policy never rests. */
  file(format: EnforcedFormat): Promise<EnforcedFile> {
    const known = this.#written.get(format)
    if (known?.version === this.#source.version() && existsSync(known.file.path))
      return Promise.resolve(known.file)
    let writing = this.#writing.get(format)
    if (writing === undefined) {
      writing = this.#write(format).finally(() => this.#writing.delete(format))
      this.#writing.set(format, writing)
    }
    return writing
  }

  async #write(format: EnforcedFormat): Promise<EnforcedFile> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const version = this.#source.version()
      const file = await this.#attempt(format, () => this.#source.version() === version)
      if (file === null) continue
      this.#written.set(format, { version, file })
      return file
    }
    throw new Error('lists changed while their set was written; ask again')
  }

  /** Null: what is in force changed meanwhile, and the file before stays. */
  async #attempt(format: EnforcedFormat, isCurrent: () => boolean): Promise<EnforcedFile | null> {
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 })
    const writer = ENFORCED_WRITERS[format]()
    const head = { seconds: Math.floor(this.#clock.wallMs() / 1000), ...this.#source.head() }
    const path = join(this.#directory, format)
    const out = new AtomicFile(path)
    // Of the entries alone: the time the file was written at is none of its content.
    const digest = createHash('sha256')
    let entries = 0
    let left = 0
    try {
      out.write(writer.head(head))
      const passed = writer.tellsExceptions
        ? new Exceptions()
        : await this.#exceptions(writer.part, isCurrent)
      if (passed === null) return null
      const between = writer.isZone ? new NonTerminals(this.#source.policy()) : null
      const isWhole = await forEachEntry(this.#source.policy(), writer.part, isCurrent, (entry) => {
        if (!hasException(entry) && passed.hasPartOf(entry)) return void left++
        const text = writer.entry(entry, head)
        if (text === undefined) return
        if (text === null) return void left++
        entries++
        const more = entry.isAddress ? [] : (between?.above(entry.text) ?? [])
        const lines = text + more.map((each) => writer.entry(each, head) ?? '').join('')
        digest.update(lines)
        out.write(lines)
      })
      if (!isWhole) return null
      const foot = writer.foot(entries, left)
      digest.update(foot)
      out.write(foot)
      out.finish()
      return { path, tag: digest.digest('hex'), entries, left }
    } finally {
      out.close()
    }
  }

  /** What is let through; null: what is in force changed meanwhile. */
  async #exceptions(part: EnforcedPart, isCurrent: () => boolean): Promise<Exceptions | null> {
    const exceptions = new Exceptions()
    const isWhole = await forEachEntry(this.#source.policy(), part, isCurrent, (entry) =>
      exceptions.add(entry),
    )
    return isWhole ? exceptions : null
  }
}

/** Names and networks that are let through. */
class Exceptions {
  /** By first address, family before it: the longest prefix. */
  readonly #networks = new Map<bigint, number>()
  /** Its keys in ascending order, once one was asked for. */
  #firsts: bigint[] | null = null
  /** Those names, and all names they stand under. */
  readonly #names = new Set<string>()

  add(entry: EnforcedEntry): void {
    if (!hasException(entry)) return
    const { text, isAddress } = entry
    if (isAddress) {
      const { first, length } = rangeOf(text)
      this.#networks.set(first, Math.max(length, this.#networks.get(first) ?? 0))
      return
    }
    for (let name = text; name !== ''; name = name.includes('.') ? name.slice(name.indexOf('.') + 1) : '')
      this.#names.add(name)
  }

  /** Whether a part of what `entry` blocks is let through. */
  hasPartOf({ text, isAddress }: EnforcedEntry): boolean {
    if (!isAddress) return this.#names.has(text)
    if (this.#networks.size === 0) return false
    this.#firsts ??= [...this.#networks.keys()].toSorted((a, b) => (a < b ? -1 : 1))
    const { first, last, length } = rangeOf(text)
    if ((this.#networks.get(first) ?? -1) >= length) return true
    // Networks are disjoint or in each other: whatever begins in it, and not with it, is a part of it.
    const next = firstAbove(this.#firsts, first)
    return next !== null && next <= last
  }
}

/** Of a network: its first and last address as numbers, and its prefix length; IPv4 and IPv6 lie apart. */
function rangeOf(text: string): { readonly first: bigint; readonly last: bigint; readonly length: number } {
  const { address, prefixLength } = parsePrefix(text)!
  const family = BigInt(address.length) << 128n
  const first = family + BigInt(`0x${Buffer.from(address).toString('hex')}`)
  return {
    first,
    last: first + (1n << BigInt(address.length * 8 - prefixLength)) - 1n,
    length: prefixLength,
  }
}

function firstAbove(sorted: readonly bigint[], bound: bigint): bigint | null {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! <= bound) low = middle + 1
    else high = middle
  }
  return sorted[low] ?? null
}

/** False: what is in force has changed, and the entries told so far mean nothing. */
async function forEachEntry(
  policy: Policy,
  part: EnforcedPart,
  isCurrent: () => boolean,
  tell: (entry: EnforcedEntry) => void,
): Promise<boolean> {
  let seen = 0
  for (const entry of enforcedEntries(policy, part)) {
    if (entry !== null) tell(entry)
    if (++seen % STRIDE !== 0) continue
    await new Promise((resolve) => setImmediate(resolve))
    if (!isCurrent()) return false
  }
  return isCurrent()
}
