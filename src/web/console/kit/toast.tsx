/** What has just been done, said once at the edge of the page and read out. */
import { useEffect } from 'preact/hooks'
import { Store, useStore } from './store.ts'

const SHOWN_MS = 5000
const said = new Store<{ readonly text: string } | null>(null)

export function say(text: string): void {
  said.set({ text })
}

/** Stands once, in the frame. */
export function Toast() {
  const now = useStore(said)
  useEffect(() => {
    if (now === null) return
    const timer = setTimeout(() => said.set(null), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [now])
  return (
    <div class="toast" role="status" aria-live="polite">
      {now !== null && <p>{now.text}</p>}
    </div>
  )
}
