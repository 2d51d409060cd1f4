import { describe, expect, it } from 'vitest'
import { Stage, START, MINUTE, briefBinding, seen } from './histories.ts'

const A = '10.0.0.1'
const many = (from: number, to: number): ReturnType<typeof seen>[] =>
  Array.from({ length: to - from }, (_, index) => seen(`10.0.1.${from + index}`, 7))

describe('what one source knows', () => {
  it('begins with its own time, or else when the address was free last', () => {
    const stage = new Stage()
    stage.look(10, [seen(A, 1), seen('10.0.0.2', 2, { fromMs: START + 3 * MINUTE })], { sinceMinute: 9 })
    expect(stage.news()).toEqual(['opened 10.0.0.1 01 9..-', 'opened 10.0.0.2 02 3..-'])
  })

  it('goes on while the machine is the same, and tells a renewal apart from a change', () => {
    const stage = new Stage()
    stage.look(0, [seen(A, 1, { expiresMs: START + 60 * MINUTE })])
    stage.look(30, [seen(A, 1, { expiresMs: START + 90 * MINUTE })])
    stage.look(31, [seen(A, 1, { expiresMs: START + 90 * MINUTE, hostName: 'pc' })])
    stage.look(32, [seen(A, 1, { expiresMs: START + 90 * MINUTE })])
    expect(stage.news()).toEqual([
      'opened 10.0.0.1 01 0..-',
      'renewed 10.0.0.1 01 0..-',
      'changed 10.0.0.1 01 0..-',
    ])
    expect(stage.bindings.at(-1)!.hostName).toBe('pc')
  })

  it('ends at once when another machine has the address, where the next begins', () => {
    const stage = new Stage()
    stage.look(0, [seen(A, 1)])
    stage.look(10, [seen(A, 2)], { sinceMinute: 5 })
    expect(stage.news()).toEqual([
      'opened 10.0.0.1 01 0..-',
      'closed 10.0.0.1 01 0..10',
      'opened 10.0.0.1 02 10..-',
    ])
    stage.look(20, [seen(A, 3, { fromMs: START + 15 * MINUTE })])
    expect(stage.news()).toEqual(['closed 10.0.0.1 02 10..15', 'opened 10.0.0.1 03 15..-'])
  })

  it('ends when the address was missing first, after it was waited for', () => {
    const stage = new Stage()
    stage.look(0, [seen(A, 1), seen('10.0.0.2', 2)])
    stage.news()
    stage.look(10, [seen('10.0.0.2', 2)])
    stage.tick(10.9)
    expect(stage.news()).toEqual([])
    stage.tick(11)
    expect(stage.news()).toEqual(['closed 10.0.0.1 01 0..10'])
    expect(stage.history.size).toBe(1)
  })

  it('does not end when the address is back in time', () => {
    const stage = new Stage()
    stage.look(0, [seen(A, 1), seen('10.0.0.2', 2)])
    stage.look(10, [seen('10.0.0.2', 2)])
    stage.look(10.5, [seen(A, 1), seen('10.0.0.2', 2)])
    stage.tick(60)
    expect(stage.news()).toHaveLength(2)
  })

  it('gives a taken address to the next machine from when it was missing, not later', () => {
    const stage = new Stage()
    stage.look(0, [seen(A, 1), seen('10.0.0.2', 2)])
    stage.look(10, [seen('10.0.0.2', 2)])
    stage.look(10.5, [seen(A, 3), seen('10.0.0.2', 2)], { sinceMinute: 10.3 })
    expect(stage.news().slice(2)).toEqual(['closed 10.0.0.1 01 0..10', 'opened 10.0.0.1 03 10.3..-'])
  })
})

describe('a source in trouble', () => {
  it('that is empty for a moment ends nothing', () => {
    const stage = new Stage()
    stage.look(0, many(0, 100))
    stage.news()
    stage.look(10, [])
    stage.tick(19)
    stage.look(19, many(0, 100))
    stage.tick(60)
    expect(stage.news()).toEqual([])
  })

  it('that has lost more than half is believed after ten minutes', () => {
    const stage = new Stage()
    stage.look(0, many(0, 100))
    stage.news()
    stage.look(10, many(0, 49))
    stage.tick(19.9)
    expect(stage.news()).toEqual([])
    stage.tick(20)
    expect(stage.news()).toHaveLength(51)
    expect(stage.history.size).toBe(49)
  })

  it('that has lost less than half is believed after its own time', () => {
    const stage = new Stage()
    stage.look(0, many(0, 100))
    stage.look(10, many(0, 50))
    stage.news()
    stage.tick(11)
    expect(stage.news()).toHaveLength(50)
  })

  it('does not begin its waiting anew with each look', () => {
    const stage = new Stage()
    stage.look(0, many(0, 100))
    stage.news()
    for (let minute = 10; minute < 20; minute++) stage.look(minute, many(0, 10))
    stage.tick(20)
    expect(stage.news()).toHaveLength(90)
    expect(stage.bindings.at(-1)!.untilMs).toBe(START + 10 * MINUTE)
  })
})

describe('leases that run out', () => {
  const lease = (last: number, expiresMinute: number, more: object = {}): ReturnType<typeof seen> =>
    seen(A, last, { expiresMs: START + expiresMinute * MINUTE, ...more })

  it('end at their date, once a late renewal would have shown', () => {
    const stage = new Stage()
    stage.look(0, [lease(1, 30)])
    stage.news()
    stage.tick(31.9)
    expect(stage.news()).toEqual([])
    stage.tick(32)
    expect(stage.news()).toEqual(['closed 10.0.0.1 01 0..30'])
    expect(stage.book.find(A)).toBeNull()
  })

  it('do not end while the file cannot be read, nor where dates end nothing', () => {
    const unreadable = new Stage()
    unreadable.look(0, [lease(1, 30)])
    unreadable.tick(100, false)
    const exported = new Stage({ canExpire: false })
    exported.look(0, [lease(1, 30)])
    exported.tick(100)
    exported.look(100, [lease(1, 30)])
    expect([...unreadable.news(), ...exported.news()]).toEqual([
      'opened 10.0.0.1 01 0..-',
      'opened 10.0.0.1 01 0..-',
    ])
  })

  it('go on when the renewal was only late, and begin anew after a gap', () => {
    const stage = new Stage()
    stage.look(0, [lease(1, 30)])
    stage.tick(32)
    stage.news()
    stage.look(33, [lease(1, 63)], { sinceMinute: 31 })
    expect(stage.news()).toEqual(['opened 10.0.0.1 01 0..-'])
    stage.tick(70)
    stage.look(90, [lease(1, 120)], { sinceMinute: 89 })
    expect(stage.news()).toEqual(['closed 10.0.0.1 01 0..63', 'opened 10.0.0.1 01 89..-'])
  })

  it('that are over already say nothing, and another machine begins at its own time', () => {
    const stage = new Stage()
    stage.look(60, [lease(1, 30)])
    expect(stage.news()).toEqual([])
    stage.look(70, [lease(2, 100)], { sinceMinute: 69 })
    expect(stage.news()).toEqual(['opened 10.0.0.1 02 69..-'])
  })
})

describe('clocks', () => {
  it('that are set back end and begin nothing', () => {
    const stage = new Stage()
    const leases = [seen(A, 1, { expiresMs: START + 600 * MINUTE }), ...many(0, 20)]
    stage.look(0, leases)
    stage.news()
    stage.look(10, leases, { wallMinute: -3000 })
    stage.tick(-3000)
    expect(stage.news()).toEqual([])
  })

  it('never let a binding end before it began', () => {
    const stage = new Stage()
    stage.look(0, [seen(A, 1), seen('10.0.0.2', 2)])
    stage.look(10, [seen(A, 3), seen('10.0.0.2', 2)], { wallMinute: -3000 })
    expect(stage.news().slice(2)).toEqual(['closed 10.0.0.1 01 0..0', 'opened 10.0.0.1 03 -3000..-'])
  })

  it('that were ahead for a while bring back what they ended', () => {
    const stage = new Stage()
    stage.look(0, [seen(A, 1, { expiresMs: START + 60 * MINUTE })])
    stage.tick(100_000)
    stage.tick(5)
    expect(stage.news()).toEqual([
      'opened 10.0.0.1 01 0..-',
      'closed 10.0.0.1 01 0..60',
      'opened 10.0.0.1 01 0..-',
    ])
  })
})

describe('history that a log remembers', () => {
  const past = (last: number, from: number, until: number): never =>
    ({ ...seen(A, last), fromMs: START + from * MINUTE, untilMs: START + until * MINUTE }) as never

  it('is told once, however often the log is read', () => {
    const stage = new Stage()
    stage.look(60, [seen(A, 2, { fromMs: START + 50 * MINUTE })], { past: [past(1, 10, 40)] })
    expect(stage.news()).toEqual(['closed 10.0.0.1 01 10..40', 'opened 10.0.0.1 02 50..-'])
    stage.look(61, [seen(A, 2, { fromMs: START + 50 * MINUTE })], { past: [past(1, 10, 40)] })
    expect(stage.news()).toEqual([])
  })

  it('ends what it says is over, at once and at its time', () => {
    const stage = new Stage()
    stage.look(15, [seen(A, 1, { fromMs: START + 10 * MINUTE })])
    stage.news()
    stage.look(60, [], { past: [past(1, 10, 40)] })
    expect(stage.news()).toEqual(['closed 10.0.0.1 01 10..40'])
    expect(stage.book.find(A)).toBeNull()
    stage.look(70, [seen(A, 1, { fromMs: START + 65 * MINUTE })], { past: [past(1, 10, 40)] })
    expect(stage.news()).toEqual(['opened 10.0.0.1 01 65..-'])
  })
})

describe('what was known before the start', () => {
  const before = new Stage()
  before.look(-100, [seen(A, 1, { hostName: 'pc' }), seen('10.0.0.2', 2)])
  const remembered = before.bindings

  it('goes on with its beginning, and nothing is told', () => {
    const stage = new Stage({ remembered })
    stage.look(0, [seen(A, 1, { hostName: 'pc' }), seen('10.0.0.2', 2)])
    expect(stage.news()).toEqual([])
    expect(briefBinding(stage.book.find(A)!)).toBe('10.0.0.1 01 -100..-')
  })

  it('ends when another machine has the address now', () => {
    const stage = new Stage({ remembered })
    stage.look(0, [seen(A, 9)], { sinceMinute: -1 })
    expect(stage.news()).toEqual(['closed 10.0.0.1 01 -100..0', 'opened 10.0.0.1 09 0..-'])
  })

  it('ends when all sources of its kind have been read and none knows it', () => {
    const stage = new Stage({ remembered })
    stage.look(0, [seen(A, 1, { hostName: 'pc' })])
    stage.book.forget('neighbour', START)
    expect(stage.news()).toEqual([])
    stage.book.forget('lease', START)
    expect(stage.news()).toEqual(['closed 10.0.0.2 02 -100..0'])
  })

  it('is one at an address: of two the later', () => {
    const stage = new Stage({
      remembered: [
        ...remembered,
        { ...remembered[0]!, mac: '02:00:00:00:00:09', fromMs: START - 50 * MINUTE },
      ],
    })
    expect(stage.news()).toEqual(['closed 10.0.0.1 01 -100..-50'])
  })
})

describe('what is known better later', () => {
  it('takes back what named nobody that could be found again', () => {
    const stage = new Stage()
    stage.look(0, [{ ...seen(A, 1), mac: null, duid: '0102' }])
    stage.look(5, [{ ...seen(A, 1), duid: '0102' }])
    expect(stage.news()).toEqual([
      'opened 10.0.0.1 0102 0..-',
      'closed 10.0.0.1 0102 0..0',
      'opened 10.0.0.1 01 0..-',
    ])
    expect(stage.bindings.at(-1)).toMatchObject({ mac: '02:00:00:00:00:01', duid: '0102' })
  })

  it('takes back a wrong word altogether', () => {
    const stage = new Stage()
    stage.look(0, [seen(A, 1)])
    stage.history.takeBack(A)
    stage.history.takeBack('10.9.9.9')
    expect(stage.news()).toEqual(['opened 10.0.0.1 01 0..-', 'closed 10.0.0.1 01 0..0'])
  })
})

it('a source that is no more ends what it said, and says nothing again', () => {
  const stage = new Stage()
  stage.look(0, [seen(A, 1)])
  stage.book.close('one', START + 5 * MINUTE)
  stage.look(6, [seen(A, 2)])
  expect(stage.news()).toEqual(['opened 10.0.0.1 01 0..-', 'closed 10.0.0.1 01 0..5'])
})

describe('several sources', () => {
  it('of one kind end what they share when the last of them does', () => {
    const stage = new Stage()
    const other = stage.open('two')
    const lease = [seen(A, 1, { fromMs: START })]
    stage.look(1, lease)
    stage.look(1, lease, { history: other })
    stage.news()
    stage.book.close('one', START + 5 * MINUTE)
    expect(stage.news()).toEqual([])
    stage.book.close('two', START + 6 * MINUTE)
    expect(stage.news()).toEqual(['closed 10.0.0.1 01 0..6'])
  })

  it('are asked together who is at an address', () => {
    const stage = new Stage()
    const neighbours = stage.open('neighbours', { source: 'neighbour' })
    stage.look(0, [seen(A, 1)])
    stage.look(0, [seen(A, 2), seen('fd00::1', 2)], { history: neighbours })
    expect(stage.book.find(A)).toMatchObject({ source: 'lease', mac: '02:00:00:00:00:01' })
    expect(stage.book.find('fd00::1')).toMatchObject({ source: 'neighbour', mac: '02:00:00:00:00:02' })
    expect([...stage.book.all()]).toHaveLength(3)
  })
})
