import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ImportsDatabase } from '../../../src/review/database.ts'
import { ImportRows } from '../../../src/review/import-rows.ts'
import { ReviewBench } from './bench.ts'

let bench: ReviewBench
beforeEach(() => {
  bench = new ReviewBench()
})
afterEach(() => bench.close())

const refused = (problem: string, text: RegExp | string) => expect.objectContaining({ problem, message: expect.stringMatching(text) as string }) as Error // prettier-ignore

describe('an import', () => {
  it('is a proposal: nothing is written for the list, and its file is kept for its owner alone', async () => {
    const id = await bench.import('evil.vn\nxấu.vn\n')
    expect(bench.review.get(id)).toMatchObject({
      state: 'ready',
      items: 2,
      counts: { unguarded: 2, held: 0, standings: { new: 2 } },
    })
    expect(existsSync(join(bench.directory, 'approved'))).toBe(false)
    expect(bench.reloads).toEqual([])
    const file = join(bench.directory, 'imports', `${id}-0`)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(join(bench.directory, 'imports.db')).mode & 0o777).toBe(0o600)
  })

  it('holds what only this server knows to be its own, or somebody has let through', async () => {
    bench.standings.set('allowed.vn', { knownBy: ['file'], actions: ['sinkhole'], allowedBy: 'overrides' })
    bench.standings.set('known.vn', { knownBy: ['file'], actions: ['sinkhole'], allowedBy: null })
    bench.standings.set('logged.vn', { knownBy: ['file'], actions: ['log'], allowedBy: null })
    const id = await bench.import(
      'a.so.tinh.vn\nintranet.tinh.vn\ntinh.vn\n203.0.113.5\n198.51.100.9\nallowed.vn\nknown.vn\nlogged.vn\n',
    )
    const items = bench.review.items(id, {}, 0, 100)
    const told = Object.fromEntries(
      items.map(({ value, decision, reasons, standing }) => [value, [decision, reasons[0], standing]]),
    )
    expect(told).toEqual({
      'a.so.tinh.vn': ['accept', 'listed', 'new'],
      'intranet.tinh.vn': ['hold', 'own-record', 'new'],
      'tinh.vn': ['hold', 'own-record', 'new'],
      '203.0.113.5': ['hold', 'own-address', 'new'],
      '198.51.100.9': ['accept', 'listed', 'new'],
      'allowed.vn': ['hold', 'allowed', 'conflict'],
      'known.vn': ['accept', 'listed', 'known'],
      'logged.vn': ['accept', 'listed', 'conflict'],
    })
    expect(bench.review.get(id).counts).toMatchObject({
      held: 4,
      unguarded: 4,
      standings: { new: 5, known: 1, conflict: 2 },
    })
  })

  it('is taken for lists of approvals alone, and not when too much waits', async () => {
    await expect(bench.import('evil.vn', 'a.txt', 'file')).rejects.toThrow(refused('wrong', 'approved: true'))
    await expect(bench.import('evil.vn', 'a.txt', 'none')).rejects.toThrow(refused('wrong', 'approved: true'))
    await expect(bench.import('')).rejects.toThrow(refused('wrong', 'empty'))
    expect(readdirSync(join(bench.directory, 'imports'))).toEqual([])
    expect(bench.review.list(1000, 10)).toEqual([])
  })

  it('that is too long leaves nothing behind', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      const chunk = new Uint8Array(1 << 20)
      for (let n = 0; n < 1000; n++) yield chunk
    }
    const head = { list: 'cv', document: 'x', issuer: '', issued: null }
    await expect(bench.review.receive(endless(), 'a.txt', head, 'x')).rejects.toThrow(
      refused('too-large', '64 MiB'),
    )
    expect(readdirSync(join(bench.directory, 'imports'))).toEqual([])
  })

  it('that was being read when the program ended is read again, three times at most', async () => {
    const id = await bench.import('evil.vn\n')
    const database = new ImportsDatabase(bench.directory, { error: () => {} })
    database.of(`UPDATE import SET state = 'reading' WHERE id = ?`).run(id)
    writeFileSync(join(bench.directory, 'imports', 'incoming-x'), 'half')
    bench.restart()
    await bench.review.start()
    await bench.review.settled()
    expect(bench.review.get(id)).toMatchObject({ state: 'ready', items: 1 })
    expect(bench.review.items(id, {}, 0, 10)).toHaveLength(1)
    expect(readdirSync(join(bench.directory, 'imports'))).toEqual([`${id}-0`])
    database.of(`UPDATE import SET state = 'reading', attempts = 3 WHERE id = ?`).run(id)
    database.close()
    bench.restart()
    await bench.review.start()
    await bench.review.settled()
    expect(bench.review.get(id)).toMatchObject({
      state: 'failed',
      error: expect.stringContaining('several times') as string,
    })
  })

  it('whose file is gone or broken says so', async () => {
    const id = await bench.import(Buffer.from('PK\x03\x04nothing'), 'a.docx')
    expect(bench.review.get(id)).toMatchObject({
      state: 'failed',
      error: expect.stringContaining('a.docx') as string,
    })
    await expect(bench.decide(id, {})).rejects.toThrow() // prettier-ignore
  })

  it('is discarded where nothing of it is enforced, and who did is kept', async () => {
    const id = await bench.import('evil.vn\n')
    const { decision } = await bench.decide(id, {})
    await expect(bench.review.discard(id, 'nhầm', 'user:an')).rejects.toThrow(
      refused('conflict', 'withdraw it first'),
    )
    await bench.decide(id, { action: 'withdraw' })
    const gone = await bench.review.discard(id, 'nhầm', 'user:an')
    expect(gone).toMatchObject({
      state: 'discarded',
      items: 0,
      discarded: { actor: 'user:an', reason: 'nhầm' },
    })
    expect(gone.files[0]!.deleted).toMatchObject({ why: 'the import was discarded' })
    expect(existsSync(join(bench.directory, 'imports', `${id}-0`))).toBe(false)
    expect(bench.review.decisions(id).map(({ seq }) => seq)).toContain(decision.seq)
    await expect(bench.review.discard(id, 'nhầm', 'user:an')).rejects.toThrow(refused('conflict', 'already'))
  })

  it('makes room for its file: originals go, those first of which nothing is enforced, and that is recorded', async () => {
    const half = (mark: string): string =>
      `${mark}.vn\n${'# điền cho dài, không phải chỉ báo nào cả\n'.repeat(800_000)}`
    const first = await bench.import(half('mot'))
    await bench.decide(first, {})
    const second = await bench.import(half('hai'))
    bench.restart('review: { originals: 64MB }\n')
    const third = await bench.import('ba.vn\n')
    const deleted = [first, second, third].map((id) => bench.review.get(id).files[0]!.deleted?.why ?? null)
    expect(deleted).toEqual([null, 'to make room (review.originals)', null])
    expect(bench.review.origins('cv', 'mot.vn')[0]).toMatchObject({ file: 'a.txt', isKept: true })
  })
})

describe('a decision', () => {
  it('approves together what no guard holds, and leaves the rest undecided', async () => {
    const id = await bench.import('evil.vn\nca.gov.vn\n198.51.100.9\nintranet.tinh.vn\n')
    const { decision, isInForce } = await bench.decide(id, {})
    expect({ count: decision.count, isInForce, reloads: bench.reloads }).toEqual({
      count: 2,
      isInForce: true,
      reloads: ['cv'],
    })
    expect(bench.approved()).toEqual(['evil.vn # 1/1', '198.51.100.9 # 1/3'])
    expect(bench.review.get(id).counts).toMatchObject({
      held: 2,
      unguarded: 0,
      states: { approved: 2, open: 2 },
    })
  })

  it('approves what is held one by one, and says which guard of the server it passes', async () => {
    const id = await bench.import('ca.gov.vn\nintranet.tinh.vn\nwww.google.com\n')
    for (const value of ['ca.gov.vn', 'intranet.tinh.vn', 'www.google.com'])
      await bench.decide(id, { item: bench.numberOf(id, value) })
    expect(bench.approved()).toEqual([
      'ca.gov.vn # 1/1 accepted:government',
      'intranet.tinh.vn # 1/2 accepted:own-record',
      'www.google.com # 1/3',
    ])
    expect(() =>
      bench.review.plan(id, {
        action: 'approve',
        item: null,
        filter: { decision: 'hold' },
        as: null,
        scope: null,
        reason: 'x',
        actor: 'y',
      }),
    ).toThrow(refused('wrong', 'one by one'))
  })

  it('of something that says more than one thing names what is meant', async () => {
    const id = await bench.import('https://evil.vn/a/b\n198.51.100.7:8443\n')
    const url = bench.numberOf(id, 'https://evil.vn/a/b')
    const address = bench.numberOf(id, '198.51.100.7:8443')
    await expect(async () => bench.decide(id, { item: url })).rejects.toThrow(
      refused('wrong', '`as`: evil.vn'),
    )
    await expect(async () => bench.decide(id, { item: url, as: 'other.vn' })).rejects.toThrow(
      refused('wrong', 'evil.vn'),
    )
    await bench.decide(id, { item: url, as: 'EVIL.vn' })
    await bench.decide(id, { item: address, as: '198.51.100.7' })
    expect(bench.approved()).toEqual(['=evil.vn # 1/1', '198.51.100.7 # 1/2'])
  })

  it('needs a reason, an import that is read, an item that is there and not decided so already', async () => {
    const id = await bench.import('evil.vn\n0123456789abcdef0123456789abcdef\n')
    const hash = bench.numberOf(id, '0123456789abcdef0123456789abcdef')
    const attempts: [Parameters<ReviewBench['decide']>[1], string, string][] = [
      [{ reason: ' ' }, 'wrong', 'Say why'],
      [{ item: 99 }, 'unknown', 'no item 99'],
      [{ item: 1, action: 'withdraw' }, 'conflict', 'only what is approved'],
      [{ item: hash }, 'wrong', 'nothing that a resolver'],
      [{ as: 'evil.vn' }, 'wrong', 'of one item'],
    ]
    for (const [asked, problem, text] of attempts)
      await expect(async () => bench.decide(id, asked)).rejects.toThrow(refused(problem, text))
    await bench.decide(id, { item: 1 })
    await expect(async () => bench.decide(id, { item: 1 })).rejects.toThrow(
      refused('conflict', 'approved already'),
    )
    await expect(async () => bench.decide(id, { item: 1, action: 'reject' })).rejects.toThrow(
      refused('conflict', 'undecided'),
    )
    expect(() => bench.review.get(77)).toThrow(refused('unknown', 'no import 77'))
  })

  it('with four eyes is not that of who has imported it; rejecting is', async () => {
    bench.restart('review: { fourEyes: true }\n')
    const id = await bench.import('evil.vn\nxau.vn\n')
    await expect(async () => bench.decide(id, { actor: 'user:an' })).rejects.toThrow(
      refused('forbidden', 'somebody else'),
    )
    await bench.decide(id, { actor: 'user:an', action: 'reject', item: 2 })
    await bench.decide(id, { actor: 'user:binh' })
    expect(bench.approved()).toEqual(['evil.vn # 1/1'])
  })

  it('of a filter reaches what fits, and rejecting what is held too', async () => {
    const id = await bench.import('evil.vn\n198.51.100.9\nca.gov.vn\n')
    expect((await bench.decide(id, { filter: { kind: 'ip' } })).decision.count).toBe(1)
    expect(
      (await bench.decide(id, { action: 'reject', filter: { reason: 'government' } })).decision.count,
    ).toBe(1)
    expect(bench.review.items(id, {}, 0, 10).map(({ state }) => state)).toEqual([
      'open',
      'approved',
      'rejected',
    ])
    expect(bench.review.decisions(id).map(({ action, filter, count }) => [action, filter, count])).toEqual([
      ['reject', { reason: 'government' }, 1],
      ['approve', { kind: 'ip' }, 1],
    ])
  })

  it('withdrawn is out of the file; who approved and who withdrew stay', async () => {
    const id = await bench.import('evil.vn\nxau.vn\n')
    await bench.decide(id, {})
    await bench.decide(id, { action: 'withdraw', item: 1, reason: 'chặn nhầm', actor: 'user:chi' })
    expect(bench.approved()).toEqual(['xau.vn # 1/2'])
    expect(bench.review.item(id, 1)).toMatchObject({
      state: 'withdrawn',
      enforced: null,
      approval: { actor: 'user:binh' },
      ending: { actor: 'user:chi', reason: 'chặn nhầm' },
    })
    await bench.decide(id, { item: 1 })
    expect(bench.review.item(id, 1)).toMatchObject({ state: 'approved', ending: null })
  })

  it('of one import leaves what another holds in force', async () => {
    const one = await bench.import('evil.vn\n')
    const two = await bench.import('evil.vn\n', 'b.txt')
    await bench.decide(one, {})
    await bench.decide(two, {})
    await bench.decide(one, { action: 'withdraw' })
    expect(bench.approved()).toEqual(['evil.vn # 2/1'])
    expect(bench.review.origins('cv', 'evil.vn')).toMatchObject([
      { import: 2, item: 1, file: 'b.txt', place: { line: 1 }, approvedBy: 'user:binh', document: 'CV-1' },
    ])
    expect(bench.review.origins('cv2', 'evil.vn')).toEqual([])
  })

  it('is kept, and told not to be in force yet, where the list thread does not answer', async () => {
    const id = await bench.import('evil.vn\n')
    bench.fault = new Error('being restarted')
    expect(await bench.decide(id, {})).toMatchObject({ isInForce: false, decision: { count: 1 } })
    expect(bench.approved()).toEqual(['evil.vn # 1/1'])
  })
})

describe('the end of the program', () => {
  it('between a decision and its file is made good at the next start', async () => {
    const id = await bench.import('evil.vn\nxau.vn\n')
    await bench.decide(id, {})
    const file = join(bench.directory, 'approved', 'cv.txt')
    writeFileSync(file, 'evil.vn\nmore.vn\n')
    writeFileSync(`${file}.tmp`, 'ev')
    bench.restart()
    await bench.review.start()
    expect(bench.approved()).toEqual(['evil.vn # 1/1', 'xau.vn # 1/2'])
    expect(readdirSync(join(bench.directory, 'approved'))).toEqual(['cv.txt', 'cv2.txt'])
    const before = statSync(file, { bigint: true }).mtimeNs
    bench.restart()
    await bench.review.start()
    expect(statSync(file, { bigint: true }).mtimeNs).toBe(before)
    rmSync(file)
    bench.restart()
    await bench.review.start()
    expect(bench.approved()).toHaveLength(2)
  })
})

describe('a database that cannot be used', () => {
  it('is left as it is, and told; what was approved stays in its file', async () => {
    const id = await bench.import('evil.vn\n')
    await bench.decide(id, {})
    bench.review.close()
    writeFileSync(
      join(bench.directory, 'imports.db'),
      'this is no database, and it is long enough to be looked at',
    )
    bench.restart()
    await bench.review.start()
    expect(bench.review.fault).toMatch(/database/)
    expect(() => bench.review.list(9, 9)).toThrow(refused('unavailable', 'imports.db'))
    expect(bench.review.origins('cv', 'evil.vn')).toEqual([])
    expect(bench.approved()).toEqual(['evil.vn # 1/1'])
  })

  it('that is gone takes nothing out of force', async () => {
    const id = await bench.import('evil.vn\n')
    await bench.decide(id, {})
    bench.review.close()
    for (const suffix of ['', '-wal', '-shm'])
      rmSync(join(bench.directory, `imports.db${suffix}`), { force: true })
    bench.restart()
    await bench.review.start()
    expect(bench.approved()).toEqual(['evil.vn # 1/1'])
    expect(bench.logged.at(-1)).toMatchObject([
      'error',
      { list: 'cv' },
      expect.stringContaining('nobody is known') as string,
    ])
  })

  it('takes only so many imports', () => {
    const database = new ImportsDatabase(bench.directory, { error: () => {} })
    const rows = new ImportRows(database)
    const file = { name: 'a', sha256: '', bytes: 1 }
    const head = { list: 'cv', document: '', issuer: '', issued: null }
    const id = rows.add(head, 'x', 1, file)
    database.of('UPDATE import SET items = 4000000 WHERE id = ?').run(id)
    expect(() => rows.add(head, 'x', 1, file)).toThrow(refused('conflict', 'discard'))
    database.close()
  })
})

describe('an address that many share', () => {
  it('is held, with how many, and approved by a person alone; names of the same document are no clean ones', async () => {
    bench.owners.set('198.51.100.9', { least: 4, most: 6 })
    bench.owners.set('198.51.100.0/25', { least: 5, most: 5 })
    bench.owners.set('203.0.113.200', { least: 4, most: 4 })
    const id = await bench.import('evil.vn\n198.51.100.9\n198.51.100.0/25\n203.0.113.200\n2001:db8::7\n')
    expect(bench.askedShared).toEqual([
      {
        addresses: expect.arrayContaining(['198.51.100.9', '198.51.100.0/25', '203.0.113.200', '2001:db8::7']) as string[], // prettier-ignore
        except: ['evil.vn'],
      },
    ])
    const told = bench.review.items(id, {}, 0, 100).map(({ value, decision, reasons, sharedBy }) => [value, decision, reasons[0], sharedBy]) // prettier-ignore
    expect(told).toEqual([
      ['evil.vn', 'accept', 'listed', null],
      ['198.51.100.9', 'hold', 'shared-address', { least: 4, most: 6 }],
      ['198.51.100.0/25', 'hold', 'shared-address', { least: 5, most: 5 }],
      ['203.0.113.200', 'accept', 'listed', null],
      ['2001:db8::7', 'accept', 'listed', null],
    ])
    expect(bench.review.get(id).shared).toEqual({
      addresses: 4,
      names: 100,
      threads: 2,
      answered: 2,
      left: 0,
    })
    await bench.decide(id, {})
    expect(bench.approved()).toEqual(['evil.vn # 1/1', '203.0.113.200 # 1/4', '2001:db8::7 # 1/5'])
    await bench.decide(id, { item: 2, reason: 'đã xác minh' })
    expect(bench.approved()).toContain('198.51.100.9 # 1/2')
  })

  it('is told of an address with a port too, of which a person chooses the address', async () => {
    bench.owners.set('198.51.100.9', { least: 5, most: 5 })
    const id = await bench.import('198.51.100.9:443\n203.0.113.200:8080\n')
    expect(bench.askedShared[0]!.addresses).toEqual(['198.51.100.9', '203.0.113.200'])
    const told = bench.review.items(id, {}, 0, 10).map(({ value, decision, reasons, sharedBy }) => [value, decision, reasons[0], sharedBy?.most]) // prettier-ignore
    expect(told).toEqual([
      ['198.51.100.9:443', 'hold', 'shared-address', 5],
      ['203.0.113.200:8080', 'hold', 'with-port', undefined],
    ])
  })

  it('is not asked for where the configuration says so, or the document names none', async () => {
    bench.owners.set('198.51.100.9', { least: 40, most: 50 })
    expect(bench.review.get(await bench.import('evil.vn\n')).shared).toBeNull()
    bench.restart('review: { sharedBy: 0 }\n')
    const id = await bench.import('198.51.100.9\n')
    expect(bench.review.items(id, {}, 0, 1)[0]).toMatchObject({ decision: 'accept', sharedBy: null })
    expect(bench.askedShared).toEqual([])
  })

  it('is asked for up to a bound, and how many are left is told', async () => {
    const text = Array.from({ length: 10_500 }, (_, at) => `198.51.${at >> 8}.${at & 255}\n`).join('')
    const id = await bench.import(text)
    expect(bench.askedShared.map(({ addresses }) => addresses.length)).toEqual([10_000])
    expect(bench.review.get(id).shared).toMatchObject({ addresses: 10_500, left: 500 })
  })
})

describe('what waits for people', () => {
  it('is counted over all imports, the oldest first, until all is decided', async () => {
    expect(bench.review.status()).toEqual({ unguarded: 0, held: 0, oldestMs: null, notInForce: [] })
    const first = await bench.import('evil.vn\nca.gov.vn\n')
    const second = await bench.import('xau.vn\n', 'b.txt', 'cv2')
    const { atMs } = bench.review.get(first)
    expect(bench.review.status()).toMatchObject({ unguarded: 2, held: 1, oldestMs: atMs })
    await bench.decide(first, {})
    expect(bench.review.status()).toMatchObject({ unguarded: 1, held: 1, oldestMs: atMs })
    await bench.decide(first, { action: 'reject' })
    await bench.decide(second, {})
    expect(bench.review.status()).toEqual({ unguarded: 0, held: 0, oldestMs: null, notInForce: [] })
    bench.review.close()
    expect(bench.review.status()).toEqual({ unguarded: null, held: null, oldestMs: null, notInForce: [] })
    bench.restart()
  })
})

describe('the file of what is approved', () => {
  it('tells documents and decisions, in a line each, and by itself that nothing is approved any more', async () => {
    await bench.review.start()
    expect(bench.file('cv')).toEqual([])
    const id = await bench.import('evil.vn\nxau.vn\n')
    await bench.decide(id, { item: 1, reason: 'trước' })
    await bench.decide(id, { reason: 'sau' })
    const other = await bench.import('evil.vn\n', 'b.txt')
    await bench.decide(other, {})
    const kinds = bench
      .file()
      .map((line) => line.replace(/(?<=^# (?:import \d|approval)).*|(?<=\d+\/\d+).*/, ''))
    expect(kinds).toEqual([
      '# What is approved for the list cv. Made from imports.db; what is written here is lost.',
      '# import 1', '# approval', 'evil.vn # 1/1', '# approval', 'xau.vn # 1/2', '# import 2', '# approval', 'evil.vn # 2/1',
    ]) // prettier-ignore
    expect(bench.file()[1]).toContain('"document":"CV-1","issuer":"Cục","issued":"2026-01-02"')
    expect(bench.file()[4]).toContain('"by":"user:binh"')
    expect(bench.file()[4]).toContain('"reason":"sau"')
    await bench.decide(id, { action: 'withdraw' })
    await bench.decide(other, { action: 'withdraw' })
    // Not empty: another node takes an empty file for one that was lost.
    expect(bench.file()).toHaveLength(1)
    expect(bench.file('cv2')).toEqual([])
  })
})
