import { getPriority } from 'node:os'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'

test('the thread that gives way has less weight, the others have what they had', async () => {
  const before = getPriority()
  const entry = new URL('../../../src/thread/give-way.ts', import.meta.url).href
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads')
     void import('${entry}').then(({ giveWay }) => {
       giveWay()
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
