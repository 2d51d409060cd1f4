/** What is said of a decision is what is so: in lists that only record, past what is let through, and where two documents say the same. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { thanhloc } from '../support/command.ts'
import { expectAnswer } from '../support/dns-client.ts'
import { eventually } from '../support/server.ts'
import { Stage } from '../support/stage.ts'

const SINKHOLE = '10.10.10.10'
const CLEAN = '192.0.2.1'

let stage: Stage

beforeAll(async () => {
  stage = await Stage.open(`
sinkhole: { ipv4: ${SINKHOLE} }
lists:
  - { id: cv, approved: true, document: CV-1 }
  - { id: over, approved: true, document: CV-2, until: 2026-01-01 }
  - { id: trial, approved: true, document: CV-3, action: log }
`)
  stage.up.answer('*', 'A', CLEAN)
})
afterAll(() => stage.close())

const run = (...words: readonly string[]) => thanhloc([...words, '--data', stage.server.path('data')])

/** Hands `text` in as `name`; the number of the import, which is read. */
async function propose(list: string, name: string, text: string): Promise<string> {
  const { server } = stage
  const made = await server.api<{ id: number }>(
    'POST',
    `/api/v1/imports?name=${name}&list=${list}`,
    Buffer.from(text),
  )
  const path = `/api/v1/imports/${made.body.id}`
  await eventually(async () => (await server.api<{ state: string }>('GET', path)).body.state === 'ready')
  return String(made.body.id)
}

/** What `review` would do, where nobody looks at what it says. */
const decide = (id: string, action: string) =>
  stage.server.api('POST', `/api/v1/imports/${id}/decide`, { action, all: true, reason: 'x' })

describe('an approval', () => {
  it('for a list that only records is told to block nothing, before it and after it', async () => {
    for (const [list, said] of [
      ['over', /danh sách over đã hết hạn ngày 2026-01-01/],
      ['trial', /the list trial only records hits/],
    ] as const) {
      const id = await propose(list, `${list}.txt`, `evil-${list}.vn\n`)
      expect((await run('review', 'show', id)).stdout).toMatch(said)
      const ran = await run('review', 'approve', id, '--yes', '--reason', 'x')
      expect(ran.stdout).toContain('đã duyệt, chỉ ghi nhận · approved, only recorded: 1')
      expect(ran.stdout).toMatch(said)
      stage.server.write(`${list}.txt`, `evil-${list}.vn\n`)
      const again = await run('import', stage.server.path(`${list}.txt`), '--list', list, '--yes')
      expect(again.stdout).toContain('đã duyệt, chỉ ghi nhận · approved, only recorded: 1')
      expectAnswer(await stage.ask(`evil-${list}.vn`, 'A'), `evil-${list}.vn`, 'A', CLEAN)
    }
  })

  it('of a name that is let through says that it is not blocked', async () => {
    const id = await propose('cv', 'let.txt', 'let-through.vn\n')
    expect((await run('allow', 'let-through.vn', '--reason', 'khiếu nại')).code).toBe(0)
    const ran = await run('review', 'approve', `${id}/1`, '--reason', 'x')
    expect(ran.stdout).toContain('! let-through.vn: let through by hand')
  })

  it('of what is decided already says that there is none left; what was rejected together is approved together', async () => {
    const id = await propose('cv', 'undo.txt', 'undo-a.vn\nundo-b.vn\n')
    await decide(id, 'reject')
    const ran = await run('review', 'approve', id, '--yes', '--reason', 'x')
    expect(ran.stdout).toContain(`there is none left: thanhloc review show ${id}`)
    const undone = await run('review', 'approve', id, '--yes', '--state', 'rejected', '--reason', 'x')
    expect(undone.stdout.trim()).toBe('đã duyệt và đang chặn · approved and enforced: 2')
    expectAnswer(await stage.ask('undo-b.vn', 'A'), 'undo-b.vn', 'A', SINKHOLE)
  })
})

describe('a withdrawal', () => {
  it('says where another document goes on blocking, and that nothing does where none is left', async () => {
    const first = await propose('cv', 'first.txt', 'twice.vn\n')
    const second = await propose('cv', 'second.txt', 'twice.vn\n')
    expect((await run('review', 'show', second)).stdout).toContain(`the same file was imported before: thanhloc review show ${first}`) // prettier-ignore
    for (const id of [first, second]) {
      const ran = await run('review', 'approve', `${id}/1`, '--reason', 'x')
      expect(ran.stdout.trim()).toBe('đã duyệt và đang chặn · approved and enforced: 1')
    }
    const held = await run('review', 'withdraw', `${second}/1`, '--reason', 'nhầm')
    expect(held.stdout).toContain('nơi khác vẫn giữ · withdrawn, still held elsewhere: 1')
    expect(held.stdout).toContain(`! twice.vn: blocked (sinkhole) (cv: ${first}/1)`)
    expectAnswer(await stage.ask('twice.vn', 'A'), 'twice.vn', 'A', SINKHOLE)
    const ran = await run('review', 'withdraw', `${first}/1`, '--reason', 'nhầm')
    expect(ran.stdout.trim()).toBe('đã thu hồi, không còn chặn · withdrawn, no longer enforced: 1')
    expectAnswer(await stage.ask('twice.vn', 'A'), 'twice.vn', 'A', CLEAN)
  })

  it('of many does not claim that nothing blocks them any more', async () => {
    const id = await propose('cv', 'many.txt', 'many-a.vn\nmany-b.vn\n')
    await decide(id, 'approve')
    const ran = await run('review', 'withdraw', id, '--reason', 'nhầm')
    expect(ran.stdout).toContain('đã thu hồi · withdrawn: 2\n')
    expect(ran.stdout).toContain('what another document or list holds too stays blocked')
  })
})

describe('several files at once', () => {
  it('one that cannot be read keeps none of the others from being read, and is told', async () => {
    stage.server.write('one.txt', 'several-a.vn\n')
    stage.server.write('two.docx', 'PK\u0003\u0004')
    stage.server.write('three.txt', 'several-b.vn\n')
    const files = ['one.txt', 'two.docx', 'three.txt'].map((name) => stage.server.path(name))
    const ran = await run('import', ...files, '--list', 'cv', '--yes')
    expect(ran.code).toBe(1)
    expect(ran.stderr).toMatch(/two\.docx: .*no whole zip archive/)
    expect(ran.stdout.match(/approved and enforced: 1/g)).toHaveLength(2)
    for (const name of ['several-a.vn', 'several-b.vn'])
      expectAnswer(await stage.ask(name, 'A'), name, 'A', SINKHOLE)
  })

  it('of which one holds nothing says so', async () => {
    stage.server.write('none.txt', 'xin chào\n')
    expect((await run('import', stage.server.path('none.txt'), '--list', 'cv')).stdout).toContain('nothing was found in it') // prettier-ignore
  })
})

describe('items', () => {
  it('are shown a hundred at a time, those behind by --after, and all of them as JSON', async () => {
    const names = Array.from({ length: 150 }, (_, n) => `page-${n}.vn`)
    const id = await propose('cv', 'pages.txt', `${names.join('\n')}\n`)
    const first = await run('review', 'show', id)
    expect(first.stdout).toContain(`${id}/100 page-99.vn`)
    expect(first.stdout).not.toContain(`${id}/101 `)
    expect(first.stdout).toContain('--after 100')
    expect((await run('review', 'show', id, '--after', '100')).stdout).toContain(`${id}/150 page-149.vn`)
    const json = JSON.parse((await run('review', 'show', id, '--json')).stdout) as { id: number; items: { value: string }[] } // prettier-ignore
    expect(json.id).toBe(Number(id))
    expect(json.items.map(({ value }) => value)).toEqual(names)
  })
})
