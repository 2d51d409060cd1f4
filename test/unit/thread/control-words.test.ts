import { describe, expect, it } from 'vitest'
import { CONTROL_BYTES, ControlWords, Swapped, untilAllRead } from '../../../src/thread/control-words.ts'

describe('ControlWords', () => {
  const words = (workers: number): ControlWords => {
    const made = new ControlWords(new SharedArrayBuffer(CONTROL_BYTES), workers)
    for (let worker = 0; worker < workers; worker++) made.forget(worker)
    return made
  }

  it('a slot may be written when every live thread reads the other', async () => {
    const shared = words(2)
    expect(shared.allRead(Swapped.snapshot)).toBe(true)
    shared.acknowledge(0, Swapped.snapshot, 0)
    shared.publish(Swapped.snapshot)
    expect(shared.allRead(Swapped.snapshot)).toBe(false)
    expect(shared.allRead(Swapped.overlay)).toBe(true)
    const waited = untilAllRead(shared, Swapped.snapshot)
    shared.acknowledge(0, Swapped.snapshot, 1)
    await waited
  })

  it('a thread that died holds nothing up; one that is stuck ends the wait', async () => {
    const shared = words(1)
    shared.acknowledge(0, Swapped.snapshot, 0)
    shared.publish(Swapped.snapshot)
    await expect(untilAllRead(shared, Swapped.snapshot, 20)).rejects.toThrow('has not changed over')
    shared.forget(0)
    await untilAllRead(shared, Swapped.snapshot, 20)
  })

  it('keeps the pause to the millisecond', () => {
    const shared = words(1)
    shared.pausedUntilMs = 1_795_000_000_123
    expect(shared.pausedUntilMs).toBe(1_795_000_000_123)
    expect(shared.generation(Swapped.snapshot)).toBe(0)
  })
})
