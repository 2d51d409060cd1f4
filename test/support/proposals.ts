/** What files propose, as tests look at it. */
import { DEFAULT_LIMITS, type Limits } from '../../src/documents/limits.ts'
import { propose } from '../../src/imports/propose.ts'
import type { ProposedItem, ReadFile } from '../../src/indicators/proposal.ts'

/** 2026-01-01. */
export const NOW_MS = Date.UTC(2026, 0, 1)

export interface Proposed {
  readonly items: readonly ProposedItem[]
  readonly file: ReadFile
}

/** Reads one file in this thread. */
export async function proposalOf(
  name: string,
  content: string | Uint8Array,
  limits: Partial<Limits> = {},
): Promise<Proposed> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  const { files, builder } = await propose([{ name, bytes }], { ...DEFAULT_LIMITS, ...limits }, NOW_MS)
  return { items: [...builder.items()], file: files[0]! }
}

/** `accept host evil.com`, in the order of the file. */
export async function wordsOf(name: string, content: string | Uint8Array): Promise<string[]> {
  const { items } = await proposalOf(name, content)
  return items.map(({ decision, kind, value }) => `${decision} ${kind} ${value}`)
}

/** The item of `value`. */
export async function itemOf(
  name: string,
  content: string | Uint8Array,
  value: string,
): Promise<ProposedItem> {
  const { items } = await proposalOf(name, content)
  const found = items.find((item) => item.value === value)
  if (found === undefined)
    throw new Error(`${value} is none of ${items.map((item) => item.value).join(', ')}`)
  return found
}
