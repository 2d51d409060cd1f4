/** An annex from its arrival to a block that says where it comes from, and to its end; as docs/review.md tells it. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root, thanhloc } from '../support/command.ts'
import { expectAnswer } from '../support/dns-client.ts'
import { eventually } from '../support/server.ts'
import { Stage } from '../support/stage.ts'
import { readPage, stepsOf } from '../presubmit/markdown.ts'

const CLEAN = '192.0.2.1'
const SINKHOLE = '10.10.10.10'
const ANNEX = join(root, 'test/fixtures/imports/annex.docx')
const BLOCKED = 'cdn.thanhtoan-vneid.com'
const HELD = 'ca.gov.vn'

/** `2026-08-23`, so many days from today by this machine's time zone. */
function day(days: number): string {
  const now = new Date()
  const date = new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, 12)
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`
}

const config = (until: string): string => `
sinkhole: { ipv4: ${SINKHOLE} }
lists:
  - { id: cv-1298, approved: true, document: 1298/CATTT-NCSC, issuer: Cục ATTT, issued: 2022-08-23, until: ${until} }
`

interface Lookup {
  readonly verdict: string
  readonly lists: readonly { readonly id: string; readonly imports: readonly Record<string, unknown>[] }[]
}
interface Items {
  readonly items: readonly {
    readonly number: number
    readonly value: string
    readonly state: string
    readonly reasons: readonly string[]
  }[]
}

let stage: Stage

beforeAll(async () => {
  stage = await Stage.open(config(day(3)))
  stage.up.answer('*', 'A', CLEAN)
})
afterAll(() => stage.close())

const run = (...words: readonly string[]) => thanhloc([...words, '--data', stage.server.path('data')])
const lookup = async (name: string): Promise<Lookup> =>
  (await stage.server.api<Lookup>('GET', `/api/v1/lookup?name=${name}`)).body
const itemOf = async (value: string, id = 1): Promise<number> => {
  const { body } = await stage.server.api<Items>('GET', `/api/v1/imports/${id}/items?q=${value}`)
  return body.items.find((item) => item.value === value)!.number
}

/** The file as it is uploaded. */
function upload(
  query: string,
  bytes: Uint8Array,
): Promise<{ status: number; body: { id: number; state: string } }> {
  return stage.server.api('POST', `/api/v1/imports?${query}`, bytes)
}

describe('an annex', () => {
  it('is imported, and blocks nothing', async () => {
    expectAnswer(await stage.ask(BLOCKED, 'A'), BLOCKED, 'A', CLEAN)
    const ran = await run('import', ANNEX, '--list', 'cv-1298', '--document', '1298/CATTT-NCSC')
    expect([ran.code, ran.stderr]).toEqual([0, ''])
    expect(ran.stdout).toContain('#1 cv-1298: 1298/CATTT-NCSC, annex.docx: ')
    expect((await run('review', 'list')).stdout).toContain('33 + 7 held undecided, 0 approved')
    expectAnswer(await stage.ask(BLOCKED, 'A'), BLOCKED, 'A', CLEAN)
    expect(statSync(stage.server.path('data/imports/1-0')).mode & 0o777).toBe(0o600)
  })

  it('is reviewed: what a guard holds is shown with its place and the reason', async () => {
    const shown = await run('review', 'show', '1', '--decision', 'hold')
    expect(shown.stdout).toContain(`${HELD} [host] hold`)
    expect(shown.stdout).toContain('gov.vn')
    expect(shown.stdout).toMatch(/annex\.docx, bảng 1, hàng 11/)
    expect(shown.stdout).not.toContain(BLOCKED)
  })

  it('is approved as far as no guard holds it, and blocks at once, names in the cache too', async () => {
    const refused = await run('review', 'approve', '1', '--reason', 'theo công văn')
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('--yes')
    const ran = await run('review', 'approve', '1', '--yes', '--reason', 'theo công văn')
    expect(ran.stderr).toBe('')
    expect(ran.stdout).toContain('approved and enforced')
    const reply = await stage.ask(BLOCKED, 'A')
    expectAnswer(reply, BLOCKED, 'A', SINKHOLE)
    expect(reply.ede[0]).toEqual({ code: 15, text: 'cv-1298: 1298/CATTT-NCSC' })
    expectAnswer(await stage.ask(HELD, 'A'), HELD, 'A', CLEAN)
  })

  it('holds a government name until a person decides about it alone, past the guard of the server', async () => {
    const number = await itemOf(HELD)
    const ran = await run('review', 'approve', `1/${number}`, '--reason', 'đã xác minh với VNCERT')
    expect(ran.stderr).toBe('')
    expectAnswer(await stage.ask(HELD, 'A'), HELD, 'A', SINKHOLE)
  })

  it('tells of a block document, file, row, and who approved it', async () => {
    const { verdict, lists } = await lookup(BLOCKED)
    expect(verdict).toBe('block')
    expect(lists[0]).toMatchObject({
      id: 'cv-1298',
      imports: [
        {
          import: 1,
          document: '1298/CATTT-NCSC',
          file: 'annex.docx',
          sha256: '0786ad7d3ae6d3dfd0a1ea69b922d84fe21393e45e610202ab292b9680212bbf',
          place: { table: 1, row: 2, cell: 2 },
          approvedBy: expect.stringMatching(/^socket/) as string,
          reason: 'theo công văn',
        },
      ],
    })
    const ran = await run('lookup', BLOCKED)
    expect(ran.stdout).toContain('annex.docx, bảng 1, hàng 2, ô 2')
    expect(ran.stdout).toContain('approved   by socket')
    const offline = await thanhloc(['lookup', BLOCKED, '--config', stage.server.path('thanhloc.yaml')])
    expect(offline.stdout).toContain('original   annex.docx, bảng 1, hàng 2, ô 2')
    const held = await run('lookup', HELD)
    expect(held.stdout).toContain('let past the guard government')
  })

  it('tells of a machine that asked for it the document and the row, in the log and in its hits', async () => {
    await stage.ask(BLOCKED, 'A')
    const { server } = stage
    const told = { document: '1298/CATTT-NCSC', approvedBy: expect.stringMatching(/^socket/) as string }
    const place = { file: 'annex.docx', table: 1, row: 2, cell: 2 }
    const line = await server.logged(({ msg, indicator }) => msg === 'blocked' && indicator === BLOCKED)
    expect(line).toMatchObject({ list: 'cv-1298', import: 1, place, ...told })
    const { body } = await server.api<{ items: readonly object[] }>(
      'GET',
      `/api/v1/hits?indicator=${BLOCKED}`,
    )
    expect(body.items).toMatchObject([
      {
        document: told.document,
        origin: {
          import: 1,
          file: 'annex.docx',
          place: { table: 1, row: 2, cell: 2 },
          approvedBy: told.approvedBy,
        },
      },
    ])
  })

  it('is on record with who did what', async () => {
    const { body } = await stage.server.api<{ items: { action: string; target: string; reason: string }[] }>(
      'GET',
      '/api/v1/audit',
    )
    const rows = body.items.filter(({ action }) => action.startsWith('import.'))
    expect(rows.map(({ action, target, reason }) => `${action} ${target} ${reason}`)).toEqual(
      expect.arrayContaining(['import.add list:cv-1298 ', 'import.decide import:1 theo công văn']),
    )
  })

  it('ends: past the last day of the list its names resolve again', async () => {
    const write = (until: string): void => {
      const text = readFileSync(stage.server.path('thanhloc.yaml'), 'utf8')
      stage.server.write('thanhloc.yaml', text.replace(/until: [\d-]+/, `until: ${until}`))
    }
    write(day(-1))
    await eventually(async () => (await lookup(BLOCKED)).verdict === 'log')
    expectAnswer(await stage.ask(BLOCKED, 'A'), BLOCKED, 'A', CLEAN, { ede: [] })
    write(day(3))
    await eventually(async () => (await lookup(BLOCKED)).verdict === 'block')
  })
})

describe('an approval', () => {
  it('is withdrawn, and out of force at once', async () => {
    const number = await itemOf(BLOCKED)
    const ran = await run('review', 'withdraw', `1/${number}`, '--reason', 'chặn nhầm')
    expect(ran.stderr).toBe('')
    expectAnswer(await stage.ask(BLOCKED, 'A'), BLOCKED, 'A', CLEAN)
    expect((await lookup(BLOCKED)).verdict).toBe('pass')
    const again = await run('review', 'withdraw', '1', '--reason', 'công văn bị thu hồi')
    expect(again.stderr).toBe('')
    expectAnswer(await stage.ask(HELD, 'A'), HELD, 'A', CLEAN)
  })

  it('of a URL says what of it is blocked', async () => {
    const number = await itemOf('https://dichvucong-vn.click/tai/app.apk')
    const vague = await run('review', 'approve', `1/${number}`, '--reason', 'giả mạo')
    expect(vague.stderr).toContain('say what of it is to be blocked with `as`: dichvucong-vn.click')
    const ran = await run(
      'review',
      'approve',
      `1/${number}`,
      '--as',
      'dichvucong-vn.click',
      '--reason',
      'giả mạo',
    )
    expect(ran.stderr).toBe('')
    expectAnswer(await stage.ask('dichvucong-vn.click', 'A'), 'dichvucong-vn.click', 'A', SINKHOLE)
    expectAnswer(await stage.ask('x.dichvucong-vn.click', 'A'), 'x.dichvucong-vn.click', 'A', CLEAN)
  })
})

describe('import', () => {
  it('with --json tells each item, and with --yes approves what no guard holds', async () => {
    const words = ['import', ANNEX, '--list', 'cv-1298', '--document', 'CV-2', '--json', '--yes']
    const ran = await run(...words)
    expect(ran.stderr).toBe('')
    const { items, summary } = JSON.parse(ran.stdout) as { items: { value: string; decision: string; reason: string; place: object; state: string }[]; summary: { imports: { states: object }[] } } // prettier-ignore
    expect(items.find(({ value }) => value === BLOCKED)).toMatchObject({ kind: 'host', decision: 'accept', state: 'approved', place: { file: 'annex.docx', table: 1, row: 2 } }) // prettier-ignore
    expect(items.find(({ value }) => value === HELD)).toMatchObject({ decision: 'hold', reason: 'government', state: 'open' }) // prettier-ignore
    expect(summary.imports[0]!.states).toMatchObject({ approved: items.filter(({ decision }) => decision === 'accept').length }) // prettier-ignore
    expectAnswer(await stage.ask(BLOCKED, 'A'), BLOCKED, 'A', SINKHOLE)
    expectAnswer(await stage.ask(HELD, 'A'), HELD, 'A', CLEAN)
  })

  it('of what cannot be read says why', async () => {
    stage.server.write('a.docx', 'PK\u0003\u0004')
    const ran = await run('import', stage.server.path('a.docx'), '--list', 'cv-1298')
    expect(ran.code).toBe(1)
    expect(ran.stderr).toMatch(/a\.docx: không phải tệp zip.* · it is no whole zip archive/)
  })
})

describe('docs/review.md', () => {
  it('is what its commands print', async () => {
    const page = readPage('docs/review.md')
    const told = await Stage.open(page.blocks.find(({ language }) => language === 'yaml')!.text)
    try {
      told.up.answer('*', 'A', CLEAN)
      for (const { command, output } of stepsOf(page)) {
        const ran = await typed(told, wordsOf(command))
        expect(ran.stderr, command).toBe('')
        expect(ran.stdout, command).toMatch(printed(output))
      }
    } finally {
      await told.close()
    }
  })
})

/** What a command of the page does, on `told` in place of the server at home. */
async function typed(
  told: Stage,
  [program, ...words]: readonly string[],
): Promise<{ stdout: string; stderr: string }> {
  if (program === 'dig') {
    const { answers } = await told.ask(words[1]!, 'A')
    return { stdout: answers.map(({ data }) => data).join('\n'), stderr: '' }
  }
  if (program === 'sed') {
    const [, from, to] = words[1]!.split('/')
    const text = readFileSync(told.server.path('thanhloc.yaml'), 'utf8')
    told.server.write('thanhloc.yaml', text.replaceAll(from!, to!))
    return { stdout: '', stderr: '' }
  }
  return thanhloc([...words, '--data', told.server.path('data')], { directory: root })
}

/** What a shell makes of it: blanks separate, quotes hold together. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare!)
}

/** `…` is anything on its line; alone on a line, any lines. */
function printed(output: string): RegExp {
  const lines = output.trimEnd().split('\n').map((line) => (line === '…' ? '[^]*' : line.split('…').map(RegExp.escape).join('.*'))) // prettier-ignore
  return new RegExp(`^${lines.join('\\n')}\\s*$`)
}

describe('what cannot be', () => {
  it('a file of nothing, for a list that holds no approvals, or without a document', async () => {
    expect((await upload('name=a.txt&list=cv-1298', Buffer.alloc(0))).status).toBe(422)
    expect((await upload('name=a.txt&list=khac', Buffer.from('evil.vn\n'))).status).toBe(422)
    expect((await upload('name=..%2fa.txt&list=cv-1298', Buffer.from('evil.vn\n'))).status).toBe(400)
  })

  it('a file that cannot be read says why, and is no proposal', async () => {
    const { status, body } = await upload('name=a.docx&list=cv-1298', Buffer.from('PK\x03\x04 hỏng'))
    expect(status).toBe(202)
    const found = async () =>
      (await stage.server.api<{ state: string; error: string | null }>('GET', `/api/v1/imports/${body.id}`))
        .body
    await eventually(async () => (await found()).state === 'failed')
    expect((await found()).error).toContain('a.docx')
    const decided = await stage.server.api('POST', `/api/v1/imports/${body.id}/decide`, {
      action: 'approve',
      all: true,
      reason: 'x',
    })
    expect(decided.status).toBe(409)
  })
})
