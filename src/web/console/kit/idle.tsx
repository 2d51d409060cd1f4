/** Says a minute before the end that the session is about to end: who types asks nothing of the server meanwhile. */
import { useEffect, useState } from 'preact/hooks'
import { lastAskedMs } from '../api/call.ts'
import { checkSession, renewSession } from '../api/session.ts'
import { useWords } from '../words/words.ts'
import { clockText, secondsUntil } from './countdown.ts'

const WARNING_S = 60
const LOOK_MS = 1000
const CHECK_MS = 20_000

/** `idleSeconds`: after so long without a request the server ends the session. */
export function IdleWarning({ idleSeconds }: { readonly idleSeconds: number }) {
  const { frame } = useWords()
  const [left, setLeft] = useState<number | null>(null)
  useEffect(() => {
    let checkedMs = 0
    const look = (): void => {
      const nowMs = Date.now()
      const seconds = secondsUntil(lastAskedMs() + idleSeconds * 1000, nowMs)
      setLeft(seconds <= WARNING_S ? seconds : null)
      // Another tab may keep it alive: asked now and then, without doing so.
      if (seconds > 0 || nowMs - checkedMs < CHECK_MS) return
      checkedMs = nowMs
      void checkSession()
    }
    const timer = setInterval(look, LOOK_MS)
    return () => clearInterval(timer)
  }, [idleSeconds])
  return (
    <div class="idle" role="alert">
      {left !== null && left > 0 && (
        <>
          <p>
            {frame.idle}{' '}
            <span role="timer" aria-live="off">
              {clockText(left)}
            </span>
          </p>
          <button type="button" onClick={() => void renewSession().catch(() => checkSession())}>
            {frame.stay}
          </button>
        </>
      )}
    </div>
  )
}
