/** Time that runs down while one looks at it. */
import { useEffect, useState } from 'preact/hooks'

const TICK_MS = 1000

/** Seconds left of `seconds`, counted from when `since` was first given; 0 at the end, and where there are none. */
export function useCountdown(seconds: number | null, since: unknown): number {
  const [left, setLeft] = useState(seconds ?? 0)
  useEffect(() => {
    const endMs = Date.now() + (seconds ?? 0) * 1000
    const look = (): void => setLeft(secondsUntil(endMs, Date.now()))
    look()
    if (seconds === null) return
    const timer = setInterval(look, TICK_MS)
    return () => clearInterval(timer)
  }, [seconds, since])
  return left
}

/** Whole seconds from `nowMs` to `endMs`, begun ones counted; 0 when it is over. */
export function secondsUntil(endMs: number, nowMs: number): number {
  return Math.max(0, Math.ceil((endMs - nowMs) / 1000))
}

/** `14:05`, `2:00:07`. */
export function clockText(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)]
  const rest = String(seconds % 60).padStart(2, '0')
  return hours === 0 ? `${minutes}:${rest}` : `${hours}:${String(minutes).padStart(2, '0')}:${rest}`
}
