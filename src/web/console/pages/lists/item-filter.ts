/** Which items of an import are looked at: what stands in the address, and what a decision about all of them takes. */

/** As the API takes them; each is a value of the address too. */
export const FILTERS = ['decision', 'reason', 'kind', 'standing', 'state', 'q'] as const
export type Filter = Readonly<Partial<Record<(typeof FILTERS)[number], string>>>

export function readFilter(query: URLSearchParams): Filter {
  const values = FILTERS.map((name) => [name, query.get(name)?.trim() ?? ''] as const)
  return Object.fromEntries(values.filter(([, value]) => value !== ''))
}

export type BulkAction = 'approve' | 'reject' | 'withdraw'

/** What a decision about many can be made with those items in view; what is held is approved one by one. */
export function bulkActions({ decision, state }: Filter): BulkAction[] {
  const actions: BulkAction[] = []
  const isOpen = state === undefined || state === 'open'
  if (isOpen && (decision === undefined || decision === 'accept')) actions.push('approve')
  if (isOpen) actions.push('reject')
  if (state === undefined || state === 'approved') actions.push('withdraw')
  return actions
}

/** `filter` or `all` of a decision: the state is said by what is done. */
export function bulkTarget(filter: Filter): { readonly filter: Filter } | { readonly all: true } {
  const { state: _, ...rest } = filter
  return Object.keys(rest).length === 0 ? { all: true } : { filter: rest }
}
