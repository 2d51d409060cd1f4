/** What stands where there is nothing to show: still loading, nothing found, could not be had. */
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { ApiProblem } from '../api/call.ts'
import type { Shown } from '../api/use-answer.ts'
import { useWords } from '../words/words.ts'
import { clockText, useCountdown } from './countdown.ts'

/** Shorter waits are not shown: what flickers is slower to read than what comes a moment later. */
const PATIENCE_MS = 300

export function Loading() {
  const { kit } = useWords()
  const [isShown, show] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => show(true), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [])
  return (
    <p class="state" role="status">
      {isShown && (
        <>
          <span class="spinner" aria-hidden="true" /> {kit.loading}
        </>
      )}
    </p>
  )
}

/** Nothing there: `title` says so, the rest what to do. */
export function Empty({
  title,
  children,
}: {
  readonly title: string
  readonly children?: ComponentChildren
}) {
  return (
    <div class="state">
      <p class="state-title">{title}</p>
      {children}
    </div>
  )
}

/** Why it could not be done, in the words for it, and what the server said. */
export function Fault({ problem, onRetry }: { readonly problem: ApiProblem; readonly onRetry?: () => void }) {
  const { kit, problems } = useWords()
  const wait = useCountdown(problem.retryAfterS, problem)
  const words = (problems as Readonly<Record<string, string>>)[problem.code] ?? problems.OTHER
  return (
    <div class="fault" role="alert">
      <p>
        <strong>{words}</strong>
      </p>
      {wait > 0 && (
        <p role="timer" aria-live="off">
          {kit.retryAfter(clockText(wait))}
        </p>
      )}
      {problem.message !== '' && <p class="detail">{problem.message}</p>}
      {problem.errors.length > 0 && (
        <ul class="detail">
          {problem.errors.map(({ field, message }) => (
            <li key={field}>
              <code>{field}</code>: {message}
            </li>
          ))}
        </ul>
      )}
      {onRetry && (
        <button type="button" onClick={onRetry}>
          {kit.retry}
        </button>
      )}
    </div>
  )
}

/** Draws what a call gave once it is there; a fault stands above what was there before. */
export function Show<T>({
  of,
  children,
}: {
  readonly of: Shown<T>
  readonly children: (data: T) => ComponentChildren
}) {
  const { data, problem, isLoading, reload } = of
  return (
    <div class={isLoading && data !== null ? 'is-stale' : undefined} aria-busy={isLoading}>
      {problem !== null && <Fault problem={problem} onRetry={reload} />}
      {data === null ? problem === null && <Loading /> : children(data)}
    </div>
  )
}
