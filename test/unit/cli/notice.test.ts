/** `thanhloc notice` as a process: that it waits, and how it ends. What it does: test/unit/notice, test/scenario/notice*. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { NoticeServer } from '../../support/notice-server.ts'
import { freePort } from '../../support/primaries.ts'
import { eventually } from '../../support/server.ts'
import { runCommand } from './terminal.ts'

const main = join(import.meta.dirname, '../../../src/main.ts')

describe('notice', () => {
  it('refuses a path that no socket can have', async () => {
    const { exit, err } = await runCommand('notice', '--socket', `/${'x'.repeat(120)}`)
    expect(exit).toBe(2)
    expect(err).toContain('at most 107 bytes')
  })

  it('waits for a server that is not there, says so, and ends in order', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'thanhloc-'))
    const child = spawn(process.execPath, [main, 'notice', '--socket', join(directory, 's')])
    let log = ''
    for await (const chunk of child.stdout.setEncoding('utf8')) {
      log += chunk
      if (log.includes('the server is away')) child.kill('SIGTERM')
    }
    if (child.exitCode === null) await once(child, 'exit')
    expect(child.exitCode).toBe(0)
    expect(log).toMatch(/"level":"warn".*"reason":"connect ENOENT/)
    rmSync(directory, { recursive: true })
  })

  it('goes on when nobody reads its log', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'thanhloc-'))
    const server = new NoticeServer(join(directory, 's'))
    await server.open()
    const child = spawn(process.execPath, [main, 'notice', '--socket', server.path])
    child.stdout.destroy()
    // It has written twice by then, to nobody.
    await eventually(() => server.letters.length > 0)
    const port = await freePort()
    server.settle({ http: [{ address: '127.0.0.1', port }] })
    await eventually(() => fetch(`http://127.0.0.1:${port}/`).then(({ status }) => status === 403, () => false)) // prettier-ignore
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
    await server.close()
    rmSync(directory, { recursive: true })
  })
})
