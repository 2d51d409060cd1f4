/**
 * What is not asked upstream in general: own records, zones with servers of their own, special-use names. The longest
 * name decides; of equals own records, then forward zones, then special use.
 */
import type { Settings } from '../config/settings.ts'
import { Type } from '../wire/constants.ts'
import type { NameKey } from '../wire/name-key.ts'
import { ownRecord } from './own-record.ts'
import type { OwnRecord } from './own-record.ts'
import { SpecialUse, specialNames } from './special-use.ts'
import { wireName } from '../wire/name.ts'
import { SuffixIndex } from './suffix-index.ts'

/** What a name turned out to be. */
export const Found = { None: 0, Record: 1, Forward: 2, Special: 3 } as const
export type Found = (typeof Found)[keyof typeof Found]

/** The outcome of a look-up; one instance is reused. */
export class LocalMatch {
  kind: Found = Found.None
  /** Number of the record, number of the forward zone's entry in `settings.forward`, or the `SpecialUse`. */
  index = -1
  /** The label of the name at which the deciding name begins. */
  label = 0
  /** Own records or forward zones lie under the name itself, so that it exists (RFC 8020 §2). */
  hasNamesBelow = false
  /** Once its answer is written: where in it the name stands that an own alias leads to elsewhere; 0: it leads nowhere. */
  target = 0
}

/** What is known of one name. */
interface Place {
  /** Number of its own record, or -1. */
  record: number
  /** Number of the forward entry that has it as a zone, or -1. */
  forward: number
  special: SpecialUse | 0
  hasNamesBelow: boolean
}

export class LocalZones {
  readonly #index: SuffixIndex
  readonly #places: readonly Place[]
  readonly #records: readonly OwnRecord[]
  /** Number of the own record that an own CNAME leads to, -1: elsewhere. */
  readonly #targets: readonly number[]

  /** Throws a RangeError that says which record or zone cannot be read. `rehash` before the first `find`. */
  constructor(settings: Pick<Settings, 'records' | 'forward' | 'special' | 'sinkhole'>) {
    const places = new Places()
    for (const { name, use } of specialNames(settings)) places.at(wireName(name)).special = use
    settings.forward.forEach(({ zones }, forward) => {
      for (const zone of zones) {
        const place = places.add(wireName(zone))
        // The first entry to name a zone has it.
        if (place.forward === -1) place.forward = forward
      }
    })
    settings.records.forEach(({ name }, record) => (places.add(wireName(name)).record = record))
    this.#index = new SuffixIndex(places.names())
    this.#places = places.all()
    this.#records = settings.records.map((record) => ownRecord(record, settings.sinkhole))
    this.#targets = this.#records.map(({ cname }) => (cname === null ? -1 : places.recordOf(cname)))
  }

  /** Makes it fit keys whose hashes are computed under `seed`. */
  rehash(seed: number): void {
    this.#index.rehash(seed)
  }

  /** Fills `match` and returns its kind. The hashes of `key` are those of the seed of `rehash`. */
  find(key: NameKey, qtype: number, match: LocalMatch): Found {
    match.hasNamesBelow = false
    for (let label = 0; label < key.labelCount; label++) {
      const number = this.#index.find(key, label)
      if (number === -1) continue
      const { record, forward, special, hasNamesBelow } = this.#places[number]!
      if (label === 0) {
        match.hasNamesBelow = hasNamesBelow
        if (record !== -1) return settle(match, Found.Record, record, label)
      }
      if (forward !== -1) return settle(match, Found.Forward, forward, label)
      if (special !== 0) {
        // RFC 8375 §4: DS belongs to the parent, whose proof that there is none keeps validating clients content.
        if (special === SpecialUse.EmptyZone && label === 0 && qtype === Type.DS) break
        return settle(match, Found.Special, special, label)
      }
    }
    return settle(match, Found.None, -1, 0)
  }

  /** The own record of that number. */
  record(index: number): OwnRecord {
    return this.#records[index]!
  }

  /** The own record that the CNAME of record `index` leads to, as its number; -1: it leads elsewhere. */
  target(index: number): number {
    return this.#targets[index]!
  }
}

function settle(match: LocalMatch, kind: Found, index: number, label: number): Found {
  match.kind = kind
  match.index = index
  match.label = label
  return kind
}

/** Collects what is known of each name, under its wire form. */
class Places {
  readonly #byName = new Map<string, Place>()

  /** The place of `name`, made where there is none. */
  at(name: Uint8Array): Place {
    const text = Buffer.from(name).toString('latin1')
    let place = this.#byName.get(text)
    if (place === undefined) {
      place = { record: -1, forward: -1, special: 0, hasNamesBelow: false }
      this.#byName.set(text, place)
    }
    return place
  }

  /** The same for a name that exists; its ancestors learn that they have names below. */
  add(name: Uint8Array): Place {
    for (let label = name[0]! + 1; label < name.length - 1; label += name[label]! + 1) {
      this.at(name.subarray(label)).hasNamesBelow = true
    }
    return this.at(name)
  }

  /** The number of the own record of `name`, or -1. */
  recordOf(name: Uint8Array): number {
    return this.#byName.get(Buffer.from(name).toString('latin1'))?.record ?? -1
  }

  names(): Uint8Array[] {
    return [...this.#byName.keys()].map((name) => Buffer.from(name, 'latin1'))
  }

  all(): Place[] {
    return [...this.#byName.values()]
  }
}
