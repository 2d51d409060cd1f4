/** Machines that ask elsewhere: which are kept, who they are, and who is told. */
import { describe, expect, it } from 'vitest'
import { BypassBoard, BYPASS_CLIENTS } from '../../../src/admin/bypass-board.ts'
import { socketPrincipal } from '../../../src/accounts/principal.ts'
import { addressText } from '../../../src/net/address.ts'
import { address16 } from '../../support/addresses.ts'
import { AUTHORISED, createFixture, FakeClock, NOW } from './fake-threads.ts'

const KETOAN = { mac: '52:54:00:12:34:56', duid: null, hostName: 'PC-KETOAN' }

function board(clock = new FakeClock()): BypassBoard {
  return new BypassBoard({ clock, find: (address) => (addressText(address) === '10.1.2.3' ? KETOAN : null) })
}

const count = (address: string, queries: number) => ({ address: address16(address), queries })

describe('BypassBoard', () => {
  it('sums what the threads tell of an address, seen last first', () => {
    const clock = new FakeClock()
    const bypass = board(clock)
    bypass.add([count('10.1.2.3', 2), count('10.2.0.1', 5)])
    clock.nowMs += 60_000
    bypass.add([count('10.1.2.3', 1)])
    expect(bypass.list()).toMatchObject([
      { address: '10.1.2.3', machine: KETOAN, queries: 3, firstMs: NOW, lastMs: NOW + 60_000 },
      { address: '10.2.0.1', machine: null, queries: 5, firstMs: NOW, lastMs: NOW },
    ])
  })

  it('keeps the latest, however many there are', () => {
    const bypass = board()
    bypass.add([count('10.9.0.1', 1), count('10.9.0.2', 1)])
    const many = Array.from({ length: BYPASS_CLIENTS - 1 }, (_, at) => count(`10.3.${at >> 8}.${at & 255}`, 1)) // prettier-ignore
    bypass.add([count('10.9.0.1', 1), ...many])
    const kept = bypass.list().map(({ address }) => address)
    expect(kept).toHaveLength(BYPASS_CLIENTS)
    expect(kept).toContain('10.9.0.1')
    expect(kept).not.toContain('10.9.0.2')
  })
})

describe('GET /bypass', () => {
  const settings =
    'units: [ { id: so-tttt, networks: [10.1.0.0/16] }, { id: so-gd, networks: [10.2.0.0/16] } ]'
  const bypass = board()
  bypass.add([count('10.1.2.3', 2), count('10.2.0.1', 5), count('192.168.0.1', 1)])

  it('names the machine and its unit, and is on record', async () => {
    const { app, accounts } = await createFixture({ settings, bypass })
    const reply = await app.inject({ url: '/api/v1/bypass', headers: AUTHORISED })
    expect(reply.statusCode).toBe(200)
    const times = { firstSeen: new Date(NOW).toISOString(), lastSeen: new Date(NOW).toISOString() }
    expect(reply.json()).toEqual({
      items: [
        { address: '192.168.0.1', mac: null, hostName: null, unit: null, queries: 1, ...times },
        { address: '10.2.0.1', mac: null, hostName: null, unit: 'so-gd', queries: 5, ...times },
        {
          address: '10.1.2.3',
          mac: KETOAN.mac,
          hostName: 'PC-KETOAN',
          unit: 'so-tttt',
          queries: 2,
          ...times,
        },
      ],
    })
    expect(accounts.trail.read({ limit: 1 }).items[0]).toMatchObject({ action: 'client.reveal', target: 'bypass' }) // prettier-ignore
  })

  it('shows an officer the machines of the own units alone, and no more than asked for', async () => {
    const { app, accounts } = await createFixture({ settings, bypass })
    const socket = { principal: socketPrincipal(null), source: 'socket' }
    const { secret } = accounts.tokens.add(socket, { name: 'x', role: 'officer', units: ['so-gd'], expiresAt: NOW + 1e6 }) // prettier-ignore
    const headers = { ...AUTHORISED, authorization: `Bearer ${secret}` }
    const own = await app.inject({ url: '/api/v1/bypass', headers })
    expect(own.json<{ items: object[] }>().items).toMatchObject([{ address: '10.2.0.1' }])
    const one = await app.inject({ url: '/api/v1/bypass?limit=1', headers: AUTHORISED })
    expect(one.json<{ items: object[] }>().items).toHaveLength(1)
  })
})
