/** Threads that can wait let those that answer queries go first. */
import { getPriority, setPriority } from 'node:os'

/** As nice(1) counts: beside a resolver thread that wants all of a processor such a thread has a quarter of it. */
const NICER = 5
const NICEST = 19

/**
 * From now on the calling thread has less weight than others where processors are short (benchmark: `npm run bench
 * hits`). On Linux priorities are those of threads (sched(7)); elsewhere they would be the whole process's, and nothing
 * is done.
 */
export function giveWay(): void {
  if (process.platform === 'linux') setPriority(Math.min(getPriority() + NICER, NICEST))
}
