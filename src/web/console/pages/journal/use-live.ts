/** Hits as they are written down, asked for every second or two while somebody looks. */
import type { Static } from 'typebox'
import { useEffect, useState } from 'preact/hooks'
import type { Hits } from '../../../../admin/routes/hits.ts'
import { ApiProblem, get, signIns } from '../../api/call.ts'
import { useStore } from '../../kit/store.ts'
import { freshHits, nextSince, type FreshHit, type Known } from './fresh-hits.ts'

type Page = Static<typeof Hits>
export type LiveHit = FreshHit<Page['items'][number]>

const EVERY_MS = 2000
/** Shown when one begins to look, and asked for at most each time after that. */
const FIRST_ROWS = 50
const ROWS = 500
const KEPT = 500

export interface Live {
  /** The newest first; null: not there yet. */
  readonly hits: readonly LiveHit[] | null
  readonly problem: ApiProblem | null
}

/** Of that list and that unit alone, where they are given. */
export function useLive(list: string | null, unit: string | null): Live {
  const [live, setLive] = useState<Live>({ hits: null, problem: null })
  const renewed = useStore(signIns)
  useEffect(() => {
    const abort = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    let known: Known | null = null
    let since: string | null = null
    const look = async (): Promise<void> => {
      const limit = known === null ? FIRST_ROWS : ROWS
      const query = { sort: 'recent', limit, since, list, unit }
      const { items } = await get<Page>('/hits', { query, signal: abort.signal, isBackground: true })
      const found = freshHits(known, items)
      known = found.known
      since = nextSince(since, items)
      setLive(({ hits, problem }) =>
        found.fresh.length === 0 && problem === null && hits !== null
          ? { hits, problem }
          : { hits: [...found.fresh, ...(hits ?? [])].slice(0, KEPT), problem: null },
      )
    }
    const step = async (): Promise<void> => {
      try {
        await look()
      } catch (error) {
        if (abort.signal.aborted) return
        if (!(error instanceof ApiProblem)) throw error
        setLive(({ hits }) => ({ hits, problem: error }))
      }
      timer = setTimeout(whenSeen, EVERY_MS)
    }
    const whenSeen = (): void => {
      if (document.visibilityState === 'visible') return void step()
      document.addEventListener('visibilitychange', whenSeen, { once: true, signal: abort.signal })
    }
    setLive({ hits: null, problem: null })
    void step()
    return () => {
      abort.abort()
      clearTimeout(timer)
    }
  }, [list, unit, renewed])
  return live
}
