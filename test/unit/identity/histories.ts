/** A source's history on a stage: looks at set times, and what it told, as lines. */
import { AddressBook } from '../../../src/identity/address-book.ts'
import type { Binding, IdentitySource } from '../../../src/identity/binding.ts'
import type { Look, Seen, SeenPast, SourceHistory } from '../../../src/identity/source-history.ts'
import { addressText } from '../../../src/net/address.ts'

export const START = Date.UTC(2026, 10, 21, 8)
export const MINUTE = 60_000

export function seen(address: string, last: number, more: Partial<Seen> = {}): Seen {
  const mac = `02:00:00:00:00:${String(last).padStart(2, '0')}`
  return {
    address,
    mac,
    duid: null,
    hostName: null,
    fromMs: null,
    expiresMs: null,
    sure: 'certain',
    isRouter: false,
    ...more,
  }
}

/** Minutes after START, `-` for still. */
function minutes(ms: number | null): string {
  return ms === null ? '-' : String(Math.round(((ms - START) / MINUTE) * 10) / 10)
}

export function briefBinding({ address, mac, duid, hostName, fromMs, untilMs }: Binding): string {
  return `${addressText(address)} ${mac?.slice(-2) ?? duid ?? hostName} ${minutes(fromMs)}..${minutes(untilMs)}`
}

export class Stage {
  readonly book: AddressBook
  readonly history: SourceHistory
  /** `opened 10.0.0.1 01 0..-`, times in minutes from START. */
  readonly told: string[] = []
  readonly bindings: Binding[] = []

  constructor(
    options: { source?: IdentitySource; graceMs?: number; canExpire?: boolean; remembered?: Binding[] } = {},
  ) {
    this.book = new AddressBook((change, binding) => {
      this.told.push(`${change} ${briefBinding(binding)}`)
      this.bindings.push(binding)
    })
    for (const binding of options.remembered ?? []) this.book.remember(binding)
    this.history = this.open('one', options)
  }

  open(
    id: string,
    options: { source?: IdentitySource; graceMs?: number; canExpire?: boolean } = {},
  ): SourceHistory {
    return this.book.open(id, {
      source: options.source ?? 'lease',
      graceMs: options.graceMs ?? MINUTE,
      canExpire: () => options.canExpire ?? true,
    })
  }

  /** A look at `atMinute`, of what was written then; an address that was free may be taken since `sinceMinute`. */
  look(
    atMinute: number,
    leases: readonly Seen[],
    more: { sinceMinute?: number; past?: SeenPast[]; wallMinute?: number; history?: SourceHistory } = {},
  ): void {
    const steps = (more.history ?? this.history).take(leases, more.past ?? [], lookAt(atMinute, more))
    while (steps.next().done !== true);
  }

  tick(atMinute: number, isReadable = true): void {
    this.history.tick(START + atMinute * MINUTE, atMinute * MINUTE, isReadable)
  }

  /** What was told since the last call. */
  news(): string[] {
    return this.told.splice(0)
  }
}

function lookAt(atMinute: number, more: { sinceMinute?: number; wallMinute?: number }): Look {
  const nowMs = START + (more.wallMinute ?? atMinute) * MINUTE
  const atMs = Math.min(START + atMinute * MINUTE, nowMs)
  const sinceMs = Math.min(START + (more.sinceMinute ?? atMinute) * MINUTE, atMs)
  return { nowMs, atMs, sinceMs, monotonicMs: atMinute * MINUTE }
}
