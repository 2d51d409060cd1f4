/** Documents of an office program that were misread once: what stands in them is known (`test/support/annexes`). */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Expected } from '../../support/annexes/author.ts'
import { judge } from '../../support/annexes/judge.ts'
import { proposalOf } from '../../support/proposals.ts'

const folder = join(import.meta.dirname, '../../fixtures/imports/annexes')
const documents = readdirSync(folder).filter((name) => /\.(?:docx|xlsx|pdf)$/.test(name))

describe('documents that were misread once', () => {
  it('are there', () => expect(documents.length).toBeGreaterThanOrEqual(10))

  it.each(documents)('%s', async (name) => {
    const truth = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Record<string, Expected>
    const { items } = await proposalOf(name, readFileSync(join(folder, name)))
    const { missed, wrong, overHeld } = judge(items, new Map(Object.entries(truth)))
    expect({ missed, wrong }).toEqual({ missed: [], wrong: [] })
    if (!name.endsWith('.pdf')) expect(overHeld).toEqual([])
  })
})
