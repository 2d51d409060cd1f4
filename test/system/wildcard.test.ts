/** Listening on every address: each answers for itself, and those that come and go are followed. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FaultOrder } from '../support/faulty-thread.ts'
import { DEVICE, Lab, SERVER, SERVER6, SERVER_SECOND } from '../support/lab.ts'
import { eventually, type TestServer } from '../support/server.ts'

let lab: Lab
let server: TestServer

beforeAll(async () => {
  lab = await Lab.open()
  const entry = join(import.meta.dirname, '../support/faulty-main.ts')
  server = await lab.start('workers: 2\n', {}, { entry })
})
afterAll(() => lab.close())

/** What dig says of the answer: `192.0.2.1`, or a complaint such as "reply from unexpected source". */
function dig(address: string, ...options: readonly string[]): string {
  return lab.client('dig', `@${address}`, 'clean.vn', 'A', '+short', '+tries=1', '+time=3', ...options).trim()
}

/** Addresses that UDP sockets of the server's machine are bound to on port 53. */
function boundAddresses(): string[] {
  const lines = lab.inside('ss', '-H', '-l', '-u', '-n', 'sport = :53').trim().split('\n')
  return [...new Set(lines.map((line) => line.trim().split(/\s+/)[3]!.replace(/:53$/, '')))]
}

describe('a wildcard listen address', () => {
  it('answers from the address that was asked, of several on one interface, over UDP and TCP', () => {
    for (const address of [SERVER, SERVER_SECOND, SERVER6]) {
      expect(dig(address)).toBe('192.0.2.1')
      expect(dig(address, '+tcp')).toBe('192.0.2.1')
    }
    expect(lab.inside('dig', '@127.0.0.1', 'clean.vn', 'A', '+short').trim()).toBe('192.0.2.1')
    expect(lab.inside('dig', '@::1', 'clean.vn', 'A', '+short').trim()).toBe('192.0.2.1')
  })

  it('also where the client has a route to that address by another one', () => {
    lab.inside('ip', 'addr', 'add', '10.98.0.1/32', 'dev', 'lo')
    lab.client('ip', 'route', 'add', '10.98.0.1/32', 'via', SERVER)
    return eventually(() => answers('10.98.0.1') && dig('10.98.0.1') === '192.0.2.1')
  })

  it('a link-local address, which is not usable at once, is served as soon as it is', async () => {
    const [address] = /fe80::[0-9a-f:]+/.exec(lab.inside('ip', '-6', '-o', 'addr', 'show', 'dev', DEVICE))!
    await eventually(() => boundAddresses().some((bound) => bound.includes(address)))
    expect(dig(`${address}%${DEVICE}`)).toBe('192.0.2.1')
    expect(server.stderr).toBe('')
  })

  it.each([
    ['IPv4', '10.99.0.3', '24'],
    ['IPv6', 'fd99::3', '64'],
  ])(
    'an %s address that comes is served within seconds, one that goes is let go',
    async (_, address, length) => {
      const isBound = (): boolean => boundAddresses().some((bound) => bound.replace(/[[\]]/g, '') === address)
      expect(isBound()).toBe(false)
      lab.inside('ip', 'addr', 'add', `${address}/${length}`, 'dev', DEVICE)
      await eventually(isBound, 15_000)
      const line = await server.logged(
        ({ msg, added }) => msg === 'listen addresses changed' && has(added, address),
      )
      expect(line.level).toBe('info')
      expect(dig(address)).toBe('192.0.2.1')
      expect(dig(address, '+tcp')).toBe('192.0.2.1')

      lab.inside('ip', 'addr', 'del', `${address}/${length}`, 'dev', DEVICE)
      await eventually(() => !isBound(), 15_000)
      await server.logged(({ msg, removed }) => msg === 'listen addresses changed' && has(removed, address))
      expect(dig(SERVER)).toBe('192.0.2.1')
      expect(lab.inside('ss', '-H', '-l', '-t', '-n', 'sport = :53')).not.toContain(address)
    },
  )

  it('a thread that is started anew gets the addresses that came meanwhile as well', async () => {
    lab.inside('ip', 'addr', 'add', '10.99.0.4/24', 'dev', DEVICE)
    await eventually(() => answers('10.99.0.4'), 15_000)
    for (const thread of ['resolver-0', 'resolver-1']) {
      server.process.send({ thread, fault: 'throw' } satisfies FaultOrder)
      await server.logged(({ msg, name }) => msg.includes('died') && name === thread)
    }
    // Each of many source ports reaches one of the two threads.
    await eventually(() => answers('10.99.0.4'), 15_000)
    for (let port = 0; port < 20; port++)
      expect(dig('10.99.0.4', `+ednsopt=65001:${port + 10}`)).toBe('192.0.2.1')
    expect(dig('10.99.0.4', '+tcp')).toBe('192.0.2.1')
  })
})

function answers(address: string): boolean {
  try {
    return dig(address) === '192.0.2.1'
  } catch {
    return false
  }
}

function has(endpoints: unknown, address: string): boolean {
  return (endpoints as { address: string }[]).some((endpoint) => endpoint.address === address)
}
