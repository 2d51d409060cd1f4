/** How far a zone is transferred, for status, metrics and the ledger of health. */
import type { Endpoint } from '../config/settings.ts'
import type { TransferKind } from './zone-file.ts'

/**
 * `waiting`: not asked yet since the start. `current`: the last check succeeded. `failing`: it did not; what is here
 * stays in force. `expired`: it has not for so long that a secondary name server would give the zone up (RFC 1035
 * §3.3.13); here it stays in force all the same.
 */
export const ZONE_STATES = ['waiting', 'current', 'failing', 'expired'] as const
export type ZoneState = (typeof ZONE_STATES)[number]

export interface ZoneStatus {
  /** Id of the list. */
  readonly list: string
  /** No final dot. */
  readonly zone: string
  /** `10.0.0.5:53`. */
  readonly server: string
  /** Name of the key, or null: neither side signs. */
  readonly key: string | null
  readonly state: ZoneState
  /** Of the copy here, also of an earlier run; null: there is none. */
  readonly serial: number | null
  readonly records: number | null
  /** How the copy came: whole, or as differences. */
  readonly kind: TransferKind | null
  /** Wall clock, milliseconds: when it was transferred; when it was found current last. */
  readonly transferredMs: number | null
  readonly checkedMs: number | null
  /** When it expires unless its primary is reached before; null: there is no copy. */
  readonly expiresMs: number | null
  /** When the primary is asked next, unless it says something before. */
  readonly nextCheckMs: number
  readonly isTransferring: boolean
  /** Since the start. */
  readonly transfers: Readonly<Record<TransferKind, number>>
  readonly notifies: number
  readonly failures: number
  /** Octets that came in transfers. */
  readonly bytes: number
  /** Why the last check failed, and what to do; null: it did not. */
  readonly error: string | null
  readonly advice: string | null
}

/** A server as people write it: `10.0.0.5:53`, `[2001:db8::1]:53`. */
export function serverText({ address, port }: Endpoint): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}
