/** What `reports` says before a server is asked; test/scenario/notice-desk.test.ts has the rest. */
import { expect, it } from 'vitest'
import { runCommand } from './terminal.ts'

it.each([
  [['allow', '7'], 'say why with --reason'],
  [['keep', '7', '--reason', ' '], 'say why with --reason'],
  [['keep', '7', '--for', '1h', '--reason', 'x'], '--for belongs to allow'],
  [['allow', '7', '--for', 'ever', '--reason', 'x'], 'ever'],
  [['show', 'bảy'], 'is no report'],
  [['show'], 'The name is missing'],
  [['alow', '7'], 'did you mean allow?'],
])('reports %j is refused: %s', async (words, said) => {
  const ran = await runCommand('reports', ...words)
  expect(ran.exit).toBe(2)
  expect(ran.err).toContain(said)
})
