/** Threads that can wait let those that answer queries go first. */
import { getPriority, setPriority } from 'node:os'

/** The part of a log that is needed here. */
interface Complaints {
  warn(fields: object, message: string): void
}

/** As nice(1) counts: beside a resolver thread that wants all of a processor such a thread has a quarter of it. */
const NICER = 5
const NICEST = 19

/**
 * From now on the calling thread has less weight than others where processors are short (benchmark: `npm run bench
 * hits`). On Linux priorities are those of threads (sched(7)); elsewhere they would be the whole process's, and nothing
 * is done. Where the system forbids it, as seccomp filters may, the thread goes on as it is and says so in `log`. Twice is
 * as once: the measure is what the main thread has.
 */
export function giveWay(log: Complaints): void {
  if (process.platform !== 'linux') return
  try {
    setPriority(Math.min(getPriority(process.pid) + NICER, NICEST))
  } catch (error) {
    log.warn({ error }, 'the thread cannot be given less weight; answers may wait for it')
  }
}
