import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Settings } from '../../../src/config/settings.ts'
import { ListDesk } from '../../../src/lists/desk.ts'
import type { RegisteredList } from '../../../src/lists/desk.ts'
import { SecureRandom } from '../../../src/random.ts'
import { ControlWords, CONTROL_BYTES, Swapped } from '../../../src/thread/control-words.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { allowSettings, listSettings, settingsOf } from './settings.ts'
import { keepLog, temporaryDirectory } from './support.ts'
import type { KeptLog } from './support.ts'

const growable = (): SharedArrayBuffer => new SharedArrayBuffer(1 << 16, { maxByteLength: 1 << 26 })

/** What main keeps for the life of the process. */
function sharedMemory() {
  return {
    control: new SharedArrayBuffer(CONTROL_BYTES),
    snapshots: [growable(), growable()],
    overlays: [growable(), growable()],
  } as const
}

let directory: string
let clock: FakeClock
let kept: KeptLog
let directoryEvent: () => void

beforeEach(() => {
  directory = temporaryDirectory()
  clock = new FakeClock(Date.UTC(2026, 10, 21))
  kept = keepLog()
})

const at = (name: string): string => join(directory, name)
const write = (name: string, names: readonly string[]): void =>
  writeFileSync(at(name), `${names.join('\n')}\n`)

function settings(more: Partial<Settings> = {}): Settings {
  const lists = [listSettings('one', at('one.txt')), listSettings('two', at('two.txt'), { basis: 'Doc 2' })]
  return settingsOf(lists, { allow: [allowSettings(at('allow.txt'))], store: { path: at('data') }, ...more })
}

function makeDesk(of = settings(), shared = sharedMemory(), registered: RegisteredList[][] = []): ListDesk {
  new ControlWords(shared.control, 1).forget(0)
  const events = {
    published: () => {},
    registered: (lists: readonly RegisteredList[]) => void registered.push([...lists]),
  }
  return new ListDesk(of, shared, clock, new SecureRandom(), kept.log, events, (_directory, onEvent) => {
    directoryEvent = onEvent
    return () => {}
  })
}

async function startDesk(of?: Settings, shared?: ReturnType<typeof sharedMemory>): Promise<ListDesk> {
  const desk = makeDesk(of, shared)
  await desk.start()
  await desk.update()
  return desk
}

const state = (desk: ListDesk): Record<string, string> =>
  Object.fromEntries(desk.status().lists.map(({ id, state, entries }) => [id, `${state} ${entries}`]))

/** Lets the debounce run and the build that follows. */
async function settle(desk: ListDesk): Promise<void> {
  directoryEvent()
  for (let look = 0; look < 3; look++) clock.advance(100)
  await desk.settled()
}

describe('the lists in force', () => {
  beforeEach(() => {
    write('one.txt', ['a.evil.test', 'b.evil.test', 'c.evil.test', 'd.evil.test'])
    write('two.txt', ['b.evil.test', 'x.evil.test'])
    write('allow.txt', ['ok.a.evil.test'])
  })

  it('explains what holds a name', async () => {
    const desk = await startDesk()
    expect(state(desk)).toEqual({ one: 'loaded 4', two: 'loaded 2', 'allow:allow.txt': 'loaded 1' })
    expect(desk.status().generation).toBe(1)
    expect(desk.lookup('WWW.b.evil.test')).toMatchObject({
      name: 'www.b.evil.test',
      verdict: 'block',
      action: 'sinkhole',
      trigger: 'qname',
      list: 'one',
      indicator: 'b.evil.test',
      indicatorKind: 'subtree',
      lists: [
        { id: 'one', indicator: 'b.evil.test', kind: 'subtree', action: 'sinkhole' },
        { id: 'two', basis: 'Doc 2', indicator: 'b.evil.test' },
      ],
      override: null,
      isPaused: false,
    })
    expect(desk.lookup('x.ok.a.evil.test')).toMatchObject({ verdict: 'allow', list: 'allow:allow.txt' })
    expect(desk.lookup('evil.test').verdict).toBe('pass')
    expect(() => desk.lookup('a b')).toThrow(RangeError)
  })

  it('says on whose word an entry is in force, and where it stands', async () => {
    const one = listSettings('one', at('one.txt'), {
      document: '1298/CATTT-NCSC', issuer: 'Cục ATTT', issued: '2022-08-23', until: '2022-09-30',
    }) // prettier-ignore
    const desk = await startDesk(settings({ lists: [one, listSettings('two', at('two.txt'))] }))
    const sha256 = createHash('sha256')
      .update(readFileSync(at('one.txt')))
      .digest('hex')
    const place = { path: at('one.txt'), sha256, line: 2 }
    const { lists } = await desk.justified('b.evil.test')
    expect(lists[0]).toMatchObject({ id: 'one', document: '1298/CATTT-NCSC', issuer: 'Cục ATTT', issued: '2022-08-23', file: place }) // prettier-ignore
    expect(lists[1]).toMatchObject({ id: 'two', document: '', file: { path: at('two.txt') } })
    // What is in force is told of, whatever has become of the file since.
    rmSync(at('one.txt'))
    expect((await desk.justified('b.evil.test')).lists[0]).toMatchObject({ file: place })
    await desk.edits.allow('b.evil.test', 'wrong', null, 'lan')
    expect((await desk.justified('b.evil.test')).lists[0]).toMatchObject({ id: 'overrides', file: null })
  })

  it('blocks from the first day of a list to its last, and records before and after', async () => {
    const day = (days: number): string => {
      const date = new Date(clock.wallMs() + days * 86_400_000)
      const two = (number: number): string => String(number).padStart(2, '0')
      return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
    }
    const limited = settings({ lists: [listSettings('one', at('one.txt'), { from: day(1), until: day(2) })] })
    const desk = await startDesk(limited)
    const verdict = (): string => desk.lookup('b.evil.test').verdict
    expect(verdict()).toBe('log')
    expect(desk.status().lists[0]).toMatchObject({ id: 'one', action: 'sinkhole', validity: 'not-yet' })
    clock.advance(86_400_000)
    await vi.waitFor(() => expect(verdict()).toBe('block'))
    expect(desk.status().lists[0]).toMatchObject({ validity: 'ending' })
    // No tick comes by itself here that would find what is still being written down finished.
    await desk.settled()
    clock.advance(2 * 86_400_000)
    await vi.waitFor(() => expect(verdict()).toBe('log'))
    expect(desk.status().lists[0]).toMatchObject({ validity: 'ended' })
    expect(kept.said().filter((line) => line === 'warn: list is limited in time').length).toBe(3)
    // The packed copy was made when it was over: a start long before that does not take it for current.
    await desk.close()
    clock.advance(-2 * 86_400_000)
    const second = await startDesk(limited)
    await second.update()
    await vi.waitFor(() => expect(second.lookup('b.evil.test').verdict).toBe('block'))
    // One that is current is followed as well.
    await second.close()
    const third = await startDesk(limited)
    await third.update()
    expect(third.lookup('b.evil.test').verdict).toBe('block')
    clock.advance(2 * 86_400_000)
    await vi.waitFor(() => expect(third.lookup('b.evil.test').verdict).toBe('log'))
  })

  it('lets an allow entry pass to its last day, over restarts, and again where the clock was wrong', async () => {
    const until = new Date(clock.wallMs() + 86_400_000)
    const two = (number: number): string => String(number).padStart(2, '0')
    const day = `${until.getFullYear()}-${two(until.getMonth() + 1)}-${two(until.getDate())}`
    write('allow.txt', [`ok.a.evil.test # owner: An; until: ${day}`, 'ok.b.evil.test # owner: An'])
    const first = await startDesk()
    const verdicts = (desk: ListDesk): string[] => ['ok.a.evil.test', 'ok.b.evil.test'].map((name) => desk.lookup(name).verdict) // prettier-ignore
    expect(verdicts(first)).toEqual(['allow', 'allow'])
    expect(first.status().lists[2]).toMatchObject({ id: 'allow:allow.txt', until: day, validity: 'ending' })
    expect(kept.said()).toContain('warn: allow list is limited in time')
    await first.settled()
    clock.advance(2 * 86_400_000)
    await vi.waitFor(() => expect(verdicts(first)).toEqual(['block', 'allow']))
    const { generation } = first.status()
    for (let tick = 0; tick < 5; tick++) clock.advance(1000)
    await first.close()
    expect(first.status().generation).toBe(generation)
    // Packed while it was over, started before that: it is in force again; and the other way round.
    clock.advance(-2 * 86_400_000)
    const second = await startDesk()
    await vi.waitFor(() => expect(verdicts(second)).toEqual(['allow', 'allow']))
    await second.close()
    clock.advance(2 * 86_400_000)
    const third = await startDesk()
    await vi.waitFor(() => expect(verdicts(third)).toEqual(['block', 'allow']))
    await third.settled()
    clock.setWall(clock.wallMs() - 2 * 86_400_000)
    clock.advance(1000)
    await vi.waitFor(() => expect(verdicts(third)).toEqual(['allow', 'allow']))
  })

  it('answers from the packed copy before it reads any list, and builds only when something changed', async () => {
    await (await startDesk()).close()
    expect(statSync(at('data/snapshot.packed')).mode & 0o777).toBe(0o600)
    const second = makeDesk()
    await second.start()
    expect(second.names).toBe(6)
    expect(state(second)).toEqual({ one: 'loaded 4', two: 'loaded 2', 'allow:allow.txt': 'loaded 1' })
    expect(second.status().generation).toBe(1)
    await second.update()
    expect(second.status().generation).toBe(1)
    await second.close()

    write('one.txt', ['a.evil.test', 'b.evil.test', 'new.evil.test'])
    const third = makeDesk()
    await third.start()
    expect(third.lookup('new.evil.test').verdict).toBe('pass')
    await third.update()
    expect(third.status().generation).toBe(2)
    expect(third.lookup('new.evil.test').verdict).toBe('block')
  })

  it('builds anew when a setting changed or the packed copy is damaged', async () => {
    await (await startDesk()).close()
    const changed = settings({ records: [{ name: 'a.evil.test', a: [], aaaa: [], sinkhole: true, cname: null, ptr: null, txt: [], ttlSeconds: 1 }] }) // prettier-ignore
    const desk = await startDesk(changed)
    expect(desk.status().lists[0]).toMatchObject({ entries: 3, heldBackCount: 1, heldBack: [{ line: 1, text: 'a.evil.test', reason: 'own-record' }] }) // prettier-ignore
    await desk.close()
    const packed = readFileSync(at('data/snapshot.packed'))
    packed[packed.length - 40]! ^= 1
    writeFileSync(at('data/snapshot.packed'), packed)
    expect(state(await startDesk())).toMatchObject({ one: 'loaded 4' })
    expect(kept.said()).toContain('warn: the packed snapshot is not used')
  })

  it('builds anew when an address of this machine or an upstream became another one, not for a port', async () => {
    const listen = (address: string, port: number): Partial<Settings> => ({ listen: [{ address, port }] })
    write('one.txt', ['a.evil.test', 'b.evil.test', '203.0.113.7', '203.0.113.8'])
    await (await startDesk(settings(listen('203.0.113.8', 53)))).close()
    const heldBack = async (more: Partial<Settings>): Promise<unknown> => {
      const desk = await startDesk(settings(more))
      await desk.close()
      return [desk.status().lists[0]!.heldBack.map(({ text }) => text), desk.status().reloadSeconds !== null]
    }
    expect(await heldBack(listen('203.0.113.8', 5353))).toEqual([['203.0.113.8'], false])
    // Reserved: no list could hold it before or after.
    expect(await heldBack({ listen: [{ address: '203.0.113.8', port: 53 }, { address: '10.1.0.53', port: 53 }] })).toEqual([['203.0.113.8'], false]) // prettier-ignore
    expect(await heldBack(listen('203.0.113.7', 53))).toEqual([['203.0.113.7'], true])
    expect(await heldBack(listen('203.0.113.7', 53))).toEqual([['203.0.113.7'], false])
    const servers = [{ address: '203.0.113.8', port: 53 }]
    const upstreams = { servers, strategy: 'fastest', resolvConf: '/nonexistent' } as const
    expect(await heldBack({ ...listen('203.0.113.7', 53), upstreams })).toEqual([['203.0.113.7', '203.0.113.8'], true]) // prettier-ignore
  })

  it('does not build for settings that say of the lists what is in force or on the way', async () => {
    const changed = settings({ lists: [listSettings('one', at('one.txt'), { action: 'nxdomain' })] })
    const action = (desk: ListDesk): unknown => desk.lookup('a.evil.test').action
    for (const isFromPackedCopy of [false, true]) {
      const desk = await startDesk()
      await desk.configure(settings())
      expect([desk.status().generation, isFromPackedCopy]).toEqual([1, isFromPackedCopy])
      const reload = desk.reload(null, false)
      // By now it has begun.
      await new Promise((resolve) => setTimeout(resolve, 0))
      await Promise.all([reload, desk.configure(settings())])
      expect(desk.status().generation).toBe(2)

      // There and back again, however far the first build has come.
      await Promise.all([desk.configure(changed), desk.configure(settings())])
      expect(action(desk)).toBe('sinkhole')
      const there = desk.configure(changed)
      await new Promise((resolve) => setTimeout(resolve, 0))
      await Promise.all([there, desk.configure(settings())])
      expect(action(desk)).toBe('sinkhole')
      await desk.configure(changed)
      expect(action(desk)).toBe('nxdomain')
      await desk.configure(settings())
      await desk.close()
    }
  })

  it('keeps one version in memory, the one in force', async () => {
    const shared = sharedMemory()
    const isEmpty = (slot: number): boolean => new Uint8Array(shared.snapshots[slot]!).every((byte) => byte === 0) // prettier-ignore
    const desk = await startDesk(settings(), shared)
    for (const generation of [2, 3, 4]) {
      await desk.reload(null, false)
      expect(desk.status().generation).toBe(generation)
      await vi.waitFor(() => expect(isEmpty((generation + 1) & 1)).toBe(true))
      expect(desk.lookup('a.evil.test').verdict).toBe('block')
    }
    // What a build that failed has left is dropped as well; a resolver thread that reads the version before keeps it.
    rmSync(at('one.txt'))
    new ControlWords(shared.control, 1).acknowledge(0, Swapped.snapshot, 4)
    await desk.reload(null, false)
    expect([isEmpty(0), isEmpty(1)]).toEqual([false, false])
    new ControlWords(shared.control, 1).acknowledge(0, Swapped.snapshot, 5)
    await vi.waitFor(() => expect(isEmpty(0)).toBe(true))
  })

  it('follows a file replaced by an editor, written in place, or behind a turned symlink', async () => {
    const desk = await startDesk()
    write('one.new', ['a.evil.test', 'b.evil.test', 'editor.test'])
    renameSync(at('one.new'), at('one.txt'))
    await settle(desk)
    expect(desk.lookup('editor.test').verdict).toBe('block')
    write('one.txt', ['a.evil.test', 'b.evil.test', 'inplace.test'])
    await settle(desk)
    expect(desk.lookup('inplace.test').verdict).toBe('block')
    expect(desk.lookup('editor.test').verdict).toBe('pass')
    await desk.close()

    mkdirSync(at('v1'))
    mkdirSync(at('v2'))
    write('v1/one.txt', ['old.test'])
    write('v2/one.txt', ['turned.test'])
    rmSync(at('one.txt'))
    symlinkSync('v1', at('..data'))
    symlinkSync('..data/one.txt', at('one.txt'))
    const other = await startDesk(settings({ store: { path: at('other') } }))
    expect(other.lookup('old.test').verdict).toBe('block')
    symlinkSync('v2', at('..data_new'))
    renameSync(at('..data_new'), at('..data'))
    await settle(other)
    expect(other.lookup('turned.test').verdict).toBe('block')
  })

  it('does not build when a file was only touched', async () => {
    const desk = await startDesk()
    const before = desk.status().generation
    write('two.txt', ['b.evil.test', 'x.evil.test'])
    await settle(desk)
    expect(desk.status().generation).toBe(before)
  })

  it.each([
    ['empty', () => write('one.txt', ['# nothing']), 'holds no entry'],
    ['less than half', () => write('one.txt', ['a.evil.test']), 'holds 1 entries, the version in force 4'],
    ['gone', () => rmSync(at('one.txt')), 'there is no such file'],
    ['a directory', () => (rmSync(at('one.txt')), mkdirSync(at('one.txt'))), 'it is no file'],
    ['UTF-16', () => writeFileSync(at('one.txt'), Buffer.from('\ufeffa.test', 'utf16le')), 'it is UTF-16'],
  ])('keeps the last good version when the new one is %s', async (_what, change, reason) => {
    const desk = await startDesk()
    change()
    await settle(desk)
    expect(state(desk)).toMatchObject({ one: 'kept-last-good 4', two: 'loaded 2' })
    const [one] = desk.status().lists
    expect(one).toMatchObject({ reloadFailures: 1, error: expect.stringContaining(reason) as string })
    expect(kept.said()).toContain('warn: list not taken; the last good version stays')
    expect(desk.lookup('d.evil.test').verdict).toBe('block')

    // Another list that changes must not take it along, nor a restart.
    write('two.txt', ['b.evil.test', 'y.evil.test'])
    await settle(desk)
    expect(state(desk)).toMatchObject({ one: 'kept-last-good 4', two: 'loaded 2' })
    expect(desk.lookup('y.evil.test').verdict).toBe('block')
    await desk.close()
    const again = await startDesk()
    expect(state(again)).toMatchObject({ one: 'kept-last-good 4', two: 'loaded 2' })
    expect(again.lookup('d.evil.test').verdict).toBe('block')
  })

  it('takes a version with half the entries, and any version by force', async () => {
    const desk = await startDesk()
    write('one.txt', ['a.evil.test', 'b.evil.test'])
    expect((await desk.reload(null, false)).lists[0]).toMatchObject({ state: 'loaded', entries: 2 })
    write('one.txt', [])
    expect((await desk.reload('two', true)).lists[0]).toMatchObject({ state: 'kept-last-good', entries: 2 })
    expect((await desk.reload('one', true)).lists[0]).toMatchObject({
      state: 'loaded',
      entries: 0,
      error: null,
    })
    expect((await desk.reload(null, false)).lists[0]).toMatchObject({ state: 'loaded', entries: 0 })
    await expect(desk.reload('three', false)).rejects.toThrow('there is no list "three"')
  })

  it('lets an allow list be emptied', async () => {
    const desk = await startDesk()
    write('allow.txt', [])
    await settle(desk)
    expect(desk.lookup('ok.a.evil.test').verdict).toBe('block')
  })

  it('goes without a list that was never there, and takes it when it comes', async () => {
    rmSync(at('two.txt'))
    const desk = await startDesk()
    expect(state(desk)).toMatchObject({ one: 'loaded 4', two: 'failed 0' })
    expect(kept.said()).toContain('error: list not in force')
    write('two.txt', ['late.test'])
    await settle(desk)
    expect(state(desk)).toMatchObject({ two: 'loaded 1' })
  })

  it('keeps the numbers of lists when the configuration changes and when the thread is restarted', async () => {
    const registered: RegisteredList[][] = []
    const shared = sharedMemory()
    const desk = makeDesk(settings(), shared, registered)
    await desk.start()
    const numberOf = (id: string): number => registered.at(-1)!.find((list) => list.id === id)!.number
    const [one, two] = [numberOf('one'), numberOf('two')]
    await desk.configure(
      settings({ lists: [listSettings('new', at('one.txt')), listSettings('two', at('two.txt'))] }),
    )
    expect(numberOf('two')).toBe(two)
    expect([one, two]).not.toContain(numberOf('new'))
    await desk.close()
    rmSync(at('data'), { recursive: true })
    const again = makeDesk(settings(), shared, registered)
    await again.start()
    await again.update()
    expect(numberOf('two')).toBe(two)
    expect(again.status().generation).toBeGreaterThan(2)
  })

  it('leaves what is in force when the lists do not fit, and answers clean names when they never did', async () => {
    const small = (): SharedArrayBuffer => new SharedArrayBuffer(1 << 12, { maxByteLength: 1 << 13 })
    const shared = { ...sharedMemory(), snapshots: [small(), small()] as const }
    const desk = makeDesk(settings(), shared)
    write(
      'one.txt',
      Array.from({ length: 2000 }, (_, index) => `n${index}.evil.test`),
    )
    await desk.start()
    expect(desk.status()).toMatchObject({ generation: 1, names: 0 })
    expect(desk.status().error).toContain('building the policy snapshot')
    expect(desk.lookup('n1.evil.test').verdict).toBe('pass')
    write('one.txt', ['a.evil.test'])
    await desk.reload(null, false)
    expect(desk.status()).toMatchObject({ generation: 2, error: null })
    write(
      'one.txt',
      Array.from({ length: 2000 }, (_, index) => `n${index}.evil.test`),
    )
    await desk.reload(null, false)
    expect(desk.status().generation).toBe(2)
    expect(desk.lookup('a.evil.test').verdict).toBe('block')
  })

  it('goes on when nothing can be written down', async () => {
    mkdirSync(at('data/lists'), { recursive: true })
    mkdirSync(at('data/snapshot.packed.tmp/x'), { recursive: true })
    const desk = await startDesk()
    expect(state(desk)).toMatchObject({ one: 'loaded 4' })
    expect(kept.said()).toContain('error: the lists in force could not be written down for the next start')
  })

  it('waits with the next slot until every resolver thread has changed over', async () => {
    const shared = sharedMemory()
    const words = new ControlWords(shared.control, 1)
    const desk = makeDesk(settings(), shared)
    await desk.start()
    words.acknowledge(0, Swapped.snapshot, 0)
    let isDone = false
    const reload = desk.reload(null, false).then(() => (isDone = true))
    await new Promise((resolve) => setImmediate(resolve))
    expect(isDone).toBe(false)
    words.acknowledge(0, Swapped.snapshot, 1)
    await reload
    expect(desk.status().generation).toBe(2)
  })
})

describe('edits by hand', () => {
  beforeEach(() => {
    write('one.txt', ['evil.test', 'other.test'])
    write('two.txt', ['x.test'])
    write('allow.txt', [])
  })

  it('lets a name through at once, for a time, and says why afterwards', async () => {
    const desk = await startDesk()
    await desk.edits.allow('Evil.Test.', 'wrong block', 3_600_000, 'lan')
    expect(desk.lookup('www.evil.test')).toMatchObject({
      verdict: 'allow',
      list: 'overrides',
      override: { name: 'evil.test', reason: 'wrong block', actor: 'lan' },
    })
    expect(desk.lookup('other.test').verdict).toBe('block')
    expect(statSync(at('data/overrides.json')).mode & 0o777).toBe(0o600)
    clock.advance(3_600_000)
    await vi.waitFor(() => expect(desk.lookup('www.evil.test').verdict).toBe('block'))
    expect(desk.lookup('www.evil.test')).toMatchObject({ verdict: 'block', override: null })
    expect(desk.edits.list()).toMatchObject({
      active: [],
      ended: [{ name: 'evil.test', endedBy: 'expired' }],
    })
  })

  it('survives a restart and can be taken back', async () => {
    const first = await startDesk()
    await first.edits.allow('cốccốc.vn', 'bank', null, 'lan')
    await first.edits.allow('evil.test', 'wrong', null, 'lan')
    await first.close()
    const desk = await startDesk()
    expect(desk.lookup('evil.test').verdict).toBe('allow')
    expect(await desk.edits.remove('evil.test', 'minh')).toBe(true)
    expect(await desk.edits.remove('evil.test', 'minh')).toBe(false)
    expect(desk.lookup('evil.test').verdict).toBe('block')
    expect(desk.edits.list()).toMatchObject({
      active: [{ name: 'xn--cccc-0x5ac.vn' }],
      ended: [{ endedBy: 'minh' }],
    })
  })

  it.each([
    ['vn', 'r', 1000, 'lan', 'a whole top-level domain'],
    ['a b', 'r', 1000, 'lan', 'not a name'],
    ['a.test', ' ', 1000, 'lan', 'needs a reason'],
    ['a.test', 'r', 0, 'lan', 'duration'],
    ['a.test', 'r', 1000, '', 'needs a actor'],
  ])('refuses to allow %s (%s, %s, %s)', async (name, reason, forMs, actor, message) => {
    const desk = await startDesk()
    await expect(desk.edits.allow(name, reason, forMs, actor)).rejects.toThrow(message)
    expect(desk.edits.list().active).toEqual([])
  })

  it('pauses blocking for every thread, over a restart, and ends it', async () => {
    const shared = sharedMemory()
    const words = new ControlWords(shared.control, 1)
    const desk = await startDesk(settings(), shared)
    await desk.edits.setPause(600_000, 'outage', 'lan')
    expect(words.pausedUntilMs).toBe(clock.wallMs() + 600_000)
    expect(desk.lookup('evil.test')).toMatchObject({ verdict: 'log', isPaused: true })
    expect(desk.status().pause).toEqual({ untilMs: words.pausedUntilMs, reason: 'outage' })
    await desk.close()
    const other = sharedMemory()
    await startDesk(settings(), other)
    expect(new ControlWords(other.control, 1).pausedUntilMs).toBe(words.pausedUntilMs)
    const again = await startDesk(settings(), other)
    await again.edits.setPause(0, 'over', 'lan')
    expect(new ControlWords(other.control, 1).pausedUntilMs).toBe(0)
    expect(again.lookup('evil.test').verdict).toBe('block')
  })

  it('ends a pause where the clock was set back behind its beginning, at once or over a restart', async () => {
    const shared = sharedMemory()
    const words = new ControlWords(shared.control, 1)
    const desk = await startDesk(settings(), shared)
    await desk.edits.setPause(600_000, 'outage', 'lan')
    await desk.edits.setPause(600_000, 'outage', 'lan', '10.1.0.0/16')
    await desk.edits.allow('evil.test', 'r', 600_000, 'lan')
    // NTP moves it by some seconds.
    clock.setWall(clock.wallMs() - 30_000)
    await desk.edits.expire()
    expect([desk.edits.pause !== null, desk.edits.list().active.length]).toEqual([true, 3])
    const begun = clock.wallMs()
    clock.setWall(begun - 86_400_000)
    await desk.edits.expire()
    expect(words.pausedUntilMs).toBe(0)
    expect(desk.edits.list().active.map(({ name }) => name)).toEqual(['evil.test'])
    expect(desk.lookup('evil.test').verdict).toBe('allow')
    await desk.edits.setPause(600_000, 'outage', 'lan')
    await desk.close()
    clock.setWall(Date.UTC(2000, 0, 1))
    const other = sharedMemory()
    await startDesk(settings(), other)
    expect(new ControlWords(other.control, 1).pausedUntilMs).toBe(0)
  })

  it('puts a damaged file aside and says so', async () => {
    mkdirSync(at('data'))
    writeFileSync(at('data/overrides.json'), '{"active":')
    const desk = await startDesk()
    expect(existsSync(at('data/overrides.json.damaged'))).toBe(true)
    expect(kept.said()).toContain('error: overrides on disk are not those in force')
    await desk.edits.allow('evil.test', 'r', null, 'lan')
    expect(desk.lookup('evil.test').verdict).toBe('allow')
  })

  const signed = { reason: 'r', actor: 'lan', createdAt: '2026-11-20T00:00:00.000Z' }
  const later = '2026-11-22T00:00:00.000Z'
  const saved = (...active: readonly object[]): void => {
    mkdirSync(at('data'))
    writeFileSync(at('data/overrides.json'), JSON.stringify({ version: 1, active, ended: [] }))
  }

  it.each([
    { kind: 'pause', name: '10.1.0.0/33', ...signed, until: later },
    { kind: 'pause', name: 'lan-pc', ...signed, until: later },
    { kind: 'pause', name: '10.1.0.0/16', ...signed, until: null },
    { kind: 'allow', name: 7, ...signed, until: null },
    { kind: 'allow', name: 'evil.test', ...signed, until: 'tomorrow' },
    { kind: 'none', name: 'evil.test', ...signed, until: null },
    null,
  ])(
    'puts a file with an override that is none aside, which resolver threads could not read: %j',
    async (wrong) => {
      saved({ kind: 'allow', name: 'evil.test', ...signed, until: null }, wrong!)
      const desk = await startDesk()
      expect(existsSync(at('data/overrides.json.damaged'))).toBe(true)
      expect(kept.said()).toContain('error: overrides on disk are not those in force')
      expect(desk.edits.list().active).toEqual([])
    },
  )

  it('goes on with a file of the release before, whose pauses were for all', async () => {
    saved(
      { kind: 'allow', name: 'evil.test', ...signed, until: null },
      { kind: 'pause', name: '', ...signed, until: later },
    )
    const desk = await startDesk()
    expect(desk.lookup('evil.test').verdict).toBe('allow')
    expect(desk.edits.pause?.untilMs).toBe(Date.parse(later))
  })

  it('lets a name through although the disk is full', async () => {
    const desk = await startDesk()
    // A directory in the way stands for a disk that takes nothing.
    mkdirSync(at('data/overrides.json/x'), { recursive: true })
    await desk.edits.allow('evil.test', 'r', null, 'lan')
    expect(desk.lookup('evil.test').verdict).toBe('allow')
    expect(kept.said()).toContain('error: overrides on disk are not those in force')
  })
})
