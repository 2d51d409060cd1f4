/** Listening on every address: each answers for itself, and those that come and go are followed. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FaultOrder } from '../support/faulty-thread.ts'
import { CLIENT, CLIENT6, DEVICE, Lab, SERVER, SERVER6, SERVER_SECOND } from '../support/lab.ts'
import { eventually, type TestServer } from '../support/server.ts'

let lab: Lab
let server: TestServer
const others: ChildProcess[] = []

/** Another program on the server's machine, until the end of the tests or until it is ended; `script` says `ready`. */
async function beside(script: string): Promise<ChildProcess> {
  const child = spawn('ip', ['netns', 'exec', lab.serverSide, process.execPath, '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  others.push(child)
  await once(child.stdout, 'data')
  return child
}

/** Has port 53 on `address`, over UDP, and answers nobody. */
function holding(address: string): Promise<ChildProcess> {
  return beside(
    `require('node:dgram').createSocket('udp4').bind(53, '${address}', () => console.log('ready'))`,
  )
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill('SIGKILL')
  await closed
}

async function close(): Promise<void> {
  for (const child of others.splice(0)) await end(child)
  await lab.close()
}

/** What dig says of the answer: `192.0.2.1`, or a complaint such as "reply from unexpected source". */
function dig(address: string, ...options: readonly string[]): string {
  return lab.client('dig', `@${address}`, 'clean.vn', 'A', '+short', '+tries=1', '+time=3', ...options).trim()
}

/** What UDP sockets of the server's machine are bound to on port 53, one line a socket. */
function bound(protocol: 'u' | 't' = 'u'): string[] {
  const lines = lab.inside('ss', '-H', '-l', `-${protocol}`, '-n', 'sport = :53').trim().split('\n')
  return lines.map((line) => line.trim().split(/\s+/)[3]!.replace(/:53$/, '').replace(/[[\]]/g, ''))
}

/** `isOne`: of which family all addresses share a socket. */
const MODES = [
  { mode: 'one socket for all addresses', config: '', held: null, isOne: { IPv4: true, IPv6: true } },
  {
    mode: 'a socket for each, read one by one',
    config: 'datagrams: portable\n',
    held: null,
    isOne: { IPv4: false, IPv6: false },
  },
  {
    mode: 'a socket for each, where one is taken',
    config: '',
    held: '127.0.0.53',
    isOne: { IPv4: false, IPv6: true },
  },
] as const

describe.each(MODES)('a wildcard listen address: $mode', ({ config, held, isOne }) => {
  beforeAll(async () => {
    lab = await Lab.open()
    if (held !== null) await holding(held)
    const entry = join(import.meta.dirname, '../support/faulty-main.ts')
    server = await lab.start(`workers: 2\n${config}`, {}, { entry })
  })
  afterAll(close)

  it('is bound so, and says so', () => {
    const udp = bound().filter((address) => address !== held)
    expect(bound('t').toSorted()).toEqual(udp.toSorted())
    // One for each of the two threads.
    const count = (address: string): number => udp.filter((one) => one === address).length
    expect([count('0.0.0.0'), count(SERVER), count(SERVER_SECOND)]).toEqual(
      isOne.IPv4 ? [2, 0, 0] : [0, 2, 2],
    )
    expect([count('::'), count(SERVER6)]).toEqual(isOne.IPv6 ? [2, 0] : [0, 2])
    const ready = server.lines.find(({ msg }) => msg === 'ready')!
    const expected = [`127.0.0.1:53`, `${SERVER}:53`, `${SERVER_SECOND}:53`, '[::1]:53', `[${SERVER6}]:53`]
    expect(ready['listen']).toEqual(expect.arrayContaining(expected))
    const told = server.lines.filter(({ msg }) => msg.includes(`${held} is taken by`))
    expect(told.map(({ level }) => level)).toEqual(held === null ? [] : ['warn'])
  })

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
    await eventually(() => answers(`${address}%${DEVICE}`))
    expect(dig(`${address}%${DEVICE}`, '+tcp')).toBe('192.0.2.1')
    // From a global address: the interface to answer by is not said by where the answer goes. First forwarded, then cached.
    const ask = ['-b', CLIENT6, `@${address}%${DEVICE}`, 'new.vn', 'A', '+short', '+tries=1', '+time=3']
    for (const times of [1, 2]) expect(`${times} ${lab.client('dig', ...ask)}`).toBe(`${times} 192.0.2.9\n`)
    expect(server.stderr).toBe('')
  })

  it.each([
    ['IPv4', '10.99.0.3', '24'],
    ['IPv6', 'fd99::3', '64'],
  ] as const)(
    'an %s address that comes is served within seconds, one that goes is let go',
    async (family, address, length) => {
      const before = bound()
      expect(before).not.toContain(address)
      lab.inside('ip', 'addr', 'add', `${address}/${length}`, 'dev', DEVICE)
      const line = await server.logged(
        ({ msg, added }) => msg === 'listen addresses changed' && has(added, address),
        15_000,
      )
      expect(line.level).toBe('info')
      await eventually(() => answers(address))
      expect(dig(address)).toBe('192.0.2.1')
      expect(dig(address, '+tcp')).toBe('192.0.2.1')
      expect(bound().filter((one) => one === address)).toHaveLength(isOne[family] ? 0 : 2)

      lab.inside('ip', 'addr', 'del', `${address}/${length}`, 'dev', DEVICE)
      await server.logged(
        ({ msg, removed }) => msg === 'listen addresses changed' && has(removed, address),
        15_000,
      )
      expect(dig(SERVER)).toBe('192.0.2.1')
      expect(bound().toSorted()).toEqual(before.toSorted())
      expect(bound('t')).not.toContain(address)
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

  it('a question to all machines at once is not answered, least of all from that address', async () => {
    const before = await queries()
    // Whoever answers one of the three is printed, the last one by its name.
    const script = `
      const { createSocket } = require('node:dgram')
      const query = Buffer.from('123401000001000000000000' + '05636c65616e02766e00' + '00010001', 'hex')
      const heard = []
      const open = (family, bind) => new Promise((resolve) => {
        const socket = createSocket(family)
        socket.on('message', (_, { address }) => (heard.push(address), address === '${SERVER}' && socket.emit('own')))
        socket.bind(0, bind, () => resolve(socket))
      })
      open('udp4', '${CLIENT}').then(async (four) => {
        const six = await open('udp6')
        four.setBroadcast(true)
        four.send(query, 53, '10.99.0.255')
        four.send(query, 53, '255.255.255.255')
        six.send(query, 53, 'ff02::1%${DEVICE}', () => setTimeout(() => four.send(query, 53, '${SERVER}'), 200))
        four.once('own', () => setTimeout(() => (console.log(heard.join(' ')), process.exit()), 200))
      })`
    expect(lab.client(process.execPath, '-e', script).trim()).toBe(SERVER)
    expect((await queries()) - before).toBe(1)
  })
})

describe('an address that goes while its question is out', () => {
  beforeAll(async () => {
    lab = await Lab.open()
    // Answers each question with its own bytes, as a response without records, and takes its time.
    await beside(`
      const socket = require('node:dgram').createSocket('udp4')
      socket.on('message', (query, { port, address }) => {
        query[2] |= 0x80
        setTimeout(() => socket.send(query, port, address), 1500)
      })
      socket.bind(5301, '127.0.0.1', () => console.log('ready'))`)
    const slow = 'forward: [ { zones: [slow.vn], servers: ["127.0.0.1:5301"] } ]\n'
    server = await lab.start(`workers: 1\n${slow}`)
  })
  afterAll(close)

  it('costs that answer alone, and is counted', async () => {
    lab.inside('ip', 'addr', 'add', '10.99.0.5/24', 'dev', DEVICE)
    await eventually(() => answers('10.99.0.5'))
    const ask = (address: string): ChildProcess =>
      spawn(
        'ip',
        ['netns', 'exec', lab.clientSide, 'dig', `@${address}`, 'x.slow.vn', 'A', '+tries=1', '+time=4'],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      )
    const before = await queries()
    const [lost, kept] = [ask('10.99.0.5'), ask(SERVER)]
    const said = Promise.all([lost, kept].map(output))
    await eventually(async () => (await queries()) - before === 2)
    lab.inside('ip', 'addr', 'del', '10.99.0.5/24', 'dev', DEVICE)
    const [fromLost, fromKept] = await said
    expect(fromLost).toContain('timed out')
    expect(fromKept).toMatch(/status: (NOERROR|SERVFAIL)/)
    expect(await metric('thanhloc_udp_send_errors_total')).toBe(1)
  })
})

describe('an address of a wildcard that another program has', () => {
  let holder: ChildProcess
  beforeAll(async () => {
    lab = await Lab.open()
    holder = await holding(SERVER_SECOND)
    server = await lab.start('workers: 2\n')
  })
  afterAll(close)

  it('is left to it, and said; the others are served', () => {
    // Where the tests run in a container, its bridge is warned of too.
    const warnings = server.lines
      .filter(({ level, msg }) => level === 'warn' && msg.startsWith('listen '))
      .map(({ msg }) => msg)
    expect(warnings).toEqual([
      expect.stringMatching(/^listen 0\.0\.0\.0:53: 10\.99\.0\.2 is taken by .*; each address/),
      expect.stringMatching(/^listen 10\.99\.0\.2:53: taken by .*; stop it or choose another address/),
    ])
    const ready = server.lines.find(({ msg }) => msg === 'ready')!
    expect(ready['listen']).not.toContain(`${SERVER_SECOND}:53`)
    for (const address of [SERVER, SERVER6]) expect(dig(address)).toBe('192.0.2.1')
  })

  it('is served when that has ended', async () => {
    await end(holder)
    await server.logged(
      ({ msg, added }) => msg === 'listen addresses changed' && has(added, SERVER_SECOND),
      15_000,
    )
    await eventually(() => answers(SERVER_SECOND))
    expect(dig(SERVER_SECOND, '+tcp')).toBe('192.0.2.1')
    // Said once, though it was tried every two seconds.
    expect(server.lines.filter(({ msg }) => msg.startsWith('listen 10.99.0.2:53'))).toHaveLength(1)
  })
})

async function metric(name: string): Promise<number> {
  const { text } = await server.api('GET', '/metrics')
  return Number(new RegExp(`^${name.replace(/[{}"]/g, '\\$&')} (\\d+)$`, 'm').exec(text)?.[1])
}

function queries(): Promise<number> {
  return metric('thanhloc_queries_total{transport="udp"}')
}

async function output(child: ChildProcess): Promise<string> {
  let text = ''
  child.stdout!.setEncoding('utf8').on('data', (more: string) => (text += more))
  await once(child, 'close')
  return text
}

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
