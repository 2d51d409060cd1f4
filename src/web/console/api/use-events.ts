/** What becomes of cases, as it happens: asked for every few seconds while somebody looks, by number, so that nothing is missed. */
import type { Static } from 'typebox'
import { useEffect, useState } from 'preact/hooks'
import type { EventPage } from '../../../admin/routes/events.ts'
import { ApiProblem, get, signIns } from './call.ts'
import { useStore } from '../kit/store.ts'

type Page = Static<typeof EventPage>
export type CaseEvent = Page['items'][number]

const EVERY_MS = 3000
const MOST = 1000

export interface Events {
  /** The newest first; null until they are there. */
  readonly events: readonly CaseEvent[] | null
  readonly problem: ApiProblem | null
}

/** The last `keep` of those numbered up to `back` before now (1000 at most), and all that come. `scope`: `cases` leaves new names out. */
export function useEvents(keep: number, back: number, scope: 'all' | 'cases' = 'all'): Events {
  const [shown, setShown] = useState<Events>({ events: null, problem: null })
  const renewed = useStore(signIns)

  useEffect(() => {
    const abort = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    let log = ''
    let after: number | null = null
    const read = (query: { readonly after?: number; readonly limit?: number }): Promise<Page> =>
      get<Page>('/events', { query: { ...query, scope }, signal: abort.signal, isBackground: true })
    const begin = async (): Promise<void> => {
      const end = await read({})
      log = end.log
      const from = Math.max(0, end.next - Math.min(back, MOST))
      const page = await read({ after: from, limit: MOST })
      after = page.next
      setShown({ events: newest([], page.items, keep), problem: null })
    }
    const goOn = async (from: number): Promise<void> => {
      const page = await read({ after: from, limit: MOST })
      // Another log, or some are gone: what is shown begins anew.
      if (page.log !== log || page.isGap) return begin()
      after = page.next
      setShown(({ events, problem }) =>
        page.items.length === 0 && problem === null && events !== null
          ? { events, problem }
          : { events: newest(events ?? [], page.items, keep), problem: null },
      )
    }
    const step = async (): Promise<void> => {
      try {
        await (after === null ? begin() : goOn(after))
      } catch (error) {
        if (abort.signal.aborted) return
        if (!(error instanceof ApiProblem)) throw error
        setShown(({ events }) => ({ events, problem: error }))
      }
      timer = setTimeout(whenSeen, EVERY_MS)
    }
    const whenSeen = (): void => {
      if (document.visibilityState === 'visible') return void step()
      document.addEventListener('visibilitychange', whenSeen, { once: true, signal: abort.signal })
    }
    void step()
    return () => {
      abort.abort()
      clearTimeout(timer)
    }
  }, [keep, back, scope, renewed])
  return shown
}

/** `added` ascending, as the log has them. */
export function newest(
  before: readonly CaseEvent[],
  added: readonly CaseEvent[],
  keep: number,
): readonly CaseEvent[] {
  return [...added.toReversed(), ...before].slice(0, keep)
}
