import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { Endpoint } from '../../../src/config/settings.ts'
import { Listeners, addressesOf, type HandedOver } from '../../../src/net/listeners.ts'
import { boundPort, closeSocket } from '../../../src/net/sockets.ts'

const opened: number[] = []
afterEach(() => {
  for (const fd of opened.splice(0)) closeSocket(fd)
})

async function listeners(workers: number, address: string, port = 0): Promise<Listeners> {
  const all = new Listeners(workers, true)
  await all.open([{ address, port }])
  return all
}

/** What one worker gets; closed after the test. */
function sourcesOf(all: Listeners, worker: number): HandedOver {
  const handed = all.handOver(worker)
  opened.push(...[...handed.udp, ...handed.tcp].map(({ fd }) => fd))
  return handed
}

/** Somebody else's socket: its port. */
async function held(address: string, port = 0): Promise<{ port: number; close: () => void }> {
  const holder = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  holder.bind({ port, address, exclusive: true })
  await once(holder, 'listening')
  return { port: holder.address().port, close: () => holder.close() }
}

describe('Listeners', () => {
  it('takes the same free port for UDP and TCP, and hands each worker its own sockets', async () => {
    const all = await listeners(2, '127.0.0.1')
    const { port } = all.endpoints[0]!
    const fds = [0, 1].flatMap((worker) => {
      const { udp, tcp } = sourcesOf(all, worker)
      return [...udp, ...tcp].map(({ fd }) => fd)
    })
    expect(new Set(fds).size).toBe(4)
    expect(fds.map(boundPort)).toEqual([port, port, port, port])
    expect(all.receiveBufferBytes).toBeGreaterThan(0)
  })

  it.each([1, 2])(
    'with %i workers, a port that is taken is an error that names the process',
    async (workers) => {
      const { port, close } = await held('127.0.0.1')
      await expect(listeners(workers, '127.0.0.1', port)).rejects.toThrow(
        new RegExp(`127\\.0\\.0\\.1:${port}: taken by .*process ${process.pid}`),
      )
      close()
    },
  )

  it('an instance that shares its port among its workers lets no second instance in', async () => {
    const first = await listeners(2, '127.0.0.1')
    await expect(listeners(2, '127.0.0.1', first.endpoints[0]!.port)).rejects.toThrow(/taken by/)
  })

  it('an address the machine does not have is an error that says so', async () => {
    await expect(listeners(1, '192.0.2.77', 5300)).rejects.toThrow(/does not have that address/)
  })

  it.each(['0.0.0.0', '::'])('%s is one socket a worker, reached at every address there is', async (any) => {
    const all = await listeners(2, any)
    expect(all.endpoints.map(({ address }) => address)).toEqual(addressesOf(any))
    for (const worker of [0, 1]) {
      const { udp, tcp } = sourcesOf(all, worker)
      expect([...udp, ...tcp].map(({ address }) => address)).toEqual([any, any])
    }
    expect(new Set(opened.map(boundPort))).toEqual(new Set(all.endpoints.map(({ port }) => port)))
    expect(await all.refresh()).toEqual({ added: [], removed: [], failed: [] })
  })

  it('where datagrams cannot tell, a wildcard is a socket for each address', async () => {
    const all = new Listeners(1, false)
    expect(await all.open([{ address: '0.0.0.0', port: 0 }])).toEqual([])
    expect(sourcesOf(all, 0).udp.map(({ address }) => address)).toEqual(addressesOf('0.0.0.0'))
    expect(all.endpoints.map(({ address }) => address)).toEqual(addressesOf('0.0.0.0'))
    expect(new Set(all.endpoints.map(({ port }) => port)).size).toBe(1)
    expect(await all.refresh()).toEqual({ added: [], removed: [], failed: [] })
  })

  it.each([
    ['one socket for all', true],
    ['a socket for each address', false],
  ])(
    'what the firewall redirects to stays marked so, under a wildcard and behind it: %s',
    async (_, oneForAll) => {
      const all = new Listeners(1, oneForAll)
      await all.open([
        { address: '127.0.0.1', port: 0 },
        { address: '0.0.0.0', port: 0, isBypass: true },
      ])
      const isMarked = (port: number): boolean => port !== all.endpoints[0]!.port
      const marks = () => {
        const { udp, tcp } = sourcesOf(all, 0)
        return [...all.endpoints, ...udp, ...tcp]
      }
      expect(marks().filter(({ isBypass }) => isBypass === true).length).toBeGreaterThan(2)
      for (const { port, isBypass } of marks()) expect(isBypass === true).toBe(isMarked(port))
      // Threads that cannot answer on one socket get one for each address, and those are marked as well.
      const given = all.giveUpOneForAll()
      expect(given.every(({ isBypass }) => isBypass === true)).toBe(true)
      await all.refresh()
      for (const { port, isBypass } of marks()) expect(isBypass === true).toBe(isMarked(port))
    },
  )

  it.each(['udp', 'tcp'])(
    'where somebody has the port of a wildcard on one address, over %s, too, and it says who',
    async (protocol) => {
      const server = createServer()
      if (protocol === 'tcp') await once(server.listen(0, '127.0.0.53'), 'listening')
      const holder = protocol === 'udp' ? await held('127.0.0.53') : null
      const port = holder?.port ?? (server.address() as AddressInfo).port
      const all = new Listeners(1, true)
      const warnings = await all.open([{ address: '0.0.0.0', port }])
      expect(warnings).toEqual([
        expect.stringMatching(
          new RegExp(
            `^listen 0\\.0\\.0\\.0:${port}: 127\\.0\\.0\\.53 is taken by .*\\(process ${process.pid}\\); each address`,
          ),
        ),
      ])
      expect(sourcesOf(all, 0).udp.map(({ address }) => address)).toEqual(addressesOf('0.0.0.0'))
      holder?.close()
      server.close()
    },
  )

  it('an address of a wildcard that somebody has is left out, until it is free', async () => {
    const others = addressesOf('0.0.0.0').filter((address) => address !== '127.0.0.1')
    const { port, close } = await held('127.0.0.1')
    const all = new Listeners(1, true)
    const taken = `listen 127.0.0.1:${port}: taken by`
    if (others.length === 0) {
      await expect(all.open([{ address: '0.0.0.0', port }])).rejects.toThrow(/taken by/)
      return close()
    }
    expect(await all.open([{ address: '0.0.0.0', port }])).toEqual([
      expect.stringContaining('127.0.0.1 is taken by'),
      expect.stringContaining(taken),
    ])
    expect(all.endpoints.map(({ address }) => address)).toEqual(others)
    expect(await all.refresh()).toEqual({ added: [], removed: [], failed: [expect.stringContaining(taken)] })
    close()
    const freed = { address: '127.0.0.1', port }
    expect(await all.refresh()).toEqual({ added: [freed], removed: [], failed: [] })
    expect(all.handOver(0, [freed]).udp).toMatchObject([freed])
  })

  it('a wildcard of which somebody has every address is an error that names the wildcard', async () => {
    const { port, close } = await held('0.0.0.0')
    await expect(listeners(1, '0.0.0.0', port)).rejects.toThrow(
      new RegExp(`listen 0\\.0\\.0\\.0:${port}: taken by .*process ${process.pid}`),
    )
    close()
  })

  it('one socket for all is given up for one each, when the threads have let go of it', async () => {
    const all = await listeners(1, '0.0.0.0')
    const { endpoints } = all
    const [{ port }] = endpoints as [Endpoint]
    // As a thread has it.
    const { udp, tcp } = all.handOver(0)
    expect(all.giveUpOneForAll()).toEqual([{ address: '0.0.0.0', port }])
    expect(all.endpoints).toEqual([])
    expect((await all.refresh()).failed).toHaveLength(endpoints.length)
    for (const { fd } of [...udp, ...tcp]) closeSocket(fd)
    expect(await all.refresh()).toEqual({ added: endpoints, removed: [], failed: [] })
    expect(sourcesOf(all, 0).udp).toMatchObject(endpoints)
    expect(all.giveUpOneForAll()).toEqual([])
  })

  it('a wildcard shared among workers lets no second instance in', async () => {
    const first = await listeners(2, '0.0.0.0')
    await expect(listeners(2, '0.0.0.0', first.endpoints[0]!.port)).rejects.toThrow(/taken by/)
  })
})
