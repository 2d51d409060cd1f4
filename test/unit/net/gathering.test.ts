import { expect, test } from 'vitest'
import { Gathering } from '../../../src/net/gathering.ts'

function setUp(workers = 3) {
  const shares = Array.from({ length: workers }, () => 0)
  const answering = Array.from({ length: workers }, () => true)
  const steered: (number | null)[] = []
  const gathering = new Gathering({
    workers,
    cpuShare: (worker) => shares[worker]!,
    isAnswering: (worker) => answering[worker]!,
    steer: (worker) => void steered.push(worker),
  })
  const look = (times: number): (number | null)[] => {
    for (let time = 0; time < times; time++) gathering.look()
    return steered.splice(0)
  }
  return { shares, answering, gathering, look }
}

test('one thread gets all queries once two seconds were calm, and says so once', () => {
  const { shares, gathering, look } = setUp()
  shares.fill(0.21)
  expect(look(19)).toEqual([])
  expect(look(100)).toEqual([0])
  expect(gathering.on).toBe(0)
})

test('it has to be calm all the time', () => {
  const { shares, look } = setUp()
  look(19)
  shares.fill(0.22)
  expect(look(1)).toEqual([])
  shares.fill(0)
  expect(look(19)).toEqual([])
  expect(look(1)).toEqual([0])
})

test('the others take part as soon as one has much to do', () => {
  const { shares, gathering, look } = setUp()
  look(20)
  shares[0] = 0.7
  expect(look(20)).toEqual([])
  shares[0] = 0.71
  expect(look(1)).toEqual([null])
  expect(gathering.on).toBe(null)
  shares.fill(0.01)
  expect(look(20)).toEqual([0])
})

test('a thread that does not answer is passed over, and left when it dies', () => {
  const { answering, look } = setUp()
  answering[0] = false
  expect(look(20)).toEqual([1])
  answering[1] = false
  expect(look(1)).toEqual([2])
  answering[2] = false
  expect(look(1)).toEqual([null])
  expect(look(100)).toEqual([])
  answering[0] = true
  expect(look(20)).toEqual([0])
})

test('what could not be steered is tried again', () => {
  let fails = true
  const gathering = new Gathering({
    workers: 2,
    cpuShare: () => 0,
    isAnswering: () => true,
    steer: () => {
      if (fails) throw new Error('not here')
    },
  })
  for (let time = 0; time < 19; time++) gathering.look()
  expect(() => gathering.look()).toThrow('not here')
  expect(gathering.on).toBe(null)
  fails = false
  gathering.look()
  expect(gathering.on).toBe(0)
})
