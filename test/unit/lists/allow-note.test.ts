/** Who answers for what passes, why, and until when: from the comment of an entry, or from the configuration for its file. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { readAllowNote } from '../../../src/lists/allow-note.ts'
import { justify, sourceOf } from '../../../src/lists/basis.ts'
import { configuredLists } from '../../../src/lists/configured.ts'
import { explain } from '../../../src/lists/explain.ts'
import { compileOffline } from '../../../src/lists/offline.ts'
import { allowSettings, listSettings, settingsOf } from './settings.ts'
import { temporaryDirectory } from './support.ts'

const NONE = { owner: '', reason: '', until: null }
const DAY_MS = 86_400_000
const NOON = new Date(2026, 10, 22, 12).getTime()

describe('readAllowNote', () => {
  it.each([
    ['a.vn', NONE],
    ['a.vn # let through', NONE],
    ['a.vn # owner: Nguyễn An; reason: đã xác minh: lần 2; until: 2026-12-31', { owner: 'Nguyễn An', reason: 'đã xác minh: lần 2', until: '2026-12-31' }], // prettier-ignore
    ['a.vn ; OWNER:an;until: 31/12/2026 ', { owner: 'an', reason: '', until: '2026-12-31' }],
    ['a.vn ! until: 1-2-2027', { owner: '', reason: '', until: '2027-02-01' }],
    ['a.vn # owner: a\u0000b\u202ec', { owner: 'a b c', reason: '', until: null }],
    ['# owner: an', { owner: 'an', reason: '', until: null }],
    ['', NONE],
  ])('reads %s', (line, note) => expect(readAllowNote(line, NONE)).toEqual(note))

  it.each(['2026-02-30', '30/2/2026', 'mãi mãi', '', '2026-12', '12/31/2026', '2026-12-31T00:00'])(
    'does not guess until when "%s" is',
    (until) => expect(readAllowNote(`a.vn # until: ${until}`, NONE)).toBeNull(),
  )

  it('takes from the file what the line does not say, and the earlier of two days', () => {
    const file = { owner: 'An', reason: 'vì', until: '2026-12-31' }
    expect(readAllowNote('a.vn', file)).toEqual(file)
    expect(readAllowNote('a.vn # owner: Bình; until: 2026-12-01', file)).toEqual({ owner: 'Bình', reason: 'vì', until: '2026-12-01' }) // prettier-ignore
    expect(readAllowNote('a.vn # until: 2027-01-01', file)).toMatchObject({ until: '2026-12-31' })
  })
})

describe('an allow list', () => {
  let directory: string
  beforeEach(() => {
    directory = temporaryDirectory()
    writeFileSync(join(directory, 'bad.txt'), 'evil.vn\n198.51.100.0/24\n')
  })
  const compile = async (text: string, more = {}, nowMs = NOON) => {
    const path = join(directory, 'allow.txt')
    writeFileSync(path, text)
    const settings = settingsOf([listSettings('bad', join(directory, 'bad.txt'))], { allow: [allowSettings(path, more)] }) // prettier-ignore
    const { lists, policy } = await compileOffline(settings, nowMs)
    const sources = configuredLists(settings).map((list, at) => sourceOf(list, lists[at]!, list.path, nowMs))
    const verdict = (name: string) => explain(policy, name, [], false).verdict
    return { outcome: lists[1]!.outcome, verdict, tell: (name: string) => justify(explain(policy, name, [], false), sources) } // prettier-ignore
  }

  it('lets an entry pass on its last day and not on the day after', async () => {
    const text = 'a.evil.vn # until: 2026-11-22\nb.evil.vn # until: 2026-11-21\nc.evil.vn\n'
    const today = await compile(text)
    expect(['a.evil.vn', 'b.evil.vn', 'c.evil.vn', 'evil.vn'].map(today.verdict)).toEqual(['allow', 'block', 'allow', 'block']) // prettier-ignore
    expect(today.outcome.allowed).toEqual({ expired: 1, unowned: 2, ends: '2026-11-22', ended: '2026-11-21' })
    expect(today.outcome).toMatchObject({ names: 2, refused: {} })
    const tomorrow = await compile(text, {}, NOON + DAY_MS)
    expect(['a.evil.vn', 'c.evil.vn'].map(tomorrow.verdict)).toEqual(['block', 'allow'])
    expect(tomorrow.outcome.allowed).toEqual({ expired: 2, unowned: 1, ends: null, ended: '2026-11-22' })
  })

  it('ends no entry by a clock that cannot be right', async () => {
    expect((await compile('a.evil.vn # until: 2026-11-21\n', {}, 0)).verdict('a.evil.vn')).toBe('allow')
  })

  it('ends as a whole on its own last day', async () => {
    const ended = await compile('a.evil.vn\nb.evil.vn # until: 2030-01-01\n', { until: '2026-11-21' })
    expect(['a.evil.vn', 'b.evil.vn'].map(ended.verdict)).toEqual(['block', 'block'])
    expect(ended.outcome.allowed).toMatchObject({ expired: 2 })
  })

  it('refuses an entry of which nobody can tell until when it passes', async () => {
    const { outcome, verdict } = await compile('a.evil.vn # until: mãi mãi\nb.evil.vn\n')
    expect(outcome.firstErrors).toMatchObject([{ line: 1, reason: 'bad-date' }])
    expect(['a.evil.vn', 'b.evil.vn'].map(verdict)).toEqual(['block', 'allow'])
  })

  it('tells of an entry who answers for it, why, and until when', async () => {
    const { tell, outcome } = await compile('a.evil.vn # owner: An; reason: đã xác minh\nb.evil.vn\n', { owner: 'Phòng CNTT', until: '2026-12-31' }) // prettier-ignore
    const of = async (name: string) => (await tell(name)).lists.find(({ id }) => id === 'allow:allow.txt')!.allowed // prettier-ignore
    expect(await of('x.a.evil.vn')).toEqual({ owner: 'An', reason: 'đã xác minh', until: '2026-12-31' })
    expect(await of('b.evil.vn')).toEqual({ owner: 'Phòng CNTT', reason: '', until: '2026-12-31' })
    expect((await tell('evil.vn')).lists[0]!.allowed).toBeNull()
    expect(outcome.allowed).toMatchObject({ unowned: 0 })
  })

  it('takes no comment of a line for the entry of another: zones hand on what they hold one line later', async () => {
    const zone = '$TTL 60\n@ SOA a. b. 1 1 1 1 1\n@ NS a.\na.evil.vn A 192.0.2.1\nb.evil.vn A 192.0.2.1 ; until: 2026-11-21\nc.evil.vn A 192.0.2.1\n' // prettier-ignore
    const { verdict, outcome } = await compile(zone)
    expect(['a.evil.vn', 'b.evil.vn', 'c.evil.vn'].map(verdict)).toEqual(['allow', 'allow', 'allow'])
    expect(outcome.allowed).toMatchObject({ expired: 0 })
  })

  it('says nothing in lists that block: a comment there is a comment', async () => {
    writeFileSync(join(directory, 'bad.txt'), 'evil.vn # until: 2020-01-01\n')
    const { verdict } = await compile('')
    expect(verdict('evil.vn')).toBe('block')
  })
})
