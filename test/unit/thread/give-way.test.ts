import { getPriority } from 'node:os'
import { Worker } from 'node:worker_threads'
import { expect, test, vi } from 'vitest'
import { giveWay } from '../../../src/thread/give-way.ts'

vi.mock('node:os', async (original) => ({
  ...(await original<typeof import('node:os')>()),
  setPriority: forbidden,
}))
const forbidden = vi.hoisted(() => () => {
  throw Object.assign(new Error('operation not permitted'), { code: 'EPERM' })
})

test('the thread that gives way, once or twice, has less weight; the others have what they had', async () => {
  const before = getPriority()
  const entry = new URL('../../../src/thread/give-way.ts', import.meta.url).href
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads')
     void import('${entry}').then(({ giveWay }) => {
       giveWay({ warn: () => {} })
       giveWay({ warn: () => {} })
       parentPort.postMessage(require('node:os').getPriority())
     })`,
    { eval: true },
  )
  const priority = await new Promise((resolve, reject) =>
    worker.once('message', resolve).once('error', reject),
  )
  expect([priority, getPriority()]).toEqual([
    process.platform === 'linux' ? Math.min(before + 5, 19) : before,
    before,
  ])
})

test('a thread that may not give way says so and goes on', () => {
  const said: string[] = []
  giveWay({ warn: (_fields: object, message?: string) => void said.push(message ?? '') })
  expect(said).toEqual(
    process.platform === 'linux' ? ['the thread cannot be given less weight; answers may wait for it'] : [],
  )
})
