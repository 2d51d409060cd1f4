/**
 * Which machine had an address when, from what all sources say of it. Pure: built anew where a binding changes, asked
 * for every hit.
 */
import { joinBindings, type Binding } from '../identity/binding.ts'
import { machineKey } from './machine-key.ts'

/**
 * Leases and neighbours are read a little after they began: a hit up to this much before a binding belongs to its
 * machine, unless the address was another one's then.
 */
export const BINDING_LAG_MS = 120_000

/** A machine had the address from `startMs` until before `endMs` (Infinity: still). */
export interface Tenure {
  readonly startMs: number
  readonly endMs: number
  /** Of the machine: `mac:…`, `duid:…`. */
  readonly key: string
  /** What the sources said together of the last part of it. */
  readonly binding: Binding
}

export class AddressHistory {
  /** Disjoint, ascending. */
  readonly tenures: readonly Tenure[]
  /** The last that sources say of the address itself where they name no machine: a host name, or null. */
  readonly named: Binding | null

  /** `bindings`: all of one address, in any order. `macOf`: the MAC of a machine known by its DUID. */
  constructor(bindings: readonly Binding[], macOf: (duid: string) => string | null) {
    const tenures: Tenure[] = []
    let named: Binding | null = null
    for (const { startMs, endMs, binding } of joined(bindings)) {
      const key = machineKey(binding, macOf)
      if (key === null) {
        named = binding
        continue
      }
      const before = tenures.at(-1)
      const lagged = Math.max(startMs - BINDING_LAG_MS, before?.endMs ?? -Infinity)
      if (before !== undefined && before.key === key && before.endMs === lagged) {
        tenures[tenures.length - 1] = { ...before, endMs, binding }
      } else tenures.push({ startMs: lagged, endMs, key, binding })
    }
    this.tenures = tenures
    this.named = named
  }

  /** The index in `tenures` of the one at `ms`; -1: nobody is known to have had the address. */
  at(ms: number): number {
    const { tenures } = this
    for (let index = tenures.length - 1; index >= 0; index--) {
      const { startMs, endMs } = tenures[index]!
      if (ms >= endMs) return -1
      if (ms >= startMs) return index
    }
    return -1
  }

  /** The one tenure that covers both times, or null. */
  covering(firstMs: number, lastMs: number): Tenure | null {
    const index = this.at(lastMs)
    return index >= 0 && this.tenures[index]!.startMs <= firstMs ? this.tenures[index]! : null
  }
}

interface Stretch {
  readonly startMs: number
  readonly endMs: number
  readonly binding: Binding
}

/** Time cut where any binding begins or ends; what they say together in each stretch, ascending. */
function joined(bindings: readonly Binding[]): Stretch[] {
  const real = bindings.filter(({ fromMs, untilMs }) => untilMs === null || untilMs > fromMs)
  const only = real[0]
  if (only === undefined) return []
  if (real.length === 1) return [{ startMs: only.fromMs, endMs: only.untilMs ?? Infinity, binding: only }]
  const cuts = [...new Set(real.flatMap(({ fromMs, untilMs }) => [fromMs, untilMs ?? Infinity]))].sort(
    (a, b) => a - b,
  )
  return cuts.slice(0, -1).flatMap((startMs, index) => {
    const binding = joinBindings(
      real.filter(({ fromMs, untilMs }) => fromMs <= startMs && startMs < (untilMs ?? Infinity)),
    )
    return binding === null ? [] : [{ startMs, endMs: cuts[index + 1]!, binding }]
  })
}
