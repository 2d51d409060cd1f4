/**
 * All the sockets clients send to: for each listen address and resolver thread one for UDP and one for TCP. A wildcard
 * address becomes one socket for each address the machine has, so that an answer leaves from the address that was
 * asked; `refresh` follows addresses that come and go.
 */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import type { Endpoint } from '../config/settings.ts'
import type { ListenSource } from './datagram.ts'
import { portHolder } from './port-holder.ts'
import * as sockets from './sockets.ts'

/** One address that is listened on. Descriptors are main's own, one a resolver thread; none without FFI. */
interface Bound extends Endpoint {
  readonly udp: readonly number[]
  readonly tcp: readonly number[]
  readonly wildcard: boolean
}

/** What one resolver thread gets. */
export interface HandedOver {
  readonly udp: readonly ListenSource[]
  readonly tcp: readonly ListenSource[]
}

/** A listen address that cannot be had; the message says who has it and what to do. */
export class ListenError extends Error {
  readonly code = 'THANHLOC_LISTEN'
  /** The machine does not have the address, or may not use it yet. */
  readonly isUnavailable: boolean

  constructor(message: string, isUnavailable = false) {
    super(message)
    this.isUnavailable = isUnavailable
  }
}

const PORT_TRIES = 10

export class Listeners {
  readonly #workers: number
  readonly #wildcards: Endpoint[] = []
  readonly #bound: Bound[] = []
  /** Bytes the kernel granted the last receive buffer; 0: its default. */
  receiveBufferBytes = 0

  constructor(workers: number) {
    this.#workers = workers
  }

  /** Binds every endpoint; port 0 takes a free one, the same for UDP and TCP. Throws ListenError. */
  async open(endpoints: readonly Endpoint[]): Promise<void> {
    for (const { address, port } of endpoints) {
      let chosen = port
      for (const one of addressesOf(address)) {
        try {
          const bound = await this.#openOne(one, chosen, isWildcard(address))
          chosen = bound.port
          this.#bound.push(bound)
        } catch (error) {
          // After boot an IPv6 address is not usable for a second or two (RFC 4862 §5.4): `refresh` tries it again.
          if (!(isWildcard(address) && error instanceof ListenError && error.isUnavailable)) throw error
        }
      }
      if (isWildcard(address)) this.#wildcards.push({ address, port: chosen })
    }
  }

  get endpoints(): Endpoint[] {
    return this.#bound.map(({ address, port }) => ({ address, port }))
  }

  /** Duplicates for one thread, of everything or of `only` those addresses. The thread closes them. */
  handOver(worker: number, only: readonly Endpoint[] = this.#bound): HandedOver {
    const chosen = this.#bound.filter((bound) => only.some((one) => isSame(one, bound)))
    const source = (bound: Bound, fds: readonly number[]): ListenSource => {
      const fd = fds[worker]
      return { fd: fd === undefined ? -1 : sockets.duplicate(fd), address: bound.address, port: bound.port }
    }
    return {
      udp: chosen.map((bound) => source(bound, bound.udp)),
      tcp: chosen.map((bound) => source(bound, bound.tcp)),
    }
  }

  /**
   * Follows the machine's addresses under wildcard endpoints. Returns what came and went; `failed` says which new
   * address could not be bound yet (an IPv6 address is unusable until the kernel knows nobody else has it).
   */
  async refresh(): Promise<{ added: Endpoint[]; removed: Endpoint[]; failed: string[] }> {
    const added: Endpoint[] = []
    const failed: string[] = []
    const wanted = this.#wildcards.flatMap(({ address, port }) =>
      addressesOf(address).map((one) => ({ address: one, port })),
    )
    for (const one of wanted.filter((endpoint) => !this.#bound.some((bound) => isSame(bound, endpoint)))) {
      try {
        this.#bound.push(await this.#openOne(one.address, one.port, true))
        added.push(one)
      } catch (error) {
        failed.push((error as Error).message)
      }
    }
    const removed = this.#bound.filter((bound) => bound.wildcard && !wanted.some((one) => isSame(one, bound)))
    for (const bound of removed) {
      this.#bound.splice(this.#bound.indexOf(bound), 1)
      for (const fd of [...bound.udp, ...bound.tcp]) sockets.closeSocket(fd)
    }
    return { added, removed: removed.map(({ address, port }) => ({ address, port })), failed }
  }

  async #openOne(address: string, port: number, wildcard: boolean): Promise<Bound> {
    if (!sockets.canOpenSockets())
      return { address, port: await probe(address, port), udp: [], tcp: [], wildcard }
    for (let attempt = 1; ; attempt++) {
      try {
        return { address, wildcard, ...this.#bind(address, port) }
      } catch (error) {
        // A free UDP port may be taken for TCP: draw another.
        if (port === 0 && attempt < PORT_TRIES) continue
        throw explain(error, address, port)
      }
    }
  }

  #bind(address: string, port: number): Pick<Bound, 'port' | 'udp' | 'tcp'> {
    // Alone first: with SO_REUSEPORT a second instance would silently take half the queries.
    const reusePort = this.#workers > 1
    const udpProbe = sockets.openUdp(address, port, { reusePort: false })
    const taken = sockets.boundPort(udpProbe)
    const opened: number[] = [udpProbe]
    try {
      const tcpProbe = sockets.openTcp(address, taken, { reusePort: false })
      opened.push(tcpProbe)
      if (!reusePort) {
        this.receiveBufferBytes = sockets.growReceiveBuffer(udpProbe, sockets.RECEIVE_BUFFER_BYTES)
        return { port: taken, udp: [udpProbe], tcp: [tcpProbe] }
      }
      for (const fd of opened.splice(0)) sockets.closeSocket(fd)
      const udp = Array.from({ length: this.#workers }, () => {
        const fd = sockets.openUdp(address, taken, { reusePort })
        opened.push(fd)
        this.receiveBufferBytes = sockets.growReceiveBuffer(fd, sockets.RECEIVE_BUFFER_BYTES)
        return fd
      })
      const tcp = Array.from({ length: this.#workers }, () => {
        const fd = sockets.openTcp(address, taken, { reusePort })
        opened.push(fd)
        return fd
      })
      return { port: taken, udp, tcp }
    } catch (error) {
      for (const fd of opened) sockets.closeSocket(fd)
      throw error
    }
  }
}

function isSame(a: Endpoint, b: Endpoint): boolean {
  return a.address === b.address && a.port === b.port
}

function isWildcard(address: string): boolean {
  return address === '0.0.0.0' || address === '::'
}

/** The address itself, or for a wildcard every address of that family the machine has now. */
export function addressesOf(address: string): string[] {
  if (!isWildcard(address)) return [address]
  const family = address === '::' ? 'IPv6' : 'IPv4'
  return Object.entries(networkInterfaces()).flatMap(([name, list]) =>
    (list ?? [])
      .filter((one) => one.family === family)
      .map((one) => (one.family === 'IPv6' && one.scopeid ? `${one.address}%${name}` : one.address)),
  )
}

/** Without FFI the threads bind for themselves: here only see that the port is free, and which one 0 becomes. */
async function probe(address: string, port: number): Promise<number> {
  const socket = createSocket({
    type: address.includes(':') ? 'udp6' : 'udp4',
    ipv6Only: address.includes(':'),
  })
  try {
    socket.bind({ address, port, exclusive: true })
    await once(socket, 'listening')
    return socket.address().port
  } catch (error) {
    throw explain(error, address, port)
  } finally {
    socket.close()
  }
}

function explain(error: unknown, address: string, port: number): ListenError {
  const code = (error as { code?: string }).code
  const where = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
  if (code === 'EADDRINUSE') {
    const holder = portHolder('udp', port) ?? portHolder('tcp', port) ?? 'another process'
    return new ListenError(
      `listen ${where}: taken by ${holder}; stop it or choose another address under listen`,
    )
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new ListenError(`listen ${where}: not permitted; ports below 1024 need CAP_NET_BIND_SERVICE`)
  }
  if (code === 'EADDRNOTAVAIL') {
    return new ListenError(
      `listen ${where}: this machine does not have that address; see the addresses with ip address`,
      true,
    )
  }
  return new ListenError(`listen ${where}: ${(error as Error).message}`)
}
