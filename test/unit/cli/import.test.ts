import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from './terminal.ts'

const annex = join(import.meta.dirname, '../../fixtures/imports/annex.docx')
const signsight = join(import.meta.dirname, '../../fixtures/imports/eset-signsight.misp.json')
const NEEDED = ['--list', 'apt', '--document', '1298/CATTT-NCSC']

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'thanhloc-import-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('import', () => {
  it('does what docs/import.md shows', async () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/import.md'), 'utf8')
    const [, words, shown] = /```console\n\$ bin\/thanhloc (.*)\n([\s\S]*?)\n```/.exec(page)!
    const argv = words!.match(/"[^"]*"|\S+/g)!.map((word) => word.replaceAll('"', ''))
    expect((await runCommand(...argv)).out).toContain(shown!)
  })

  it('prints the proposal as JSON: value, kind, decision, reason and place of each item', async () => {
    const { exit: code, out } = await runCommand('import', annex, signsight, ...NEEDED, '--dry-run', '--json')
    expect(code).toBe(0)
    const printed = JSON.parse(out) as { items: Record<string, unknown>[]; files: object[]; summary: object }
    expect(printed.items.find(({ value }) => value === 'cdn.thanhtoan-vneid.com')).toMatchObject({
      kind: 'host',
      decision: 'accept',
      reason: 'listed',
      written: 'cdn[.]thanhtoan-vneid[.]com',
      place: { file: 'annex.docx', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string, table: 1, row: 2, cell: 2 },
    }) // prettier-ignore
    expect(printed.items.find(({ value }) => value === 'office365.blogdns.com')).toMatchObject({
      places: [{ file: 'annex.docx' }, { file: 'eset-signsight.misp.json' }],
    })
    expect(printed.files).toMatchObject([{ format: 'docx' }, { format: 'misp' }])
    expect(printed.summary).toMatchObject({
      list: 'apt',
      document: '1298/CATTT-NCSC',
      items: printed.items.length,
    })
  })

  it('prints what a person must decide first, with where it stands and why', async () => {
    const { out } = await runCommand('import', signsight, ...NEEDED, '--dry-run')
    expect(out).toMatch(/for a person to decide: 2\n {2}https:\/\/ca\.gov\.vn\/\S+ \[url\] eset-signsight\.misp\.json, \/response\/0\/Event\/Attribute\/7\n {4}Thuộc gov\.vn/) // prettier-ignore
    expect(out).toMatch(/proposed: 2\n {2}office365\.blogdns\.com \[host\]/)
  })

  it('what stood in a file does not steer the terminal', async () => {
    const path = join(folder, 'l.html')
    writeFileSync(path, '<table><tr><td>http://evil.com/\u001b[31m</td></tr></table>')
    expect((await runCommand('import', path, ...NEEDED, '--dry-run')).out).not.toContain('\u001b')
  })

  it.each([
    [[annex, '--document', 'x', '--dry-run'], 2, /--list ID is missing/],
    [[annex, '--list', '../x', '--document', 'x', '--dry-run'], 2, /--list ID/],
    [[annex, '--list', 'x', '--dry-run'], 2, /--document TEXT is missing/],
    [[annex, ...NEEDED, '--data', '/nonexistent'], 1, /no server runs with the data directory/],
    [['no-such-file', ...NEEDED, '--dry-run'], 1, /reading no-such-file: ENOENT/],
  ])('%j ends with %d', async (words, expected, message) => {
    const { exit: code, err } = await runCommand('import', ...words)
    expect(code).toBe(expected)
    expect(err).toMatch(message)
  })

  it('a file that cannot be read is told in one line', async () => {
    const path = join(folder, 'old.doc')
    writeFileSync(path, Buffer.from('\xd0\xcf\x11\xe0', 'latin1'))
    const { exit: code, err } = await runCommand('import', path, ...NEEDED, '--dry-run')
    expect([code, err.trim().split('\n').length]).toEqual([1, 1])
    expect(err).toMatch(/old\.doc: đây là .*trước 2007.* · it is a document of Word or Excel before 2007/)
  })
})
