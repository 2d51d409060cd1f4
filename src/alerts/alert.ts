/** What an alert says: kind, time, and what it is about. Where it goes and in which words is decided later. */
import type { AlertKind } from '../config/settings.ts'
import { cleanText } from './clean-text.ts'

/** Kinds that begin and end; each is told once at either. */
export type ConditionKind = 'list-stale' | 'list-failed' | 'upstreams-down' | 'store-trouble' | 'node-away'

/** What a message can be about. */
export type Kind = AlertKind | 'test'

/** From the least on. */
export const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'] as const
export type Severity = (typeof SEVERITIES)[number]

const SEVERITY_OF: Readonly<Record<Kind, Severity>> = {
  'case-new': 'medium',
  'case-reinfected': 'high',
  'priority-unit-hit': 'critical',
  'list-stale': 'low',
  'list-failed': 'medium',
  'upstreams-down': 'critical',
  'store-trouble': 'high',
  'node-away': 'medium',
  test: 'info',
}

/** Null: does not apply, or the recipient need not know. Texts are clean (clean-text.ts). */
export interface Subject {
  readonly caseId: number | null
  readonly clientId: number | null
  readonly hostName: string | null
  readonly address: string | null
  readonly indicator: string | null
  /** Id of the unit, and its name where one is configured. */
  readonly unit: string | null
  readonly unitName: string | null
  readonly campaign: string | null
  readonly campaignTitle: string | null
  readonly document: string | null
  readonly list: string | null
  /** Of a condition: what is wrong, in English, as logs have it. */
  readonly reason: string | null
}

export interface Alert {
  readonly kind: Kind
  /** Wall clock, milliseconds. */
  readonly atMs: number
  /** Number of the store's event it tells of, or null. */
  readonly event: number | null
  /** Of a condition: whether it began or ended; null for what happens once. */
  readonly state: 'begun' | 'resolved' | null
  /** What is throttled together: `client:42`, `list:apt32`, or empty. */
  readonly key: string
  readonly subject: Subject
}

/** The end of a trouble is good news. */
export function severityOf(alert: Pick<Alert, 'kind' | 'state'>): Severity {
  return alert.state === 'resolved' ? 'info' : SEVERITY_OF[alert.kind]
}

/** A condition as the program meets it. */
export interface Condition {
  readonly kind: ConditionKind
  /** What is concerned: the id of a list or a node; empty where there is only one. With the kind it names the condition. */
  readonly about: string
  readonly reason: string
}

/** Longest texts, in octets of UTF-8. */
const MAX_OCTETS = { name: 253, title: 500, reason: 500 } as const

const NOTHING: Subject = {
  caseId: null,
  clientId: null,
  hostName: null,
  address: null,
  indicator: null,
  unit: null,
  unitName: null,
  campaign: null,
  campaignTitle: null,
  document: null,
  list: null,
  reason: null,
}

/** A subject of what applies, cleaned and cut to size. */
export function subjectOf(parts: Partial<Subject>): Subject {
  const name = (text: string | null | undefined): string | null => clean(text, MAX_OCTETS.name)
  const title = (text: string | null | undefined): string | null => clean(text, MAX_OCTETS.title)
  return {
    ...NOTHING,
    caseId: parts.caseId ?? null,
    clientId: parts.clientId ?? null,
    hostName: name(parts.hostName),
    address: name(parts.address),
    indicator: name(parts.indicator),
    unit: name(parts.unit),
    unitName: title(parts.unitName),
    campaign: name(parts.campaign),
    campaignTitle: title(parts.campaignTitle),
    document: title(parts.document),
    list: name(parts.list),
    reason: clean(parts.reason, MAX_OCTETS.reason),
  }
}

/** The alert that a condition has begun or ended. */
export function conditionAlert(
  { kind, about, reason }: Condition,
  state: 'begun' | 'resolved',
  atMs: number,
): Alert {
  const list = kind.startsWith('list-') ? about : null
  return { kind, atMs, event: null, state, key: about, subject: subjectOf({ list, reason }) }
}

/** The same, without what tells of a single machine. */
export function withoutMachine(subject: Subject): Subject {
  return { ...subject, clientId: null, hostName: null, address: null, indicator: null }
}

function clean(text: string | null | undefined, maxOctets: number): string | null {
  const cleaned = cleanText(text ?? '', maxOctets)
  return cleaned === '' ? null : cleaned
}
