/** A web server that publishes lists as it is told, in every good and bad way, and an HTTP proxy that leads to it. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { connect, type AddressInfo, type Socket } from 'node:net'
import type { SelfSigned } from './self-signed.ts'

export type Publish = (request: IncomingMessage, response: ServerResponse) => void

export interface Publisher {
  readonly port: number
  readonly origin: string
  /** Requests in the order they came. */
  readonly requests: IncomingMessage[]
  /** What is answered to a path (without its query) from now on; text: 200 with it. */
  on(path: string, publish: Publish | string | Buffer): void
  /** Requests for a path so far. */
  asked(path: string): IncomingMessage[]
  close(): Promise<void>
}

/** On 127.0.0.1; with a certificate by TLS. */
export async function openPublisher(certificate?: SelfSigned): Promise<Publisher> {
  const pages = new Map<string, Publish>()
  const requests: IncomingMessage[] = []
  const handle: RequestListener = (request, response) => {
    requests.push(request)
    const publish = pages.get(pathOf(request))
    if (publish === undefined) response.writeHead(404).end()
    else publish(request, response)
  }
  const server = certificate === undefined ? createServer(handle) : createSecureServer(certificate, handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    origin: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    requests,
    on: (path, publish) =>
      void pages.set(
        path,
        typeof publish === 'function' ? publish : (_, response) => sendWhole(response, publish),
      ),
    asked: (path) => requests.filter((request) => pathOf(request) === path),
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => void server.close(() => resolve()))
    },
  }
}

/** The path that was asked for; a proxy is sent the whole URL. */
function pathOf({ url = '' }: IncomingMessage): string {
  return new URL(url, 'http://x').pathname
}

/** 200 with `body` and its length. */
export function sendWhole(
  response: ServerResponse,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(200, { 'content-length': Buffer.byteLength(body), ...headers }).end(body)
}

/** Answers as long as somebody reads. */
export function sendForEver(response: ServerResponse, chunk: string | Buffer): void {
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
  }
  response.on('drain', more)
  more()
}

export interface Proxy {
  readonly port: number
  /** `CONNECT host:port` or `GET http://…`, each with what `Proxy-Authorization` said. */
  readonly asked: { readonly what: string; readonly authorization: string | undefined }[]
  close(): Promise<void>
}

/** An HTTP proxy on 127.0.0.1 that leads every name to this machine; `status`: what it answers instead. */
export async function openProxy(status: number | null = null): Promise<Proxy> {
  const asked: { what: string; authorization: string | undefined }[] = []
  const sockets = new Set<Socket>()
  const note = ({ method, url, headers }: IncomingMessage): void =>
    void asked.push({ what: `${method} ${url}`, authorization: headers['proxy-authorization'] })
  const server = createServer((request, response) => {
    note(request)
    sendWhole(response, 'by-proxy.vn\n')
  })
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    note(request)
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    if (status !== null) return void socket.end(`HTTP/1.1 ${status} no\r\n\r\n`)
    const out = connect(Number(request.url!.split(':').at(-1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      socket.pipe(out).pipe(socket)
    })
    sockets.add(out)
    out.on('error', () => socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    close: () => {
      for (const socket of sockets) socket.destroy()
      server.closeAllConnections()
      return new Promise((resolve) => void server.close(() => resolve()))
    },
  }
}
