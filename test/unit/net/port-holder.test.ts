import { spawn, type ChildProcess } from 'node:child_process'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { endianness } from 'node:os'
import type { AddressInfo } from 'node:net'
import * as fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { isSystemdResolved, portHolder, portHolders, tableAddress } from '../../../src/net/port-holder.ts'
import { address16 } from '../../support/addresses.ts'

const own = { process: expect.stringContaining(`(process ${process.pid})`) as string, pid: process.pid }
const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

async function held(address: string): Promise<Socket> {
  const holder = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  closing.push(() => holder.close())
  holder.bind({ address, port: 0, exclusive: true })
  await once(holder, 'listening')
  return holder
}

describe('portHolder', () => {
  it('knows nothing about a port nobody holds', () => {
    expect(portHolder(1, '127.0.0.1')).toBeNull()
    expect(portHolders('tcp', 1)).toEqual([])
  })

  it('says on which address, and who', async () => {
    const [four, six] = [await held('127.0.0.9'), await held('::1')]
    expect(portHolders('udp', four.address().port)).toContainEqual(
      expect.objectContaining({ address: '127.0.0.9', ...own }),
    )
    expect(portHolders('udp', six.address().port)).toContainEqual(
      expect.objectContaining({ address: '::1', ...own }),
    )
    expect(portHolder(four.address().port, '127.0.0.9')).toMatchObject({ address: '127.0.0.9', ...own })
  })

  it('sees who listens for TCP, too', async () => {
    const server = createServer().listen(0, '127.0.0.9')
    closing.push(() => server.close())
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    expect(portHolder(port, '127.0.0.1')).toMatchObject({ address: '127.0.0.9', ...own })
  })

  it('gives a name of more than the 15 letters the kernel keeps in full', async () => {
    const script = `require('node:dgram').createSocket('udp4').bind(0, '127.0.0.9', function () { console.log(this.address().port) })`
    const child: ChildProcess = spawn(
      process.execPath,
      ['-e', `process.title = 'systemd-resolved'; ${script}`],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    closing.push(() => child.kill('SIGKILL'))
    const [port] = (await once(child.stdout!.setEncoding('utf8'), 'data')) as [string]
    const holder = portHolder(Number(port), '127.0.0.9')!
    expect(holder).toEqual({
      address: '127.0.0.9',
      process: `systemd-resolved (process ${child.pid})`,
      program: 'systemd-resolved',
      pid: child.pid,
    })
    expect(isSystemdResolved(holder)).toBe(true)
  })

  it('reads every address as the kernel writes it', () => {
    const isLittle = endianness() === 'LE'
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const bytes = address16(text)
        const table = Buffer.from(text.includes(':') ? bytes : bytes.slice(12))
        if (isLittle) table.swap32()
        expect(address16(tableAddress(table.toString('hex').toUpperCase()))).toEqual(bytes)
      }),
    )
  })
})

describe('isSystemdResolved', () => {
  const hidden = { process: null, program: null, pid: null }

  it('goes by the address where the program cannot be told', () => {
    expect(isSystemdResolved({ address: '127.0.0.53', ...hidden })).toBe(true)
    expect(isSystemdResolved({ address: '127.0.0.1', ...hidden })).toBe(false)
  })

  it('is no other program on its address', () => {
    const dnsmasq = { process: 'dnsmasq (process 7)', program: 'dnsmasq', pid: 7 }
    expect(isSystemdResolved({ address: '127.0.0.53', ...dnsmasq })).toBe(false)
  })
})
