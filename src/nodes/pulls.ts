/** All other nodes whose hits are taken over, as the configuration names them. Owned by the control thread. */
import type { Settings } from '../config/settings.ts'
import type { NodeStatus } from './node-status.ts'
import { Puller, type PullerOptions } from './puller.ts'

export interface NodePullsOptions extends Omit<PullerOptions, 'settings' | 'heldBy'> {
  readonly settings: Pick<Settings, 'nodes'>
}

/** How often each is asked. */
const PULL_MS = 1000

export class NodePulls {
  readonly #options: NodePullsOptions
  readonly #stop: () => void
  #pullers: readonly Puller[] = []

  /** Begins to ask. */
  constructor(options: NodePullsOptions) {
    this.#options = options
    this.configure(options.settings)
    this.#stop = options.clock.every(PULL_MS, () => void this.run())
  }

  /** Takes over changed settings: nodes that are gone or changed are left, the others go on. */
  configure({ nodes }: Pick<Settings, 'nodes'>): void {
    const before = new Map(this.#pullers.map((puller) => [JSON.stringify(puller.settings), puller]))
    this.#pullers = nodes.map((settings) => {
      const same = before.get(JSON.stringify(settings))
      before.delete(JSON.stringify(settings))
      return same ?? this.#open(settings)
    })
    for (const gone of before.values()) gone.close()
  }

  /** Asks each that is due; resolves when all have answered or failed. Never rejects. */
  async run(): Promise<void> {
    await Promise.all(this.#pullers.map((puller) => puller.run()))
  }

  /** In the order of the configuration. */
  status(): NodeStatus[] {
    return this.#pullers.map((puller) => puller.status())
  }

  /** Stops, and cuts off what is under way. */
  close(): void {
    this.#stop()
    for (const puller of this.#pullers) puller.close()
  }

  #open(settings: PullerOptions['settings']): Puller {
    const puller: Puller = new Puller({
      ...this.#options,
      settings,
      heldBy: (key) =>
        this.#pullers.find((other) => other !== puller && other.key === key)?.settings.id ?? null,
    })
    return puller
  }
}
