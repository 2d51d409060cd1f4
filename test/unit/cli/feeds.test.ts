/** What commands without a server say of a list that is yet to be fetched. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { checkLists } from '../../../src/cli/doctor/lists.ts'
import { loadSettings } from '../../../src/config/load.ts'
import { runCommand } from './terminal.ts'

function stand(): string {
  const directory = mkdtempSync(join(tmpdir(), 'thanhloc-feeds-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const config = join(directory, 'thanhloc.yaml')
  writeFileSync(
    config,
    'store: { path: data }\nlists: [ { id: a, feed: { url: "https://lists.example/a" } } ]\n',
  )
  return directory
}

async function doctor(config: string): Promise<string[]> {
  const loaded = loadSettings({ file: config })
  if ('errors' in loaded) throw new Error(loaded.errors.join('\n'))
  return (await checkLists(loaded.settings, Date.now())).map(({ detail }) => detail.en)
}

it('a list that was never fetched is no mistake of the configuration, and is told', async () => {
  const directory = stand()
  const config = join(directory, 'thanhloc.yaml')
  expect(await runCommand('check', '--config', config)).toMatchObject({
    exit: 0,
    err: 'list a: not fetched yet; the server does that when it runs',
  })
  expect(await doctor(config)).toEqual(['it was never fetched'])
  mkdirSync(join(directory, 'data/feeds'), { recursive: true })
  writeFileSync(join(directory, 'data/feeds/a'), 'evil.vn\n')
  const { exit, out, err } = await runCommand('check', '--config', config)
  expect({ exit, err }).toEqual({ exit: 0, err: '' })
  expect(out).toContain('# a: 1 names')
  expect(await doctor(config)).toEqual(['1 files can be read, the oldest is 0 days old'])
})

it('a slip in the words is told before a server is asked', async () => {
  expect(await runCommand('feeds', 'fech', 'a')).toMatchObject({ exit: 2, err: expect.stringContaining('did you mean fetch') as string }) // prettier-ignore
  expect((await runCommand('feeds', 'fetch')).err).toContain('The name is missing')
})
