import { describe, expect, it } from 'vitest'
import { proposalOf, wordsOf } from '../../support/proposals.ts'

describe('a quote that nobody closes', () => {
  const names = Array.from({ length: 60 }, (_, index) => `evil${index}.com`)
  const csv = (stray: readonly number[]): string => `Domain,Note\n${names.map((name, index) => `${name},${stray.includes(index) ? '"5 inch' : 'x'}\n`).join('')}` // prettier-ignore

  it.each([[[5]], [[5, 50]], [[59]], [[0, 40]]])('costs no row: in rows %j', async (stray) => {
    expect(await wordsOf('a.csv', csv(stray))).toEqual(names.map((name) => `accept host ${name}`))
  })

  it('is told, with its line, and the rows behind keep theirs', async () => {
    const { items, file } = await proposalOf('a.csv', csv([5]))
    expect(file.warnings).toEqual([expect.stringMatching(/^dòng 7: .* · line 7: quotes/)])
    expect(items.find(({ value }) => value === 'evil9.com')!.places).toEqual([{ file: 0, line: 11, cell: 1 }])
  })
})

it('to_ids of a MISP export holds what is not marked', async () => {
  const text = 'uuid,event_id,category,type,value,comment,to_ids\n1,2,Network activity,domain,evil.com,,1\n2,2,Network activity,domain,good.com,,0\n' // prettier-ignore
  const { items } = await proposalOf('a.csv', text)
  expect(items.map(({ decision, value, reasons }) => `${decision} ${value} ${reasons[0]}`)).toEqual([
    'accept evil.com listed',
    'hold good.com unmarked',
  ])
})
