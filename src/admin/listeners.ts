/**
 * Where the admin API can be reached: its address, the address of the metrics, the socket in the data directory. A
 * place that is taken is tried again and said; DNS must not depend on it.
 */
import { rmSync } from 'node:fs'
import type { IncomingMessage, RequestListener } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import { formatEndpoint } from '../config/address.ts'
import type { Endpoint, Settings } from '../config/settings.ts'
import type { Logger } from '../log/log.ts'
import { isLoopback, unmappedText } from '../net/address.ts'
import { portHolders } from '../net/port-holder.ts'
import { ADMIN_SOCKET, listenOnSocket } from './admin-socket.ts'
import { MIN_TLS, type CertificatePair } from './certificate.ts'
import { CertificateInForce } from './certificate-in-force.ts'
import { createBoundedServer, createBoundedTlsServer, type BoundedServer } from './http-server.ts'
import { describeProblem, PROBLEM_TYPE } from './problem.ts'

const RETRY_MS = 5000
/** What the metrics' own address answers. */
const METRICS_PATHS: readonly string[] = ['/metrics', '/healthz', '/readyz']

interface Place {
  readonly what: string
  readonly at: string
  readonly server: BoundedServer
  readonly listen: () => Promise<void>
  isListening: boolean
  fault: string | null
}

export class AdminListeners {
  readonly #log: Pick<Logger, 'info' | 'warn' | 'error'>
  readonly #certificate: CertificateInForce | null
  readonly #clock: Clock
  readonly #endpoints: { readonly admin: Endpoint | null; readonly metrics: Endpoint | null }
  readonly #bySocket = new WeakSet<Socket>()
  /** Requests that came in at the metrics' own address. */
  readonly #forMetrics = new WeakSet<IncomingMessage>()
  readonly #socketPath: string
  readonly #places: Place[] = []
  #stopRetrying: () => void = () => {}

  constructor(
    settings: Pick<Settings, 'admin' | 'metrics' | 'store'>,
    clock: Clock,
    log: Pick<Logger, 'info' | 'warn' | 'error'>,
  ) {
    this.#clock = clock
    this.#log = log
    const { tls } = settings.admin
    this.#certificate = tls === null ? null : new CertificateInForce(tls, clock, log)
    this.#socketPath = join(settings.store.path, ADMIN_SOCKET)
    this.#endpoints = { admin: settings.admin.listen, metrics: settings.metrics.listen }
  }

  /** Begins to listen everywhere; what could not be done now is in `faults` and tried again. */
  async open(handle: RequestListener): Promise<void> {
    const { admin, metrics } = this.#endpoints
    const local = createBoundedServer(handle)
    local.on('connection', (socket) => this.#bySocket.add(socket))
    this.#add('the admin API', this.#socketPath, local, () => listenOnSocket(local, this.#socketPath))
    if (admin) this.#addAdmin(admin, handle)
    if (metrics) {
      const own: RequestListener = (request, response) => {
        this.#forMetrics.add(request)
        return handle(request, response)
      }
      this.#addEndpoint('the metrics', metrics, only(METRICS_PATHS, own))
    }
    await this.#try()
    this.#stopRetrying = this.#clock.every(RETRY_MS, () => void this.#try())
  }

  /** Whether a request came by the socket in the data directory. */
  cameBySocket(request: IncomingMessage): boolean {
    return this.#bySocket.has(request.socket)
  }

  /** Whether a request came from this machine, or to the address that was opened for the metrics. */
  mayCountUnits(request: IncomingMessage): boolean {
    if (this.cameBySocket(request) || this.#forMetrics.has(request)) return true
    return isLoopback(unmappedText(request.socket.remoteAddress ?? ''))
  }

  /** Where it could not listen, and why; what is wrong with the certificate. */
  get faults(): string[] {
    return [...this.closed, ...(this.#certificate?.faults ?? [])]
  }

  /** Where it could not listen, and why. */
  get closed(): string[] {
    return this.#places.flatMap(({ fault }) => (fault === null ? [] : [fault]))
  }

  /** When the certificate ends, wall clock, milliseconds; null where none is in force. */
  get certificateEndMs(): number | null {
    return this.#certificate?.endMs ?? null
  }

  /** `127.0.0.1:8053` of each that listens on TCP, with the port that was given. */
  get addresses(): string[] {
    return this.#places.flatMap(({ server, isListening }) => {
      const address = isListening ? server.address() : null
      return address === null || typeof address === 'string' ? [] : [textOf(address)]
    })
  }

  /** Takes nothing more; what is being answered may end within `graceMs`. */
  async close(graceMs = 500): Promise<void> {
    this.#stopRetrying()
    this.#certificate?.close()
    const open = this.#places.filter(({ isListening }) => isListening)
    const closed = open.map(({ server }) => new Promise((resolve) => server.close(resolve)))
    for (const { server } of open) server.closeIdleConnections()
    const timer = setTimeout(() => open.forEach(({ server }) => server.closeAllConnections()), graceMs)
    await Promise.all(closed)
    clearTimeout(timer)
    if (open.some(({ at }) => at === this.#socketPath)) rmSync(this.#socketPath, { force: true })
  }

  #addAdmin(endpoint: Endpoint, handle: RequestListener): void {
    const what = 'the admin API'
    const certificate = this.#certificate
    if (certificate === null) {
      if (!isLoopback(endpoint.address))
        this.#log.warn(
          { at: formatEndpoint(endpoint) },
          'the admin API can be reached from other machines without TLS: set admin.tls',
        )
      this.#addEndpoint(what, endpoint, handle)
      return
    }
    const server = createBoundedTlsServer(handle)
    const show = ({ cert, key }: CertificatePair): void =>
      server.setSecureContext({ cert, key, minVersion: MIN_TLS })
    certificate.open(show)
    this.#add(what, formatEndpoint(endpoint), server, async () => {
      // Throws while there is no pair: tried again with the next one.
      show(certificate.pair)
      await listenOnAddress(server, endpoint)
    })
  }

  #addEndpoint(what: string, endpoint: Endpoint, handle: RequestListener): void {
    const server = createBoundedServer(handle)
    this.#add(what, formatEndpoint(endpoint), server, () => listenOnAddress(server, endpoint))
  }

  #add(what: string, at: string, server: BoundedServer, listen: () => Promise<void>): void {
    this.#places.push({ what, at, server, listen, isListening: false, fault: null })
  }

  async #try(): Promise<void> {
    await Promise.all(
      this.#places.filter(({ isListening }) => !isListening).map((place) => this.#listen(place)),
    )
  }

  async #listen(place: Place): Promise<void> {
    const { what, at, listen } = place
    try {
      await listen()
      place.isListening = true
      // An error of a server that listens concerns one connection: nothing to end the thread for.
      place.server.on('error', (error) => this.#log.error({ error, at }, `${what} had an error`))
      if (place.fault !== null) this.#log.info({ at }, `${what} can be reached now`)
      place.fault = null
    } catch (error) {
      const fault = `${what} cannot be reached at ${at}: ${reasonOf(error)}`
      if (place.fault !== fault) this.#log.error({ at, error }, `${what} cannot listen; trying again`)
      place.fault = fault
    }
  }
}

function listenOnAddress(server: BoundedServer, { address, port }: Endpoint): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: address, port, exclusive: true }, () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
}

/** `handle` for these paths; whatever else is asked there does not exist. */
function only(paths: readonly string[], handle: RequestListener): RequestListener {
  return (request, response) => {
    if (paths.includes((request.url ?? '').split('?', 1)[0]!)) return handle(request, response)
    const problem = describeProblem('THANHLOC_API_NOT_FOUND', 'This address has the metrics only.')
    response.writeHead(problem.status, { 'content-type': PROBLEM_TYPE }).end(JSON.stringify(problem))
  }
}

function reasonOf(error: unknown): string {
  const { code, message, port } = error as NodeJS.ErrnoException & { readonly port?: number }
  if (code === 'EADDRINUSE') {
    const holder = port === undefined ? undefined : portHolders('tcp', port)[0]
    return `${holder?.process ?? 'another process'} uses it; stop that, or change admin.listen or metrics.listen`
  }
  return code === 'EACCES' ? 'not permitted: take a port above 1023' : message
}

function textOf({ address, port }: AddressInfo): string {
  return formatEndpoint({ address, port })
}
