/**
 * A message: what one channel sends once, made of an alert and of those it counts beside it. The same content under the
 * same settings gives the same message, so that a repeated one can be told from a new one by its id alone.
 */
import type { AlertChannelSettings } from '../config/settings.ts'
import {
  SEVERITIES,
  severityOf,
  withoutMachine,
  type Alert,
  type Kind,
  type Severity,
  type Subject,
} from './alert.ts'
import {
  andMore,
  andOthers,
  FIELDS,
  LABELS,
  MORE,
  RESOLVED,
  SEVERITY_WORDS,
  WORDING,
  type Language,
  type Wording,
  type Words,
} from './catalogue.ts'
import { localTime } from './local-time.ts'

/** Alerts counted by kind. */
export type Tally = Readonly<Partial<Record<Kind, number>>>

/** What the outbox keeps of a message. */
export interface Content {
  /** The newest: how things stand. */
  readonly alert: Alert
  /** The highest of all alerts it tells of. */
  readonly severity: Severity
  /** All others it tells of. */
  readonly more: Tally
  /** The latest of these, oldest first; at most `MAX_LISTED`. */
  readonly listed: readonly Alert[]
}

/** Alerts a message lists beside its own; the rest is counted. */
export const MAX_LISTED = 20

export interface Message {
  /** The same in every attempt. */
  readonly id: string
  /** The server it comes from: `server.id`, or the name of the machine. */
  readonly server: string
  readonly kind: Kind
  readonly severity: Severity
  readonly atMs: number
  readonly state: Alert['state']
  readonly event: number | null
  readonly subject: Subject
  /** Alerts it tells of, its own among them. */
  readonly count: number
  readonly more: Tally
  readonly listed: readonly Alert[]
  /** What it is about, without where and how many: what rules and filters match. */
  readonly name: Words
  /** One line. */
  readonly title: Words
  /** One line: what it means. */
  readonly sentence: Words
  /** Several lines, without the title. */
  readonly text: Words
}

/** What a message needs beside its content. */
export interface Heading {
  readonly id: string
  readonly server: string
  readonly detail: AlertChannelSettings['detail']
}

/** The content of a message that tells of `alert` alone. */
export function contentOf(alert: Alert): Content {
  return { alert, severity: severityOf(alert), more: {}, listed: [] }
}

/** `content` with `alert` in front and what stood there behind it. */
export function foldInto(content: Content, alert: Alert): Content {
  return {
    alert,
    severity: highest(content.severity, severityOf(alert)),
    more: addTallies(content.more, { [content.alert.kind]: 1 }),
    listed: [...content.listed, content.alert].slice(-MAX_LISTED),
  }
}

/** The higher of the two. */
export function highest(one: Severity, other: Severity): Severity {
  return SEVERITIES.indexOf(one) < SEVERITIES.indexOf(other) ? other : one
}

/** `content` in words. */
export function composeMessage(content: Content, { id, server, detail }: Heading): Message {
  const { alert, listed } = fitFor(detail, content)
  const { more } = content
  const moreCount = total(more)
  const { title, sentence } = wordingOf(alert)
  const facts = {
    id,
    server,
    kind: alert.kind,
    severity: content.severity,
    atMs: alert.atMs,
    state: alert.state,
    event: alert.event,
    subject: alert.subject,
    count: 1 + moreCount,
    more,
    listed,
    name: title,
    sentence,
  }
  const place = alert.subject.unitName ?? alert.subject.unit ?? alert.subject.list
  const both = (write: (language: Language) => string): Words => ({ vi: write('vi'), en: write('en') })
  return {
    ...facts,
    title: both((language) => {
      const about = place === null ? '' : `: ${place}`
      return title[language] + about + (moreCount === 0 ? '' : ` (${andMore(moreCount)[language]})`)
    }),
    text: both((language) => textOf(facts, language)),
  }
}

/** `content` without what a channel of this detail is not to have. */
export function fitFor(detail: AlertChannelSettings['detail'], content: Content): Content {
  if (detail === 'full') return content
  const cut = (alert: Alert): Alert => ({
    ...alert,
    // The key of an alert about a client is its number.
    key: alert.subject.clientId === null ? alert.key : '',
    subject: withoutMachine(alert.subject),
  })
  return { ...content, alert: cut(content.alert), listed: content.listed.map(cut) }
}

/** The sum of all kinds. */
export function total(tally: Tally): number {
  return Object.values(tally).reduce((sum, count) => sum + count, 0)
}

/** Both together. */
export function addTallies(one: Tally, other: Tally): Tally {
  const sum: Partial<Record<Kind, number>> = { ...one }
  for (const [kind, count] of Object.entries(other) as [Kind, number][]) sum[kind] = (sum[kind] ?? 0) + count
  return sum
}

function wordingOf({ kind, state }: Alert): Wording {
  return state === 'resolved' && kind in RESOLVED ? RESOLVED[kind as keyof typeof RESOLVED] : WORDING[kind]
}

function textOf(message: Omit<Message, 'title' | 'text'>, language: Language): string {
  const line = (label: Words, value: string): string => `${label[language]}: ${value}`
  const lines = [
    message.sentence[language],
    '',
    line(LABELS.time, localTime(message.atMs)),
    line(LABELS.severity, SEVERITY_WORDS[message.severity][language]),
    ...fieldsOf(message.subject).map(([key, value]) => line(FIELDS[key], value)),
    line(LABELS.server, message.server),
    line(LABELS.message, message.id),
  ]
  const others = total(message.more)
  if (others === 0) return lines.join('\n')
  const kinds = Object.entries(message.more) as [Kind, number][]
  const counted = kinds.map(([kind, count]) => `${count} × ${WORDING[kind].title[language]}`)
  const listed = message.listed.map((alert) => `- ${summaryOf(alert, language)}`)
  const unlisted = others - message.listed.length
  lines.push('', line(MORE, counted.join('; ')), ...listed)
  if (unlisted > 0 && listed.length > 0) lines.push(andOthers(unlisted)[language])
  return lines.join('\n')
}

function summaryOf(alert: Alert, language: Language): string {
  const { caseId, unitName, unit, hostName, address, indicator, list } = alert.subject
  const parts = [unitName ?? unit, hostName, address, indicator, list].filter((part) => part !== null)
  if (caseId !== null) parts.push(`${FIELDS.caseId[language]} ${caseId}`)
  return [localTime(alert.atMs), wordingOf(alert).title[language], ...parts].join(', ')
}

function fieldsOf(subject: Subject): [keyof Subject, string][] {
  const keys = Object.keys(FIELDS) as (keyof Subject)[]
  return keys.flatMap((key) => (subject[key] === null ? [] : [[key, String(subject[key])]]))
}
