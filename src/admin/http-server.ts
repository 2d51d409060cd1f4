/** An HTTP server with every bound set: what a slow, silent or chatty client can hold is small and ends by itself. */
import type { RequestListener, Server } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import type { Duplex } from 'node:stream'
import { http } from '../net/http.ts'
import { MIN_TLS } from './certificate.ts'
import { describeProblem, PROBLEM_TYPE, type ProblemCode } from './problem.ts'

const HEADERS_MS = 5000
const REQUEST_MS = 15_000
const KEEP_ALIVE_MS = 5000
const CHECK_MS = 1000
/** Longer than the longest answer takes (a reload of very large lists). */
const IDLE_MS = 150_000
const MAX_HEADER_BYTES = 8 << 10
const MAX_HEADERS = 64
const MAX_REQUESTS_PER_CONNECTION = 1000
/** Officers, a Prometheus and a few scripts. */
export const MAX_CONNECTIONS = 64

/** A listening server with or without TLS. */
export type BoundedServer = Server | TlsServer

const BOUNDS = {
  headersTimeout: HEADERS_MS,
  requestTimeout: REQUEST_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
  connectionsCheckingInterval: CHECK_MS,
  maxHeaderSize: MAX_HEADER_BYTES,
}

/** Makes the server; it listens nowhere yet. */
export function createBoundedServer(handle: RequestListener): Server {
  return bound(http.createServer(BOUNDS, handle))
}

/** The same over TLS; it has no certificate yet, see `setSecureContext`. */
export function createBoundedTlsServer(handle: RequestListener): TlsServer {
  return bound(createTlsServer({ ...BOUNDS, handshakeTimeout: HEADERS_MS, minVersion: MIN_TLS }, handle))
}

function bound<S extends BoundedServer>(server: S): S {
  server.maxConnections = MAX_CONNECTIONS
  server.maxHeadersCount = MAX_HEADERS
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_CONNECTION
  server.setTimeout(IDLE_MS)
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => refuse(error, socket))
  return server
}

/** What is not HTTP never becomes a request; it is answered here, in the same form. */
function refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const [code, detail] = explain(error.code)
  const problem = describeProblem(code, detail)
  const body = JSON.stringify(problem)
  socket.end(
    `HTTP/1.1 ${problem.status} ${problem.title}\r\ncontent-type: ${PROBLEM_TYPE}\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}

function explain(code: string | undefined): [ProblemCode, string] {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return ['THANHLOC_API_TIMEOUT', 'The request did not arrive in time.']
  if (code === 'HPE_HEADER_OVERFLOW') {
    return ['THANHLOC_API_INVALID', `The headers are longer than ${MAX_HEADER_BYTES} bytes.`]
  }
  return ['THANHLOC_API_INVALID', 'This is no HTTP request.']
}
