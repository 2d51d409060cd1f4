/** One process a data directory: two would write one database and share the clients' queries by chance. */
import { existsSync, mkdirSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'

const LOCK_FILE = 'thanhloc.lock'

/** A disk that has failed or is full, not somebody's mistake. */
const DISK_FAULTS: readonly string[] = ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO']

/** The data directory belongs to another running process, or cannot be used. */
export class DataLockError extends Error {
  readonly code = 'THANHLOC_DATA_LOCK'
  /** The disk is at fault: DNS is worth more than the lock, and the port keeps a second instance out as well. */
  readonly isDiskFault: boolean

  constructor(message: string, isDiskFault = false) {
    super(message)
    this.isDiskFault = isDiskFault
  }
}

/**
 * Takes `directory` (made when missing, mode 0700) for this process. Returns what gives it back. A lock left by a
 * process that was killed is taken over. Throws DataLockError naming the process that holds it.
 */
export function lockData(directory: string): () => void {
  const path = join(directory, LOCK_FILE)
  // A symbolic link that points nowhere: made whole or not at all, and, unlike a file, without a block on a full disk.
  const own = `${process.pid} ${startTime(process.pid)}`
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        symlinkSync(own, path)
        return () => rmSync(path, { force: true })
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
        const holder = liveHolder(path)
        if (holder !== null) throw new DataLockError(`store.path ${directory}: in use by process ${holder}`)
        rmSync(path, { force: true })
      }
    }
    throw new DataLockError(`store.path ${directory}: another process is starting on it`)
  } catch (error) {
    if (error instanceof DataLockError) throw error
    const { code, message } = error as NodeJS.ErrnoException
    throw new DataLockError(
      code === 'EACCES' || code === 'EPERM'
        ? `store.path ${directory}: ${ownersText(directory)}`
        : `store.path ${directory}: ${message}; it must be writable`,
      DISK_FAULTS.includes(code ?? ''),
    )
  }
}

/** Whose the directory is, or the one it was to be made in, and what to do. */
function ownersText(directory: string): string {
  const user = process.geteuid?.() ?? -1
  let path = directory
  while (!existsSync(path) && dirname(path) !== path) path = dirname(path)
  const whose = existsSync(path) ? ` (${path} belongs to user ${statSync(path).uid})` : ''
  const give =
    path === directory ? `chown -R ${user} ${directory}` : `install -d -o ${user} -m 700 ${directory}`
  return `user ${user}, as whom the server runs, may not write there${whose}; as root \`${give}\`, or name another directory`
}

/** The process named in the lock, if it still is the one that wrote it. */
function liveHolder(path: string): number | null {
  const [pid, started] = readTarget(path).split(' ').map(Number) as [number, number | undefined]
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

function readTarget(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    // Gone meanwhile, or no link: the same as nobody.
    return ''
  }
}
