/**
 * The socket in the data directory: whoever may open it may do everything, so at no moment may anybody else. Threads
 * cannot set a umask; the socket is therefore made in a directory of mode 0700 and moved into place when it is 0600.
 */
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { connect, type Server } from 'node:net'
import { dirname, join } from 'node:path'

/** Name of the socket inside the data directory. */
export const ADMIN_SOCKET = 'admin.sock'

const ANSWER_MS = 1000

/** Another process answers there, or something else stands in its place. */
export class SocketTaken extends Error {
  readonly code = 'THANHLOC_SOCKET_TAKEN'
}

/**
 * Makes `server` listen at `path`, mode 0600; for the group of its directory too where that says so. A socket nobody answers
 * on is replaced. Throws SocketTaken, or of node:fs.
 */
export async function listenOnSocket(server: Server, path: string, forGroup = false): Promise<void> {
  await checkFree(path)
  const directory = dirname(path)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const hidden = mkdtempSync(join(directory, '.s-'))
  try {
    const made = join(hidden, 's')
    await listening(server, made)
    if (forGroup) giveToGroup(made, statSync(directory).gid)
    chmodSync(made, forGroup ? 0o660 : 0o600)
    renameSync(made, path)
  } finally {
    rmSync(hidden, { recursive: true, force: true })
  }
}

/** A process may give what is its own to groups it belongs to. */
function giveToGroup(path: string, group: number): void {
  const { uid, gid } = statSync(path)
  if (gid !== group) chownSync(path, uid, group)
}

async function checkFree(path: string): Promise<void> {
  const there = lstatSync(path, { throwIfNoEntry: false })
  if (!there) return
  if (!there.isSocket()) throw new SocketTaken(`${path} is there and no socket: move it away`)
  if (await isAnswered(path)) throw new SocketTaken(`another process answers on ${path}`)
}

/** Silence counts as an answer: a busy server must not lose its socket. */
function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path)
    const settle = (answered: boolean): void => {
      probe.destroy()
      resolve(answered)
    }
    probe.setTimeout(ANSWER_MS, () => settle(true))
    probe.on('connect', () => settle(true))
    probe.on('error', (error: NodeJS.ErrnoException) => {
      settle(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT')
    })
  })
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
}
