/** When lists are asked for: at once, when due, again after a failure, and never two of a kind at a time. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Feeds } from '../../../src/feeds/feeds.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { openPublisher, sendWhole, type Publisher } from '../../support/publisher.ts'
import { eventually } from '../../support/server.ts'
import { FakeLog } from '../detection/setup.ts'
import { settingsFrom } from '../config/settings-from.ts'

const DAY_MS = 86_400_000

/** Always the same chance. */
const random = (share: number) => ({
  bits32: () => 0,
  below: (below: number) => Math.floor((below - 1) * share),
})

class Stand {
  readonly directory = mkdtempSync(join(tmpdir(), 'thanhloc-feeds-'))
  readonly clock = new FakeClock(Date.UTC(2026, 10, 22))
  readonly log = new FakeLog()
  readonly forced: string[] = []
  readonly publisher: Publisher
  feeds!: Feeds

  private constructor(publisher: Publisher) {
    this.publisher = publisher
  }

  static async open(lists: string, chance = 0): Promise<Stand> {
    const stand = new Stand(await openPublisher())
    stand.start(lists, chance)
    onTestFinished(async () => {
      await stand.feeds.close()
      await stand.publisher.close()
      rmSync(stand.directory, { recursive: true, force: true })
    })
    return stand
  }

  settings(lists: string) {
    const text = lists.replaceAll('ORIGIN', this.publisher.origin)
    return settingsFrom(`store: { path: ${this.directory} }\nlists:\n${text}`)
  }

  start(lists: string, chance = 0): void {
    this.feeds = new Feeds({
      settings: this.settings(lists),
      version: '0',
      clock: this.clock,
      random: random(chance),
      log: this.log,
      forced: async (id) => this.forced.push(id),
    })
  }

  /** Lets `ms` pass and what becomes due then end. */
  async pass(ms: number): Promise<void> {
    this.clock.advance(ms)
    await this.settled()
  }

  async settled(): Promise<void> {
    await eventually(() => this.feeds.status().every(({ state }) => state !== 'fetching'))
  }

  path(id: string): string {
    return join(this.directory, 'feeds', id)
  }

  get asked(): number {
    return this.publisher.requests.length
  }
}

const ONE = '  - { id: one, feed: { url: "ORIGIN/one", every: 1d } }\n'

describe('a feed', () => {
  it('is asked for at once, and then when it is due, a little later by chance', async () => {
    const stand = await Stand.open(ONE, 1)
    stand.publisher.on('/one', 'evil.vn\n')
    expect(stand.feeds.status()).toMatchObject([{ state: 'waiting', lastSuccessMs: null, entries: null }])
    await stand.pass(1000)
    expect(stand.feeds.status()).toMatchObject([{ state: 'ok', entries: 1, bytes: 8, failures: 0 }])
    expect(readFileSync(stand.path('one'), 'utf8')).toBe('evil.vn\n')
    expect(statSync(stand.path('one')).mode & 0o777).toBe(0o600)
    await stand.pass(DAY_MS * 1.1 - 2000)
    expect(stand.asked).toBe(1)
    await stand.pass(4000)
    expect(stand.asked).toBe(2)
  })

  it('that is unchanged is as if it were written anew, whether the server says so or sends it again', async () => {
    const stand = await Stand.open(ONE)
    stand.publisher.on('/one', (_, response) => {
      if (stand.asked === 3) response.writeHead(304).end()
      else sendWhole(response, 'evil.vn\n', { etag: '"a"' })
    })
    await stand.pass(1000)
    const { ino } = statSync(stand.path('one'))
    for (let day = 1; day <= 2; day++) {
      await stand.pass(DAY_MS + 1000)
      const now = statSync(stand.path('one'))
      expect(now.ino).toBe(ino)
      expect(now.mtimeMs / 1000).toBeCloseTo(stand.clock.wallMs() / 1000, -1)
    }
    expect(stand.feeds.status()[0]!.history.map(({ outcome }) => outcome)).toEqual([
      'unchanged',
      'unchanged',
      'taken',
    ])
  })

  it('that cannot be fetched is tried again ever less often, and told once', async () => {
    const stand = await Stand.open(ONE)
    const waits: number[] = []
    for (let attempts = 1; attempts <= 12; attempts++) {
      await eventually(async () => {
        await stand.pass(1000)
        return stand.asked === attempts
      })
      waits.push(Math.round((stand.feeds.status()[0]!.nextMs - stand.clock.wallMs()) / 1000))
    await stand.pass(waits.at(-1)! * 1000 - 5000)
    }
    expect(waits.slice(0, 9)).toEqual([15, 30, 60, 120, 240, 480, 960, 1920, 3600])
    expect(waits.at(-1)).toBe(3600)
    expect(stand.log.lines.filter(({ message }) => message.startsWith('a list cannot be fetched'))).toHaveLength(1)
    expect(stand.feeds.status()).toMatchObject([{ state: 'failed', failures: 12, failuresInRow: 12, error: 'the server answers 404' }])
    stand.publisher.on('/one', 'evil.vn\n')
    await stand.pass(3_700_000)
    expect(stand.feeds.status()).toMatchObject([{ state: 'ok', failures: 12, failuresInRow: 0, error: null }])
  }) // prettier-ignore

  it('keeps the last twenty attempts, over a restart too', async () => {
    const stand = await Stand.open(ONE)
    for (let attempt = 0; attempt < 25; attempt++) await stand.feeds.fetch('one', false, 5000)
    const { history } = stand.feeds.status()[0]!
    expect(history).toHaveLength(20)
    await stand.feeds.close()
    stand.start(ONE)
    expect(stand.feeds.status()[0]!.history).toEqual(history)
  })

  it('is not asked for at a restart before it is due, however the clock was set', async () => {
    const stand = await Stand.open(ONE)
    stand.publisher.on('/one', 'evil.vn\n')
    await stand.pass(1000)
    for (const wallMs of [stand.clock.wallMs() + DAY_MS / 2, stand.clock.wallMs() - 400 * DAY_MS]) {
      await stand.feeds.close()
      stand.clock.setWall(wallMs)
      stand.start(ONE)
      await stand.pass(DAY_MS / 4)
    }
    expect(stand.asked).toBe(1)
    // Not even a year ago keeps it waiting for longer than a day.
    await stand.pass(DAY_MS)
    expect(stand.asked).toBe(2)
  })

  it('whose record is damaged, or whose file somebody replaced, is fetched whole', async () => {
    const stand = await Stand.open(ONE)
    stand.publisher.on('/one', (_, response) => sendWhole(response, 'evil.vn\n', { etag: '"a"' }))
    await stand.pass(1000)
    await stand.feeds.fetch('one', false, 5000)
    expect(stand.publisher.requests.at(-1)!.headers['if-none-match']).toBe('"a"')
    writeFileSync(stand.path('one'), 'brought.vn\nby-hand.vn\n')
    await stand.feeds.fetch('one', false, 5000)
    expect(stand.publisher.requests.at(-1)!.headers['if-none-match']).toBeUndefined()
    expect(stand.feeds.status()[0]!.history[0]).toMatchObject({
      outcome: 'taken',
      entriesBefore: 2,
      entriesAfter: 1,
    })
    await stand.feeds.close()
    writeFileSync(join(stand.directory, 'feeds/.state/one.json'), '{')
    stand.start(ONE)
    await stand.pass(1000)
    expect(stand.publisher.requests.at(-1)!.headers['if-none-match']).toBeUndefined()
  })

  it('that a person wants is brought into force; nobody else is told', async () => {
    const stand = await Stand.open(ONE)
    stand.publisher.on('/one', 'a.vn\nb.vn\nc.vn\n')
    await stand.pass(1000)
    stand.publisher.on('/one', 'a.vn\n')
    expect(await stand.feeds.fetch('one', false, 5000)).toMatchObject({ state: 'refused', entries: 3 })
    expect(stand.forced).toEqual([])
    expect(await stand.feeds.fetch('one', true, 5000)).toMatchObject({ state: 'ok', entries: 1 })
    expect(stand.forced).toEqual(['one'])
    expect(await stand.feeds.fetch('two', true, 5000)).toBeNull()
  })

  it('that never came is not unchanged, whatever the server says', async () => {
    const stand = await Stand.open(ONE)
    stand.publisher.on('/one', (_, response) => void response.writeHead(304).end())
    await stand.pass(1000)
    expect(stand.feeds.status()).toMatchObject([
      { state: 'failed', error: 'the server answers 304', entries: null },
    ])
  })

  it('sends its token to its own server, and not to where that points', async () => {
    const other = await openPublisher()
    onTestFinished(() => other.close())
    const stand = await Stand.open(
      '  - { id: one, feed: { url: "ORIGIN/one", allowHttp: true, tokenFile: /nowhere } }\n',
    )
    await stand.pass(1000)
    expect(stand.feeds.status()[0]!.error).toContain('/nowhere cannot be read')
    expect(stand.asked).toBe(0)
    const file = join(stand.directory, 'token')
    writeFileSync(file, 'tl_secret\n', { mode: 0o600 })
    stand.publisher.on(
      '/one',
      (_, response) => void response.writeHead(302, { location: `${other.origin}/there` }).end(),
    )
    other.on('/there', 'evil.vn\n')
    stand.feeds.configure(
      stand.settings(`  - { id: one, feed: { url: "ORIGIN/one", allowHttp: true, tokenFile: ${file} } }\n`),
    )
    expect(await stand.feeds.fetch('one', false, 5000)).toMatchObject({ state: 'ok', entries: 1 })
    expect(stand.publisher.requests[0]!.headers.authorization).toBe('Bearer tl_secret')
    expect(other.requests[0]!.headers.authorization).toBeUndefined()
  })

  it('that takes long is told to be under way', async () => {
    const stand = await Stand.open(ONE)
    stand.publisher.on(
      '/one',
      (_, response) => void response.writeHead(200, { 'content-length': 9 }).write('evil'),
    )
    await eventually(async () => {
      const status = await stand.feeds.fetch('one', false, 50)
      return status!.receivedBytes === 4 && status!.totalBytes === 9 && status!.state === 'fetching'
    })
  })
})

describe('changed settings', () => {
  it('leave what is unchanged alone, ask anew for what is not, and drop the rest', async () => {
    const stand = await Stand.open(`${ONE}  - { id: two, feed: { url: "ORIGIN/two" } }\n`)
    for (const path of ['/one', '/two', '/three']) stand.publisher.on(path, `x${path.slice(1)}.vn\n`)
    await stand.pass(1000)
    expect(stand.asked).toBe(2)
    stand.feeds.configure(stand.settings(`${ONE}  - { id: two, feed: { url: "ORIGIN/three" } }\n  - { id: file, path: x }\n`))
    await stand.pass(1000)
    expect(stand.feeds.status().map(({ id, state }) => [id, state])).toEqual([['one', 'ok'], ['two', 'waiting']])
    // From another place, and so asked for without what the first one said.
    await stand.feeds.fetch('two', false, 5000)
    expect(stand.publisher.requests.at(-1)!.url).toBe('/three')
    expect(readFileSync(stand.path('two'), 'utf8')).toBe('xthree.vn\n')
    stand.feeds.configure(stand.settings(ONE))
    expect(stand.feeds.status().map(({ id }) => id)).toEqual(['one'])
  }) // prettier-ignore

  it('let what is under way go before the same list is fetched from elsewhere', async () => {
    const stand = await Stand.open(ONE)
    stand.publisher.on(
      '/one',
      (_, response) => void response.writeHead(200, { 'content-length': 9 }).write('evil'),
    )
    stand.publisher.on('/two', (_, response) => {
      response.writeHead(200, { 'content-length': 8 }).write('ev')
      setTimeout(() => response.end('il.vn\n'), 100)
    })
    stand.clock.advance(1000)
    await eventually(() => existsSync(join(stand.directory, 'feeds/.state/one.part')))
    stand.feeds.configure(stand.settings('  - { id: one, feed: { url: "ORIGIN/two" } }\n'))
    expect(await stand.feeds.fetch('one', false, 5000)).toMatchObject({
      state: 'ok',
      error: null,
      entries: 1,
    })
    expect(readFileSync(stand.path('one'), 'utf8')).toBe('evil.vn\n')
  })

  it('cut off what is under way, and nothing of it is left', async () => {
    const stand = await Stand.open(ONE)
    stand.publisher.on(
      '/one',
      (_, response) => void response.writeHead(200, { 'content-length': 9 }).write('evil'),
    )
    stand.clock.advance(1000)
    await eventually(() => existsSync(join(stand.directory, 'feeds/.state/one.part')))
    stand.feeds.configure(stand.settings('  - { id: one, path: x }\n'))
    await eventually(() => !existsSync(join(stand.directory, 'feeds/.state/one.part')))
    expect(stand.log.lines).toEqual([])
  })
})

describe('people who ask at the same time', () => {
  it('share one attempt, and who forces has one that is forced', async () => {
    const stand = await Stand.open(ONE)
    const waiting: (() => void)[] = []
    stand.publisher.on('/one', (_, response) => void waiting.push(() => sendWhole(response, 'evil.vn\n')))
    const answer = async (): Promise<void> => {
      await eventually(() => waiting.length > 0)
      waiting.shift()!()
    }
    const early = stand.feeds.fetch('one', false, 9000)
    const asked = [false, false, true].map((isForced) => stand.feeds.fetch('one', isForced, 9000))
    // The one that was under way, one for those who came meanwhile, one by force.
    for (let attempt = 0; attempt < 3; attempt++) await answer()
    await Promise.all([early, ...asked])
    expect(stand.asked).toBe(3)
    const { history } = stand.feeds.status()[0]!
    expect(history.map(({ isForced }) => isForced)).toEqual([true, false, false])
    expect(stand.forced).toEqual(['one'])
  })
})
