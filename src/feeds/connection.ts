/** A connection to the server of a feed: straight or through a proxy, and where the URL says https, certainly to it. */
import type { Socket } from 'node:net'
import { dial, secure, type Target } from '../alerts/dial.ts'
import { readSecret } from '../alerts/secret-file.ts'
import type { FeedSettings } from '../config/settings.ts'
import { hostOf } from '../net/address.ts'
import { http } from '../net/http.ts'
import { FeedError } from './feed-error.ts'
import { resolveHost, type ResolveSettings } from './resolve.ts'

/** For one of several addresses. */
const CONNECT_MS = 10_000
export const MAX_HEADER_BYTES = 16 << 10

export type Way = Pick<FeedSettings, 'url' | 'addresses' | 'proxy' | 'proxyPasswordFile' | 'caFile'>

/**
 * Connects to the server of `url`, which may be another than that of `way.url`. Rejects with FeedError or DeliveryError;
 * `signal` destroys the socket at any time.
 */
export async function connect(
  url: URL,
  way: Way,
  settings: ResolveSettings,
  signal: AbortSignal,
): Promise<Socket> {
  const host = hostOf(url)
  const isSecure = url.protocol === 'https:'
  const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port)
  const target: Target = { host, port, address: null, caFile: way.caFile }
  if (way.proxy !== null) {
    const { address, port: proxyPort } = way.proxy
    const socket = await dialWithin({ host: address, port: proxyPort, address: null, caFile: null }, signal)
    return isSecure ? secure(await tunnel(socket, target, way.proxyPasswordFile), target) : socket
  }
  const isOwn = host === hostOf(new URL(way.url))
  const addresses =
    isOwn && way.addresses.length > 0 ? way.addresses : await resolveHost(host, settings, signal)
  const socket = await dialAny(target, addresses, signal)
  return isSecure ? secure(socket, target) : socket
}

/** The header that lets one use the proxy, or none. Throws DeliveryError. */
export function proxyAuthorization(file: string | null): Record<string, string> {
  if (file === null) return {}
  return { 'proxy-authorization': `Basic ${Buffer.from(readSecret(file).text).toString('base64')}` }
}

async function dialAny(target: Target, addresses: readonly string[], signal: AbortSignal): Promise<Socket> {
  let failure: unknown = null
  for (const address of addresses) {
    try {
      return await dialWithin({ ...target, address }, signal)
    } catch (error) {
      if (signal.aborted) throw error
      // The first is the one that is meant to work.
      failure ??= error
    }
  }
  throw failure
}

async function dialWithin(target: Target, signal: AbortSignal): Promise<Socket> {
  const patience = new AbortController()
  const timer = setTimeout(() => patience.abort(), CONNECT_MS)
  try {
    return await dial(target, AbortSignal.any([signal, patience.signal]))
  } catch (error) {
    if (!patience.signal.aborted) throw error
    const where = target.address ?? target.host
    throw new FeedError('failed', `${where} port ${target.port} does not answer`, 'look at the network and the firewalls on the way', { cause: error }) // prettier-ignore
  } finally {
    clearTimeout(timer)
  }
}

/** RFC 9110 §9.3.6: a way through the proxy. */
function tunnel(socket: Socket, { host, port }: Target, passwordFile: string | null): Promise<Socket> {
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`
  return new Promise((resolve, reject) => {
    const fail = (reason: string, advice: string, cause?: unknown): void => {
      socket.destroy()
      reject(new FeedError('failed', reason, advice, { cause }))
    }
    const request = http.request({
      createConnection: () => socket,
      method: 'CONNECT',
      path: authority,
      headers: { host: authority, ...proxyAuthorization(passwordFile) },
      maxHeaderSize: MAX_HEADER_BYTES,
    })
    request.once('error', (error) => fail(`the proxy: ${error.message}`, 'correct `proxy`', error))
    const answered = (status: number): void => {
      const advice = status === 407 ? 'it wants a password: see `proxyPasswordFile`' : 'ask who runs it to let this server have the host in `url`' // prettier-ignore
      fail(`the proxy answers ${status}`, advice)
    }
    // A proxy that answers a CONNECT as if it were any other request.
    request.once('response', ({ statusCode = 0 }) => answered(statusCode))
    request.once('connect', ({ statusCode = 0 }, tunnelled: Socket, head: Buffer) => {
      if (statusCode !== 200) return answered(statusCode)
      // In TLS it is the client who speaks first.
      if (head.length > 0) return fail('the proxy speaks before it is asked', 'correct `proxy`')
      resolve(tunnelled)
    })
    request.end()
  })
}
