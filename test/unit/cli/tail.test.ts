/** `tail`: every hit once, filters, and an end that is no error. */
import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { CommandError } from '../../../src/cli/command.ts'
import { RecentHits, type FreshHit, type HitRow } from '../../../src/cli/recent-hits.ts'
import { describeHit, follow, type Wanted } from '../../../src/cli/tail.ts'
import { allowReaderToLeave, pause, untilEnd } from '../../../src/cli/until-end.ts'

const START = Date.UTC(2026, 10, 22)

/** What a server with these rows answers; time passes when a test says so. */
class FakeHits {
  nowMs = START
  rows: HitRow[] = []
  isAway = false
  readonly queries: URLSearchParams[] = []
  pageRows = 500

  readonly call = async ({ path }: { path: string }): Promise<unknown> => {
    if (this.isAway) throw new CommandError('no server runs')
    const url = new URL(path, 'http://localhost')
    if (url.pathname === '/api/v1/traffic') return { time: new Date(this.nowMs).toISOString() }
    this.queries.push(url.searchParams)
    const since = Date.parse(url.searchParams.get('since')!)
    const from = Number(url.searchParams.get('cursor') ?? 0)
    const found = this.rows
      .filter(({ lastSeen }) => Date.parse(lastSeen) >= since)
      .toSorted((a, b) => (a.lastSeen < b.lastSeen ? 1 : -1))
    const items = found.slice(from, from + this.pageRows)
    return { items, next: from + this.pageRows < found.length ? String(from + this.pageRows) : null }
  }

  /** `client` asks for a name, at `atMs`. */
  hit(client: number, indicator: string, atMs = this.nowMs, count = 1): void {
    const known = this.rows.find((row) => row.clientId === client && row.indicator === indicator)
    const lastSeen = new Date(atMs).toISOString()
    const row: HitRow = {
      clientId: client, address: `10.1.2.${client}`, identity: { hostName: `pc-${client}`, name: null }, unit: 'so-yte', indicator,
      hits: (known?.hits ?? 0) + count, lastSeen, lastQname: `www.${indicator}`, lastQtype: 'A', lastAction: 'sinkhole', lists: ['apt32'],
    } // prettier-ignore
    this.rows = [...this.rows.filter((each) => each !== known), row]
  }
}

const told = (hits: readonly FreshHit[]): string[] => hits.map(({ clientId, indicator, grown, hits }) => `${clientId} ${indicator} +${grown} = ${hits}`) // prettier-ignore

describe('recent hits', () => {
  it('are told once each, the oldest first, by how much they grew', async () => {
    const server = new FakeHits()
    server.hit(1, 'old.test', START - 1000, 7)
    const recent = new RecentHits(server.call)
    expect(await recent.look()).toEqual([])
    expect(await recent.look()).toEqual([])
    server.nowMs += 1000
    server.hit(1, 'old.test', server.nowMs - 300, 2)
    server.hit(2, 'new.test', server.nowMs - 100)
    expect(told(await recent.look())).toEqual(['1 old.test +2 = 9', '2 new.test +1 = 1'])
    expect(await recent.look()).toEqual([])
  })

  it('of a pair last hit long ago are told without a growth nobody can know', async () => {
    const server = new FakeHits()
    server.hit(1, 'old.test', START - 86_400_000, 7)
    const recent = new RecentHits(server.call)
    await recent.look()
    server.nowMs += 1000
    server.hit(1, 'old.test')
    expect(told(await recent.look())).toEqual(['1 old.test +null = 8'])
  })

  it('that are written down late are told all the same', async () => {
    const server = new FakeHits()
    const recent = new RecentHits(server.call)
    await recent.look()
    server.nowMs += 30_000
    await recent.look()
    server.hit(3, 'late.test', server.nowMs - 25_000)
    expect(told(await recent.look())).toEqual(['3 late.test +1 = 1'])
  })

  it('on many pages are read to a bound', async () => {
    const server = new FakeHits()
    server.pageRows = 10
    const recent = new RecentHits(server.call)
    await recent.look()
    for (let client = 1; client <= 100; client++) server.hit(client, 'many.test')
    expect(await recent.look()).toHaveLength(40)
  })

  it('are remembered no longer than they are looked at', async () => {
    const server = new FakeHits()
    const recent = new RecentHits(server.call)
    await recent.look()
    server.hit(1, 'a.test')
    await recent.look()
    server.nowMs += 3_600_000
    await recent.look()
    await recent.look()
    server.hit(1, 'a.test')
    expect(told(await recent.look())).toEqual(['1 a.test +null = 2'])
  })
})

describe('following', () => {
  const EVERYTHING: Wanted = { client: null, list: null, unit: null, asJson: false }

  /** Follows for `looks` looks, with something done before each. */
  async function run(server: FakeHits, wanted: Partial<Wanted>, ...steps: readonly (() => void)[]) {
    const end = new AbortController()
    const out: string[] = []
    const err: string[] = []
    let step = 0
    const call: typeof server.call = async (request) => {
      // One call a look, whichever way it goes, is for the time.
      if (request.path === '/api/v1/traffic') {
        server.nowMs += 1000
        if (step > 0) steps[step - 1]?.()
        if (step++ > steps.length) end.abort()
      }
      return server.call(request)
    }
    const terminal = {
      print: (text: string) => void out.push(text),
      complain: (text: string) => void err.push(text),
    }
    const exit = await follow(call, { ...EVERYTHING, ...wanted }, terminal, end.signal, 1)
    return { exit, out, err }
  }

  it('prints a line a hit, and exits 0 when it is ended', async () => {
    const server = new FakeHits()
    const { exit, out, err } = await run(server, {}, () => server.hit(1, 'evil.test'))
    expect({ exit, err }).toEqual({ exit: 0, err: [] })
    expect(out).toEqual([expect.stringMatching(/^\d\d:\d\d:\d\d 10\.1\.2\.1 pc-1 \[so-yte\] www\.evil\.test A sinkhole \(evil\.test, apt32\) \+1 = 1$/)]) // prettier-ignore
  })

  it('prints JSON, a line each', async () => {
    const server = new FakeHits()
    const { out } = await run(server, { asJson: true }, () => server.hit(1, 'evil.test'))
    expect(JSON.parse(out[0]!)).toMatchObject({ clientId: 1, indicator: 'evil.test', grown: 1 })
  })

  it('asks the server to filter, and by address does so itself', async () => {
    const server = new FakeHits()
    const both = (): void => {
      server.hit(1, 'evil.test')
      server.hit(2, 'evil.test')
    }
    expect((await run(server, { client: '10.1.2.2' }, both)).out).toEqual([
      expect.stringContaining('10.1.2.2 '),
    ])
    await run(server, { client: '7', list: 'apt32', unit: 'so-yte' })
    const query = Object.fromEntries(server.queries.at(-1)!)
    expect(query).toMatchObject({ client: '7', list: 'apt32', unit: 'so-yte', sort: 'recent' })
  })

  it('goes on over a restart of the server, says so once each way, and misses nothing', async () => {
    const server = new FakeHits()
    const { out, err } = await run(
      server,
      {},
      () => (server.isAway = true),
      () => server.hit(1, 'evil.test'),
      () => {},
      () => (server.isAway = false),
      () => {},
    )
    expect(err).toEqual([
      expect.stringContaining('trying again: no server runs'),
      expect.stringContaining('answers again'),
    ])
    expect(out).toEqual([expect.stringContaining('+1 = 1')])
  })

  it('ends with an error where there is no server to begin with', async () => {
    const server = new FakeHits()
    server.isAway = true
    await expect(run(server, {})).rejects.toThrow(CommandError)
  })

  it('lets nothing that a machine says move the cursor', () => {
    const server = new FakeHits()
    server.hit(1, 'evil.test')
    const row = { ...server.rows[0]!, identity: { hostName: 'a\u001b[2J\nb\u202e', name: null }, grown: null }
    const line = describeHit(row)
    expect(line).not.toMatch(/[\p{Cc}\u202e]/u)
    expect(line).toContain('= 1')
  })
})

describe('the end', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('comes by %s', (signal) => {
    const signals = new EventEmitter()
    const end = untilEnd(signals, new EventEmitter())
    expect(end.aborted).toBe(false)
    signals.emit(signal)
    expect(end.aborted).toBe(true)
  })

  it('comes when nobody reads on, and other faults of the output are no end', () => {
    const output = new EventEmitter()
    const end = untilEnd(new EventEmitter(), output)
    expect(() => output.emit('error', Object.assign(new Error('x'), { code: 'EIO' }))).toThrow('x')
    output.emit('error', Object.assign(new Error('x'), { code: 'EPIPE' }))
    expect(end.aborted).toBe(true)
  })

  it('is no fault of a command that prints and ends, when nobody reads on', () => {
    const output = new EventEmitter()
    allowReaderToLeave(output)
    output.emit('error', Object.assign(new Error('x'), { code: 'EPIPE' }))
    expect(() => output.emit('error', Object.assign(new Error('x'), { code: 'EIO' }))).toThrow('x')
  })

  it('is waited for no longer than it takes', async () => {
    const end = new AbortController()
    const waiting = pause(60_000, end.signal)
    end.abort()
    await waiting
    await pause(60_000, end.signal)
  })
})
