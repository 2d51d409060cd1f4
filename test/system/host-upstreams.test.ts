/** Upstreams from the host's resolv.conf, where this resolver itself stands on port 53 and is named there too. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Lab, SERVER, SERVER6 } from '../support/lab.ts'
import type { TestServer } from '../support/server.ts'

let lab: Lab

beforeEach(async () => {
  lab = await Lab.open()
})
afterEach(() => lab.close())

async function upstreamNames(of: TestServer): Promise<string[]> {
  const { body } = await of.api<{ upstreams: { name: string }[] }>('GET', '/api/v1/status')
  return body.upstreams.map(({ name }) => name).toSorted()
}

describe('resolv.conf of the host', () => {
  it('gives the servers; our own addresses are left out of it with a warning each', async () => {
    // As DHCP and installers write it: this machine first.
    const own = ['127.0.0.1', '127.0.0.53', '::1', SERVER, SERVER6]
    lab.setResolvConf(lab.serverSide, [...own, '10.99.0.9'].map((one) => `nameserver ${one}\n`).join(''))
    const server = await lab.start('upstreams: { servers: [] }\n')
    expect(await upstreamNames(server)).toEqual(['10.99.0.9:53'])
    const warnings = server.lines.filter(({ level }) => level === 'warn').map(({ msg }) => msg)
    for (const address of own) {
      expect(warnings).toContainEqual(expect.stringContaining(`/etc/resolv.conf: ${address} left out`))
    }
  })

  it('with nothing but ourselves in it: no loop, and what needs no upstream is answered', async () => {
    lab.setResolvConf(lab.serverSide, 'nameserver 127.0.0.1\n')
    const server = await lab.start('upstreams: { servers: [] }\nrecords: { "here.vn": 192.0.2.7 }\n')
    expect(await upstreamNames(server)).toEqual([])
    expect(lab.client('dig', `@${SERVER}`, 'here.vn', '+short').trim()).toBe('192.0.2.7')
    expect(lab.client('dig', `@${SERVER}`, 'clean.vn', '+tries=1')).toContain('status: SERVFAIL')
  })
})

describe('an upstream that is ourselves by another name', () => {
  it('is known by its questions that come back to us, and asked no more', async () => {
    lab.inside('ip', 'addr', 'add', '10.99.0.77/32', 'dev', 'lo')
    const server = await lab.start('upstreams: { servers: ["10.99.0.77:53", "127.0.0.1:5300"] }\n')
    await server.logged(({ msg }) => msg.includes('forwards to this resolver'), 20_000)
    expect(lab.client('dig', `@${SERVER}`, 'clean.vn', '+short', '+tries=1').trim()).toBe('192.0.2.1')
    const { body } = await server.api<{ upstreams: { name: string; state: string }[] }>(
      'GET',
      '/api/v1/status',
    )
    expect(body.upstreams.find(({ name }) => name === '10.99.0.77:53')?.state).toBe('loop')
  })
})
