/** Says which process holds a port, so that "port taken" comes with a name. Linux only; elsewhere it knows nothing. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** For example `systemd-resolved (process 412)`, or null when it cannot be told (no such port, not permitted). */
export function portHolder(protocol: 'udp' | 'tcp', port: number): string | null {
  const inodes = new Set(['', '6'].flatMap((family) => socketsOn(`/proc/net/${protocol}${family}`, port)))
  if (inodes.size === 0) return null
  for (const process of entries('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const fd of entries(`/proc/${process}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(linkTarget(`/proc/${process}/fd/${fd}`))?.[1]
      if (inode !== undefined && inodes.has(inode)) return `${commandOf(process)} (process ${process})`
    }
  }
  return null
}

/** Inode numbers of the sockets bound to `port`, from the kernel's table (proc(5)): `sl local_address rem_address …`. */
function socketsOn(table: string, port: number): string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return read(table)
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(wanted))
    .map((fields) => fields[9] ?? '')
}

function commandOf(process: string): string {
  return read(`/proc/${process}/comm`).trim() || 'a process'
}

// A process may end, or belong to somebody else, while it is looked at: that is no error here, it just is not named.
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function entries(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}

function linkTarget(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
