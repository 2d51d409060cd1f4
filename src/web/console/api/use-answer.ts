/** What a page shows of one call: the latest answer stays while the next one is on its way. */
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { searchOf, type Query } from '../kit/router.ts'
import { ApiProblem, ask } from './call.ts'

export interface Shown<T> {
  /** Null until the first answer; of the call before while `isLoading`. */
  readonly data: T | null
  /** Why the latest call failed; `data` is then what was there before. */
  readonly problem: ApiProblem | null
  readonly isLoading: boolean
  /** Asks again now; ends when it was answered. */
  readonly reload: () => void
}

export interface AnswerOptions {
  readonly query?: Query
  /** Asks again by itself so often, while the page can be seen. */
  readonly everyMs?: number
}

/** Asks `GET path`; with null nothing. */
export function useAnswer<T>(path: string | null, { query = {}, everyMs }: AnswerOptions = {}): Shown<T> {
  const key = path === null ? null : path + searchOf(query)
  const [shown, setShown] = useState<Omit<Shown<T>, 'reload'>>(EMPTY)
  const [asked, setAsked] = useState(0)
  const held = useRef<{ key: string; etag: string | null } | null>(null)

  useEffect(() => {
    if (key === null) return
    const abort = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const load = async (isBackground: boolean): Promise<void> => {
      if (!isBackground) setShown((before) => ({ ...before, isLoading: true }))
      try {
        const etag = held.current?.key === key ? held.current.etag : null
        const answer = await ask<T>(key, etag, { signal: abort.signal, isBackground })
        if (abort.signal.aborted) return
        held.current = { key, etag: answer.etag }
        setShown((before) => ({ data: answer.data ?? before.data, problem: null, isLoading: false }))
      } catch (error) {
        if (abort.signal.aborted) return
        if (!(error instanceof ApiProblem)) throw error
        setShown((before) => ({ ...before, problem: error, isLoading: false }))
      }
      if (everyMs !== undefined) timer = setTimeout(() => void again(), everyMs)
    }
    // A page nobody looks at asks nothing; it goes on when it is seen again.
    const again = (): Promise<void> | void => {
      if (document.visibilityState === 'visible') return load(true)
      document.addEventListener('visibilitychange', () => void again(), {
        once: true,
        signal: abort.signal,
      })
    }
    void load(false)
    return () => {
      abort.abort()
      clearTimeout(timer)
    }
  }, [key, asked, everyMs])

  const reload = useCallback(() => setAsked((count) => count + 1), [])
  return { ...shown, reload }
}

const EMPTY = { data: null, problem: null, isLoading: true } as const
