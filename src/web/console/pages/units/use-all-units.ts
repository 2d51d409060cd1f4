/** All units the caller is responsible for, page by page: the tree is drawn and searched as a whole. */
import type { Static } from 'typebox'
import { useCallback, useEffect, useState } from 'preact/hooks'
import type { Unit, Units } from '../../../../admin/routes/units.ts'
import { ApiProblem, get, signIns } from '../../api/call.ts'
import type { Shown } from '../../api/use-answer.ts'
import { useStore } from '../../kit/store.ts'

export type UnitRow = Static<typeof Unit>
type Page = Static<typeof Units>

export interface AllUnits {
  /** In the order of the tree. */
  readonly units: readonly UnitRow[]
  /** What belongs to no unit; null: the caller is responsible for some alone. */
  readonly outside: Page['outside']
  readonly at: string
}

const PAGE = 1000
/** More than there are communes in the country. */
const MOST_PAGES = 20

export function useAllUnits(): Shown<AllUnits> {
  const [shown, setShown] = useState<Pick<Shown<AllUnits>, 'data' | 'problem' | 'isLoading'>>({
    data: null,
    problem: null,
    isLoading: true,
  })
  const [asked, setAsked] = useState(0)
  const renewed = useStore(signIns)
  useEffect(() => {
    const abort = new AbortController()
    setShown((before) => ({ ...before, isLoading: true }))
    readAll(abort.signal).then(
      (data) => setShown({ data, problem: null, isLoading: false }),
      (error: unknown) => {
        if (abort.signal.aborted) return
        if (!(error instanceof ApiProblem)) throw error
        setShown((before) => ({ ...before, problem: error, isLoading: false }))
      },
    )
    return () => abort.abort()
  }, [asked, renewed])
  const reload = useCallback(() => setAsked((count) => count + 1), [])
  return { ...shown, reload, refresh: reload }
}

async function readAll(signal: AbortSignal): Promise<AllUnits> {
  const read = (cursor: string | null): Promise<Page> =>
    get<Page>('/units', { query: { sort: 'tree', limit: PAGE, cursor }, signal })
  let page = await read(null)
  const { outside, at } = page
  const units = [...page.items]
  for (let pages = 1; page.next !== null && pages < MOST_PAGES; pages++) {
    page = await read(page.next)
    units.push(...page.items)
  }
  return { units, outside, at }
}
