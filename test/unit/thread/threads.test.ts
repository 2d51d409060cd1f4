import { writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/clock.ts'
import type { Letter } from '../../../src/thread/mail.ts'
import type { ThreadStart } from '../../../src/thread/shared-state.ts'
import { Threads } from '../../../src/thread/threads.ts'

let directory: string
let threads: Threads
let letters: string[]
let ends: { error: string | null; restartInMs: number }[]
let changed: () => void

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'thanhloc-threads-'))
  letters = []
  ends = []
})
afterEach(async () => {
  await threads.terminateAll()
  rmSync(directory, { recursive: true })
})

/** Threads that all run `code`. */
function running(code: string): void {
  const path = join(directory, 'thread.mjs')
  writeFileSync(path, `import { parentPort } from 'node:worker_threads'\n${code}`)
  threads = new Threads(
    () => pathToFileURL(path),
    {
      begin: () => ({}) as ThreadStart,
      letter: (letter) => {
        letters.push(letter as unknown as string)
        changed()
      },
      ended: (_name, error, restartInMs) => {
        ends.push({ error, restartInMs })
        changed()
      },
    },
    systemClock,
  )
}

/** Resolves when `condition` holds after some event. */
function until(condition: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    changed = () => {
      if (condition()) resolve()
    }
    changed()
  })
}

const tell = (body: string): Letter => ({ kind: 'tell', from: 'main', to: 'lists', id: 0, type: body, body })

describe('Threads', () => {
  it('starts control and store behind the others: they give way from their first module on', async () => {
    running(`import { getPriority } from 'node:os'
      import { threadName } from 'node:worker_threads'
      parentPort.postMessage(threadName + ' ' + (getPriority() - getPriority(process.pid)))
      parentPort.on('message', () => {})`)
    const names = ['resolver-0', 'lists', 'control', 'store'] as const
    for (const name of names) threads.start(name)
    await until(() => letters.length === names.length)
    const behind = process.platform === 'linux' ? 5 : 0
    expect(letters.toSorted()).toEqual([`control ${behind}`, 'lists 0', 'resolver-0 0', `store ${behind}`])
  })

  it('starts a thread that throws again, at once and then with back-off, and remembers why', async () => {
    running(`parentPort.postMessage('up'); setImmediate(() => { throw new Error('boom') })`)
    threads.start('lists')
    await until(() => ends.length === 3)
    expect(ends.map(({ restartInMs }) => restartInMs)).toEqual([0, 100, 200])
    expect(threads.status()[0]).toMatchObject({ name: 'lists', restarts: 3 })
    expect(threads.status()[0]!.lastError).toMatch(/boom/)
  })

  it('outlives a thread that fills its heap', async () => {
    running(`parentPort.postMessage('up')
      parentPort.once('message', () => { const all = []; for (;;) all.push(new Array(100_000).fill(all.length)) })`)
    threads.start('store')
    await until(() => letters.length === 1)
    threads.port('store')!.postMessage(tell('fill'))
    await until(() => letters.length === 2)
    expect(ends[0]!.error).toMatch(/memory/i)
  })

  it('replaces a thread that no longer moves', async () => {
    running(`parentPort.postMessage('up'); parentPort.once('message', () => { for (;;); })`)
    threads.start('control')
    await until(() => letters.length === 1)
    threads.port('control')!.postMessage(tell('hang'))
    threads.replace('control')
    await until(() => letters.length === 2)
    expect(threads.status()[0]!.restarts).toBe(1)
  })

  it('restarts nothing once it is told to stop', async () => {
    running(`parentPort.postMessage('up'); parentPort.once('message', () => process.exit(0))`)
    threads.start('control')
    await until(() => letters.length === 1)
    threads.stopRestarting()
    threads.port('control')!.postMessage(tell('end'))
    await until(() => ends.length === 1)
    expect(ends[0]).toEqual({ error: null, restartInMs: -1 })
    expect(threads.port('control')).toBeUndefined()
  })
})
