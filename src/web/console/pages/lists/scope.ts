/** How far a block of an item reaches. */
import type { Item } from './item.ts'

export const SCOPES = ['subtree', 'exact', 'below'] as const

/** Whether it is an address or a network, which have nothing under them. */
export function isAddress(choice: string): boolean {
  return choice.includes(':') || /^[\d.]+(?:\/\d+)?$/.test(choice)
}

/** How far `choice` reaches unless the person says otherwise: the host of a URL alone, never what is under it. */
export function proposedScope(
  {
    kind,
    value,
    scope,
    readings,
  }: Pick<Item, 'kind' | 'value' | 'scope'> & { readonly readings: readonly string[] },
  choice: string,
): Item['scope'] {
  return kind === 'host' && [value, ...readings].includes(choice) ? scope : 'exact'
}
