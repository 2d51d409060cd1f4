/** Connections to the receivers of alerts: to a given address or a name the system resolves, checked certificates. */
import { readFileSync } from 'node:fs'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { DeliveryError, reasonOf } from './transport.ts'

export interface Target {
  /** A name or an address; what certificates are checked for. */
  readonly host: string
  readonly port: number
  /** Where to connect instead of resolving `host`, or null. */
  readonly address: string | null
  readonly caFile: string | null
}

/** Connects by TCP. Rejects with DeliveryError; `signal` destroys the socket at any time. */
export function dial(target: Target, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp({
      host: target.address ?? target.host,
      port: target.port,
      noDelay: true,
      signal,
    })
    // Stays: a socket that is cut off under TLS has nobody else to tell.
    socket.on('error', (error) => reject(failure('connecting to', target, error)))
    socket.once('connect', () => resolve(socket))
  })
}

/** Goes on encrypted over `socket`, to a server that proves to be `target.host`. Rejects with DeliveryError. */
export function secure(socket: Socket, target: Target): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const { host } = target
    const fail = (error: Error): void => reject(failure('TLS with', target, error))
    const secured = connectTls({
      socket,
      host,
      // RFC 6066 §3: an address is no server name.
      ...(isIP(host) === 0 && { servername: host }),
      ...trust(target.caFile),
    })
    secured.on('error', fail)
    secured.once('close', () => fail(new Error('the server closed the connection')))
    secured.once('secureConnect', () => resolve(secured))
  })
}

/** The option `ca` of node:tls where a file is configured. Throws DeliveryError. */
export function trust(caFile: string | null): { ca?: Buffer } {
  if (caFile === null) return {}
  try {
    return { ca: readFileSync(caFile) }
  } catch (error) {
    throw new DeliveryError(`${caFile} cannot be read: ${(error as Error).message}`, [], { cause: error })
  }
}

function failure(what: string, { host, port, address }: Target, error: Error): DeliveryError {
  const where = address === null || address === host ? host : `${host} (${address})`
  return new DeliveryError(`${what} ${where} port ${port}: ${reasonOf(error)}`, [], { cause: error })
}
