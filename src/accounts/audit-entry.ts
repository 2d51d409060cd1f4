/**
 * One row of the audit trail, and its hash. The hash is SHA-256, in lower-case hexadecimal, over eleven netstrings
 * (`<length in bytes>:<bytes>,`) written one behind the other:
 *
 *     thanhloc-audit-1, seq, at, actor, role, source, action, target, reason, details, prev
 *
 * Numbers are decimal, text is UTF-8 as stored, `prev` is the hash of the row before (64 zeros for the first). So
 * nothing but a row's fields, in their order, with what came before them, makes its hash; see the vectors in the tests.
 */
import { hash } from 'node:crypto'

/** What is recorded. New ones follow the style: what, a dot, what was done to it. */
export const AUDIT_ACTIONS = [
  'sign-in',
  'sign-in.failed',
  'sign-out',
  'user.add',
  'user.remove',
  'user.role',
  'user.password',
  'user.disable',
  'user.enable',
  'user.unlock',
  'user.factor',
  'user.factor-removed',
  'user.recovery-codes',
  'token.add',
  'token.revoke',
  'client.reveal',
  'case.change',
  'export',
  'list.allow',
  'list.change',
  'import.add',
  'import.decide',
  'report.decide',
  'cache.flush',
  'settings.reload',
  'unit.change',
  'hold.change',
  'data.delete',
  'backup',
  'restore',
  'alert.test',
  'audit.verify',
  'audit.prune',
] as const
export type AuditAction = (typeof AUDIT_ACTIONS)[number]

/** What happened, as the one who records it says it. */
export interface AuditEvent {
  readonly action: AuditAction
  /** What it was done to; '' for nothing in particular. */
  readonly target?: string
  /** Why, in the words of the actor. */
  readonly reason?: string
  /** Anything JSON can say. */
  readonly details?: Readonly<Record<string, unknown>>
}

/** A row of the trail. */
export interface AuditEntry {
  /** From 1, without gaps. */
  readonly seq: number
  /** Milliseconds since 1970. */
  readonly at: number
  /** `user:an`, `token:grafana`, `socket:1000`, `none`. */
  readonly actor: string
  readonly role: string
  readonly source: string
  readonly action: string
  readonly target: string
  readonly reason: string
  /** JSON. */
  readonly details: string
  /** Hash of the row before. */
  readonly prev: string
  readonly hash: string
}

/** The fields that are hashed, in their order. */
export const HASHED_FIELDS = [
  'seq',
  'at',
  'actor',
  'role',
  'source',
  'action',
  'target',
  'reason',
  'details',
  'prev',
] as const

/** What stands for the hash before the first row. */
export const NO_HASH = '0'.repeat(64)

const FORM = 'thanhloc-audit-1'
const HEAD = Buffer.from(`${FORM.length}:${FORM},`)
const COMMA = Buffer.from(',')
/** Longest text of a field, in UTF-16 units; the rest is cut, because a row must not fail for its length. */
const MAX_LENGTH = { target: 512, reason: 2000, details: 16_000 } as const
/** Control characters, and marks that turn the direction of text: in a report they show something else than is there. */
const UNSEEN = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu

/** The hash of a row whose fields, as bytes, are `fields`: those of HASHED_FIELDS in their order. */
export function hashFields(fields: Iterable<Uint8Array>): string {
  const parts: Uint8Array[] = [HEAD]
  for (const field of fields) parts.push(Buffer.from(`${field.length}:`), field, COMMA)
  return hash('sha256', Buffer.concat(parts), 'hex')
}

/** The row with its hash. Text must be clean; see `cleanText`. */
export function sealEntry(entry: Omit<AuditEntry, 'hash'>): AuditEntry {
  return { ...entry, hash: hashFields(HASHED_FIELDS.map((field) => Buffer.from(String(entry[field])))) }
}

/** Text as it is stored: no lone surrogates, which UTF-8 cannot hold, no unseen characters, of bounded length. */
export function cleanText(text: string, maxLength: number = MAX_LENGTH.target): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text
  return cut.toWellFormed().replaceAll(UNSEEN, '\uFFFD')
}

/** The texts of an event as they are stored. Throws where `details` cannot be said in JSON. */
export function cleanEvent(event: AuditEvent): Pick<AuditEntry, 'action' | 'target' | 'reason' | 'details'> {
  const json = JSON.stringify(event.details ?? {})
  const details =
    json.length > MAX_LENGTH.details ? JSON.stringify({ cut: json.slice(0, MAX_LENGTH.details / 2) }) : json
  return {
    action: event.action,
    target: cleanText(event.target ?? ''),
    reason: cleanText(event.reason ?? '', MAX_LENGTH.reason),
    details: details.replaceAll(UNSEEN, '\uFFFD'),
  }
}

/** The end of a trail: what to keep elsewhere, so that a cut or rewritten trail shows. */
export interface AuditHead {
  readonly seq: number
  readonly hash: string
}

/** `1042:9f86d081884c7d65…`. */
export function headText({ seq, hash }: AuditHead): string {
  return `${seq}:${hash}`
}

/** The head in `text`, or null. */
export function readHead(text: string): AuditHead | null {
  const match = /^(0|[1-9]\d{0,14}):([0-9a-fA-F]{64})$/.exec(text.trim())
  return match === null ? null : { seq: Number(match[1]), hash: match[2]!.toLowerCase() }
}
