/**
 * Differences of a zone, one set after the other, brought down to what they come to: which records of the copy here go,
 * and which come. Bounded, because all of it is held at once; what is larger is taken as a whole zone.
 */
import type { ZoneRecord } from './message.ts'
import { typeText } from './record-text.ts'
import { UnfitDifferences } from './transfer-error.ts'

/** About 300 bytes each. */
const MAX_CHANGES = 500_000

interface Change {
  /** In the copy here, as the first mention of it says. */
  readonly wasHere: boolean
  isFound: boolean
  /** The line that comes, or null. */
  line: string | null
}

/** A record as a line of a zone file. */
export function lineOf({ owner, ttlSeconds, type, rdata }: ZoneRecord): string {
  return `${owner} ${ttlSeconds} IN ${typeText(type)} ${rdata}`
}

/** What makes two lines the same record: everything but the TTL (RFC 2136 §1.1.1). */
export function keyOf(line: string): string {
  const ttl = line.indexOf(' ')
  return line.slice(0, ttl) + line.slice(line.indexOf(' ', ttl + 1))
}

/** Owner of a line. */
export function ownerOf(line: string): string {
  return line.slice(0, line.indexOf(' '))
}

export class Differences {
  readonly #changes = new Map<string, Change>()
  /** What comes, by owner. */
  #coming: Map<string, string[]> | null = null

  /** Throws UnfitDifferences. */
  remove(record: ZoneRecord): void {
    const key = keyOf(lineOf(record))
    const change = this.#changes.get(key)
    if (change === undefined) this.#set(key, { wasHere: true, isFound: false, line: null })
    else if (change.line === null) throw new UnfitDifferences('its differences remove a record twice')
    else change.line = null
  }

  /** Throws UnfitDifferences. */
  add(record: ZoneRecord): void {
    const line = lineOf(record)
    const key = keyOf(line)
    const change = this.#changes.get(key)
    if (change === undefined) this.#set(key, { wasHere: false, isFound: false, line })
    else if (change.line !== null) throw new UnfitDifferences('its differences add a record twice')
    else change.line = line
  }

  /** Whether `line` of the copy here stays. Throws UnfitDifferences where it is one that was to come. */
  keeps(line: string): boolean {
    const change = this.#changes.get(keyOf(line))
    if (change === undefined) return true
    if (!change.wasHere) throw new UnfitDifferences('its differences add a record that is here')
    change.isFound = true
    return false
  }

  /** The lines that come at `owner`; each is given once. */
  takeOf(owner: string): readonly string[] {
    const coming = (this.#coming ??= this.#byOwner())
    const lines = coming.get(owner)
    if (lines === undefined) return []
    coming.delete(owner)
    return lines
  }

  /** The lines that come at owners of which nothing was here. Throws UnfitDifferences where one that was to go was not here. */
  takeRest(): readonly string[] {
    for (const { wasHere, isFound } of this.#changes.values())
      if (wasHere && !isFound) throw new UnfitDifferences('its differences remove a record that is not here')
    const coming = (this.#coming ??= this.#byOwner())
    this.#coming = new Map()
    return [...coming.values()].flat()
  }

  #byOwner(): Map<string, string[]> {
    const coming = new Map<string, string[]>()
    for (const { line } of this.#changes.values()) {
      if (line === null) continue
      const owner = ownerOf(line)
      const lines = coming.get(owner)
      if (lines === undefined) coming.set(owner, [line])
      else lines.push(line)
    }
    return coming
  }

  #set(key: string, change: Change): void {
    if (this.#changes.size >= MAX_CHANGES) throw new UnfitDifferences('its differences are too many')
    this.#changes.set(key, change)
  }
}
