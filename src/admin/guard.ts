/**
 * Who may call what: deny by default. A web page in an officer's browser must not be able to use the API (Host and
 * Origin, DNS rebinding), and nobody gets further than their role: each route names the action it is.
 */
import { isIP } from 'node:net'
import type { Accounts } from '../accounts/accounts.ts'
import type { Principal } from '../accounts/principal.ts'
import { NOBODY } from '../accounts/principal.ts'
import { isRefusal } from '../accounts/problem.ts'
import { ACTIONS, may, type Action } from '../accounts/roles.ts'
import type { Endpoint } from '../config/settings.ts'
import { isLoopback, unmappedText } from '../net/address.ts'
import { describeProblem, type Problem } from './problem.ts'

/**
 * What a route asks of its caller: an action their role must allow. `free`: holds no client data and changes nothing, or
 * checks its caller itself. `known`: whoever has said who they are.
 */
export type Access = 'free' | 'known' | Action

/** What is known of a request before its body is read. */
export interface Asked {
  readonly method: string
  /** Null: the route does not say, so nobody may call it. */
  readonly access: Access | null
  /** It came by the socket in the data directory, whose file mode has let the caller in already. */
  readonly bySocket: boolean
  readonly host: string | undefined
  readonly origin: string | undefined
  /** `Sec-Fetch-Site`, which browsers set and pages cannot. */
  readonly fetchSite: string | undefined
  readonly contentType: string | undefined
  /** The one type a changing request may have; `application/json` unless given. */
  readonly expectedType?: string
  readonly authorization: string | undefined
  /** Value of the session's cookie. */
  readonly cookie: string | null
  /** The header with the CSRF token. */
  readonly csrf: string | undefined
  /** The page makes it by itself: it keeps no session alive. */
  readonly isBackground: boolean
  /** The address the connection came in on. */
  readonly localAddress: string | undefined
}

/** Who was let in, or why not. */
export type Admission = { readonly principal: Principal } | { readonly problem: Problem }

const WHO =
  'Say who you are: sign in (POST /api/v1/session), or send a token as "Authorization: Bearer <token>"; by admin.sock in the data ' +
  'directory neither is needed. The first account is made there: thanhloc user add NAME --role admin --own.'
const CHANGE_PASSWORD =
  'Somebody else set the password: set one of your own first (POST /api/v1/session/password).'
const PEOPLE_ONLY =
  'That is for people who signed in: tokens and the socket have no password, second factor or session.'

/** Host names and addresses under which the API may be called: where it listens, and what is configured. */
export class AllowedHosts {
  readonly #addresses: readonly string[]
  #names: ReadonlySet<string>

  constructor(listen: readonly Endpoint[], configured: readonly string[]) {
    this.#addresses = listen.map(({ address }) => address)
    this.#names = namesOf(this.#addresses, configured)
  }

  /** Takes other configured names; where it listens stays. */
  configure(configured: readonly string[]): void {
    this.#names = namesOf(this.#addresses, configured)
  }

  /** `host` as the header has it; with a wildcard listen address the one the connection came in on counts. */
  has(host: string | undefined, localAddress: string | undefined): boolean {
    const name = hostName(host ?? '')
    if (name === '') return false
    return this.#names.has(name) || (isIP(name) !== 0 && name === unmappedText(localAddress ?? ''))
  }
}

function namesOf(addresses: readonly string[], configured: readonly string[]): ReadonlySet<string> {
  const names = [...addresses, ...configured].map((name) => name.toLowerCase().replace(/\.$/, ''))
  // No page can make a browser send it but from this machine itself.
  return new Set(addresses.some(isLoopback) ? [...names, 'localhost'] : names)
}

/** Lets a request in, or says why not. */
export function admit(
  asked: Asked,
  hosts: AllowedHosts,
  accounts: Pick<Accounts, 'authenticate'>,
): Admission {
  if (!asked.bySocket && !hosts.has(asked.host, asked.localAddress)) {
    return refuse(
      'THANHLOC_API_HOST',
      'The Host header names neither an address this server listens on nor one of admin.hosts.',
    )
  }
  const isChange = asked.method !== 'GET' && asked.method !== 'HEAD'
  if (isChange && isForeign(asked)) {
    return refuse('THANHLOC_API_ORIGIN', 'Requests that change something are not taken from other web pages.')
  }
  const admission = authorise(asked, isChange, accounts)
  if ('problem' in admission) return admission
  // A form in a web page can send neither without asking first, and we never say yes.
  const { contentType = '', expectedType = 'application/json' } = asked
  if (isChange && contentType.split(';', 1)[0]!.trim().toLowerCase() !== expectedType) {
    return refuse(
      'THANHLOC_API_CONTENT_TYPE',
      `Requests that change something need "Content-Type: ${expectedType}", also without a body.`,
    )
  }
  return admission
}

function authorise(asked: Asked, isChange: boolean, accounts: Pick<Accounts, 'authenticate'>): Admission {
  const { access } = asked
  if (access === 'free') return { principal: NOBODY }
  const principal = accounts.authenticate({ ...asked, isChange })
  if (isRefusal(principal)) return refuse(principal.code, principal.detail)
  if (principal.kind === 'none') return refuse('THANHLOC_API_TOKEN', WHO)
  if (access === 'known') return { principal }
  if (access === null)
    return refuse('THANHLOC_ACCOUNT_FORBIDDEN', 'This route names no action: nobody may call it.')
  return may(principal, access)
    ? { principal }
    : refuse('THANHLOC_ACCOUNT_FORBIDDEN', whyNot(principal, access))
}

function whyNot(principal: Principal, action: Action): string {
  if (principal.mustChangePassword) return CHANGE_PASSWORD
  if (action === 'self.change' && principal.kind !== 'user') return PEOPLE_ONLY
  return `The role ${principal.role} does not allow ${action} (${ACTIONS[action]}): ask an administrator.`
}

function refuse(...problem: Parameters<typeof describeProblem>): Admission {
  return { problem: describeProblem(...problem) }
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
