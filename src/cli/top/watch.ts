/** What `top` knows of the server, renewed by calls that cost it little: counters each second, the rest now and then. */
import type { StatusReport } from '../../admin/routes/status.ts'
import type { TrafficReply } from '../../admin/routes/traffic.ts'
import { cleanText } from '../../alerts/clean-text.ts'
import { CommandError } from '../command.ts'
import { RecentHits, type Call } from '../recent-hits.ts'
import type { Picture } from './frame.ts'
import { latenciesBetween, ratesBetween } from './rates.ts'
import { Ranking } from './ranking.ts'

/** Looks between two of the same kind. */
const STATUS_EVERY = 5
const HITS_EVERY = 2
/** Looks over which latencies are told: a second alone says little. */
const LATENCY_LOOKS = 10
const HISTORY = 300
const SHOWN = 100
/** Of a name on the screen. */
const MAX_OCTETS = 300

export class Watch {
  readonly #call: Call
  readonly #hits: RecentHits
  readonly #names = new Ranking()
  readonly #clients = new Ranking()
  #looks = 0
  #traffic: TrafficReply[] = []
  #history: number[] = []
  #status: Picture['status'] = null
  #error: string | null = null

  constructor(call: Call) {
    this.#call = call
    this.#hits = new RecentHits(call)
  }

  /** Asks again. Never rejects for what the server answers or does not: the picture says so. */
  async look(): Promise<void> {
    try {
      await this.#ask()
      this.#error = null
    } catch (error) {
      if (!(error instanceof CommandError)) throw error
      this.#error = error.message
      // When it is back everything is asked for again.
      this.#looks = 0
      this.#traffic = []
    }
  }

  get picture(): Picture {
    const [first] = this.#traffic
    const last = this.#traffic.at(-1)
    const before = this.#traffic.at(-2)
    return {
      status: this.#status,
      rates: last === undefined || before === undefined ? null : ratesBetween(before, last),
      latencies: last === undefined || last === first ? [] : latenciesBetween(first!, last),
      history: this.#history,
      names: this.#names.top(SHOWN),
      clients: this.#clients.top(SHOWN),
      error: this.#error,
    }
  }

  async #ask(): Promise<void> {
    const look = this.#looks++
    if (look % STATUS_EVERY === 0)
      this.#status = (await this.#call({ method: 'GET', path: '/api/v1/status' })) as StatusReport
    const traffic = (await this.#call({ method: 'GET', path: '/api/v1/traffic' })) as TrafficReply
    const before = this.#traffic.at(-1)
    // Counts that begin anew are no rates.
    if (before !== undefined && traffic.upSeconds < before.upSeconds) this.#traffic = []
    this.#traffic = [...this.#traffic, traffic].slice(-LATENCY_LOOKS)
    const rates = before === undefined ? null : ratesBetween(before, traffic)
    if (rates !== null) this.#history = [...this.#history, rates.queries].slice(-HISTORY)
    if (look % HITS_EVERY === 0) await this.#readHits()
  }

  async #readHits(): Promise<void> {
    for (const hit of await this.#hits.look()) {
      const { address, identity, clientId, indicator, lists, unit } = hit
      const who = [address ?? `client ${clientId}`, identity.hostName ?? identity.name ?? ''].join(' ').trim()
      this.#names.add(cleanText(indicator, MAX_OCTETS), lists[0] ?? '', hit)
      this.#clients.add(cleanText(who, MAX_OCTETS), unit ?? '', hit)
    }
  }
}
