/** The guard as a hook of the application: every request has its caller, every route the action it is. */
import type { IncomingMessage } from 'node:http'
import type { FastifyRequest, RouteOptions } from 'fastify'
import type { Accounts } from '../accounts/accounts.ts'
import { NOBODY, type Caller } from '../accounts/principal.ts'
import { CSRF_HEADER, readSessionCookie } from '../accounts/session-cookie.ts'
import { unmappedText } from '../net/address.ts'
import type { Admin } from './app.ts'
import { sendProblem } from './errors.ts'
import { admit, type Access, type AllowedHosts, type Asked } from './guard.ts'
import type { ProblemCode } from './problem.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Absent: nobody may call it. */
    access?: Access
    /** What it may refuse beyond what follows from its access, method and parameters; for the API's description. */
    refusals?: readonly ProblemCode[]
    /** A page asks for it by itself: it keeps no session alive. */
    isBackground?: boolean
    /** The type of the bodies it takes; JSON unless given. */
    upload?: string
  }
  interface FastifyRequest {
    /** Who calls; nobody where the route is free. */
    caller: Caller
  }
  interface FastifyInstance {
    /** All there are. */
    routeTable: readonly RouteEntry[]
  }
}

/** A route and what it asks of its caller; null: it does not say, so nobody may call it. */
export interface RouteEntry {
  readonly method: string
  readonly path: string
  readonly access: Access | null
  /** Beyond what follows from access, method and parameters. */
  readonly refusals: readonly ProblemCode[]
  /** Its answers have an ETag. */
  readonly isTagged: boolean
}

export interface AdminAccess {
  readonly hosts: AllowedHosts
  /** Whether a request came by the socket in the data directory. */
  readonly cameBySocket: (request: IncomingMessage) => boolean
  /** Whether `/metrics` tells it the figures of single units. */
  readonly mayCountUnits: (request: IncomingMessage) => boolean
}

/** Header of requests that a page makes by itself, so that an open page keeps no session alive. */
export const BACKGROUND_HEADER = 'x-background'

/** Adds the guard; before the routes it is to guard. */
export function guardRoutes(app: Admin, access: AdminAccess, accounts: Pick<Accounts, 'authenticate'>): void {
  const routes: RouteOptions[] = []
  app.addHook('onRoute', (route) => void routes.push(route))
  // Read when it is asked for: plugins complete what their routes say after this hook.
  app.decorate('routeTable', { getter: () => routes.flatMap(entriesOf) })
  app.decorateRequest('caller')
  app.addHook('onRequest', async (request, reply) => {
    const asked = askedBy(request, access)
    const admission = admit(asked, access.hosts, accounts)
    const source = sourceOf(request, asked.bySocket)
    request.caller = { principal: 'principal' in admission ? admission.principal : NOBODY, source }
    if ('principal' in admission) return
    if (admission.problem.status === 401) void reply.header('www-authenticate', 'Bearer realm="thanhloc"')
    return sendProblem(reply, admission.problem)
  })
}

function entriesOf({ method, url, config }: RouteOptions): RouteEntry[] {
  const { access = null, refusals = [], reads } = config ?? {}
  const isTagged = reads !== undefined
  return [method].flat().map((one) => ({ method: one, path: url, access, refusals, isTagged }))
}

/** Whether it came over TLS. */
export function isSecure({ raw }: FastifyRequest): boolean {
  return 'encrypted' in raw.socket && raw.socket.encrypted === true
}

/** The value of the session's cookie, or null. */
export function cookieOf(request: FastifyRequest): string | null {
  return readSessionCookie(request.headers.cookie, isSecure(request))
}

function askedBy(request: FastifyRequest, { cameBySocket }: AdminAccess): Asked {
  const { headers, raw, routeOptions, is404 } = request
  return {
    method: request.method,
    // What is not there holds no client data either.
    access: is404 ? 'free' : (routeOptions.config.access ?? null),
    bySocket: cameBySocket(raw),
    host: headers.host,
    origin: headers.origin,
    fetchSite: one(headers['sec-fetch-site']),
    contentType: headers['content-type'],
    expectedType: routeOptions.config.upload ?? 'application/json',
    authorization: headers.authorization,
    cookie: cookieOf(request),
    csrf: one(headers[CSRF_HEADER]),
    isBackground: headers[BACKGROUND_HEADER] !== undefined || routeOptions.config.isBackground === true,
    localAddress: raw.socket.localAddress,
  }
}

function sourceOf({ raw }: FastifyRequest, bySocket: boolean): string {
  return bySocket ? 'socket' : unmappedText(raw.socket.remoteAddress ?? '')
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header
}
