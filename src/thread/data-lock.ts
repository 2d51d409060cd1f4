/** One process a data directory: two would write one database and share the clients' queries by chance. */
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const LOCK_FILE = 'thanhloc.lock'

/** The data directory belongs to another running process, or cannot be used. */
export class DataLockError extends Error {
  readonly code = 'THANHLOC_DATA_LOCK'
}

/**
 * Takes `directory` (made when missing, mode 0700) for this process. Returns what gives it back. A lock left by a
 * process that was killed is taken over. Throws DataLockError naming the process that holds it.
 */
export function lockData(directory: string): () => void {
  const path = join(directory, LOCK_FILE)
  const own = `${path}.${process.pid}`
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    writeFileSync(own, `${process.pid} ${startTime(process.pid)}\n`, { mode: 0o600 })
  } catch (error) {
    throw new DataLockError(`store.path ${directory}: ${(error as Error).message}; it must be writable`)
  }
  try {
    // A link is made whole or not at all: nobody ever reads half a lock.
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        linkSync(own, path)
        return () => rmSync(path, { force: true })
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
        const holder = liveHolder(path)
        if (holder !== null) throw new DataLockError(`store.path ${directory}: in use by process ${holder}`)
        rmSync(path, { force: true })
      }
    }
    throw new DataLockError(`store.path ${directory}: another process is starting on it`)
  } finally {
    rmSync(own, { force: true })
  }
}

/** The process named in the lock, if it still is the one that wrote it. */
function liveHolder(path: string): number | null {
  const [pid, started] = readText(path).trim().split(' ').map(Number) as [number, number | undefined]
  if (!pid || pid === process.pid) return null
  return startTime(pid) === started ? pid : null
}

/** When a process began, in clock ticks since boot (proc(5), field 22): tells a process from a later one of the same number. */
function startTime(pid: number): number {
  const stat = readText(`/proc/${pid}/stat`)
  if (stat === '') return isAlive(pid) ? 0 : -1
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
}

/** Where there is no /proc. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // Gone meanwhile: the same as empty.
    return ''
  }
}
