/** Who a query is counted for that a forwarder of ours sends, and that nobody else can say it. */
import { describe, expect, it } from 'vitest'
import { NetworkSet } from '../../../src/access/networks.ts'
import { macOption, subnetOption } from '../../support/client-options.ts'
import { buildQuery } from '../../support/dns-client.ts'
import { PathBench, type Outcome } from '../../support/path-bench.ts'
import { walkMessage } from '../../support/walk-message.ts'

const FORWARDER = '10.1.0.1'
const STRANGER = '10.2.0.1'
const KETOAN = '02:98:00:00:00:0a'
const VANTHU = '02:98:00:00:00:0b'
const KETOAN_LINK_LOCAL = 'fe80::98:ff:fe00:a'
const MINUTE = 60_000

type Options = readonly ReturnType<typeof subnetOption>[]

function bench(config = `identity: { forwarders: { networks: [${FORWARDER}/32] } }`): PathBench {
  const it = new PathBench(config)
  it.lists([['evil.example', 'subtree', 0]])
  return it
}

function ask(it: PathBench, options: Options, from = FORWARDER, name = 'evil.example'): Outcome {
  return it.send(buildQuery(name, 'A', { edns: { options } }), from)
}

/** Clients of the hits since the last call. */
const clients = (it: PathBench): string[] => it.hits().map(({ client }) => client).sort() // prettier-ignore

/** `address mac` of what the control thread is told. */
const news = (it: PathBench): string[] =>
  it.parts.forwarders.takeNews().map(({ address, mac }) => `${textOf(address)} ${mac}`)

const textOf = (address: Uint8Array): string => Buffer.from(address).toString('hex')

describe('a listed forwarder', () => {
  it('names the machine by its full address', () => {
    const it = bench()
    ask(it, [subnetOption('10.1.0.5')])
    ask(it, [subnetOption('10.1.0.6')])
    ask(it, [subnetOption('fd00::7')])
    expect(clients(it)).toEqual(['10.1.0.5', '10.1.0.6', 'fd00::7'])
    expect(news(it)).toEqual([])
  })

  it('and MAC tells both as a pair', () => {
    const it = bench()
    ask(it, [macOption(KETOAN), subnetOption('10.1.0.5')])
    expect(clients(it)).toEqual(['10.1.0.5'])
    expect(news(it)).toEqual([`00000000000000000000ffff0a010005 ${KETOAN}`])
  })

  it.each(['raw', 'text', 'base64'] as const)('and no full address: by its MAC (%s)', (form) => {
    const it = bench()
    ask(it, [macOption(KETOAN, form)])
    ask(it, [macOption(KETOAN, form), subnetOption('10.1.0.0', 24)])
    expect(clients(it)).toEqual([KETOAN_LINK_LOCAL])
    expect(news(it)).toEqual([`fe80000000000000009800fffe00000a ${KETOAN}`])
  })

  it('is the client itself where it names none', () => {
    const it = bench()
    ask(it, [])
    ask(it, [subnetOption('10.1.0.0', 24)])
    ask(it, [subnetOption('127.0.0.1')])
    it.ask('evil.example', 'A', { from: FORWARDER, edns: null })
    expect(it.hits()).toMatchObject([{ client: FORWARDER, blocked: 4 }])
  })

  it('takes part in a pause by its own address and by those of its machines', () => {
    const it = bench()
    const blockedWith = (options: Options): boolean => {
      const outcome = ask(it, options)
      if (outcome.bytes === null) it.answer([{ type: 'A', name: 'evil.example', ttl: 60, data: '192.0.2.1' }])
      return outcome.answers[0] !== 'A 192.0.2.1'
    }
    const all = [[macOption(KETOAN)], [subnetOption('10.1.0.5')], [subnetOption('10.1.0.6')], []]
    it.pauseFor('10.1.0.5/32')
    expect(all.map(blockedWith)).toEqual([true, false, true, true])
    it.pauseFor(`${FORWARDER}/32`)
    expect(all.map(blockedWith)).toEqual([false, false, false, false])
  })

  it('is answered, and no option comes back or goes up', () => {
    const it = bench()
    const blocked = ask(it, [macOption(KETOAN), subnetOption('10.1.0.5')])
    const clean = ask(it, [macOption(KETOAN), subnetOption('10.1.0.5')], FORWARDER, 'clean.example')
    expect(walkMessage(it.datagrams.last.bytes).records.map(({ type, length }) => [type, length])).toEqual([[41, 0]]) // prettier-ignore
    it.answer([{ type: 'A', name: 'clean.example', ttl: 60, data: '192.0.2.1' }])
    expect(clean.answers).toEqual(['A 192.0.2.1'])
    for (const { packet } of [blocked, clean]) {
      const opt = packet.additionals.find((record) => record.type === 'OPT')
      expect(opt !== undefined && 'options' in opt && opt.options.map(({ code }) => code).filter((code) => code !== 15)).toEqual([]) // prettier-ignore
    }
  })

  it('asks for machines that wait: each hit is its own machine’s when the answer comes', () => {
    const it = bench()
    it.lists([['cdn.example', 'subtree', 0]])
    const waiting = ['10.1.0.5', '10.1.0.6', 'fd00::7'].map((address) =>
      ask(it, [subnetOption(address), macOption(KETOAN.replace('0a', address.slice(-1).padStart(2, '0')))], FORWARDER, 'shop.example')) // prettier-ignore
    ask(it, [], STRANGER, 'shop.example')
    expect(it.hits()).toEqual([])
    it.answer([
      { type: 'CNAME', name: 'shop.example', ttl: 60, data: 'www.cdn.example' },
      { type: 'A', name: 'www.cdn.example', ttl: 60, data: '192.0.2.1' },
    ])
    for (const outcome of waiting) expect(outcome.answers).toEqual(['A 10.10.10.10'])
    expect(clients(it)).toEqual(['10.1.0.5', '10.1.0.6', '10.2.0.1', 'fd00::7'])
    expect(news(it).map((pair) => pair.slice(-2))).toEqual(['05', '06', '07'])
  })

  it('whose waiter is used again leaves its machine to nobody', () => {
    const it = bench()
    for (const [from, options] of [
      [FORWARDER, [subnetOption('10.1.0.5')]],
      [STRANGER, []],
    ] as const) {
      it.lists([])
      ask(it, options, from, `${from.replaceAll('.', '-')}.example`)
      it.lists([['example', 'subtree', 0]])
      it.answer([])
    }
    expect(clients(it)).toEqual(['10.1.0.5', STRANGER])
  })

  it('may become one, and cease to be one, while the server runs', () => {
    const it = bench('')
    ask(it, [subnetOption('10.1.0.5')])
    expect(clients(it)).toEqual([FORWARDER])
    it.parts.forwarders.configure(['10.1.0.0/24', 'fd00::/64'])
    ask(it, [subnetOption('10.1.0.5')])
    expect(clients(it)).toEqual(['10.1.0.5'])
    it.parts.forwarders.configure([])
    ask(it, [subnetOption('10.1.0.5')])
    expect(clients(it)).toEqual([FORWARDER])
  })
})

describe('anybody else', () => {
  it('is the client, whatever the options say', () => {
    const it = bench()
    ask(it, [subnetOption('10.1.0.5'), macOption(KETOAN)], STRANGER)
    ask(it, [subnetOption(FORWARDER)], STRANGER)
    expect(clients(it)).toEqual([STRANGER])
    expect(news(it)).toEqual([])
  })

  it('gets into no network by an option, and no forwarder out of one', () => {
    const it = bench('identity: { forwarders: { networks: [192.0.2.1/32] } }')
    const refused = it.send(buildQuery('evil.example', 'A', { edns: { options: [subnetOption('10.1.0.5')] } }), '192.0.2.1') // prettier-ignore
    expect(refused.packet.rcode).toBe('REFUSED')
    expect(clients(it)).toEqual([])
  })
})

it('the rate limit counts the forwarder, not the machines it names', () => {
  const it = bench()
  it.parts.limiter.configure(2, new NetworkSet([]))
  const outcomes = [5, 6, 7, 8].map((last) => ask(it, [subnetOption(`10.1.0.${last}`)]))
  const isWithheld = ({ isDropped, bytes }: Outcome): boolean => isDropped || (bytes![2]! & 2) !== 0
  expect(outcomes.map(isWithheld)).toEqual([false, false, true, true])
  expect(clients(it)).toHaveLength(4)
})

describe('a pair of address and MAC', () => {
  const both = (address: string, mac: string): Options => [subnetOption(address), macOption(mac)]

  it('is told with the first hit, and a minute later again; never for a clean name', () => {
    const it = bench()
    ask(it, both('10.1.0.5', KETOAN), FORWARDER, 'clean.example')
    expect(news(it)).toEqual([])
    for (let hit = 0; hit < 3; hit++) ask(it, both('10.1.0.5', KETOAN))
    expect(news(it)).toHaveLength(1)
    it.clock.advance(MINUTE - 1)
    ask(it, both('10.1.0.5', KETOAN))
    expect(news(it)).toEqual([])
    it.clock.advance(1)
    ask(it, both('10.1.0.5', KETOAN))
    expect(news(it)).toHaveLength(1)
  })

  it('that changes hands goes by the MAC until the other machine has had the address for ten minutes', () => {
    const it = bench()
    ask(it, both('10.1.0.5', VANTHU))
    expect([clients(it), news(it)]).toEqual([['10.1.0.5'], [`00000000000000000000ffff0a010005 ${VANTHU}`]])
    for (let minute = 0; minute < 10; minute++) {
      ask(it, both('10.1.0.5', KETOAN))
      it.clock.advance(MINUTE)
      expect(clients(it)).toEqual([KETOAN_LINK_LOCAL])
      expect(news(it)).toEqual([`fe80000000000000009800fffe00000a ${KETOAN}`])
    }
    ask(it, both('10.1.0.5', KETOAN))
    expect([clients(it), news(it)]).toEqual([['10.1.0.5'], [`00000000000000000000ffff0a010005 ${KETOAN}`]])
  })

  it('of two machines with one address, behind two forwarders, stays two machines', () => {
    const it = bench('identity: { forwarders: { networks: [10.1.0.1/32, 10.3.0.1/32] } }')
    ask(it, both('192.168.1.10', VANTHU), '10.1.0.1')
    it.hits()
    for (let round = 0; round < 20; round++) {
      it.clock.advance(MINUTE)
      ask(it, both('192.168.1.10', KETOAN), '10.3.0.1')
      ask(it, both('192.168.1.10', VANTHU), '10.1.0.1')
      expect(clients(it)).toEqual([KETOAN_LINK_LOCAL, 'fe80::98:ff:fe00:b'])
    }
  })

  it('waits for a later hit where too many are new at once', () => {
    const it = bench()
    const hitAll = (): void => {
      for (let n = 0; n < 1_100; n++) ask(it, both(`10.1.${n >> 8}.${n & 255}`, KETOAN))
      it.clock.advance(1_000)
    }
    hitAll()
    const first = news(it)
    expect(first).toHaveLength(1_000)
    hitAll()
    const all = new Set([...first, ...news(it)])
    expect(all.size).toBe(1_100)
  })
})
