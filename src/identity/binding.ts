/**
 * Who had an address when: what every source of identity says, in one form. The store keeps the history of bindings;
 * a hit belongs to the machine that had its address at that moment.
 */

/** How something is known. `none` stands where nobody knows more than the address. */
export type IdentitySource = 'register' | 'lease' | 'neighbour' | 'edns' | 'reverse' | 'none'

/** How far it can be relied on. */
export type Sure = 'certain' | 'likely' | 'guess'

/** Which source is believed where two disagree: the first. */
export const SOURCE_ORDER: readonly IdentitySource[] = [
  'register', 'lease', 'neighbour', 'edns', 'reverse', 'none',
] // prettier-ignore

const SURE_ORDER: readonly Sure[] = ['certain', 'likely', 'guess']

/** Who a machine is, as far as a source says. */
export interface Machine {
  /** `aa:bb:cc:dd:ee:ff`. */
  readonly mac: string | null
  /** Lower-case hexadecimal digits without separators (RFC 8415 §11). */
  readonly duid: string | null
  /** As the network said it, cleaned (see host-name.ts). Data, never markup. */
  readonly hostName: string | null
}

/**
 * An address belonged to a machine from `fromMs` until `untilMs` (wall clock, milliseconds since 1970; the end is not
 * part of it). Told again with the same source, address, `fromMs` and machine it replaces what was said before. One
 * whose `untilMs` equals its `fromMs` covers nothing: it takes back what was said.
 */
export interface Binding extends Machine {
  /** 16 bytes, IPv4 as ::ffff:a.b.c.d; a buffer of its own. */
  readonly address: Uint8Array
  readonly fromMs: number
  /** null: still. */
  readonly untilMs: number | null
  readonly source: IdentitySource
  readonly sure: Sure
  /** The machine forwards for others: what comes from its address need not be its own. */
  readonly isRouter: boolean
}

/** One machine behind two statements: by MAC where both know it, else by DUID, else by name where both know no more. */
export function isSameMachine(a: Machine, b: Machine): boolean {
  if (a.mac !== null && b.mac !== null) return a.mac === b.mac
  if (a.duid !== null && b.duid !== null) return a.duid === b.duid
  const isNamed = a.mac === null && b.mac === null && a.duid === null && b.duid === null
  return isNamed && a.hostName === b.hostName
}

/** Whether `binding` holds at `atMs`. */
export function covers(binding: Binding, atMs: number): boolean {
  return binding.fromMs <= atMs && (binding.untilMs === null || atMs < binding.untilMs)
}

/**
 * What several bindings of one address at one moment say together; null: nothing. The best source decides which
 * machine it is, at equal rank the binding that began last; the others only fill in what it leaves open, and only where
 * they speak of the same machine.
 */
export function joinBindings(bindings: readonly Binding[]): Binding | null {
  const ranked = bindings.toSorted(byTrust)
  // A name alone tells no machine: who knows a MAC or a DUID goes before.
  const best = ranked.find(({ mac, duid }) => mac !== null || duid !== null) ?? ranked[0]
  if (best === undefined) return null
  let { mac, duid, hostName, isRouter } = best
  for (const other of ranked) {
    const contradicts =
      (mac !== null && other.mac !== null && mac !== other.mac) ||
      (duid !== null && other.duid !== null && duid !== other.duid)
    if (contradicts) continue
    mac ??= other.mac
    duid ??= other.duid
    hostName ??= other.hostName
    isRouter ||= other.isRouter
  }
  return { ...best, mac, duid, hostName, isRouter }
}

function byTrust(a: Binding, b: Binding): number {
  return (
    SOURCE_ORDER.indexOf(a.source) - SOURCE_ORDER.indexOf(b.source) ||
    SURE_ORDER.indexOf(a.sure) - SURE_ORDER.indexOf(b.sure) ||
    b.fromMs - a.fromMs
  )
}
