import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { Listeners, addressesOf } from '../../../src/net/listeners.ts'
import { portHolder } from '../../../src/net/port-holder.ts'
import { boundPort, closeSocket } from '../../../src/net/sockets.ts'

const opened: number[] = []
afterEach(() => {
  for (const fd of opened.splice(0)) closeSocket(fd)
})

/** Opens, and remembers what is to be closed: duplicates and the main thread's own. */
async function listeners(workers: number, address: string, port = 0): Promise<Listeners> {
  const all = new Listeners(workers)
  await all.open([{ address, port }])
  return all
}

describe('Listeners', () => {
  it('takes the same free port for UDP and TCP, and hands each worker its own sockets', async () => {
    const all = await listeners(2, '127.0.0.1')
    const { port } = all.endpoints[0]!
    const fds = [0, 1].flatMap((worker) => {
      const { udp, tcp } = all.handOver(worker)
      return [...udp, ...tcp].map(({ fd }) => fd)
    })
    opened.push(...fds)
    expect(new Set(fds).size).toBe(4)
    expect(fds.map(boundPort)).toEqual([port, port, port, port])
    expect(all.receiveBufferBytes).toBeGreaterThan(0)
  })

  it.each([1, 2])(
    'with %i workers, a port that is taken is an error that names the process',
    async (workers) => {
      const holder = createSocket('udp4')
      holder.bind({ port: 0, address: '127.0.0.1', exclusive: true })
      await once(holder, 'listening')
      const { port } = holder.address()
      await expect(listeners(workers, '127.0.0.1', port)).rejects.toThrow(
        new RegExp(`127\\.0\\.0\\.1:${port}: taken by .*process ${process.pid}`),
      )
      holder.close()
    },
  )

  it('an instance that shares its port among its workers lets no second instance in', async () => {
    const first = await listeners(2, '127.0.0.1')
    await expect(listeners(2, '127.0.0.1', first.endpoints[0]!.port)).rejects.toThrow(/taken by/)
  })

  it('an address the machine does not have is an error that says so', async () => {
    await expect(listeners(1, '192.0.2.77', 5300)).rejects.toThrow(/does not have that address/)
  })

  it('a wildcard is a socket for each address, and refresh finds nothing new where nothing changed', async () => {
    const all = await listeners(1, '0.0.0.0')
    expect(all.endpoints.map(({ address }) => address).sort()).toEqual(addressesOf('0.0.0.0').sort())
    expect(new Set(all.endpoints.map(({ port }) => port)).size).toBe(1)
    expect(await all.refresh()).toEqual({ added: [], removed: [], failed: [] })
  })
})

describe('portHolder', () => {
  it('knows nothing about a port nobody holds', () => expect(portHolder('udp', 1)).toBeNull())
})
