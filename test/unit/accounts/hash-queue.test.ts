import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { HashQueue } from '../../../src/accounts/hash-queue.ts'

/** Work that is done when the test says so. */
class Work {
  started = 0
  running = 0
  most = 0
  readonly #finish: ((error?: Error) => void)[] = []

  run = (): Promise<number> => {
    const number = ++this.started
    this.most = Math.max(this.most, ++this.running)
    return new Promise((resolve, reject) => {
      this.#finish.push((error) => {
        this.running--
        if (error) reject(error)
        else resolve(number)
      })
    })
  }

  async finish(error?: Error): Promise<void> {
    const finish = this.#finish.shift()!
    finish(error)
    await setImmediate()
  }
}

test('one runs at a time, in their order, and what is too much is not run', async () => {
  const queue = new HashQueue(2)
  const work = new Work()
  const results = [1, 2, 3, 4].map(() => queue.run(work.run))
  expect(await results[3]).toBeNull()
  expect(queue.isFull).toBe(true)
  for (let i = 0; i < 3; i++) await work.finish()
  expect(await Promise.all(results)).toEqual([1, 2, 3, null])
  expect(work).toMatchObject({ started: 3, most: 1 })
  expect(queue.isFull).toBe(false)
})

test('nobody slips in before those who wait', async () => {
  const queue = new HashQueue(8)
  const work = new Work()
  const order: string[] = []
  const first = queue.run(work.run)
  const second = queue.run(work.run).then(() => order.push('second'))
  const late = first.then(() => queue.run(work.run)).then(() => order.push('late'))
  for (let i = 0; i < 3; i++) await work.finish()
  await Promise.all([second, late])
  expect(order).toEqual(['second', 'late'])
  expect(work.most).toBe(1)
})

test('not even who comes in the moment one ends', async () => {
  const queue = new HashQueue(8)
  const order: string[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  const first = queue.run(() => promise)
  const second = queue.run(async () => {
    order.push('second begins')
    await setImmediate()
    order.push('second ends')
  })
  const late = promise.then(() => queue.run(async () => order.push('late')))
  resolve()
  await Promise.all([first, second, late])
  expect(order).toEqual(['second begins', 'second ends', 'late'])
})

test('work that fails makes room for the next', async () => {
  const queue = new HashQueue(1)
  const work = new Work()
  const failed = queue.run(work.run)
  const next = queue.run(work.run)
  const said = expect(failed).rejects.toThrow('damaged')
  await work.finish(new Error('damaged'))
  await work.finish()
  await said
  expect(await next).toBe(2)
})
