import { appendFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { systemClock, type Clock } from '../../../src/clock.ts'
import type { IdentitySettings } from '../../../src/config/settings.ts'
import type { Asset } from '../../../src/identity/assets.ts'
import type { Binding } from '../../../src/identity/binding.ts'
import type { ListedUnit } from '../../../src/identity/listed-units.ts'
import type { NeighbourTable } from '../../../src/identity/neighbours.ts'
import { IdentitySources, type IdentitySourcesSettings } from '../../../src/identity/sources.ts'
import { parseAddress } from '../../../src/net/address.ts'
import { SecureRandom } from '../../../src/random.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { FakeUpstream } from '../../support/fake-upstream.ts'
import { keepLog, temporaryDirectory } from '../lists/support.ts'
import { fixture } from './fixtures.ts'
import { briefBinding, MINUTE, START } from './histories.ts'

const NOTHING: IdentitySettings = {
  leases: [],
  neighbours: { enabled: false, intervalMs: MINUTE },
  register: null,
  reverse: { enabled: false, servers: [] },
  forwarders: { networks: [] },
  routers: [],
  botnetList: null,
}
const SETTINGS: IdentitySourcesSettings = { identity: NOTHING, forward: [], units: [] }

const bytes = (text: string): Uint8Array => {
  const out = new Uint8Array(16)
  parseAddress(text, out)
  return out
}
const lease = (last: number, mac = last): string =>
  `0 02:00:00:00:00:${String(mac).padStart(2, '0')} 10.0.0.${last} pc-${mac} *\n`

/** Sources over files in a directory of their own; the clock starts at START. */
class House {
  readonly directory = temporaryDirectory()
  readonly clock = new FakeClock(START)
  readonly kept = keepLog()
  readonly told: string[] = []
  readonly registers: (readonly Asset[])[] = []
  listed: readonly ListedUnit[] = []
  table: NeighbourTable | Error = { neighbours: [], proxies: [] }
  /** What the store answers; an Error: it does not take anything. */
  trouble: Error | null = null
  sources!: IdentitySources
  #stir = (): void => {}

  path(name: string): string {
    return join(this.directory, name)
  }

  /** Writes a file as of `atMinute`. */
  write(name: string, text: string | Buffer, atMinute = 0): string {
    writeFileSync(this.path(name), text)
    return this.touch(name, atMinute)
  }

  touch(name: string, atMinute: number): string {
    const seconds = (START + atMinute * MINUTE) / 1000
    utimesSync(this.path(name), seconds, seconds)
    return this.path(name)
  }

  async start(
    identity: Partial<IdentitySettings>,
    more: Partial<IdentitySourcesSettings> & { remembered?: Binding[] | Error; clock?: Clock } = {},
  ): Promise<void> {
    this.sources = new IdentitySources({
      settings: { ...SETTINGS, ...more, identity: { ...NOTHING, ...identity } },
      clock: more.clock ?? this.clock,
      log: this.kept.log,
      random: new SecureRandom(),
      tell: (bindings) => {
        if (this.trouble !== null) return Promise.reject(this.trouble)
        this.told.push(...bindings.map(briefBinding))
      },
      registered: (assets) => {
        if (this.trouble !== null) return Promise.reject(this.trouble)
        this.registers.push(assets)
      },
      listed: (units) => (this.listed = units),
      remembered: () => {
        if (more.remembered instanceof Error) throw more.remembered
        return more.remembered ?? []
      },
      watchDirectory: (_, onEvent) => {
        this.#stir = onEvent
        return () => {}
      },
      readNeighbours: () =>
        this.table instanceof Error ? Promise.reject(this.table) : Promise.resolve(this.table),
    })
    onTestFinished(() => this.sources.close())
    await this.sources.start()
  }

  /** Lets the watcher notice, and the sources read. */
  async notice(): Promise<void> {
    this.#stir()
    this.clock.advance(300)
    await this.sources.settled()
  }

  async pass(minutes: number): Promise<void> {
    this.clock.advance(minutes * MINUTE)
    await this.sources.settled()
  }

  news(): string[] {
    return this.told.splice(0)
  }
}

describe('lease files', () => {
  it('are read at the start, with what they say since they were written', async () => {
    const house = new House()
    const path = house.write('leases', lease(1) + lease(2), -30)
    await house.start({ leases: [{ path, format: 'auto' }] })
    expect(house.news()).toEqual(['10.0.0.1 01 -30..-', '10.0.0.2 02 -30..-'])
    expect(house.sources.find(bytes('10.0.0.1'))).toMatchObject({ hostName: 'pc-1', sure: 'certain' })
    expect(house.sources.status()).toMatchObject({
      sources: [
        { source: 'lease', path, format: 'dnsmasq', rows: 2, refused: 0, lastReadMs: START, error: null },
      ],
      told: 2,
      waiting: 0,
    })
  })

  it('are followed: one machine takes the address of another over', async () => {
    const house = new House()
    const path = house.write('leases', lease(1) + lease(2), -30)
    await house.start({ leases: [{ path, format: 'dnsmasq' }] })
    house.news()
    await house.pass(10)
    house.write('leases', lease(1, 9) + lease(2), 10)
    await house.notice()
    expect(house.news()).toEqual(['10.0.0.1 01 -30..10', '10.0.0.1 09 10..-'])
    house.clock.advance(20 * MINUTE)
    await house.sources.settled()
    house.write('leases', lease(1, 9), 30)
    await house.notice()
    expect(house.news()).toEqual([])
    await house.pass(11)
    expect(house.news()).toEqual(['10.0.0.2 02 -30..30'])
  })

  it('begin a little before they are written where the address was free', async () => {
    const house = new House()
    const path = house.write('leases', lease(1), -30)
    await house.start({ leases: [{ path, format: 'dnsmasq' }] })
    await house.pass(10)
    house.write('leases', lease(1) + lease(2), 10)
    await house.notice()
    house.write('leases', lease(1) + lease(2) + lease(3), 10.1)
    await house.notice()
    expect(house.news().slice(1)).toEqual(['10.0.0.2 02 9.8..-', '10.0.0.3 03 10..-'])
  })

  it('that are gone, empty or cut for a moment end nothing', async () => {
    const house = new House()
    const all = Array.from({ length: 9 }, (_, index) => lease(index + 1)).join('')
    const path = house.write('leases', all, -30)
    await house.start({ leases: [{ path, format: 'dnsmasq' }] })
    house.news()
    for (const [minute, text] of [
      [1, ''],
      [2, all.slice(0, 100)],
      [3, all],
    ] as const) {
      await house.pass(1)
      house.write('leases', text, minute)
      await house.notice()
    }
    rmSync(path)
    await house.notice()
    expect(house.sources.status().sources[0]).toMatchObject({ error: 'there is no such file', rows: 9 })
    await house.pass(30)
    expect(house.news()).toEqual([])
    house.write('leases', all, 40)
    await house.notice()
    expect(house.news()).toEqual([])
    expect(house.sources.status().sources[0]!.error).toBeNull()
    expect(house.kept.said()).toEqual([
      'warn: lines of the file could not be taken',
      'warn: the file cannot be read: what was known from it still holds',
      'info: the file can be read again',
    ])
  })

  it('in no known format, or in another than was said, end nothing and say why', async () => {
    const house = new House()
    const path = house.write('leases', lease(1), -30)
    await house.start({ leases: [{ path, format: 'dnsmasq' }] })
    house.write('leases', 'hello\nworld\n', 1)
    await house.notice()
    await house.pass(30)
    expect(house.news()).toEqual(['10.0.0.1 01 -30..-'])
    expect(house.sources.status().sources[0]!.error).toMatch(/^no lease in it could be read: line 1 is not/)
  })

  it('that never hold still are read all the same', async () => {
    const house = new House()
    const path = house.write('leases', lease(1), -30)
    await house.start({ leases: [{ path, format: 'dnsmasq' }] })
    house.news()
    appendFileSync(path, lease(3))
    house.touch('leases', 0)
    for (let at = 0; at < 60; at++) {
      house.touch('leases', at / 1000)
      house.clock.advance(90)
    }
    await house.sources.settled()
    expect(house.news()).toEqual([expect.stringMatching(/^10\.0\.0\.3 03 /)])
  })

  it('of Kea are read with what its clean-up left beside them', async () => {
    const house = new House()
    const header = 'address,hwaddr,client_id,valid_lifetime,expire,subnet_id,hostname,state\n'
    const row = (last: number, mac: number, fromMinute: number): string =>
      `10.0.0.${last},02:00:00:00:00:0${mac},,36000,${START / 1000 + fromMinute * 60 + 36000},1,,0\n`
    const path = house.write('kea.csv', header + row(1, 3, -10), -10)
    house.write('kea.csv.2', header + row(1, 1, -100) + row(2, 2, -100), -60)
    house.write('kea.csv.1', header + row(1, 1, -50), -20)
    await house.start({ leases: [{ path, format: 'auto' }] })
    expect(house.news().sort()).toEqual([
      '10.0.0.1 01 -100..-10',
      '10.0.0.1 03 -10..-',
      '10.0.0.2 02 -100..-',
    ])
    house.write('kea.csv.completed', header + row(1, 3, -10) + row(2, 4, -5), 0)
    await house.notice()
    expect(house.news()).toEqual(['10.0.0.2 02 -100..-5', '10.0.0.2 04 -5..-'])
  })

  it('that are exports are likely, and their dates end nothing', async () => {
    const house = new House()
    const text = `IPAddress,AddressState,ClientId,LeaseExpiryTime\n10.0.0.1,Active,02-00-00-00-00-01,${new Date(START + MINUTE).toISOString()}\n`
    const path = house.write('leases.csv', text, -30)
    await house.start({ leases: [{ path, format: 'auto' }] })
    await house.pass(60)
    expect(house.news()).toEqual(['10.0.0.1 01 -30..-'])
    expect(house.sources.find(bytes('10.0.0.1'))!.sure).toBe('likely')
  })

  it('end with their date where the server itself writes them', async () => {
    const house = new House()
    const path = house.write('leases', `${START / 1000 + 1800} 02:00:00:00:00:01 10.0.0.1 pc *\n`, -30)
    await house.start({ leases: [{ path, format: 'auto' }] })
    await house.pass(31)
    expect(house.news()).toEqual(['10.0.0.1 01 -30..-'])
    await house.pass(2)
    expect(house.news()).toEqual(['10.0.0.1 01 -30..30'])
  })

  it('are read once more when the clock was set', async () => {
    const house = new House()
    const path = house.write('leases', `${START / 1000 + 1800} 02:00:00:00:00:01 10.0.0.1 pc *\n`, -30)
    house.clock.setWall(START + 1000 * MINUTE)
    await house.start({ leases: [{ path, format: 'auto' }] })
    expect(house.news()).toEqual([])
    house.clock.setWall(START)
    await house.pass(0.1)
    expect(house.news()).toEqual(['10.0.0.1 01 -30..-'])
  })
})

describe('a hundred thousand leases', () => {
  it('are all told, and others get the thread meanwhile', async () => {
    const count = 100_000
    const house = new House()
    const rows = Array.from({ length: count }, (_, index) => {
      const host = [index >> 16, (index >> 8) & 255, index & 255]
      const mac = host.map((byte) => byte.toString(16).padStart(2, '0')).join(':')
      return `0 02:00:00:${mac} 10.${host.join('.')} pc-${index} *\n`
    })
    const path = house.write('leases', rows.join(''), -30)
    let rounds = 0
    let isOver = false
    const round = (): void => {
      rounds++
      if (!isOver) setImmediate(round)
    }
    setImmediate(round)
    await house.start({ leases: [{ path, format: 'auto' }] }, { clock: systemClock })
    isOver = true
    expect(house.sources.status().sources[0]).toMatchObject({ rows: count, refused: 0 })
    expect(new Set(house.news()).size).toBe(count)
    expect(house.sources.find(bytes('10.1.134.159'))!.hostName).toBe('pc-99999')
    expect(rounds).toBeGreaterThan(20)
  })
})

describe('settings', () => {
  it('that change end what has left them, and leave the rest alone', async () => {
    const house = new House()
    const first = { path: house.write('first', lease(1), -30), format: 'dnsmasq' } as const
    const second = { path: house.write('second', lease(2), -30), format: 'dnsmasq' } as const
    await house.start({ leases: [first, second] })
    house.news()
    await house.pass(5)
    house.sources.configure({ ...SETTINGS, identity: { ...NOTHING, leases: [second] } })
    await house.sources.settled()
    expect(house.news()).toEqual(['10.0.0.1 01 -30..5'])
    house.sources.configure({ ...SETTINGS, identity: { ...NOTHING, leases: [first, second] } })
    await house.sources.settled()
    expect(house.news()).toEqual(['10.0.0.1 01 -30..-'])
  })

  it('that change before the start are the ones it begins with', async () => {
    const house = new House()
    const path = house.write('leases', lease(1), -30)
    const starting = house.start({}, { remembered: [] })
    house.sources.configure({ ...SETTINGS, identity: { ...NOTHING, leases: [{ path, format: 'dnsmasq' }] } })
    await starting
    expect(house.news()).toEqual(['10.0.0.1 01 -30..-'])
    house.sources.close()
    house.write('leases', lease(1) + lease(2), 5)
    await house.notice()
    expect(house.news()).toEqual([])
  })

  it('without any source read nothing', async () => {
    const house = new House()
    house.table = new Error('asked')
    await house.start({})
    await house.pass(60)
    expect(house.sources.status()).toEqual({ sources: [], told: 0, waiting: 0, dropped: 0 })
    expect(house.kept.said()).toEqual([])
  })
})

describe('neighbours', () => {
  const neighbour = (
    address: string,
    last: number,
    isRouter = false,
  ): NeighbourTable['neighbours'][number] => ({
    address,
    mac: `02:00:00:00:00:0${last}`,
    isRouter,
  })

  it('are looked at every so often; who is silent keeps the address for an hour', async () => {
    const house = new House()
    house.table = { neighbours: [neighbour('10.0.0.1', 1), neighbour('fd00::1', 1)], proxies: [] }
    await house.start({ neighbours: { enabled: true, intervalMs: MINUTE } })
    expect(house.news()).toEqual(['10.0.0.1 01 -0.2..-', 'fd00::1 01 -0.2..-'])
    house.table = { neighbours: [neighbour('fd00::1', 1), neighbour('10.0.0.7', 7, true)], proxies: [] }
    await house.pass(1)
    expect(house.news()).toEqual(['10.0.0.7 07 0..-'])
    expect(house.sources.find(bytes('10.0.0.7'))).toMatchObject({
      isRouter: true,
      sure: 'likely',
      source: 'neighbour',
    })
    await house.pass(59)
    expect(house.news()).toEqual([])
    await house.pass(2)
    expect(house.news()).toEqual(['10.0.0.1 01 -0.2..1'])
  })

  it('behind a router that answers for others are taken back', async () => {
    const house = new House()
    house.table = { neighbours: [neighbour('10.0.0.1', 1)], proxies: [] }
    await house.start({ neighbours: { enabled: true, intervalMs: MINUTE } })
    house.table = {
      neighbours: [],
      proxies: [{ mac: '02:00:00:00:00:01', addresses: ['10.0.0.1', '10.0.0.2'] }],
    }
    await house.pass(3)
    expect(house.news()).toEqual(['10.0.0.1 01 -0.2..-', '10.0.0.1 01 -0.2..-0.2'])
    expect(house.kept.said()).toEqual([
      'info: a router answers for many addresses: its MAC is taken for none of their machines',
    ])
  })

  it('that cannot be read are said once', async () => {
    const house = new House()
    house.table = new Error('there is no command `ip`')
    await house.start({ neighbours: { enabled: true, intervalMs: MINUTE } })
    await house.pass(5)
    expect(house.sources.status().sources[0]).toMatchObject({
      source: 'neighbour',
      error: 'there is no command `ip`',
    })
    house.table = { neighbours: [], proxies: [] }
    await house.pass(2)
    expect(house.kept.said()).toEqual([
      'warn: the neighbour table cannot be read: MAC addresses come from other sources alone',
      'info: the neighbour table can be read again',
    ])
  })

  it('end when they are not wanted any more', async () => {
    const house = new House()
    house.table = { neighbours: [neighbour('10.0.0.1', 1)], proxies: [] }
    await house.start({ neighbours: { enabled: true, intervalMs: MINUTE } })
    house.news()
    await house.pass(2)
    house.sources.configure(SETTINGS)
    await house.sources.settled()
    expect(house.news()).toEqual(['10.0.0.1 01 -0.2..2'])
  })
})

describe('the register', () => {
  it('gives fixed addresses, tells all its entries, and stands above leases', async () => {
    const house = new House()
    const register = house.write('register.csv', fixture('register-vi.csv'), -60)
    const path = house.write('leases', '0 02:00:00:00:00:09 10.1.1.22 other *\n', -30)
    await house.start({ register, leases: [{ path, format: 'dnsmasq' }] })
    expect(house.news()).toEqual(['10.1.1.22 09 -30..-', '10.1.1.22 04 -60..-'])
    expect(house.sources.find(bytes('10.1.1.22'))).toMatchObject({
      source: 'register',
      hostName: 'MAY-IN-T2',
    })
    expect(house.sources.asset('02:42:ac:11:00:a2')!.department).toBe('Phòng Kế hoạch - Tài chính')
    expect(house.sources.asset('10.1.1.22')!.place).toBe('Tầng 2')
    expect(house.sources.asset('02:00:00:00:00:01')).toBeNull()
    expect(house.registers.map(({ length }) => length)).toEqual([2])
    expect(house.sources.status().sources[1]).toMatchObject({
      source: 'register',
      format: 'csv',
      rows: 2,
      refused: 3,
    })
    house.sources.configure(SETTINGS)
    await house.sources.settled()
    expect(house.registers.at(-1)).toEqual([])
  })

  it('that is none is told as empty, and told again until the store has it', async () => {
    const house = new House()
    house.trouble = new Error('no store')
    await house.start({})
    expect(house.registers).toEqual([])
    house.trouble = null
    await house.pass(0.1)
    expect(house.registers).toEqual([[]])
    await house.pass(1)
    expect(house.registers).toHaveLength(1)
  })
})

describe('the botnet list', () => {
  it('names the units it is about, when it or they change', async () => {
    const house = new House()
    const unit = (id: string, ...wan: string[]): IdentitySourcesSettings['units'][number] => ({
      id, name: id, networks: [], parent: null, contact: '', wan, code: '',
    }) // prettier-ignore
    const botnetList = house.write('list.txt', fixture('botnet-list.txt'), -60)
    const units = [unit('so', '203.0.113.0/28'), unit('ward', '192.0.2.0/24')]
    await house.start({ botnetList }, { units })
    expect(house.listed.map((each) => each.unit)).toEqual(['so'])
    expect(house.sources.listedUnits).toBe(house.listed)
    expect(house.sources.status().sources).toMatchObject([{ source: 'botnet-list', rows: 8, refused: 2 }])
    house.sources.configure({
      ...SETTINGS,
      identity: { ...NOTHING, botnetList },
      units: [...units, unit('late', '203.0.113.77/32')],
    })
    await house.sources.settled()
    expect(house.listed.map((each) => each.unit)).toEqual(['so', 'late'])
    house.write('list.txt', '203.0.113.77\n', 5)
    await house.notice()
    expect(house.listed.map((each) => each.unit)).toEqual(['late'])
    house.sources.configure({ ...SETTINGS, units })
    expect(house.listed).toEqual([])
  })
})

describe('the store', () => {
  it('that does not answer is told again', async () => {
    const house = new House()
    house.trouble = new Error('store did not answer')
    const path = house.write('leases', lease(1), -30)
    await house.start({ leases: [{ path, format: 'dnsmasq' }] })
    expect(house.news()).toEqual([])
    expect(house.sources.status().waiting).toBe(1)
    house.trouble = null
    await house.pass(0.1)
    expect(house.news()).toEqual(['10.0.0.1 01 -30..-'])
    expect(house.sources.status().waiting).toBe(0)
  })

  it('remembers what was open: it goes on, and what nobody knows any more ends', async () => {
    const before: Binding = { address: bytes('10.0.0.1'), fromMs: START - 500 * MINUTE, untilMs: null, mac: '02:00:00:00:00:01', duid: null, hostName: 'pc-1', source: 'lease', sure: 'certain', isRouter: false } // prettier-ignore
    const gone = { ...before, address: bytes('10.0.0.5'), mac: '02:00:00:00:00:05' }
    const house = new House()
    const path = house.write('leases', lease(1), -30)
    await house.start({ leases: [{ path, format: 'dnsmasq' }] }, { remembered: [before, gone] })
    expect(house.news()).toEqual([])
    await house.pass(9)
    expect(house.news()).toEqual([])
    await house.pass(2)
    expect(house.news()).toEqual(['10.0.0.5 05 -500..0'])
  })

  it('that does not say what it remembers is told everything', async () => {
    const house = new House()
    const path = house.write('leases', lease(1), -30)
    await house.start({ leases: [{ path, format: 'dnsmasq' }] }, { remembered: new Error('no store') })
    expect(house.news()).toEqual(['10.0.0.1 01 -30..-'])
    expect(house.kept.said()).toEqual([
      'warn: the store does not say what it knows of machines: all of it is told anew',
    ])
  })

  it('that has lost what it had is told everything once more', async () => {
    const house = new House()
    const path = house.write('leases', lease(1) + lease(2), -30)
    await house.start({ leases: [{ path, format: 'dnsmasq' }] })
    house.news()
    await house.sources.retell()
    expect(house.news()).toEqual(['10.0.0.1 01 -30..-', '10.0.0.2 02 -30..-'])
  })
})

describe('reverse lookups', () => {
  it('tell a name as a guess, since the address was seen', async () => {
    const server = await FakeUpstream.start()
    onTestFinished(() => server.stop())
    server.answer('1.0.0.10.in-addr.arpa', 'PTR', 'pc-1.so.local')
    const house = new House()
    await house.start({ reverse: { enabled: true, servers: [server.endpoint] } })
    expect(await house.sources.lookUpName(bytes('10.0.0.1'), START - 5 * MINUTE)).toBe('pc-1.so.local')
    expect(await house.sources.lookUpName(bytes('10.0.0.2'), START)).toBeNull()
    expect(house.news()).toEqual(['10.0.0.1 pc-1.so.local -5..-'])
    expect(house.sources.find(bytes('10.0.0.1'))).toMatchObject({
      source: 'reverse',
      sure: 'guess',
      mac: null,
    })
    expect(house.sources.status().sources).toMatchObject([{ source: 'reverse', rows: 1, error: null }])
  })
})

describe('forwarders', () => {
  const forwarders = { networks: ['10.0.0.1/32'] }
  const pair = (house: House, last: number) =>
    ({ address: bytes(`10.9.0.${last}`), mac: `02:00:00:00:00:${last}`, atMs: house.clock.wallMs() }) // prettier-ignore

  it('name machines, which are told at once and found', async () => {
    const house = new House()
    await house.start({ forwarders })
    house.sources.revealed([pair(house, 11), pair(house, 12)])
    await house.sources.settled()
    expect(house.news()).toEqual(['10.9.0.11 11 0..-', '10.9.0.12 12 0..-'])
    expect(house.sources.find(bytes('10.9.0.11'))).toMatchObject({ source: 'edns', sure: 'likely' })
    expect(house.sources.status().sources).toMatchObject([{ source: 'edns', rows: 2 }])
  })

  it('are believed less than a lease', async () => {
    const house = new House()
    await house.start({ forwarders, leases: [{ path: house.write('a', lease(11, 44).replace('10.0.0.', '10.9.0.')), format: 'dnsmasq' }] }) // prettier-ignore
    house.sources.revealed([pair(house, 11)])
    expect(house.sources.find(bytes('10.9.0.11'))).toMatchObject({ source: 'lease', mac: '02:00:00:00:00:44' }) // prettier-ignore
  })

  it('that are taken out of the settings end what they said, and say nothing more', async () => {
    const house = new House()
    await house.start({ forwarders })
    house.sources.revealed([pair(house, 11)])
    await house.pass(1)
    house.news()
    house.sources.configure({ ...SETTINGS })
    house.sources.revealed([pair(house, 12)])
    await house.sources.settled()
    expect(house.news()).toEqual(['10.9.0.11 11 0..1'])
    expect(house.sources.status().sources).toEqual([])
  })

  it('of an earlier run are taken over', async () => {
    const house = new House()
    const before: Binding = { ...pair(house, 11), duid: null, hostName: null, fromMs: START - MINUTE, untilMs: null, source: 'edns', sure: 'likely', isRouter: false } // prettier-ignore
    await house.start({ forwarders }, { remembered: [before] })
    house.sources.revealed([pair(house, 11)])
    await house.pass(60)
    expect(house.news()).toEqual([])
    expect(house.sources.status().sources).toMatchObject([{ source: 'edns', rows: 1 }])
  })
})
