/**
 * A thread's logger: pino, one JSON object a line, into the thread's ring. Writing a line is a copy in memory; what
 * becomes of it is the control thread's business (drain.ts).
 */
import { pino, type Logger } from 'pino'
import { systemClock, type Clock } from '../clock.ts'
import type { Settings } from '../config/settings.ts'
import type { LogRingWriter } from '../thread/log-ring.ts'

export type { Logger } from 'pino'

/**
 * The logger of thread `thread`. Lines: `{"level":"info","time":"2026-11-21T08:00:00.000Z","thread":"lists","msg":"…"}`,
 * errors under `error`. Never throws and never waits: a line the ring has no room for is counted there.
 */
export function createLog(
  thread: string,
  ring: Pick<LogRingWriter, 'write'>,
  level: Settings['log']['level'],
  clock: Clock = systemClock,
): Logger {
  return pino(
    {
      level,
      base: { thread },
      errorKey: 'error',
      timestamp: () => `,"time":"${new Date(clock.wallMs()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => void ring.write(line) },
  )
}
