/** The README: its tour is done, its two commands are there, and it shows what the server really says. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { POOL_SOCKETS } from '../../src/upstream/socket-pool.ts'
import { readPage, root, stepsOf } from './markdown.ts'
import { Replay } from './replay.ts'

const readme = readPage('README.md')

describe('the tour', () => {
  let replay: Replay
  beforeAll(async () => {
    replay = await Replay.start({ 'www.example.org': '192.0.2.80', 'tai-lieu.example': '192.0.2.99' })
  })
  afterAll(() => replay.stop())

  it('every step prints what the page shows', async () => {
    // One after the other: each stands on what those before it have done.
    const steps = stepsOf(readme).filter(({ command }) => !command.startsWith('npm '))
    expect(steps.length).toBeGreaterThan(20)
    for (const step of steps) {
      const { printed, expected } = await replay.run(step)
      expect(printed, step.command).toBe(expected)
    }
  })

  it('the line to wait for is the one there is', () => {
    const shown = readme.blocks.flatMap(({ text }) => (text.startsWith('{"level"') ? [text] : []))
    expect(shown).toHaveLength(1)
    const line = JSON.parse(shown[0]!) as Record<string, unknown>
    expect(Object.keys(line)).toEqual(Object.keys(replay.ready))
    expect(line).toMatchObject({ msg: 'ready', names: replay.ready['names'] })
  })
})

describe('what the page says', () => {
  it('the two commands are scripts, and stand in a block of their own', () => {
    const [first] = readme.blocks
    expect(first!.text).toMatch(/^npm ci && npm start\b.*\nnpm ci && npm test\b.*\n$/)
    expect(manifest.scripts.start).toBe('bin/thanhloc serve')
    expect(manifest.scripts.test).toMatch(/^vitest run/)
  })

  it('the shipped configuration listens where it says', () => {
    const config = readFileSync(join(root, 'config/thanhloc.yaml'), 'utf8')
    for (const address of ['127.0.0.1:5354', '127.0.0.1:8053']) {
      expect(readme.text).toContain(address)
      expect(config).toContain(address)
    }
  })

  it('is as fast as the benchmarks say', () => {
    const measured = rowsOf(readPage('docs/benchmarks.md').text, 'CPU µs a query')
    const shown = rowsOf(readme.text, '')
    for (const work of ['block', 'hit', 'miss']) {
      expect(Object.keys(shown[work]!), work).toHaveLength(6)
      expect(measured[work], work).toMatchObject(shown[work]!)
    }
  })

  it('speaks Vietnamese to the officer, with all marks composed', () => {
    expect(readme.anchors).toContain('dành-cho-cán-bộ-công-nghệ-thông-tin')
    expect(readme.text).toBe(readme.text.normalize('NFC'))
  })

  it('counts sockets, names and principles right', () => {
    expect(readme.text).toContain(`Up to ${POOL_SOCKETS} sockets`)
    const principles = readme.text.split('### Principles')[1]!.split('###')[0]!
    expect(principles.match(/^\d+\. /gm)).toHaveLength(10)
  })

  it('fits a terminal', () => {
    const long = readme.text
      .replace(/^```(?:text|console)\n[\s\S]*?^```$/gm, '')
      .split('\n')
      .filter((line) => line.length > 120 && !line.includes(']('))
    expect(long).toEqual([])
  })
})

/** Of the first table whose head begins with `head`: work → server → the first figure, by what stands in code and in the head. */
function rowsOf(text: string, head: string): Record<string, Record<string, number>> {
  const lines = text.split('\n')
  const from = lines.findIndex((line) => line.startsWith(`| ${head}`) && line.includes('| Thanh Lọc |'))
  const servers = cellsOf(lines[from]!)
  const rows = lines.slice(from + 2, lines.indexOf('', from)).map(cellsOf)
  return Object.fromEntries(
    rows.map(([work, ...figures]) => [
      /`(\w+)`/.exec(work!)![1]!,
      Object.fromEntries(
        figures.map((figure, at) => [servers[at + 1]!, Number(/[\d.]+/.exec(figure)?.[0] ?? Number.NaN)]),
      ),
    ]),
  )
}

function cellsOf(line: string): string[] {
  return line.split('|').slice(1, -1).map((cell) => cell.trim()) // prettier-ignore
}
