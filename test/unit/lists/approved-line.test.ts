/** The comments of approved entries: what they say is told with the block, and what is wrong in them costs nothing else. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { acceptedGuards, ApprovedOrigins, approvalLine, documentOf, entryComment, importLine } from '../../../src/lists/approved-line.ts' // prettier-ignore
import { justify, sourceOf } from '../../../src/lists/basis.ts'
import { configuredLists } from '../../../src/lists/configured.ts'
import { explain } from '../../../src/lists/explain.ts'
import { compileOffline } from '../../../src/lists/offline.ts'
import { MAX_DOCUMENTS } from '../../../src/lists/rules.ts'
import { listSettings, settingsOf } from './settings.ts'
import { temporaryDirectory } from './support.ts'

const IMPORT = { import: 12, document: '1298/CATTT-NCSC', issuer: 'Cục ATTT', issued: '2022-08-23', files: [{ name: 'annex.docx', sha256: 'ab' }] } // prettier-ignore
const APPROVAL = { by: 'user:an', at: '2026-11-22T08:00:00.000Z', reason: 'theo công văn' }
const ENTRY = { import: 12, item: 3, accepted: ['government'], written: 'ca[.]gov.vn', file: 0, places: 2, place: { table: 1, row: 2 } } as const // prettier-ignore
const TOLD = { import: 12, item: 3, document: '1298/CATTT-NCSC', issuer: 'Cục ATTT', issued: '2022-08-23', file: 'annex.docx', sha256: 'ab', isKept: false, place: { table: 1, row: 2 }, places: 2, written: 'ca[.]gov.vn', accepted: ['government'], approvedBy: 'user:an', approvedAt: APPROVAL.at, reason: 'theo công văn' } // prettier-ignore

/** What each line of `text` says its entry comes from. */
function originsIn(text: string) {
  const comments = new ApprovedOrigins()
  return text.split('\n').flatMap((line) => comments.take(line) ?? [])
}

describe('the comments of approved entries', () => {
  it('say where an entry comes from, and who approved it', () => {
    const text = `${importLine(IMPORT)}${approvalLine(APPROVAL)}ca.gov.vn${entryComment('x', ENTRY)}\n`
    expect(originsIn(text)).toEqual([TOLD])
    expect(acceptedGuards(text.split('\n')[2]!)).toEqual(['government'])
  })

  it('leave out what goes without saying', () => {
    const entry = { ...ENTRY, accepted: [], written: 'evil.vn', places: 1 }
    const comment = entryComment('evil.vn', entry)
    expect(comment).toBe(' # 12/3 {"place":{"table":1,"row":2}}')
    expect(originsIn(`${importLine(IMPORT)}${approvalLine(APPROVAL)}=evil.vn${comment}\n`)).toMatchObject([{ written: 'evil.vn', places: 1, file: 'annex.docx' }]) // prettier-ignore
  })

  it('hold until the next of their kind, and an approval for its import alone', () => {
    const [other, entry] = [
      { ...IMPORT, import: 13, document: 'B' },
      { ...ENTRY, import: 13 },
    ]
    const text = `${importLine(IMPORT)}${approvalLine(APPROVAL)}${importLine(other)}a.vn${entryComment('x', entry)}\n${approvalLine({ ...APPROVAL, by: 'user:b' })}a.vn${entryComment('x', entry)}\nb.vn${entryComment('x', ENTRY)}\n` // prettier-ignore
    expect(originsIn(text)).toMatchObject([{ import: 13, document: 'B', approvedBy: 'user:b' }])
  })

  it.each([
    ['a.vn # 12/3 {"written":"x accepted:government"}', []],
    ['a.vn # see accepted:government', []],
    ['a.vn # 12/3 accepted:own-record {"written":"# 1/1 accepted:government"}', ['own-record']],
    ['# 12/3 accepted:government', []],
  ])('lets no word of a document pass a guard: %s', (line, guards) =>
    expect(acceptedGuards(line)).toEqual(guards),
  )

  it('show nothing that could end a line, steer a terminal or turn the direction of writing', () => {
    const evil = 'a\u0000b\nc\u202ed\u001b[2J\u2028e\ud800'
    const line = importLine({ ...IMPORT, document: evil, files: [{ name: evil, sha256: '' }] })
    expect(documentOf(line)).toBe('a b c d [2J e')
    expect(line.match(/\n/g)).toHaveLength(1)
    expect(documentOf('# import 1 {"document":"a\\u0000b\\u202ec"}')).toBe('a b c')
  })

  it.each(['{', '[]', 'null', '{"document":1,"files":[1,null,{"name":2}],"issued":"x"}'])(
    'of another program are read as far as they make sense: %s',
    (json) => {
      const text = `# import 1 ${json}\n# approval ${json}\na.vn # 1/1 ${json}\n`
      for (const origin of originsIn(text)) expect(origin).toMatchObject({ document: '', file: '', issued: null, place: {}, places: 1 }) // prettier-ignore
    },
  )
})

describe('a list of several documents', () => {
  const compile = async (text: string, document = '') => {
    const path = join(temporaryDirectory(), 'cv.txt')
    writeFileSync(path, text)
    const settings = settingsOf([listSettings('cv', path, { approved: true, document })])
    const { lists, policy } = await compileOffline(settings, 0)
    const sources = configuredLists(settings).map((list, at) => sourceOf(list, lists[at]!, list.path, 0))
    return { lists, policy, tell: (name: string) => justify(explain(policy, name, [], false), sources) }
  }
  const head = (id: number, document: string): string => importLine({ ...IMPORT, import: id, document }) + approvalLine(APPROVAL) // prettier-ignore

  it('blocks what each of them says, once, under the action of the list', async () => {
    const { policy, tell, lists } = await compile(`${head(1, 'A')}=evil.vn # 1/1\nboth.vn # 1/2\n${head(2, 'B')}evil.vn # 2/1\nboth.vn # 2/2\n198.51.100.0/24 # 2/3\n`, 'A') // prettier-ignore
    const documents = policy.base.meta.rules.map(({ document }) => document)
    expect(documents).toEqual([undefined, 'A', 'B'])
    expect(lists[0]!.outcome.heldBack).toEqual([])
    for (const name of ['evil.vn', 'a.evil.vn', 'both.vn', '198.51.100.7'])
      expect(await tell(name)).toMatchObject({ verdict: 'block', action: 'sinkhole', list: 'cv' })
    const { lists: held } = await tell('both.vn')
    expect(held[0]!.imports.map(({ document, item }) => `${document} ${item}`)).toEqual(['A 2', 'B 2'])
  })

  it('tells of as many documents as there are rules for, and of the list behind them', async () => {
    const text = Array.from({ length: MAX_DOCUMENTS + 2 }, (_, at) => `${head(at + 1, `D${at}`)}n${at}.vn # ${at + 1}/1\n`).join('') // prettier-ignore
    const { policy, lists, tell } = await compile(text)
    expect(policy.base.meta.rules).toHaveLength(MAX_DOCUMENTS + 1)
    expect(lists[0]!.outcome.names).toBe(MAX_DOCUMENTS + 2)
    expect((await tell(`n${MAX_DOCUMENTS + 1}.vn`)).verdict).toBe('block')
  })
})
