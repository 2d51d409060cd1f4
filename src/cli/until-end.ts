/** When a command that goes on by itself is to end. */
import type { EventEmitter } from 'node:events'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Aborted by a signal of the process, or when whoever reads its output has gone away (EPIPE). */
export function untilEnd(signals: EventEmitter, output: EventEmitter): AbortSignal {
  const end = new AbortController()
  for (const signal of SIGNALS) signals.once(signal, () => end.abort())
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    end.abort()
  })
  return end.signal
}

/** Whoever reads the output may have seen enough (`| head -1`): what is left is nobody's, and no error of the command. */
export function allowReaderToLeave(output: EventEmitter): void {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

/** Waits, or returns at once when it is to end. */
export function pause(ms: number, end: AbortSignal): Promise<void> {
  return new Promise((settle) => {
    if (end.aborted) return settle()
    const done = (): void => {
      clearTimeout(timer)
      end.removeEventListener('abort', done)
      settle()
    }
    const timer = setTimeout(done, ms)
    end.addEventListener('abort', done)
  })
}
