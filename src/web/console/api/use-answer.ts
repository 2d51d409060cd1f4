/** What a page shows of one call: the latest answer stays while the next one is on its way. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { searchOf, type Query } from '../kit/router.ts'
import { useStore } from '../kit/store.ts'
import { ApiProblem, ask, signIns } from './call.ts'

export interface Shown<T> {
  /** Null until the first answer; of the call before while `isLoading`. */
  readonly data: T | null
  /** Why the latest call failed; `data` is then what was there before. */
  readonly problem: ApiProblem | null
  readonly isLoading: boolean
  /** Asks again now; ends when it was answered. */
  readonly reload: () => void
  /** The same unseen, because the page has a reason of its own: it keeps no session alive. */
  readonly refresh: () => void
}

/** A server that restarts is back soon: asked again without anybody's doing. */
const AGAIN_MS = 5000

export interface AnswerOptions {
  readonly query?: Query
  /** Asks again by itself so often, while the page can be seen. */
  readonly everyMs?: number
}

/** Asks `GET path`; with null nothing. */
export function useAnswer<T>(path: string | null, { query = {}, everyMs }: AnswerOptions = {}): Shown<T> {
  const key = path === null ? null : path + searchOf(query)
  const [shown, setShown] = useState<Omit<Shown<T>, 'reload' | 'refresh'>>(EMPTY)
  const [asked, setAsked] = useState(0)
  const renewed = useStore(signIns)
  const isUnseen = useRef(false)
  const held = useRef<{ key: string; path: string | null; etag: string | null } | null>(null)

  useEffect(() => {
    if (key === null) return
    const abort = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    // What was said of another thing is not shown under the name of this one.
    if (held.current !== null && held.current.path !== path) {
      held.current = null
      setShown(EMPTY)
    }
    const load = async (isBackground: boolean): Promise<void> => {
      let afterMs = everyMs
      if (!isBackground) setShown((before) => ({ ...before, isLoading: true }))
      try {
        const etag = held.current?.key === key ? held.current.etag : null
        const answer = await ask<T>(key, etag, { signal: abort.signal, isBackground })
        if (abort.signal.aborted) return
        held.current = { key, path, etag: answer.etag }
        setShown((before) => ({ data: answer.data ?? before.data, problem: null, isLoading: false }))
      } catch (error) {
        if (abort.signal.aborted) return
        if (!(error instanceof ApiProblem)) throw error
        // Rows of another filter or page are no answer to this question either.
        const isHeld = held.current?.key === key
        if (!isHeld) held.current = null
        setShown((before) => ({ data: isHeld ? before.data : null, problem: error, isLoading: false }))
        if (isAway(error)) afterMs ??= Math.max(AGAIN_MS, (error.retryAfterS ?? 0) * 1000)
      }
      if (afterMs !== undefined) timer = setTimeout(() => void again(), afterMs)
    }
    // A page nobody looks at asks nothing; it goes on when it is seen again.
    const again = (): Promise<void> | void => {
      if (document.visibilityState === 'visible') return load(true)
      document.addEventListener('visibilitychange', () => void again(), {
        once: true,
        signal: abort.signal,
      })
    }
    void load(isUnseen.current)
    isUnseen.current = false
    return () => {
      abort.abort()
      clearTimeout(timer)
    }
  }, [key, asked, everyMs, renewed])

  const reload = useCallback(() => setAsked((count) => count + 1), [])
  const refresh = useCallback(() => {
    isUnseen.current = true
    reload()
  }, [reload])
  return { ...shown, reload, refresh }
}

/** Not reached, or not ready: nothing about the question itself. */
function isAway({ status }: ApiProblem): boolean {
  return status === 0 || (status >= 502 && status <= 504)
}

const EMPTY = { data: null, problem: null, isLoading: true } as const
