/**
 * Makes the event loop of a thread wake up for an epoll set of our own. Node has no such call; but the loop (libuv)
 * waits in epoll_wait itself, and an epoll set can be watched by another:
 *
 *   our sockets ─► our epoll set ─► the loop's epoll set ◄─ TCP, timers' time, the eventfd that other threads write to
 *
 * The loop finds whom an event is for by the number that stands in it, that of a descriptor. Ours bears the number of
 * the eventfd: the loop looks whether another thread has left something, finds nothing, and goes on with its round, in
 * which an immediate is called. No code of ours runs in between and no handle of the loop is ours, so that a thread
 * may end at any moment. As long as our set is readable the loop does not sleep.
 */
import { readFileSync, readlinkSync } from 'node:fs'
import { addReadable, EpollSet } from './epoll.ts'
import { nativeFunction, type Libc } from './libc.ts'
import { closeSocket } from './sockets.ts'

/**
 * How an addon learns which loop it runs on, and the loop's descriptor: calls of node.h and uv.h that stay as they are,
 * under the names the compiler gives them.
 */
const CURRENT_ISOLATE = 'uintptr_t _ZN2v87Isolate10GetCurrentEv()'
const LOOP_OF_ISOLATE = 'uintptr_t _ZN4node19GetCurrentEventLoopEPN2v87IsolateE(uintptr_t)'
const DESCRIPTOR_OF_LOOP = 'int uv_backend_fd(uintptr_t)'

/** The descriptor of the epoll set this thread's event loop waits on. Throws where Node does not tell. */
export function loopDescriptor(): number {
  const isolate = nativeFunction(CURRENT_ISOLATE)()
  return nativeFunction(DESCRIPTOR_OF_LOOP)(nativeFunction(LOOP_OF_ISOLATE)(isolate))
}

/** A descriptor in an epoll set. */
export interface Watched {
  readonly fd: number
  /** What the set tells of it by: 64 bits, rounded above 2^53. */
  readonly number: number
}

/** What is in an epoll set, from what /proc/self/fdinfo says of it (proc_pid_fdinfo(5)). */
export function watchedIn(info: string): Watched[] {
  const lines = info.matchAll(/^tfd: +(\d+) .* data: +([0-9a-f]+)\b/gm)
  return Array.from(lines, ([, fd, data]) => ({ fd: Number(fd), number: parseInt(data!, 16) }))
}

function watchedBy(epoll: number): Watched[] {
  return watchedIn(readFileSync(`/proc/self/fdinfo/${epoll}`, 'utf8'))
}

/** Why no thread of this process could have its event loop woken this way; null: nothing is known against it. */
export function wakeFault(libc: Libc): string | null {
  try {
    loopDescriptor()
    const [set, other] = [new EpollSet(libc), new EpollSet(libc)]
    try {
      set.add(other.fd, 77)
      const [found] = watchedBy(set.fd)
      if (found?.fd !== other.fd || found.number !== 77)
        return 'the kernel does not tell what an epoll set holds'
    } finally {
      for (const { fd } of [set, other]) closeSocket(fd)
    }
    return null
  } catch (error) {
    return (error as Error).message
  }
}

/**
 * The eventfd of an event loop. `nameOf` tells what a descriptor is, as /proc/self/fd does. Throws where there is not
 * exactly one, as in a thread whose loop has not gone round yet, or the loop does not know it by its number.
 */
export function eventfdAmong(watched: readonly Watched[], nameOf: (fd: number) => string): number {
  const eventfds = watched.filter(({ fd }) => nameOf(fd) === 'anon_inode:[eventfd]')
  if (eventfds.length !== 1) throw new Error(`the event loop has ${eventfds.length} eventfds and not one`)
  const { fd, number } = eventfds[0]!
  if (fd !== number) throw new Error(`the event loop knows its descriptor ${fd} as ${number}`)
  return fd
}

/**
 * From now on this thread's event loop goes round whenever the epoll set `epoll` is readable. To be called in a thread
 * whose loop has gone round before, as it has in any worker. Throws where that cannot be arranged, with the reason.
 */
export function wakeLoopFor(libc: Libc, epoll: number): void {
  const loop = loopDescriptor()
  const eventfd = eventfdAmong(watchedBy(loop), (fd) => readlinkSync(`/proc/self/fd/${fd}`))
  addReadable(libc, loop, epoll, eventfd)
}
