/** Guards that only this server can know: its own zones, records and addresses, and those of its agency. */
import type { Settings } from '../config/settings.ts'
import { findGuardedAddresses } from '../lists/guarded-addresses.ts'
import { Guards } from '../lists/guards.ts'
import type { GuardReason } from '../lists/outcome.ts'
import { parsePrefix } from '../lists/prefix-text.ts'

export type GuardSettings = Pick<
  Settings,
  'records' | 'forward' | 'sinkhole' | 'upstreams' | 'listen' | 'units'
>

/** As they are at the time it is made. */
export class StateGuards {
  readonly #guards: Guards

  constructor(settings: GuardSettings) {
    const { own, upstreams } = findGuardedAddresses(settings)
    const wan = settings.units.flatMap((unit) => unit.wan)
    this.#guards = new Guards(settings, { own: [...own, ...wan], upstreams })
  }

  /** Why `target`, a name in lower-case A-labels or a prefix, is held; null: nothing speaks against it. */
  reasonOf(target: string): GuardReason | null {
    const prefix = parsePrefix(target)
    return prefix === null ? this.#guards.nameReason(target) : this.#guards.addressReason(prefix)
  }
}
