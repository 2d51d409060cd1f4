/**
 * The kernel's neighbour table: which MAC address stands behind each address of the networks the server is on (ARP,
 * RFC 826; neighbour discovery, RFC 4861). One machine's changing IPv6 addresses (RFC 8981) meet in its MAC.
 */
import { execFile, type ExecFileException } from 'node:child_process'
import { readAddress } from './address-text.ts'
import { readMac } from './hardware.ts'
import { cleanText } from './host-name.ts'

/** More IPv4 addresses behind one MAC than any machine has of its own: a router that answers for others (RFC 1027). */
export const MAX_ADDRESSES_OF_ONE = 16

/** 60,000 entries or so; a table holds a thousand unless somebody asked for more. */
const MAX_OUTPUT_BYTES = 8 * 1024 * 1024
const TIMEOUT_MS = 5000

/** States in which the kernel has an answer from the machine, the surest first; FAILED, INCOMPLETE … have none. */
const STATES = ['REACHABLE', 'PERMANENT', 'DELAY', 'PROBE', 'STALE']

export interface Neighbour {
  readonly address: string
  readonly mac: string
  /** It said so itself in a router advertisement. */
  readonly isRouter: boolean
}

export interface NeighbourTable {
  readonly neighbours: readonly Neighbour[]
  /** What answers for addresses of others, and for which: they are not among `neighbours`. */
  readonly proxies: readonly { readonly mac: string; readonly addresses: readonly string[] }[]
}

interface Entry extends Neighbour {
  readonly rank: number
}

/** Reads what `ip -json neigh show` prints. Throws a SyntaxError for anything else. */
export function parseNeighbours(json: string): NeighbourTable {
  const rows = JSON.parse(json) as unknown
  if (!Array.isArray(rows)) throw new SyntaxError('is no list of neighbours')
  const byAddress = new Map<string, Entry | null>()
  for (const row of rows as readonly unknown[]) {
    const entry = readEntry(row)
    if (entry === null) continue
    const other = byAddress.get(entry.address)
    if (other === undefined) byAddress.set(entry.address, entry)
    // A link-local address on two links may be two machines (RFC 4007 §6), and a query does not say from which link.
    else if (other?.mac !== entry.mac && entry.address.startsWith('fe80:')) byAddress.set(entry.address, null)
    else if (other !== null && entry.rank < other.rank) byAddress.set(entry.address, entry)
  }
  return sortOut([...byAddress.values()].filter((entry) => entry !== null))
}

function sortOut(entries: readonly Entry[]): NeighbourTable {
  const routers = new Set(entries.filter(({ isRouter }) => isRouter).map(({ mac }) => mac))
  const byMac = Map.groupBy(entries, ({ mac }) => mac)
  const neighbours: Neighbour[] = []
  const proxies: NeighbourTable['proxies'][number][] = []
  for (const [mac, of] of byMac) {
    const isProxy = of.filter(({ address }) => !address.includes(':')).length > MAX_ADDRESSES_OF_ONE
    if (isProxy) proxies.push({ mac, addresses: of.map(({ address }) => address) })
    else for (const { address } of of) neighbours.push({ address, mac, isRouter: routers.has(mac) })
  }
  return { neighbours, proxies }
}

function readEntry(row: unknown): Entry | null {
  if (typeof row !== 'object' || row === null) return null
  const { dst, lladdr, state } = row as Record<string, unknown>
  if (typeof dst !== 'string' || typeof lladdr !== 'string' || !Array.isArray(state)) return null
  const rank = STATES.indexOf(String(state[0]))
  const address = readAddress(dst)
  const mac = readMac(lladdr)
  // `proxy`: the server itself answers for this address.
  if (rank === -1 || address === null || mac === null || 'proxy' in row) return null
  return { address, mac, isRouter: 'router' in row, rank }
}

/** Asks the kernel, by `command` (`ip`). Rejects with an Error whose message says what to do. */
export async function readNeighbours(command = 'ip'): Promise<NeighbourTable> {
  const output = await run(command)
  try {
    // iproute2 prints nothing at all for an empty table.
    return parseNeighbours(output.trim() === '' ? '[]' : output)
  } catch (cause) {
    throw new Error(`\`${command} -json neigh\` printed what is no table of neighbours`, { cause })
  }
}

function run(command: string): Promise<string> {
  // `ip` stands in /usr/sbin, which is not on every user's path; nothing else of the environment is its business.
  const env = { PATH: `${process.env['PATH'] ?? '/usr/bin:/bin'}:/usr/sbin:/sbin`, LC_ALL: 'C' }
  const options = { timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES, env }
  return new Promise((resolve, reject) => {
    execFile(command, ['-json', 'neigh', 'show'], options, (error, stdout) => {
      if (error === null) resolve(stdout)
      else reject(new Error(failure(command, error), { cause: error }))
    })
  })
}

function failure(command: string, error: ExecFileException): string {
  switch (error.code) {
    case 'ENOENT':
      return `there is no command \`${command}\` (package iproute2) to read the neighbour table with`
    case 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER':
      return `the neighbour table is larger than ${MAX_OUTPUT_BYTES / 1024 / 1024} MB`
    default: {
      const why = error.killed === true ? `no answer within ${TIMEOUT_MS / 1000} s` : error.message
      return `\`${command} -json neigh\` failed: ${cleanText(why, 200)}`
    }
  }
}
