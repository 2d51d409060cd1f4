/** What the store tells in its numbered events, and which of it people are told. */
import type { AlertKind, Settings } from '../config/settings.ts'
import { subjectOf, type Alert } from './alert.ts'

/** A row of the store's event table. Numbers only go up. */
export interface StoreEvent {
  readonly id: number
  /** Wall clock, milliseconds. */
  readonly at: number
  readonly kind: 'case-opened' | 'case-changed' | 'case-reinfected' | 'priority-hit' | 'pair-new'
  readonly caseId: number | null
  readonly clientId: number
  /** Empty: lists without a campaign. */
  readonly campaign: string
  readonly unit: string | null
  readonly hostName: string | null
  readonly address: string
  readonly indicator: string | null
  readonly list: string | null
  readonly state: string | null
  readonly actor: string | null
}

/** A page of the store's log. */
export interface StoreEvents {
  /** Which log it is: in another one, numbers and machines are others. */
  readonly log: string
  /** Ascending. */
  readonly events: readonly StoreEvent[]
  /** The number to go on behind. */
  readonly next: number
}

/** Of alerts about a machine, as GLOB has it. */
export const MACHINE_KEYS = 'client:*'

/** Where names and documents of units and campaigns stand. */
export type Register = Pick<Settings, 'units' | 'campaigns'>

const ALERT_OF: Readonly<Record<StoreEvent['kind'], AlertKind | null>> = {
  'case-opened': 'case-new',
  // A person changed it; that person knows.
  'case-changed': null,
  'case-reinfected': 'case-reinfected',
  'priority-hit': 'priority-unit-hit',
  'pair-new': null,
}

/** The alert for `event`, or null where nobody is to be told. */
export function alertOf(event: StoreEvent, register: Register): Alert | null {
  // A kind of a later version has no entry.
  const kind = Object.hasOwn(ALERT_OF, event.kind) ? ALERT_OF[event.kind] : null
  if (kind === null) return null
  const campaign = register.campaigns.find(({ id }) => id === event.campaign)
  return {
    kind,
    atMs: event.at,
    event: event.id,
    state: null,
    key: `client:${event.clientId}`,
    subject: subjectOf({
      caseId: event.caseId,
      clientId: event.clientId,
      hostName: event.hostName,
      address: event.address,
      indicator: event.indicator,
      unit: event.unit,
      unitName: register.units.find(({ id }) => id === event.unit)?.name ?? null,
      campaign: event.campaign,
      campaignTitle: campaign?.title ?? null,
      document: campaign?.document ?? null,
      list: event.list,
    }),
  }
}
