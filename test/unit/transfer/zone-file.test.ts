import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Differences } from '../../../src/transfer/differences.ts'
import type { ZoneRecord } from '../../../src/transfer/message.ts'
import { applyDifferences, confirmCopy, readCopy, ZoneFileWriter } from '../../../src/transfer/zone-file.ts'

const NOW = Date.UTC(2026, 10, 21, 8)
const SOA = 'z. 60 IN SOA ns.z. root.z. 7 3600 600 86400 60'
const rule = (name: string, rdata = '.', ttlSeconds = 60): ZoneRecord => ({ owner: `${name}.z.`, type: 5, ttlSeconds, rdata }) // prettier-ignore
const data = (name: string, rdata: string): ZoneRecord => ({ ...rule(name, rdata), type: 1 })

let directory: string
let path: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'thanhloc-'))
  path = join(directory, 'zone')
})
afterEach(() => rmSync(directory, { recursive: true }))

async function write(lines: readonly string[], mostBytes = 1 << 20): Promise<void> {
  const writer = new ZoneFileWriter(path, mostBytes)
  try {
    for (const line of lines) writer.add(line)
    await writer.finish('axfr', NOW)
  } finally {
    await writer.close()
  }
}

async function apply(differences: Differences): Promise<string[]> {
  const writer = new ZoneFileWriter(path, 1 << 20)
  try {
    await applyDifferences(path, SOA.replace(' 7 ', ' 8 '), differences, writer)
    await writer.finish('ixfr', NOW)
  } finally {
    await writer.close()
  }
  return readFileSync(path, 'latin1').split('\n').slice(1, -2)
}

describe('a copy', () => {
  it('is read back as it was written, and says when it was found current', async () => {
    await write([SOA, 'a.z. 60 IN CNAME .'])
    expect(await readCopy(path, 'z.')).toEqual({
      soa: { serial: 7, refresh: 3600, retry: 600, expire: 86_400 },
      records: 2,
      kind: 'axfr',
      transferredMs: NOW,
      checkedMs: NOW,
    })
    await confirmCopy(path, NOW + 60_000)
    expect(await readCopy(path, 'z.')).toMatchObject({ transferredMs: NOW, checkedMs: NOW + 60_000 })
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it.each([
    ['of another zone', `${SOA}\n; whole: 1 records, by axfr at 2026-11-21T08:00:00.000Z\n`, 'y.'],
    ['without its last line', `${SOA}\na.z. 60 IN CNAME .\n`, 'z.'],
    ['without an SOA', 'a.z. 60 IN CNAME .\n; whole: 1 records, by axfr at 2026-11-21T08:00:00.000Z\n', 'z.'],
    ['empty', '', 'z.'],
  ])('is none %s', async (_, text, zone) => {
    writeFileSync(path, text)
    expect(await readCopy(path, zone)).toBeNull()
  })

  it('is none where there is no file', async () => expect(await readCopy(path, 'z.')).toBeNull())

  it('takes the place of the one before whole or not at all', async () => {
    await write([SOA])
    const writer = new ZoneFileWriter(path, 1 << 30)
    for (let line = 0; line < 30_000; line++) writer.add(`a${line}.vn.z. 60 IN CNAME some-longer-target.vn.`)
    await writer.drain()
    expect(readdirSync(directory).toSorted()).toEqual(['zone', 'zone.tmp'])
    await writer.close()
    expect(readdirSync(directory)).toEqual(['zone'])
    expect((await readCopy(path, 'z.'))!.records).toBe(1)
  })

  it('is bounded', async () => {
    await expect(write([SOA, 'a.z. 60 IN CNAME .'], 60)).rejects.toThrow('the zone is larger than')
    expect(readdirSync(directory)).toEqual([])
  })
})

describe('differences', () => {
  const lines = [
    SOA,
    'z. 60 IN NS ns.z.',
    'a.z. 60 IN A 192.0.2.1',
    'a.z. 60 IN A 192.0.2.2',
    'b.z. 60 IN CNAME .',
  ]

  it('come to the records of one owner together', async () => {
    await write(lines)
    const differences = new Differences()
    differences.remove(data('a', '192.0.2.1'))
    differences.add(data('a', '192.0.2.3'))
    differences.add(rule('c'))
    expect(await apply(differences)).toEqual([
      'z. 60 IN NS ns.z.',
      'a.z. 60 IN A 192.0.2.2',
      'a.z. 60 IN A 192.0.2.3',
      'b.z. 60 IN CNAME .',
      'c.z. 60 IN CNAME .',
    ])
    expect(await readCopy(path, 'z.')).toMatchObject({ records: 6, kind: 'ixfr', soa: { serial: 8 } })
  })

  it('change a TTL, and may take back what they did', async () => {
    await write(lines)
    const differences = new Differences()
    differences.remove(rule('b'))
    differences.add(rule('b', '.', 300))
    differences.add(rule('c'))
    differences.remove(rule('c', '.', 999))
    differences.remove(data('a', '192.0.2.2'))
    differences.add(data('a', '192.0.2.2'))
    const after = await apply(differences)
    expect(after).toEqual([...lines.slice(1, 4), 'b.z. 300 IN CNAME .'])
  })

  it.each([
    ['remove what is not here', (d: Differences) => d.remove(rule('x')), 'not here'],
    ['add what is here', (d: Differences) => d.add(rule('b')), 'is here'],
    [
      'add and take back what is here',
      (d: Differences) => (d.add(rule('b')), d.remove(rule('b'))),
      'is here',
    ],
    ['remove twice', (d: Differences) => (d.remove(rule('b')), d.remove(rule('b'))), 'remove a record twice'],
    ['add twice', (d: Differences) => (d.add(rule('x')), d.add(rule('x', '.', 9))), 'add a record twice'],
  ])('do not fit where they %s', async (_, change, reason) => {
    await write(lines)
    const differences = new Differences()
    await expect(async () => {
      change(differences)
      await apply(differences)
    }).rejects.toThrow(reason)
    expect(readFileSync(path, 'latin1').split('\n').slice(0, -2)).toEqual(lines)
  })
})
