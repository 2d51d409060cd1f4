import { describe, expect, it } from 'vitest'
import { Hearts } from '../../../src/thread/hearts.ts'

const LOOKS = 10

function hearts() {
  const beats = [0, 0]
  const answering = [true, true]
  const all = new Hearts(
    { heartbeat: (worker) => beats[worker]!, isAnswering: (worker) => answering[worker]! },
    2,
  )
  all.look()
  return { all, beats, answering }
}

describe('Hearts', () => {
  it('tells a thread that missed ten beats, once, and again after ten more', () => {
    const { all, beats } = hearts()
    const found = Array.from({ length: 2 * LOOKS }, () => {
      beats[0]!++
      return all.look()
    })
    expect(found.map((workers) => workers.join())).toEqual(
      Array.from({ length: 2 * LOOKS }, (_, look) => ((look + 1) % LOOKS === 0 ? '1' : '')),
    )
  })

  it('forgets what was missed with the first beat', () => {
    const { all, beats } = hearts()
    for (let round = 0; round < 5; round++) {
      for (let look = 1; look < LOOKS; look++) expect(all.look()).toEqual([])
      beats[0]!++
      beats[1]!++
      expect(all.look()).toEqual([])
    }
  })

  it('does not tell a thread that is not to answer yet', () => {
    const { all, beats, answering } = hearts()
    answering[1] = false
    for (let look = 0; look < 3 * LOOKS; look++) {
      beats[0]!++
      expect(all.look()).toEqual([])
    }
  })
})
