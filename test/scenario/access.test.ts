/** Where it listens, and who is answered there. */
import { createSocket } from 'node:dgram'
import { isIPv4 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildQuery, expectAnswer, query, readReply } from '../support/dns-client.ts'
import { FakeUpstream } from '../support/fake-upstream.ts'
import { Stage } from '../support/stage.ts'
import { eventually, TestServer } from '../support/server.ts'
import { UdpClient } from '../support/udp-client.ts'

describe('strangers', () => {
  let stage: Stage

  beforeAll(async () => {
    const config = `access: { networks: [127.0.0.1/32, 127.0.0.64/26] }
sinkhole: { ipv4: 192.0.2.99 }
records: { here.vn: 192.0.2.7 }
server: { id: resolver.vn }
lists: [ { id: bad, path: bad.txt, basis: a test } ]
`
    stage = await Stage.open(config, { 'bad.txt': 'listed.vn\n' })
    stage.up.answer('a.vn', 'A', '192.0.2.1')
    await stage.ask('a.vn', 'A')
  })
  afterAll(() => stage.close())

  it.each([
    ['a cached name', 'a.vn', 'A', {}],
    ['a name never asked', 'b.vn', 'A', {}],
    ['an own record', 'here.vn', 'A', {}],
    ['a listed name', 'listed.vn', 'A', {}],
    ['a special name', 'localhost', 'A', {}],
    ['the server itself', 'id.server', 'TXT', { qclass: 3 }],
    ['ANY', 'a.vn', 'ANY', {}],
    ['nonsense', 'a.vn', 'A', { edns: { version: 9 } }],
  ] as const)('are refused %s, with EDE 18, by UDP and TCP', async (_, name, type, options) => {
    const before = stage.up.queries.length
    for (const tcp of [false, true]) {
      for (const from of ['127.0.0.2', '127.0.0.63', '127.0.0.128', '127.1.0.1']) {
        const reply = await stage.ask(name, type, { ...options, from, tcp })
        expect([reply.rcode, reply.answers, reply.authority]).toEqual(['REFUSED', [], []])
        expect(reply.ede).toEqual([{ code: 18, text: '' }])
      }
    }
    expect(stage.up.queries).toHaveLength(before)
  })

  it('who speaks no EDNS gets none', async () => {
    const reply = await stage.ask('a.vn', 'A', { from: '127.0.0.2', edns: false })
    expect([reply.rcode, reply.edns]).toEqual(['REFUSED', null])
  })

  it('those of the networks are answered, at their borders too', async () => {
    for (const from of ['127.0.0.1', '127.0.0.64', '127.0.0.100', '127.0.0.127'])
      expectAnswer(await stage.ask('a.vn', 'A', { from }), 'a.vn', 'A', '192.0.2.1')
  })

  it('are refused a hundred times a second at most: who forges a source gains nothing', async () => {
    const sent = 2_000
    const stranger = await UdpClient.open(stage.server.port, '127.0.0.2')
    const known = await UdpClient.open(stage.server.port)
    // The tests above have had some of this second's.
    await sleep(1_100)
    const startedMs = performance.now()
    for (let i = 0; i < sent; i += 100) {
      for (let j = 0; j < 100; j++) stranger.send(buildQuery('a.vn', 'A', { id: i + j }))
      await known.settle()
    }
    const seconds = (performance.now() - startedMs) / 1000
    await known.settle()
    // What has been answered may still be on its way here.
    await sleep(50)
    expect(stranger.replies.length).toBeGreaterThanOrEqual(100)
    expect(stranger.replies.length).toBeLessThanOrEqual(Math.min(sent - 1, (Math.ceil(seconds) + 1) * 100))
    expectAnswer(await stage.ask('a.vn', 'A'), 'a.vn', 'A', '192.0.2.1')
    stranger.close()
    known.close()
  })

  it('have no limit of queries on this machine: loopback is exempt', async () => {
    const client = await UdpClient.open(stage.server.port)
    const replies = await client.shower(
      Array.from({ length: 5_000 }, (_, id) => buildQuery('a.vn', 'A', { id })),
    )
    expect(replies).toHaveLength(5_000)
    expect(replies.every((reply) => !readReply(reply).flags.tc)).toBe(true)
    client.close()
  })
})

describe('listen addresses', () => {
  it('several, IPv4 and IPv6, UDP and TCP; upstreams by IPv6 too', async () => {
    const up = await FakeUpstream.start({ address: '::1' })
    up.answer('a.vn', 'A', '192.0.2.1')
    const config = `listen: ["127.0.0.1:0", "127.0.0.3:0", "[::1]:0"]\nupstreams: { servers: ["${up.text}"] }\n`
    const server = await TestServer.start({ config })
    try {
      for (const { host, port } of listening(server))
        for (const tcp of [false, true])
          expectAnswer(await query('a.vn', 'A', { host, port, tcp }), 'a.vn', 'A', '192.0.2.1')
      expect(listening(server).map(({ host }) => host)).toEqual(['127.0.0.1', '127.0.0.3', '::1'])
    } finally {
      await server.stop()
      await up.stop()
    }
  })

  describe('a wildcard', () => {
    const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? [])
    const own = addresses.filter(({ scopeid }) => !scopeid).map(({ address }) => address)
    const PER_SECOND = 100
    let server: TestServer
    let up: FakeUpstream

    beforeAll(async () => {
      up = await FakeUpstream.start()
      const networks = own.map((address) => `"${address}/${address.includes(':') ? 128 : 32}"`)
      const config = `listen: ["0.0.0.0:0", "[::]:0"]
access: { networks: [${networks.join(', ')}, "fe80::/10"], queriesPerSecond: ${PER_SECOND} }
upstreams: { servers: ["${up.text}"] }
records: { here.vn: 192.0.2.7 }
lists: [ { id: bad, path: bad.txt, basis: a test } ]
`
      server = await TestServer.start({ config, files: { 'bad.txt': 'listed.vn\n' } })
    })
    afterAll(async () => {
      await server.stop()
      await up.stop()
    })

    it('is every address of the machine, each answered from the one that was asked', async () => {
      const listened = listening(server).filter(({ host }) => !host.includes('%'))
      expect(listened.map(({ host }) => host).sort()).toEqual(own.toSorted())
      for (const { host, port } of listened) {
        // A connected socket takes answers from the address it asked alone.
        expect(readReply(await askConnected(host, port)).answers).toMatchObject([{ data: '192.0.2.7' }])
        expectAnswer(await query('here.vn', 'A', { host, port, tcp: true }), 'here.vn', 'A', '192.0.2.7')
      }
    })

    it('is also every address of 127.0.0.0/8, over UDP and TCP', async () => {
      const { port } = listening(server)[0]!
      for (const host of ['127.0.0.2', '127.200.3.4']) {
        expect(readReply(await askConnected(host, port)).answers).toMatchObject([{ data: '192.0.2.7' }])
        expectAnswer(await query('here.vn', 'A', { host, port, tcp: true }), 'here.vn', 'A', '192.0.2.7')
      }
    })

    it('answers from the address that was asked also later, those who wait for the same answer', async () => {
      up.answer('late.vn', 'A', '192.0.2.8').hold()
      const listened = [...listening(server), { ...listening(server)[0]!, host: '127.0.0.2' }]
      const answers = Promise.all(listened.map(({ host, port }) => askConnected(host, port, 'late.vn')))
      // The first one's question is out, the others wait for the same answer.
      await eventually(async () => (await coalesced(server)) === listened.length - 1)
      up.release()
      for (const answer of await answers)
        expect(readReply(answer).answers).toMatchObject([{ data: '192.0.2.8' }])
    })

    it('is a socket for each address where packets turn out to be read one by one', async () => {
      const config = `listen: ["0.0.0.0:0", "[::]:0"]
workers: 2
upstreams: { servers: ["127.0.0.1:9"] }
access: { networks: [0.0.0.0/0, "::/0"] }
records: { here.vn: 192.0.2.7 }
`
      const entry = join(import.meta.dirname, '../support/portable-main.ts')
      const portable = await TestServer.start({ config, entry })
      try {
        expect(portable.lines.find(({ msg }) => msg === 'ready')).toMatchObject({ datagrams: 'portable' })
        const { reason } = await portable.logged(({ msg }) => msg.includes('a socket for each address'))
        expect(reason).toContain('eventfds')
        const listened = listening(portable).filter(({ host }) => !host.includes('%'))
        expect(listened.map(({ host }) => host).sort()).toEqual(own.toSorted())
        for (const { host, port } of listened) {
          expect(readReply(await askConnected(host, port)).answers).toMatchObject([{ data: '192.0.2.7' }])
          expectAnswer(await query('here.vn', 'A', { host, port, tcp: true }), 'here.vn', 'A', '192.0.2.7')
        }
      } finally {
        await portable.stop()
      }
    })

    // Loopback is exempt; a machine that has no other address cannot show more than that.
    it('limits replies, not hits, of every client that is not this machine by loopback', async () => {
      const sent = 1_000
      for (const { host, port } of listening(server).filter(({ host }) => isIPv4(host))) {
        const before = await hits(server)
        const client = await UdpClient.open(port, host, host)
        const startedMs = performance.now()
        for (let i = 0; i < sent; i += 50) {
          for (let j = 0; j < 50; j++) client.send(buildQuery('listed.vn', 'A', { id: i + j }))
          await sleep(5)
        }
        const seconds = Math.ceil((performance.now() - startedMs) / 1000) + 1
        await eventually(async () => (await hits(server)) - before === sent)
        const replies = client.replies.map(readReply)
        const whole = replies.filter(({ flags }) => !flags.tc)
        client.close()
        if (host === '127.0.0.1') {
          expect(whole).toHaveLength(sent)
          continue
        }
        expect(whole.length).toBeGreaterThanOrEqual(PER_SECOND - 10)
        expect(whole.length).toBeLessThanOrEqual(PER_SECOND * seconds)
        // Of the others every second one is told to come by TCP, where there is no forging.
        expect(replies.length - whole.length).toBeGreaterThan(100)
        expect(replies.length - whole.length).toBeLessThanOrEqual((sent - whole.length) / 2 + 1)
      }
    })
  })
})

/** Hits of all lists so far. */
async function hits(server: TestServer): Promise<number> {
  const { text } = await server.api('GET', '/metrics')
  return Number(/^thanhloc_hits_total\{list="bad"\} (\d+)$/m.exec(text)?.[1] ?? 0)
}

/** Queries so far that have waited for the answer to another one's question. */
async function coalesced(server: TestServer): Promise<number> {
  const { text } = await server.api('GET', '/metrics')
  return Number(/^thanhloc_coalesced_total (\d+)$/m.exec(text)?.[1] ?? 0)
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** What the server says it listens on. */
function listening(server: TestServer): { host: string; port: number }[] {
  const ready = server.lines.find(({ msg }) => msg === 'ready')!
  return (ready['listen'] as string[]).map((text) => {
    const colon = text.lastIndexOf(':')
    return { host: text.slice(0, colon).replace(/[[\]]/g, ''), port: Number(text.slice(colon + 1)) }
  })
}

function askConnected(host: string, port: number, name = 'here.vn'): Promise<Buffer> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.close()
      reject(new Error(`no answer from ${host}`))
    }, 5_000)
    socket.on('error', reject)
    socket.on('message', (message) => {
      clearTimeout(timer)
      socket.close()
      resolve(message)
    })
    socket.connect(port, host, () => socket.send(buildQuery(name, 'A')))
  })
}
