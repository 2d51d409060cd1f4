/** What real lists and annexes come to: the table of docs/import.md, held against cuts and whole files. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dataLines } from '../../../src/indicators/data-files.ts'
import { SummaryCounter } from '../../../src/indicators/proposal.ts'
import { proposalOf } from '../../support/proposals.ts'

const root = join(import.meta.dirname, '../../..')
const page = readFileSync(join(root, 'docs/import.md'), 'utf8')

/** file | format | accepted | held | refused | why, the most frequent first. */
const rows = [...page.matchAll(/^\| `([^`]+)` \| (\w+) \| (\d+) \| (\d+) \| (\d+) \| (.*) \|$/gm)]

const read = (file: string): ReturnType<typeof proposalOf> =>
  proposalOf(file.split('/').at(-1)!, readFileSync(join(root, 'test/fixtures', file)))

describe('real lists and annexes', () => {
  it('finds the table', () => expect(rows.length).toBeGreaterThan(20))

  it.each(rows.map(([, file, ...counts]) => [file!, counts] as const))('%s', async (file, counts) => {
    const { items, file: read_ } = await read(file)
    const counter = new SummaryCounter()
    for (const item of items) counter.add(item)
    const { decisions, reasons } = counter.summary()
    const why = Object.entries(reasons).map(([reason, count]) => `${reason} ${count}`)
    expect([read_.format, decisions.accept, decisions.hold, decisions.refuse, why.join(', ')].map(String)).toEqual(counts) // prettier-ignore
  })

  it.each(rows.map(([, file]) => file!))('%s: nothing of the government and nothing popular without a person', async (file) => {
    const popular = new Set(dataLines('popular-names.txt.br'))
    const { items } = await read(file)
    const accepted = items.filter(({ decision }) => decision === 'accept').map(({ value }) => value)
    expect(accepted.filter((value) => popular.has(value) || /(?:^|\.)(?:gov|dcs)\.vn$/.test(value))).toEqual([])
  }) // prettier-ignore

  it('signsight: two names are proposed, the certification authority is held', async () => {
    const { items } = await read('imports/eset-signsight.misp.json')
    const of = (decision: string): string[] => items.filter((item) => item.decision === decision).map(({ value }) => value) // prettier-ignore
    expect(of('accept')).toEqual(['office365.blogdns.com', 'vgca.homeunix.org'])
    expect(of('hold')).toEqual([
      expect.stringMatching(/^https:\/\/ca\.gov\.vn\/.*x64/),
      expect.stringMatching(/^https:\/\/ca\.gov\.vn\/.*x32/),
    ])
    expect(items.find(({ decision }) => decision === 'hold')!.reasons).toEqual([
      'government',
      'url-with-path',
    ])
  })
})

/** Stands in the text above the table, in the workbook in a line of its own. */
const ABOVE = 'https://khonggianmang.vn/chiendichmadoc2022'

describe('the same annex as docx, xlsx and pdf', () => {
  const known = async (file: string): Promise<string[]> => {
    const { items } = await read(file)
    // What stands in columns too narrow may be read in two ways; one of them is right.
    return items.filter(({ decision, reasons }) => decision !== 'refuse' && !reasons.includes('running-text') && !reasons.includes('other-column') && !reasons.includes('hidden')).map(({ value }) => value).filter((value) => value !== ABOVE).sort() // prettier-ignore
  }

  it('gives the same indicators', async () => {
    const names = await known('imports/annex.docx')
    expect(names).toHaveLength(39)
    expect(await known('imports/annex.xlsx')).toEqual(names)
    // What else its pieces may make is held beside.
    expect(await known('imports/annex.pdf')).toEqual(expect.arrayContaining(names))
  })

  it('accepts nothing in one that is not proposed in the others', async () => {
    const accepted = async (file: string): Promise<string[]> => (await read(file)).items.filter(({ decision }) => decision === 'accept').map(({ value }) => value) // prettier-ignore
    const all = new Set(await accepted('imports/annex.docx'))
    for (const value of await accepted('imports/annex.pdf')) expect(all).toContain(value)
    for (const value of await accepted('imports/annex.xlsx')) expect(all).toContain(value)
  })
})

describe('one list in two forms', () => {
  it('oznu as a zone of RPZ and for dnsmasq: the same names, and as much of each', async () => {
    const items = async (file: string): Promise<string[]> => (await read(file)).items.filter(({ decision }) => decision !== 'refuse').map(({ decision, value, scope }) => `${decision} ${value} ${scope}`).sort() // prettier-ignore
    const zone = await items('lists/oznu.rpz.zone')
    const names = new Set(zone.map((item) => item.split(' ')[1]))
    const both = (await items('lists/oznu.dnsmasq.conf')).filter((item) => names.has(item.split(' ')[1]))
    expect(both.length).toBeGreaterThan(5)
    expect(zone).toEqual(expect.arrayContaining(both))
  })

  it('nocoin as hosts and as filters: what both name', async () => {
    const names = async (file: string): Promise<Set<string>> => new Set((await read(file)).items.filter(({ decision }) => decision === 'accept').map(({ value }) => value)) // prettier-ignore
    const hosts = await names('lists/nocoin.hosts.txt')
    const filters = [...(await names('lists/nocoin.adblock.txt'))].filter((name) => /[a-z]$/.test(name))
    expect(filters.filter((name) => !hosts.has(name)).length).toBeLessThan(filters.length / 4)
  })
})
