/** Spans of months (`12 months`, `2 years`) and what a legal hold is about (`all`, `unit:so-y-te`), as people write them. */
import type { HoldScope } from './settings.ts'

/** Ten years. */
const MAX_MONTHS = 120

/** Months that `text` says, or what is wrong with it as the end of a sentence. */
export function parseMonths(text: string): { readonly value: number } | { readonly problem: string } {
  const match = /^(\d{1,4})\s*(months?|years?)$/i.exec(text.trim())
  if (match === null) return { problem: 'is not a number of months: write 3 months, 12 months, 2 years' }
  const months = Number(match[1]) * (match[2]!.toLowerCase().startsWith('y') ? 12 : 1)
  if (months < 1) return { problem: 'keeps nothing: a month is the least' }
  return months > MAX_MONTHS ? { problem: 'is longer than ten years' } : { value: months }
}

/** `1 month`, `12 months`. */
export function formatMonths(months: number): string {
  return months === 1 ? '1 month' : `${months} months`
}

/** What a hold is about; `target` is empty for `all`. */
export interface Held {
  readonly scope: HoldScope
  readonly target: string
}

/** What `text` says, or what is wrong with it as the end of a sentence. */
export function parseHeld(text: string): { readonly value: Held } | { readonly problem: string } {
  if (text === 'all') return { value: { scope: 'all', target: '' } }
  const match = /^(?:(unit|campaign):([a-z0-9][a-z0-9._-]{0,63})|(client):([1-9]\d{0,14}))$/.exec(text)
  if (match === null)
    return { problem: 'is not what a hold can be about: write all, unit:ID, campaign:ID or client:NUMBER' }
  const scope = (match[1] ?? match[3]) as HoldScope
  return { value: { scope, target: match[2] ?? match[4]! } }
}

/** The text that says the same. */
export function formatHeld({ scope, target }: Held): string {
  return scope === 'all' ? 'all' : `${scope}:${target}`
}
