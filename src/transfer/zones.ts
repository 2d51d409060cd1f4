/** All zones that are transferred, as the lists of the configuration name them. Owned by the control thread. */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Clock } from '../clock.ts'
import type { ListSettings, Settings } from '../config/settings.ts'
import type { Random } from '../random.ts'
import type { TransferLog } from './log.ts'
import { answerNotify, type Notice } from './notify.ts'
import { Zone } from './zone.ts'
import type { ZoneStatus } from './zone-status.ts'

export interface ZoneTransfersOptions {
  readonly settings: Pick<Settings, 'lists'>
  readonly clock: Clock
  readonly random: Random
  readonly log: TransferLog
  /** Has the lists take a list whatever they think of its size: a person wants it. */
  readonly forced: (list: string) => Promise<unknown>
}

/** How often each is looked at; what its primary says begins a check within that and no more. */
const LOOK_MS = 250
/** Zones asked for at the same time; the others wait. */
const MAX_AT_ONCE = 4

export class ZoneTransfers {
  readonly #options: ZoneTransfersOptions
  readonly #stop: () => void
  #zones: readonly Zone[] = []
  #running = 0

  /** Begins to ask. */
  constructor(options: ZoneTransfersOptions) {
    this.#options = options
    this.configure(options.settings)
    this.#stop = options.clock.every(LOOK_MS, () => this.#look())
  }

  /** Takes over changed settings: zones that are gone or changed are left, the others go on. */
  configure({ lists }: Pick<Settings, 'lists'>): void {
    const before = new Map(this.#zones.map((zone) => [keyOf(zone.options), zone]))
    this.#zones = lists.flatMap((list) => {
      if (list.primary === null) return []
      const key = keyOf({ list: list.id, path: list.path, primary: list.primary })
      const same = before.get(key)
      before.delete(key)
      return [same ?? this.#open(list, list.primary)]
    })
    for (const gone of before.values()) gone.close()
  }

  /** In the order of the configuration. */
  status(): ZoneStatus[] {
    return this.#zones.map((zone) => zone.status())
  }

  /**
   * Asks the primary of list `id` at once: see Zone.hasten. Resolves with how it stands when that is over, or after
   * `patienceMs`; null: there is no such zone.
   */
  async check(id: string, isForced: boolean, patienceMs: number): Promise<ZoneStatus | null> {
    const zone = this.#zones.find(({ options }) => options.list === id)
    if (zone === undefined) return null
    const done = zone.hasten(isForced)
    this.#look()
    const late = Promise.withResolvers<void>()
    const timer = setTimeout(late.resolve, patienceMs)
    await Promise.race([done, late.promise])
    clearTimeout(timer)
    return zone.status()
  }

  /** A NOTIFY that came from the address of a primary; what it is answered, or null: nothing. */
  notified(notice: Notice): Uint8Array | null {
    const answer = answerNotify(notice, this.#zones, Math.floor(this.#options.clock.wallMs() / 1000))
    this.#look()
    return answer
  }

  /** Stops, and cuts off what is under way. */
  close(): void {
    this.#stop()
    for (const zone of this.#zones) zone.close()
  }

  #look(): void {
    for (const zone of this.#zones) {
      zone.watchExpiry()
      if (zone.isDue && this.#running < MAX_AT_ONCE) void this.#check(zone)
    }
  }

  async #check(zone: Zone): Promise<void> {
    this.#running++
    try {
      await zone.check()
    } finally {
      this.#running--
    }
  }

  #open({ id, path }: ListSettings, primary: NonNullable<ListSettings['primary']>): Zone {
    const { clock, random, log, forced } = this.#options
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    } catch {
      // The transfer says it: there it can be mended while running.
    }
    return new Zone({ list: id, primary, path, clock, random, log, forced: () => forced(id) })
  }
}

function keyOf({ list, path, primary }: Pick<Zone['options'], 'list' | 'path' | 'primary'>): string {
  return JSON.stringify([list, path, primary])
}
