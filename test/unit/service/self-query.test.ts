import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NetworkSet } from '../../../src/access/networks.ts'
import type { Endpoint } from '../../../src/config/settings.ts'
import { askItself, type SelfAnswer } from '../../../src/service/self-query.ts'
import { selfQuery } from '../../../src/service/self-name.ts'

const QUERY = selfQuery('0123456789abcdef')
const EVERYBODY = new NetworkSet(['0.0.0.0/0', '::/0'])
/** Longer than anything here takes. */
const PATIENCE_MS = 5000

let server: Socket
let endpoint: Endpoint
let from: RemoteInfo[]

beforeEach(async () => {
  from = []
  server = createSocket('udp4')
  server.bind(0, '127.0.0.1')
  await once(server, 'listening')
  endpoint = { address: '127.0.0.1', port: server.address().port }
})
afterEach(() => void server.close())

/** What the server does with a query: the replies it sends. */
function answerBy(reply: (query: Buffer) => readonly Uint8Array[]): void {
  server.on('message', (query, sender) => {
    from.push(sender)
    for (const bytes of reply(query)) server.send(bytes, sender.port, sender.address)
  })
}

function response(query: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(query)
  bytes[2] = 0x80
  return bytes
}

const ask = (
  endpoints: readonly Endpoint[],
  networks = EVERYBODY,
  timeoutMs = PATIENCE_MS,
): Promise<SelfAnswer> => askItself(QUERY, endpoints, networks, timeoutMs)

describe('askItself', () => {
  it('is answered, and says how long that took', async () => {
    answerBy((query) => [response(query)])
    const answer = await ask([endpoint])
    expect(answer).toEqual({ outcome: 'answered', ms: expect.any(Number) })
    expect((answer as { ms: number }).ms).toBeGreaterThan(0)
  })

  it('asks from a loopback address of its own, so that no limit of a client is its', async () => {
    answerBy((query) => [response(query)])
    await ask([endpoint])
    expect(from[0]!.address).toBe('127.83.76.70')
  })

  it('asks from the address itself where loopback addresses may not ask', async () => {
    answerBy((query) => [response(query)])
    expect(await ask([endpoint], new NetworkSet(['127.0.0.1/32']))).toMatchObject({ outcome: 'answered' })
    expect(from[0]!.address).toBe('127.0.0.1')
  })

  it('does not ask as a stranger', async () => {
    answerBy((query) => [response(query)])
    expect(await ask([endpoint], new NetworkSet(['10.0.0.0/8']))).toEqual({
      outcome: 'unasked',
      reason: 'neither loopback nor 127.0.0.1 is in access.networks',
    })
    expect(from).toEqual([])
  })

  it('is silence where the socket is not read', async () => {
    expect(await ask([endpoint], EVERYBODY, 50)).toEqual({
      outcome: 'silent',
      reason: `no answer at 127.0.0.1:${endpoint.port} within 50 ms`,
    })
  })

  it('is silence where nobody has the port', async () => {
    const { port } = endpoint
    server.close()
    await once(server, 'close')
    expect(await ask([endpoint])).toEqual({
      outcome: 'silent',
      reason: expect.stringMatching(new RegExp(`ECONNREFUSED at 127\\.0\\.0\\.1:${port}$`)),
    })
    server = createSocket('udp4').bind(0, '127.0.0.1')
    await once(server, 'listening')
  })

  it('is not taken in by what is no answer, and waits on for the answer', async () => {
    answerBy((query) => [
      query,
      Uint8Array.of(1),
      response(query).subarray(0, 20),
      response(selfQuery('f'.repeat(16))),
    ])
    expect(await ask([endpoint], EVERYBODY, 100)).toMatchObject({ outcome: 'silent' })
    server.removeAllListeners('message')
    answerBy((query) => [query, response(query)])
    expect(await ask([endpoint])).toMatchObject({ outcome: 'answered' })
  })

  it('takes a refusal for an answer: it was read and written', async () => {
    answerBy((query) => {
      const refused = response(query)
      refused[3] = 5
      return [refused]
    })
    expect(await ask([endpoint])).toMatchObject({ outcome: 'answered' })
  })

  it('prefers loopback, and takes no address that the machine has not', async () => {
    answerBy((query) => [response(query)])
    const elsewhere = { address: '192.0.2.77', port: endpoint.port }
    expect(await ask([elsewhere, endpoint])).toMatchObject({ outcome: 'answered' })
    expect(await ask([elsewhere, { address: '2001:db8::77', port: 53 }])).toEqual({
      outcome: 'unasked',
      reason: 'this machine has none of the listen addresses now',
    })
    expect(await ask([])).toMatchObject({ outcome: 'unasked' })
  })

  it('asks over IPv6, too', async () => {
    const six = createSocket({ type: 'udp6', ipv6Only: true })
    six.bind(0, '::1')
    await once(six, 'listening')
    six.on('message', (query, { port, address }) => six.send(response(query), port, address))
    expect(await ask([{ address: '::1', port: six.address().port }])).toMatchObject({ outcome: 'answered' })
    six.close()
  })

  it('is not asked where there is no way there, and nothing is thrown', async () => {
    expect(await ask([{ address: '127.0.0.1', port: 0 }])).toMatchObject({ outcome: 'unasked' })
  })
})
