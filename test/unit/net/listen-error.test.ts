/** What the one reads who wrote the address: who has it, and every way out. */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { explain } from '../../../src/net/listen-error.ts'

let holder: Socket | null = null
afterEach(() => {
  holder?.close()
  holder = null
  process.title = title
})
const { title } = process

const failed = (code: string): Error => Object.assign(new Error('a call failed'), { code })

describe('a listen address that cannot be had', () => {
  it('is said to be held by systemd-resolved, with both ways past it', async () => {
    holder = createSocket('udp4')
    holder.bind({ address: '127.0.0.53', port: 0, exclusive: true })
    await once(holder, 'listening')
    const { port } = holder.address()
    process.title = 'systemd-resolved'
    const { message, kind } = explain(failed('EADDRINUSE'), '127.0.0.53', port)
    expect(kind).toBe('taken')
    expect(message).toContain(
      `listen 127.0.0.53:${port}: taken by systemd-resolved (process ${process.pid}); `,
    )
    expect(message).toContain('name the addresses of the network under listen')
    expect(message).toContain('DNSStubListener=no')
  })

  it('held by somebody who cannot be seen comes with the command that shows him', () => {
    expect(explain(failed('EADDRINUSE'), '192.0.2.1', 1).message).toBe(
      'listen 192.0.2.1:1: taken by another process; stop it or choose another address under listen; ' +
        'as root `ss -lnutp sport = :1` says which it is',
    )
  })

  it('below 1024 without the right to it comes with the three ways to that right', () => {
    const { message } = explain(failed('EACCES'), '0.0.0.0', 53)
    expect(message).toMatch(/^listen 0\.0\.0\.0:53: not permitted; /)
    expect(message).toContain('systemd service')
    expect(message).toContain(`setcap cap_net_bind_service=+ep ${process.execPath}`)
    expect(message).toContain('net.ipv4.ip_unprivileged_port_start=53')
  })
})
