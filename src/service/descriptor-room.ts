/** Whether the process may open as many files and sockets as it will need: seen at the start, not under load. */
import { readFileSync } from 'node:fs'
import type { Settings } from '../config/settings.ts'
import { POOL_SOCKETS } from '../upstream/socket-pool.ts'

/** Threads, databases, admin API, and what Node opens itself; 53 were measured. */
const BASE = 64
/** Of a resolver thread, and of each address it answers at: main's two sockets and the thread's two. */
const THREAD = 8
const ADDRESS = 4

export interface DescriptorNeeds {
  /** Without these not every thread can start. */
  readonly start: number
  /** With all upstream sockets and TCP connections that the settings allow. */
  readonly load: number
}

export function descriptorNeeds({
  workers,
  listen,
  bypass,
  upstreams,
  forward,
  tcp,
}: Settings): DescriptorNeeds {
  const addresses = listen.length + bypass.listen.length
  const servers = upstreams.servers.length + forward.reduce((sum, zone) => sum + zone.servers.length, 0)
  const start = BASE + workers * (THREAD + ADDRESS * addresses)
  return { start, load: start + workers * (POOL_SOCKETS * servers + tcp.total) }
}

/** How many this process may open; Infinity where the system does not say. Node has raised it as far as it may. */
export function descriptorLimit(limits = '/proc/self/limits'): number {
  try {
    return Number(/^Max open files\s+(\d+)/m.exec(readFileSync(limits, 'utf8'))?.[1] ?? Infinity)
  } catch {
    return Infinity
  }
}

/** What is to be said of `limit`; null: it does. `isFatal`: the server could not start its threads. */
export function descriptorTrouble(
  { start, load }: DescriptorNeeds,
  limit: number,
): { readonly isFatal: boolean; readonly message: string } | null {
  if (limit >= load) return null
  const isFatal = limit < start
  const what = isFatal ? `at least ${start}` : `up to ${load}, with all the TCP connections of tcp.total`
  return {
    isFatal,
    message:
      `this process may open ${limit} files and sockets and needs ${what}: ` +
      `raise LimitNOFILE= of the systemd unit (--ulimit nofile= of Docker, ulimit -n of a shell)`,
  }
}
