/**
 * All the sockets clients send to: for each listen address and resolver thread one for UDP and one for TCP. Answers
 * leave from the address that was asked, also under a wildcard address. That is one socket for all addresses where the
 * datagrams tell which one was asked, and where nobody has the port on any of them; otherwise one for each address the
 * machine has, and `refresh` binds those that come.
 */
import { networkInterfaces } from 'node:os'
import type { Endpoint } from '../config/settings.ts'
import type { ListenSource } from './datagram.ts'
import { openEndpoint, type EndpointSockets } from './endpoint-sockets.ts'
import { explainPartly, ListenError } from './listen-error.ts'
import * as sockets from './sockets.ts'
import { steer } from './steering.ts'

export { ListenError } from './listen-error.ts'

/** An address to listen on. */
export interface ListenAddress extends Endpoint {
  /** As in ListenSource. */
  readonly isBypass?: boolean
}

/** One address that is listened on. Descriptors are main's own, one a resolver thread; none without FFI. */
interface Bound extends ListenAddress {
  readonly udp: readonly number[]
  readonly tcp: readonly number[]
  /** `named` in the configuration, `each` of those under a wildcard, or the wildcard itself, for `all` of them. */
  readonly covers: 'named' | 'each' | 'all'
  /** The addresses at which clients reach it. */
  reached: readonly string[]
}

/** What one resolver thread gets. */
export interface HandedOver {
  readonly udp: readonly ListenSource[]
  readonly tcp: readonly ListenSource[]
}

export class Listeners {
  readonly #workers: number
  readonly #oneForAll: boolean
  /** Wildcards that have a socket for each address. */
  readonly #followed: ListenAddress[] = []
  readonly #bound: Bound[] = []
  /** The thread that gets all datagrams; null: they go to all. */
  #steeredTo: number | null = null
  /** Bytes the kernel granted the last receive buffer; 0: its default. */
  receiveBufferBytes = 0

  /** `oneForAll`: those who read can answer from any address on one socket (see decideDatagrams). */
  constructor(workers: number, oneForAll: boolean) {
    this.#workers = workers
    this.#oneForAll = oneForAll
  }

  /**
   * Binds every endpoint; port 0 takes a free one, the same for UDP and TCP. Throws ListenError. Under a wildcard an
   * address that somebody else has is left out, and which is said in what is returned, for the log; it is an error
   * where all are taken.
   */
  async open(endpoints: readonly ListenAddress[]): Promise<string[]> {
    const warnings: string[] = []
    for (const endpoint of endpoints) {
      if (sockets.isWildcard(endpoint.address)) warnings.push(...(await this.#openWildcard(endpoint)))
      else await this.#bind(endpoint, 'named')
    }
    return warnings
  }

  /** Where clients reach the server: for a wildcard each address of the machine, as it was at the last look. */
  get endpoints(): ListenAddress[] {
    return this.#bound.flatMap((bound) => bound.reached.map((address) => placed(bound, address)))
  }

  /** Sends all datagrams to one thread, or with null to all of them, also on addresses that come. Throws SocketError. */
  steer(worker: number | null): void {
    for (const { udp } of this.#bound) if (udp.length > 1) steer(udp[0]!, worker)
    this.#steeredTo = worker
  }

  /** Duplicates for one thread, of everything or of what is bound to `only` those addresses. The thread closes them. */
  handOver(worker: number, only: readonly Endpoint[] = this.#bound): HandedOver {
    const chosen = this.#bound.filter((bound) => only.some((one) => isSame(one, bound)))
    const source = (bound: Bound, fds: readonly number[]): ListenSource => {
      const fd = fds[worker]
      return { fd: fd === undefined ? -1 : sockets.duplicate(fd), ...placed(bound, bound.address) }
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
  async refresh(): Promise<{ added: ListenAddress[]; removed: ListenAddress[]; failed: string[] }> {
    const before = this.endpoints
    const failed: string[] = []
    for (const bound of this.#bound) if (bound.covers === 'all') bound.reached = addressesOf(bound.address)
    const wanted = this.#followed.flatMap((wildcard) =>
      addressesOf(wildcard.address).map((one) => placed(wildcard, one)),
    )
    for (const one of wanted.filter((endpoint) => !this.#bound.some((bound) => isSame(bound, endpoint)))) {
      try {
        await this.#bind(one, 'each')
      } catch (error) {
        failed.push((error as Error).message)
      }
    }
    for (const bound of this.#bound.filter(({ covers }) => covers === 'each'))
      if (!wanted.some((one) => isSame(one, bound))) this.#close(bound)
    const after = this.endpoints
    return { added: without(after, before), removed: without(before, after), failed }
  }

  /**
   * For threads that turn out unable to answer on one socket for all addresses: closes it, and the next `refresh` binds
   * each address. Returns what the threads have to let go of before that can succeed.
   */
  giveUpOneForAll(): ListenAddress[] {
    const given = this.#bound.filter(({ covers }) => covers === 'all')
    for (const bound of given) this.#close(bound)
    const wildcards = given.map((bound) => placed(bound, bound.address))
    this.#followed.push(...wildcards)
    return wildcards
  }

  async #openWildcard(wildcard: ListenAddress): Promise<string[]> {
    if (!this.#oneForAll) return this.#openEach(wildcard, null)
    try {
      await this.#bind(wildcard, 'all')
      return []
    } catch (error) {
      if (!(error instanceof ListenError)) throw error
      // No IPv6 at all: there will be no address to open, and nothing to be told.
      if (error.kind === 'unavailable') return this.#openEach(wildcard, error)
      // Not permitted on all is not permitted on any.
      if (error.kind !== 'taken') throw error
      // Looked up before the port is ours on some of them.
      const reason = explainPartly(error, wildcard.address, wildcard.port)
      return [reason, ...(await this.#openEach(wildcard, error))]
    }
  }

  /** A socket for each address; `reason`: why it cannot be one for all. */
  async #openEach(wildcard: ListenAddress, reason: ListenError | null): Promise<string[]> {
    const taken: ListenError[] = []
    let { port } = wildcard
    let isBound = false
    for (const one of addressesOf(wildcard.address)) {
      try {
        port = (await this.#bind({ ...placed(wildcard, one), port }, 'each')).port
        isBound = true
      } catch (error) {
        if (!(error instanceof ListenError)) throw error
        // After boot an IPv6 address is not usable for a second or two (RFC 4862 §5.4): `refresh` tries it again.
        if (error.kind === 'unavailable') continue
        if (error.kind !== 'taken' || wildcard.port === 0) throw error
        taken.push(error)
      }
    }
    if (!isBound && taken.length > 0) throw reason ?? taken[0]!
    this.#followed.push({ ...wildcard, port })
    return taken.map(({ message }) => message)
  }

  async #bind(endpoint: ListenAddress, covers: Bound['covers']): Promise<EndpointSockets> {
    const { address, port } = endpoint
    const opened = await openEndpoint(address, port, this.#workers)
    if (this.#steeredTo !== null && opened.udp.length > 1) steer(opened.udp[0]!, this.#steeredTo)
    const reached = covers === 'all' ? addressesOf(address) : [address]
    this.#bound.push({ ...placed(endpoint, address), covers, reached, ...opened })
    this.receiveBufferBytes = opened.receiveBufferBytes
    return opened
  }

  #close(bound: Bound): void {
    this.#bound.splice(this.#bound.indexOf(bound), 1)
    for (const fd of [...bound.udp, ...bound.tcp]) sockets.closeSocket(fd)
  }
}

/** `address` in the place of that one. */
function placed({ port, isBypass }: ListenAddress, address: string): ListenAddress {
  return isBypass === true ? { address, port, isBypass } : { address, port }
}

function isSame(a: Endpoint, b: Endpoint): boolean {
  return a.address === b.address && a.port === b.port
}

function without(endpoints: readonly Endpoint[], others: readonly Endpoint[]): Endpoint[] {
  return endpoints.filter((one) => !others.some((other) => isSame(one, other)))
}

/** The address itself, or for a wildcard every address of that family the machine has now. */
export function addressesOf(address: string): string[] {
  if (!sockets.isWildcard(address)) return [address]
  const family = address === '::' ? 'IPv6' : 'IPv4'
  return Object.entries(networkInterfaces()).flatMap(([name, list]) =>
    (list ?? [])
      .filter((one) => one.family === family)
      .map((one) => (one.family === 'IPv6' && one.scopeid ? `${one.address}%${name}` : one.address)),
  )
}
