/** Figures as they were a moment ago: read again when something was committed since, and never so often that it is felt. */
import type { Clock } from '../../clock.ts'
import type { StoreReader } from '../queries.ts'
import type { UnitIndex } from '../units.ts'
import { Figures } from './figures.ts'
import { topIndicators, type TopIndicators } from './top-indicators.ts'
import { highUnits } from './unit-watch.ts'

export interface FigureOptions {
  readonly store: Pick<StoreReader, 'connection' | 'units'>
  readonly clock: Clock
}

/** Nobody reads them as fast; and a part in twenty of the time is the most that reading may take. */
const LEAST_AGE_MS = 2000
const COST_FACTOR = 20
/** What is counted of the last 24 hours changes by itself. */
const MOST_AGE_MS = 60_000
/** Lists of top indicators kept for the figures they belong to. */
const TOPS_KEPT = 200

/** What is known of all units at one moment. */
export interface FigureView {
  readonly units: UnitIndex
  readonly figures: Figures
  /** By unit: since when one of its public addresses is on the botnet list. */
  readonly listed: ReadonlyMap<string, number>
  /** Units that come first. */
  readonly high: ReadonlySet<string>
  /** What is asked for most of a campaign, by the clients of some units (null: all). Throws StoreUnavailable. */
  top(campaign: string, within: readonly string[] | null): TopIndicators
}

export class FigureBoard {
  readonly #options: FigureOptions
  #view: FigureView | null = null
  #version = ''
  #readMs = 0
  #restMs = 0
  #number = 0

  constructor(options: FigureOptions) {
    this.#options = options
  }

  /** Another number for other figures. Throws StoreUnavailable. */
  get number(): number {
    this.look()
    return this.#number
  }

  /** Throws StoreUnavailable. */
  look(): FigureView {
    const { store, clock } = this.#options
    const ageMs = clock.monotonicMs() - this.#readMs
    const isFresh =
      ageMs < this.#restMs || (ageMs < MOST_AGE_MS && store.connection.version === this.#version)
    if (this.#view?.units === store.units && isFresh) return this.#view
    const startMs = clock.monotonicMs()
    // Before the rows: what is committed between the two is read again.
    this.#version = store.connection.version
    this.#view = this.#read()
    this.#number += 1
    this.#readMs = clock.monotonicMs()
    this.#restMs = Math.max(LEAST_AGE_MS, (this.#readMs - startMs) * COST_FACTOR)
    return this.#view
  }

  #read(): FigureView {
    const { store, clock } = this.#options
    const { connection, units } = store
    const tops = new Map<string, TopIndicators>()
    const top = (campaign: string, within: readonly string[] | null): TopIndicators => {
      const key = JSON.stringify([campaign, within])
      const known = tops.get(key)
      if (known !== undefined) return known
      const found = topIndicators(connection.ask, units, campaign, within)
      if (tops.size >= TOPS_KEPT) tops.clear()
      tops.set(key, found)
      return found
    }
    return connection.atOnce(() => {
      const rows = connection.ask('SELECT unit, since_at FROM listed_unit')
      const listed = new Map(rows.map(({ unit, since_at }) => [String(unit), Number(since_at)]))
      const settings = units.tree.places.map(({ unit }) => unit)
      const high = highUnits(settings, new Set(listed.keys()))
      return { units, figures: new Figures(connection.ask, units, clock.wallMs()), listed, high, top }
    })
  }
}
