/**
 * The upstreams the machine itself uses, from resolv.conf(5), for a configuration that names none. Our own addresses
 * are dropped from them: a resolver that asks itself goes round in a loop.
 */
import { isLoopback } from '../net/address.ts'
import { parseAddress } from './address.ts'
import type { Endpoint } from './settings.ts'

/** glibc reads three; more are still real servers, so there is room for them. */
const MAX_SERVERS = 16

export interface ResolvConf {
  readonly servers: readonly Endpoint[]
  /** One line each, with the line number; for the log. */
  readonly warnings: readonly string[]
}

/** The `nameserver` lines of `text`; anything else is passed over, what is no address with a warning. */
export function parseResolvConf(text: string): ResolvConf {
  const servers: Endpoint[] = []
  const warnings: string[] = []
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [keyword, address = ''] = line.trim().split(/\s+/)
    if (keyword !== 'nameserver') continue
    const parsed = parseAddress(address)
    if ('problem' in parsed) {
      warnings.push(`line ${index + 1}: "${address.slice(0, 60)}" ${parsed.problem}`)
    } else if (servers.length === MAX_SERVERS) {
      warnings.push(`line ${index + 1}: more than ${MAX_SERVERS} servers; the rest is left out`)
      break
    } else if (!servers.some((server) => server.address === parsed.value)) {
      servers.push({ address: parsed.value, port: 53 })
    }
  }
  return { servers, warnings }
}

export interface DroppedEndpoint {
  readonly endpoint: Endpoint
  readonly reason: string
}

/**
 * Parts `endpoints` into those to ask and those that are ourselves. `ownAddresses` are the addresses of the machine's
 * interfaces; `listen` is where we answer, wildcards included.
 */
export function dropOwn(
  endpoints: readonly Endpoint[],
  ownAddresses: readonly string[],
  listen: readonly Endpoint[],
): { readonly kept: readonly Endpoint[]; readonly dropped: readonly DroppedEndpoint[] } {
  const own = new Set(ownAddresses.map(spelling))
  const kept: Endpoint[] = []
  const dropped: DroppedEndpoint[] = []
  for (const endpoint of endpoints) {
    const reason = ownReason(endpoint, own, listen)
    if (reason === null) kept.push(endpoint)
    else dropped.push({ endpoint, reason })
  }
  return { kept, dropped }
}

function ownReason(endpoint: Endpoint, own: ReadonlySet<string>, listen: readonly Endpoint[]): string | null {
  const address = spelling(endpoint.address)
  // Linux: a packet to the unspecified address comes to the machine itself.
  const isOwn = own.has(address) || isLoopback(address) || address === '0.0.0.0' || address === '::'
  for (const ours of listen) {
    if (ours.port !== endpoint.port) continue
    if (spelling(ours.address) === address) return 'this resolver listens there'
    const wildcard = ours.address === (address.includes(':') ? '::' : '0.0.0.0')
    if (wildcard && isOwn) return 'this resolver listens on every address of this machine'
  }
  return null
}

/** Without zone and in one spelling, for comparing. */
function spelling(address: string): string {
  const parsed = parseAddress(address.split('%')[0]!)
  return 'value' in parsed ? parsed.value : address
}
