import { Worker } from 'node:worker_threads'
import { expect, test, vi } from 'vitest'
import { systemClock } from '../../../src/clock.ts'
import { CpuShare } from '../../../src/thread/cpu-share.ts'

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function setUp() {
  let nowMs = 1000
  let usedMs: number | null = 0
  const asked = vi.fn(async () => {
    if (usedMs === null) throw new Error('ended')
    return Promise.resolve({ user: usedMs * 600, system: usedMs * 400 })
  })
  const share = new CpuShare({ cpuUsage: asked }, { ...systemClock, monotonicMs: () => nowMs })
  /** The share told `afterMs` later, when the worker had used `used` ms in all; null: it had ended. */
  const look = async (afterMs: number, used: number | null): Promise<number> => {
    nowMs += afterMs
    usedMs = used
    share.look()
    await settled()
    const told = share.look()
    await settled()
    return told
  }
  return { asked, share, look }
}

test('the share is the time used since the reading before', async () => {
  const { share, look } = setUp()
  expect(share.look()).toBe(0)
  await settled()
  expect(await look(100, 25)).toBe(0.25)
  expect(await look(100, 125)).toBe(1)
})

test('one that hangs is asked once, and what it said stands', async () => {
  const { asked, share, look } = setUp()
  expect(await look(100, 70)).toBe(0.7)
  asked.mockClear()
  asked.mockImplementation(() => new Promise(() => {}))
  for (let time = 0; time < 5; time++) expect(share.look()).toBe(0.7)
  expect(asked).toHaveBeenCalledTimes(1)
})

test('one that has ended uses nothing', async () => {
  const { look } = setUp()
  expect(await look(100, 70)).toBe(0.7)
  expect(await look(100, null)).toBe(0)
})

test('a thread that works is told from one that sleeps', async () => {
  const running = (code: string): Worker => new Worker(code, { eval: true })
  const workers = [running('for (;;);'), running('setInterval(() => {}, 1000)')]
  const [working, sleeping] = workers.map((worker) => new CpuShare(worker, systemClock))
  try {
    // Once the time it took to start is no longer in it.
    await expect.poll(() => [working!.look() > 0, sleeping!.look() < 0.001], { timeout: 20_000, interval: 100 }).toEqual([true, true]) // prettier-ignore
  } finally {
    await Promise.all(workers.map(async (worker) => worker.terminate()))
  }
})
