/** kill -9 between sending an alert and writing down that it was sent: it is sent again, and can be told by its id. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'

interface Post {
  readonly id: string
  readonly body: string
}

it('an alert that was sent and not noted is sent again under its id, and no third time', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'thanhloc-kill-'))
  const posts: Post[] = []
  let onPost: (respond: () => void) => void = (respond) => respond()
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      posts.push({ id: String(request.headers['thanhloc-id']), body })
      onPost(() => response.end('ok'))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    rmSync(directory, { recursive: true, force: true })
  })
  const { port } = server.address() as AddressInfo
  const children: ChildProcess[] = []
  onTestFinished(() => children.forEach((child) => child.kill('SIGKILL')))

  /** Runs the process until it ends. */
  function run(aheadMs: number): Promise<{ readonly signal: NodeJS.Signals | null; readonly out: string }> {
    const script = join(import.meta.dirname, '../support/alerting-process.ts')
    const child = spawn(process.execPath, [script, directory, `http://127.0.0.1:${port}/`, String(aheadMs)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(child)
    let out = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk))
    return new Promise((resolve) => child.on('close', (_, signal) => resolve({ signal, out })))
  }

  onPost = () => children[0]!.kill('SIGKILL')
  expect((await run(0)).signal).toBe('SIGKILL')
  expect(posts).toHaveLength(1)

  onPost = (respond) => respond()
  const second = await run(60_000)
  expect(JSON.parse(second.out)).toMatchObject({ from: 1, pending: 0, sent: 1 })
  expect(posts).toHaveLength(2)
  expect(posts[1]).toEqual(posts[0])

  const third = await run(120_000)
  expect(JSON.parse(third.out)).toMatchObject({ from: 1, pending: 0, sent: 1 })
  expect(posts).toHaveLength(2)
})
