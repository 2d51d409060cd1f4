/** What a piece of text turns out to be, and what is proposed for it. */
import type { ReasonCode } from './reasons.ts'

/** `host-port`, `ip-port`: with the port, which DNS knows nothing of. `other`: what only looks like an indicator. */
export const KINDS = ['host', 'host-port', 'url', 'ip', 'ip-port', 'cidr', 'hash', 'email', 'other'] as const
export type Kind = (typeof KINDS)[number]

/** accept: proposed for the list. hold: a person decides. refuse: nothing a resolver can or should enforce. */
export const DECISIONS = ['accept', 'hold', 'refuse'] as const
export type Decision = (typeof DECISIONS)[number]

/** What a host covers: itself and all under it, itself alone, or only what is under it. */
export const SCOPES = ['subtree', 'exact', 'below'] as const
export type Scope = (typeof SCOPES)[number]

/** A word read by itself, whatever stands around it. */
export interface Reading {
  readonly kind: Kind
  /** Names in lower-case ASCII, addresses in canonical form, URLs as written but for the defanging. */
  readonly value: string
  readonly scope: Scope
  /** Why it can be no indicator for DNS; null: it can. */
  readonly refusal: ReasonCode | null
  /** Why a person must look at it, whatever stands around it. */
  readonly doubts: readonly ReasonCode[]
  /** What else may be meant. */
  readonly readings: readonly string[]
}

/** What is proposed for a piece of text at one place. */
export interface Finding {
  readonly kind: Kind
  readonly value: string
  readonly scope: Scope
  readonly decision: Decision
  /** The most telling first. */
  readonly reasons: readonly ReasonCode[]
  readonly readings: readonly string[]
  /** As it stands in the file. */
  readonly written: string
}

export function refused(value: string, refusal: ReasonCode, kind: Kind = 'other'): Reading {
  return { kind, value, scope: 'exact', refusal, doubts: [], readings: [] }
}

export function readAs(kind: Kind, value: string, doubts: readonly ReasonCode[] = []): Reading {
  return { kind, value, scope: 'exact', refusal: null, doubts, readings: [] }
}
