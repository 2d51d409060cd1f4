/**
 * The health of the server, part by part: well or not, since when, what is wrong and what to do. The one place that
 * decides it: `degraded` of /readyz and the status are read from here. It looks by itself every few seconds, so that it
 * can say since when something is wrong also where nobody asked meanwhile.
 */
import type { Words } from '../../alerts/catalogue.ts'
import type { AdminSources } from '../sources.ts'
import { readTraffic } from '../traffic.ts'
import { bridgeTroubles } from './bridge-troubles.ts'
import { ClockWatch } from './clock-watch.ts'
import { controlTroubles } from './control-troubles.ts'
import { FACTS, type Readings } from './facts.ts'
import { feedTroubles } from './feed-troubles.ts'
import { diskTroubles, memoryTroubles, type MachineReadings } from './machine.ts'
import { noticeTroubles } from './notice-troubles.ts'
import { queryTroubles } from './query-troubles.ts'
import { selfTroubles } from './self-troubles.ts'
import {
  isReady,
  listeningTroubles,
  listTroubles,
  storeTroubles,
  threadTroubles,
  upstreamTroubles,
} from './service-troubles.ts'
import { TrafficWindow, type Recent } from './traffic-window.ts'
import { COMPONENTS, type Component, type Trouble } from './trouble.ts'
import { zoneTroubles } from './zone-troubles.ts'

/** `unknown`: nothing is known of it, which is neither good nor bad. */
export const HEALTH_STATES = ['ok', 'warn', 'fail', 'unknown'] as const
export type HealthState = (typeof HEALTH_STATES)[number]

export interface DatedTrouble extends Trouble {
  /** When it was seen first, wall clock, milliseconds. */
  readonly sinceMs: number
}

export interface ComponentHealth {
  readonly component: Component
  readonly state: HealthState
  /** When the state was seen first, wall clock, milliseconds. */
  readonly sinceMs: number
  /** What there is to say: the first trouble, or what it does. */
  readonly detail: Words
  readonly troubles: readonly DatedTrouble[]
}

export interface Health {
  /** The worst there is; `ok`: no trouble. */
  readonly state: 'ok' | 'warn' | 'fail'
  readonly sinceMs: number
  /** Whether queries are answered from a loaded policy. */
  readonly isReady: boolean
  /** Of about the last minute. */
  readonly recent: Recent
  readonly components: readonly ComponentHealth[]
}

export type HealthSources = Omit<AdminSources, 'health'>

const LOOK_MS = 5000

export class HealthLedger {
  readonly #sources: HealthSources
  readonly #machine: MachineReadings
  readonly #window = new TrafficWindow()
  readonly #clockWatch: ClockWatch
  readonly #since = new Map<string, number>()
  readonly #stop: () => void
  #last: Health | null = null

  /** Begins to look. */
  constructor(sources: HealthSources, machine: MachineReadings) {
    this.#sources = sources
    this.#machine = machine
    this.#clockWatch = new ClockWatch(sources.clock, sources.log)
    this.#stop = sources.clock.every(LOOK_MS, () => void this.look())
  }

  /** What the last look found; null before the first. */
  get last(): Health | null {
    return this.#last
  }

  close(): void {
    this.#stop()
  }

  /** Asks all threads and judges what they say; within about a second. Never rejects. */
  async look(): Promise<Health> {
    const { board } = this.#sources
    await board.refresh()
    await board.count()
    const readings = this.#read()
    const troubles = this.#findTroubles(readings)
    const seen = new Set<string>()
    const since = (key: string): number => {
      seen.add(key)
      const known = this.#since.get(key) ?? this.#sources.clock.wallMs()
      this.#since.set(key, known)
      return known
    }
    const components = COMPONENTS.map((component): ComponentHealth => {
      const own = troubles
        .filter(({ part }) => part === component)
        .toSorted((a, b) => Number(b.severity === 'fail') - Number(a.severity === 'fail'))
        .map((trouble) => ({ ...trouble, sinceMs: since(`${component} trouble ${trouble.key}`) }))
      const fact = FACTS[component](this.#sources, readings)
      const state = own[0]?.severity ?? (fact.isKnown ? 'ok' : 'unknown')
      const sinceMs = since(`${component} ${state}`)
      return { component, state, sinceMs, detail: own[0]?.detail ?? fact.detail, troubles: own }
    })
    const state = worst(components)
    const health: Health = {
      state,
      sinceMs: since(`all ${state}`),
      isReady: isReady(board, this.#sources.words),
      recent: readings.recent,
      components,
    }
    for (const key of this.#since.keys()) if (!seen.has(key)) this.#since.delete(key)
    this.#last = health
    return health
  }

  #read(): Readings {
    const { counters, clock } = this.#sources
    const traffic = readTraffic(counters)
    return {
      traffic,
      recent: this.#window.note(traffic, clock.monotonicMs()),
      disk: this.#machine.disk(),
      memory: this.#machine.memory(),
    }
  }

  #findTroubles({ recent, disk, memory }: Readings): Trouble[] {
    const { board, words } = this.#sources
    return [
      ...listeningTroubles(board, words),
      ...selfTroubles(board),
      ...queryTroubles(recent),
      ...threadTroubles(board),
      ...listTroubles(board),
      ...feedTroubles(this.#sources.feeds.status()),
      ...zoneTroubles(this.#sources.zones.status()),
      ...noticeTroubles(this.#sources.notice()),
      ...upstreamTroubles(board),
      ...storeTroubles(board),
      ...controlTroubles(this.#sources),
      ...bridgeTroubles(this.#machine.bridge),
      ...diskTroubles(disk),
      ...memoryTroubles(memory),
      ...this.#clockWatch.look(this.#happened()),
    ]
  }

  /** When lists were taken, also before the start, and hits written. */
  #happened(): number[] {
    const { lists, store } = this.#sources.board
    const taken = (lists.value?.lists ?? []).map(({ lastSuccessAt }) => lastSuccessAt)
    return [...taken, store.value?.lastCommitAt ?? null].filter((ms) => ms !== null)
  }
}

function worst(components: readonly ComponentHealth[]): Health['state'] {
  const states = new Set(components.map(({ state }) => state))
  return states.has('fail') ? 'fail' : states.has('warn') ? 'warn' : 'ok'
}

/** The troubles alone, as `/readyz` and `degraded` tell them. */
export function degradedOf({ components }: Health): { part: Component; detail: string }[] {
  return components.flatMap(({ troubles }) =>
    troubles.map(({ part, detail }) => ({ part, detail: detail.en })),
  )
}
