/**
 * Looks at the state of the server and tells the alerts which troubles hold and which do not. What a thread has not said
 * just now is not judged: a thread that is being restarted neither begins nor ends a trouble.
 */
import type { Condition } from '../alerts/alert.ts'
import type { Alerts } from '../alerts/alerts.ts'
import type { Clock } from '../clock.ts'
import { staleReason } from '../lists/renewal.ts'
import type { ListStatus } from '../lists/status.ts'
import type { Logger } from '../log/log.ts'
import type { StatusBoard } from '../metrics/thread-status.ts'
import type { NodeStatus } from '../nodes/node-status.ts'
import { mergeUpstreams } from './upstreams.ts'

export interface AlertConditionsOptions {
  readonly alerts: Pick<Alerts, 'raise' | 'resolve' | 'status'>
  readonly board: StatusBoard
  /** Other nodes whose hits are taken over. */
  readonly nodes: () => readonly NodeStatus[]
  readonly clock: Clock
  readonly log: Pick<Logger, 'error'>
}

/** A trouble and whether it holds; `reason` null: it does not. */
export interface Finding {
  readonly kind: Condition['kind']
  readonly about: string
  readonly reason: string | null
}

const LOOK_MS = 5000
/** Longer than a server takes to be started again. */
const NODE_AWAY_MS = 60_000
/** The number of the group of general upstreams; the others belong to `forward`. */
const GENERAL = 0

export class AlertConditions {
  readonly #options: AlertConditionsOptions
  readonly #stop: () => void
  #listsSeen: ReadonlySet<string> = new Set()
  #nodesSeen: ReadonlySet<string> = new Set()
  #isLooking = false
  #isClosed = false

  /** Begins to look. */
  constructor(options: AlertConditionsOptions) {
    this.#options = options
    this.#stop = options.clock.every(LOOK_MS, () => void this.look())
  }

  /** One look. Never rejects. */
  async look(): Promise<void> {
    if (this.#isLooking || this.#isClosed) return
    this.#isLooking = true
    try {
      // With nobody to tell nothing begins: who is configured later is told of what holds then.
      if (this.#options.alerts.status().channels.length === 0) return
      await this.#options.board.refresh()
      if (!this.#isClosed) this.#tell()
    } catch (error) {
      this.#options.log.error({ error }, 'the state of the server could not be looked at for alerts')
    } finally {
      this.#isLooking = false
    }
  }

  close(): void {
    this.#isClosed = true
    this.#stop()
  }

  #tell(): void {
    const { alerts, board } = this.#options
    for (const { kind, about, reason } of [
      ...findConditions(board),
      ...this.#goneLists(),
      ...this.#nodeFindings(),
    ]) {
      if (reason === null) alerts.resolve({ kind, about })
      else alerts.raise({ kind, about, reason })
    }
  }

  /** Of a node that is no longer configured nothing is wrong any more. */
  #nodeFindings(): Finding[] {
    const nodes = this.#options.nodes()
    const now = new Set(nodes.map(({ id }) => id))
    const gone = [...this.#nodesSeen].filter((id) => !now.has(id))
    this.#nodesSeen = now
    return [...nodes.map(nodeFinding), ...gone.map((about) => ({ kind: 'node-away', about, reason: null }) as const)] // prettier-ignore
  }

  /** Of a list that is no longer configured nothing is wrong any more. */
  #goneLists(): Finding[] {
    const { value, error } = this.#options.board.lists
    if (value === null || error !== null) return []
    const now = new Set(value.lists.map(({ id }) => id))
    const gone = [...this.#listsSeen].filter((id) => !now.has(id))
    this.#listsSeen = now
    return gone.flatMap((about) => [
      { kind: 'list-failed', about, reason: null },
      { kind: 'list-stale', about, reason: null },
    ])
  }
}

/** What holds and what does not, as far as the threads have said so just now. */
export function findConditions(board: Pick<StatusBoard, 'lists' | 'store' | 'resolvers'>): Finding[] {
  return [...listFindings(board), ...upstreamFindings(board), ...storeFindings(board)]
}

function listFindings({ lists }: Pick<StatusBoard, 'lists'>): Finding[] {
  const { value, error } = lists
  if (value === null || error !== null) return []
  const build: Finding = {
    kind: 'list-failed',
    about: '',
    reason: value.error === null ? null : `the lists could not be built: ${value.error}`,
  }
  const stale = value.lists.map((list): Finding => ({
    kind: 'list-stale',
    about: list.id,
    reason: staleReason(list),
  }))
  return [build, ...value.lists.map(listFinding), ...stale]
}

function listFinding({ id, state, error }: ListStatus): Finding {
  if (state === 'loaded') return { kind: 'list-failed', about: id, reason: null }
  const what = state === 'failed' ? 'not in force' : 'in force in an earlier version'
  return { kind: 'list-failed', about: id, reason: error === null ? what : `${what}: ${error}` }
}

function upstreamFindings({ resolvers }: Pick<StatusBoard, 'resolvers'>): Finding[] {
  const fresh = [...resolvers.values()].filter(({ error }) => error === null)
  const general = mergeUpstreams(fresh).filter(({ group }) => group === GENERAL)
  if (general.length === 0) return []
  const isUp = general.some(({ state }) => state === 'up')
  const reason = isUp ? null : `none of ${general.length} general upstreams is usable`
  return [{ kind: 'upstreams-down', about: '', reason }]
}

function storeFindings({ store }: Pick<StatusBoard, 'store'>): Finding[] {
  const { value, error } = store
  if (value === null || error !== null) return []
  const { state, error: detail } = value
  const reason = state === 'ok' ? null : detail === null ? state : `${state}: ${detail}`
  return [{ kind: 'store-trouble', about: '', reason }]
}

function nodeFinding({ id, failingMs, error }: NodeStatus): Finding {
  const isAway = failingMs !== null && failingMs >= NODE_AWAY_MS
  return { kind: 'node-away', about: id, reason: isAway ? `${id}: ${error}` : null }
}
