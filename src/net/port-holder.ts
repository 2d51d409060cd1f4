/** Says which process holds a port, so that "port taken" comes with a name. Linux only; elsewhere it knows nothing. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { endianness } from 'node:os'
import { basename } from 'node:path'
import { addressText } from './address.ts'

/** State of a TCP socket that listens, in the kernel's table (tcp_states.h). */
const LISTENING = '0A'
/** Of the name of a process (TASK_COMM_LEN without its end). */
const KEPT_LETTERS = 15

/** A socket that listens on a port. */
export interface PortHolder {
  readonly address: string
  /** For example `systemd-resolved (process 412)`; null where it cannot be told (not permitted). */
  readonly process: string | null
  /** Its program, such as `systemd-resolved`, and its number; null where `process` is. */
  readonly program: string | null
  readonly pid: number | null
}

/** Whether systemd-resolved answers the machine's own programs there: systemd-resolved.service(8). */
export function isResolvedStub(address: string): boolean {
  return address === '127.0.0.53' || address === '127.0.0.54'
}

/** Who listens on `port`, and on which address; those that can be told by name first. */
export function portHolders(protocol: 'udp' | 'tcp', port: number): PortHolder[] {
  const sockets = ['', '6'].flatMap((family) => socketsOn(`/proc/net/${protocol}${family}`, port))
  if (sockets.length === 0) return []
  const processes = processesWith(new Set(sockets.map(({ inode }) => inode)))
  const holders = sockets.map(({ address, inode }) => ({ address, ...(processes.get(inode) ?? NOBODY) }))
  return [...holders.filter(({ process }) => process !== null), ...holders.filter(({ process }) => process === null)] // prettier-ignore
}

/** Who has `port`, the one on `address` before others; null where nobody is seen. UDP is looked at first. */
export function portHolder(port: number, address: string): PortHolder | null {
  const holders = [...portHolders('udp', port), ...portHolders('tcp', port)]
  return holders.find((holder) => holder.address === address) ?? holders[0] ?? null
}

/** Whether it is the resolver that comes with systemd: by its program, or where that is hidden by its addresses. */
export function isSystemdResolved({ program, address }: PortHolder): boolean {
  return program === null ? isResolvedStub(address) : program === 'systemd-resolved'
}

type Process = Pick<PortHolder, 'process' | 'program' | 'pid'>
const NOBODY: Process = { process: null, program: null, pid: null }

interface TableSocket {
  readonly address: string
  readonly inode: string
}

/** Sockets bound to `port`, from the kernel's table (proc(5)): `sl local_address rem_address st … inode …`. */
function socketsOn(table: string, port: number): TableSocket[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  return read(table)
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(`:${wanted}`))
    .filter((fields) => !table.includes('tcp') || fields[3] === LISTENING)
    .map((fields) => ({ address: tableAddress(fields[1]!.split(':')[0]!), inode: fields[9] ?? '' }))
}

/** The address of `0100007F` (127.0.0.1): 32-bit words, each in hexadecimal as this machine reads it from memory. */
export function tableAddress(hex: string): string {
  const bytes = Buffer.from(hex, 'hex')
  if (endianness() === 'LE') bytes.swap32()
  const address = new Uint8Array(16)
  if (bytes.length === 4) address.fill(0xff, 10, 12)
  address.set(bytes, 16 - bytes.length)
  return addressText(address)
}

/** Which process has which of the sockets open. */
function processesWith(inodes: ReadonlySet<string>): Map<string, Process> {
  const found = new Map<string, Process>()
  for (const process of entries('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const fd of entries(`/proc/${process}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(linkTarget(`/proc/${process}/fd/${fd}`))?.[1]
      if (inode === undefined || !inodes.has(inode)) continue
      const program = programOf(process)
      found.set(inode, { process: `${program} (process ${process})`, program, pid: Number(process) })
    }
  }
  return found
}

/** The kernel keeps 15 letters of a name, such as `systemd-resolve`; the command line has the rest. */
function programOf(process: string): string {
  const name = read(`/proc/${process}/comm`).trim()
  if (name.length < KEPT_LETTERS) return name || 'a process'
  const command = basename(read(`/proc/${process}/cmdline`).split('\0', 1)[0]!)
  return command.startsWith(name) ? command : name
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
