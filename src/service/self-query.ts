/** One query of the server to itself (self-name.ts), over UDP, from the main thread, as a client asks. */
import { createSocket, type Socket } from 'node:dgram'
import { networkInterfaces } from 'node:os'
import type { NetworkSet } from '../access/networks.ts'
import type { Endpoint } from '../config/settings.ts'
import { isLoopback, parseAddress } from '../net/address.ts'
import { isAnswer } from './self-name.ts'

/** What came of it. `unasked`: it did not leave, which says nothing about the server. */
export type SelfAnswer =
  | { readonly outcome: 'answered'; readonly ms: number }
  | { readonly outcome: 'silent' | 'unasked'; readonly reason: string }

/** Of 127.0.0.0/8 an address nobody else takes: the rate limit counts by address. */
const LOOPBACK_IPV4 = '127.83.76.70'

/**
 * Sends `query` to the first of `endpoints` that this machine has, one of the loopback interface before others.
 * `networks`: who may ask. Resolves after `timeoutMs` at the latest and never rejects.
 */
export async function askItself(
  query: Uint8Array,
  endpoints: readonly Endpoint[],
  networks: NetworkSet,
  timeoutMs: number,
): Promise<SelfAnswer> {
  let socket: Socket | null = null
  try {
    const target = targetOf(endpoints)
    if (target === null) return unasked('this machine has none of the listen addresses now')
    const source = sourceFor(target, networks)
    // As a stranger it would be one of many who are not answered.
    if (source === null) return unasked(`neither loopback nor ${target.address} is in access.networks`)
    socket = createSocket(target.address.includes(':') ? 'udp6' : 'udp4')
    return await exchange(socket, query, target, source, timeoutMs)
  } catch (error) {
    return unasked((error as Error).message)
  } finally {
    socket?.close()
  }
}

function unasked(reason: string): SelfAnswer {
  return { outcome: 'unasked', reason }
}

function exchange(
  socket: Socket,
  query: Uint8Array,
  { address, port }: Endpoint,
  source: string,
  timeoutMs: number,
): Promise<SelfAnswer> {
  return new Promise((resolve) => {
    let startedMs = NaN
    const where = `at ${address.includes(':') ? `[${address}]` : address}:${port}`
    const timer = setTimeout(
      () => resolve({ outcome: 'silent', reason: `no answer ${where} within ${timeoutMs} ms` }),
      timeoutMs,
    )
    const settle = (answer: SelfAnswer): void => {
      clearTimeout(timer)
      resolve(answer)
    }
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // Nobody has the port any more; everything else is the way there.
      const outcome = error.code === 'ECONNREFUSED' ? 'silent' : 'unasked'
      settle({ outcome, reason: `${error.message} ${where}` })
    })
    socket.on('message', (reply) => {
      if (isAnswer(query, reply)) settle({ outcome: 'answered', ms: performance.now() - startedMs })
    })
    // An error in a listener would end the process.
    const guarded = (work: () => void) => (): void => {
      try {
        work()
      } catch (error) {
        settle(unasked((error as Error).message))
      }
    }
    // Connected: what others send is not read, and a port that is closed says so.
    socket.on(
      'listening',
      guarded(() => socket.connect(port, address)),
    )
    socket.on(
      'connect',
      guarded(() => {
        startedMs = performance.now()
        socket.send(query)
      }),
    )
    socket.bind({ address: source, port: 0, exclusive: true })
  })
}

/** Only what the machine has itself: a query to an address that has moved to another machine would leave for there. */
function targetOf(endpoints: readonly Endpoint[]): Endpoint | null {
  const own = new Set(
    Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address)),
  )
  const here = endpoints.filter(({ address }) => isLoopback(address) || own.has(address.split('%')[0]!))
  return here.find(({ address }) => isLoopback(address)) ?? here[0] ?? null
}

/** From where it asks: the loopback interface where such may ask, else the address itself; null: neither may. */
function sourceFor({ address }: Endpoint, networks: NetworkSet): string | null {
  const candidates = address.includes(':') ? [address] : [LOOPBACK_IPV4, address]
  const bytes = new Uint8Array(16)
  return candidates.find((one) => parseAddress(one.split('%')[0]!, bytes) && networks.contains(bytes)) ?? null
}
