/** Asks a resolver one question, over UDP and, where the answer is truncated, over TCP: for `lookup --resolve`. */
import { formatEndpoint, isWildcard } from '../config/address.ts'
import type { Endpoint } from '../config/settings.ts'
import { decode, type DecodedMessage } from '../message/decode.ts'
import { MessageError } from '../message/dns2.ts'
import { encodeQuery } from '../message/encode-query.ts'
import { SecureRandom } from '../random.ts'
import { CommandError } from './command.ts'
import { exchangeTcp, exchangeUdp } from './exchange.ts'

const ATTEMPT_MS = 2500
const ATTEMPTS = 2

export interface Answered {
  readonly server: string
  readonly transport: 'UDP' | 'TCP'
  readonly message: DecodedMessage
}

/** Throws CommandError when nobody answers at `listen`, or what comes back cannot be read. */
export async function askResolver(listen: Endpoint, name: string, qtype: number): Promise<Answered> {
  const endpoint = { address: reachable(listen.address), port: listen.port }
  const server = formatEndpoint(endpoint)
  const id = new SecureRandom().below(0x10000)
  try {
    const query = encodeQuery({ name, qtype, id })
    const overUdp = decode(await askUdp(endpoint, query))
    if (!overUdp.flags.includes('tc')) return { server, transport: 'UDP', message: overUdp }
    return {
      server,
      transport: 'TCP',
      message: decode(await exchangeTcp(endpoint, query, ATTEMPT_MS * ATTEMPTS)),
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why = code === 'ECONNREFUSED' ? 'nobody listens there' : message
    const what =
      error instanceof MessageError ? `the answer of ${server} cannot be shown` : `asking ${server}`
    throw new CommandError(`${what}: ${why}`, undefined, { cause: error })
  }
}

async function askUdp(endpoint: Endpoint, query: Uint8Array): Promise<Uint8Array> {
  for (let attempt = 1; ; attempt++) {
    const reply = await exchangeUdp(endpoint, query, ATTEMPT_MS)
    if (reply !== null) return reply
    if (attempt === ATTEMPTS) throw new Error(`no answer within ${(ATTEMPTS * ATTEMPT_MS) / 1000} s`)
  }
}

/** A wildcard is reached at the loopback address. */
function reachable(address: string): string {
  if (!isWildcard(address)) return address
  return address === '::' ? '::1' : '127.0.0.1'
}
