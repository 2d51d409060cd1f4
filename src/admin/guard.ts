/**
 * Who may call what: deny by default. A web page in an officer's browser must not be able to use the API (Host and
 * Origin, DNS rebinding), and nobody on the network may read client data or change anything without the token.
 */
import { isIP } from 'node:net'
import type { Endpoint } from '../config/settings.ts'
import { describeProblem, type Problem } from './problem.ts'
import type { TokenSource } from './token.ts'

/** What a route asks of its caller. `free`: holds no client data and changes nothing. */
export type Access = 'free' | 'token'

/** What is known of a request before its body is read. */
export interface Asked {
  readonly method: string
  readonly access: Access
  /** It came by the socket in the data directory, whose file mode has let the caller in already. */
  readonly bySocket: boolean
  readonly host: string | undefined
  readonly origin: string | undefined
  /** `Sec-Fetch-Site`, which browsers set and pages cannot. */
  readonly fetchSite: string | undefined
  readonly contentType: string | undefined
  readonly authorization: string | undefined
  /** The address the connection came in on. */
  readonly localAddress: string | undefined
}

const NO_TOKEN =
  'No token is configured, so over TCP nothing but /healthz, /readyz, /metrics and /docs is answered. Write a random token into a ' +
  'file only the server can read and name it under admin.tokenFile (or set THANHLOC_ADMIN_TOKEN), or call by admin.sock in the data ' +
  'directory, which needs none.'
const WRONG_TOKEN =
  'Send the token of admin.tokenFile as "Authorization: Bearer <token>", or call by admin.sock in the data directory.'

/** Host names and addresses under which the API may be called: where it listens, and what is configured. */
export class AllowedHosts {
  readonly #names: ReadonlySet<string>

  constructor(listen: readonly Endpoint[], configured: readonly string[]) {
    const addresses = listen.map(({ address }) => address)
    const isLoopback = addresses.some((address) => address.startsWith('127.') || address === '::1')
    const names = [...addresses, ...configured].map((name) => name.toLowerCase().replace(/\.$/, ''))
    // No page can make a browser send it but from this machine itself.
    this.#names = new Set(isLoopback ? [...names, 'localhost'] : names)
  }

  /** `host` as the header has it; with a wildcard listen address the one the connection came in on counts. */
  has(host: string | undefined, localAddress: string | undefined): boolean {
    const name = hostName(host ?? '')
    if (name === '') return false
    return this.#names.has(name) || (isIP(name) !== 0 && name === localAddress?.replace(/^::ffff:/, ''))
  }
}

/** Why the request is refused, or null. */
export function refusal(asked: Asked, hosts: AllowedHosts, token: TokenSource): Problem | null {
  if (!asked.bySocket && !hosts.has(asked.host, asked.localAddress)) {
    return describeProblem(
      'THANHLOC_API_HOST',
      'The Host header names neither an address this server listens on nor one of admin.hosts.',
    )
  }
  const isChange = asked.method !== 'GET' && asked.method !== 'HEAD'
  if (isChange && isForeign(asked)) {
    return describeProblem(
      'THANHLOC_API_ORIGIN',
      'Requests that change something are not taken from other web pages.',
    )
  }
  if (asked.access === 'token' && !asked.bySocket) {
    const presented = /^Bearer +(\S+)$/i.exec(asked.authorization ?? '')?.[1] ?? ''
    if (!token.isConfigured) return describeProblem('THANHLOC_API_TOKEN', NO_TOKEN)
    if (!token.accepts(presented)) return describeProblem('THANHLOC_API_TOKEN', WRONG_TOKEN)
  }
  // A form in a web page cannot send this type without asking first, and we never say yes.
  if (isChange && !/^application\/json\s*(;|$)/i.test(asked.contentType ?? '')) {
    return describeProblem(
      'THANHLOC_API_CONTENT_TYPE',
      'Requests that change something need "Content-Type: application/json", also without a body.',
    )
  }
  return null
}

function isForeign({ origin, fetchSite, host }: Asked): boolean {
  if (fetchSite !== undefined && fetchSite !== 'same-origin' && fetchSite !== 'none') return true
  if (origin === undefined) return false
  return !URL.canParse(origin) || new URL(origin).host !== host?.toLowerCase()
}

/** The name in a Host header, without port, brackets and final dot; '' where it is none. */
function hostName(host: string): string {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s:[\]@/?#]+))(?::\d{1,5})?$/i.exec(host)
  return (match?.[1] ?? match?.[2] ?? '').toLowerCase().replace(/\.$/, '')
}
