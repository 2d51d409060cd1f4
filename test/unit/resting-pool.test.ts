import { describe, expect, it } from 'vitest'
import { RestingPool } from '../../src/resting-pool.ts'

describe('RestingPool', () => {
  it('has nothing to give at first', () => expect(new RestingPool<object>(8).take(1)).toBeUndefined())

  it('gives back only when the clock has moved on', () => {
    const pool = new RestingPool<string>(8)
    pool.give('a', 5)
    expect(pool.take(5)).toBeUndefined()
    expect(pool.take(5.1)).toBe('a')
    expect(pool.take(6)).toBeUndefined()
  })

  it('keeps back what came in this moment, and gives what came before', () => {
    const pool = new RestingPool<string>(8)
    pool.give('earlier', 1)
    pool.give('now', 2)
    expect(pool.take(2)).toBe('earlier')
    expect(pool.take(2)).toBeUndefined()
    expect(pool.take(3)).toBe('now')
  })

  it('keeps giving where each moment brings one before it takes one', () => {
    const pool = new RestingPool<number>(8)
    let made = 0
    let inUse = made++
    for (let nowMs = 1; nowMs < 1000; nowMs++) {
      pool.give(inUse, nowMs)
      inUse = pool.take(nowMs) ?? made++
    }
    expect(made).toBe(2)
  })

  it('keeps no more than it may', () => {
    const pool = new RestingPool<number>(2)
    for (const one of [1, 2, 3]) pool.give(one, 1)
    expect([pool.take(2), pool.take(2), pool.take(2)].filter((one) => one !== undefined)).toHaveLength(2)
  })

  it('a clock set back gives nothing early', () => {
    const pool = new RestingPool<string>(2)
    pool.give('a', 10)
    expect(pool.take(4)).toBeUndefined()
    expect(pool.take(11)).toBe('a')
  })
})
