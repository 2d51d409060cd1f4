import { describe, expect, it } from 'vitest'
import { Admission, type Admitted } from '../../../src/notice/admission.ts'

function entrant(client: string): Admitted & { isOpen: boolean } {
  return {
    client,
    isOpen: true,
    giveWay() {
      this.isOpen = false
    },
  }
}

describe('admission', () => {
  it('lets the oldest of all go when there are too many', () => {
    const admission = new Admission<ReturnType<typeof entrant>>(3, 3)
    const all = ['a', 'b', 'c', 'd', 'e'].map(entrant)
    for (const one of all) admission.enter(one)
    expect(all.map(({ isOpen }) => isOpen)).toEqual([false, false, true, true, true])
    expect([admission.size, admission.gaveWay]).toEqual([3, 2])
  })

  it('lets the oldest of a client go when that has too many, and nobody else', () => {
    const admission = new Admission<ReturnType<typeof entrant>>(10, 2)
    const all = ['b', 'a', 'a', 'a'].map(entrant)
    for (const one of all) admission.enter(one)
    expect(all.map(({ isOpen }) => isOpen)).toEqual([true, false, true, true])
  })

  it('with room for one of a client keeps the newest', () => {
    const admission = new Admission<ReturnType<typeof entrant>>(10, 1)
    const all = ['a', 'a', 'a'].map(entrant)
    for (const one of all) admission.enter(one)
    expect(all.map(({ isOpen }) => isOpen)).toEqual([false, false, true])
    expect(admission.size).toBe(1)
  })

  it('forgets who has left, also twice', () => {
    const admission = new Admission<ReturnType<typeof entrant>>(2, 2)
    const all = ['a', 'b', 'c'].map(entrant)
    admission.enter(all[0]!)
    admission.leave(all[0]!)
    admission.leave(all[0]!)
    for (const one of all.slice(1)) admission.enter(one)
    expect(all.map(({ isOpen }) => isOpen)).toEqual([true, true, true])
    expect([...admission.open()]).toEqual(all.slice(1))
  })
})
