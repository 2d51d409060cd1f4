import { describe, expect, it } from 'vitest'
import { LETTER_BINDINGS, Outbox } from '../../../src/identity/outbox.ts'
import type { Binding } from '../../../src/identity/binding.ts'
import { Stage, briefBinding, seen } from './histories.ts'

const stage = new Stage()
stage.look(0, [seen('10.0.0.1', 1)])
const FIRST = stage.bindings[0]!
const unexpected = (error: unknown): never => expect.fail(String(error))

describe('the outbox', () => {
  it('sends in order, a thousand in a letter', async () => {
    const letters: (readonly Binding[])[] = []
    const outbox = new Outbox((bindings) => void letters.push(bindings), unexpected)
    for (let index = 0; index < LETTER_BINDINGS * 2 + 1; index++) outbox.add({ ...FIRST, fromMs: index })
    await outbox.flush()
    expect(letters.map(({ length }) => length)).toEqual([LETTER_BINDINGS, LETTER_BINDINGS, 1])
    expect(letters.flat().map(({ fromMs }) => fromMs)).toEqual(
      Array.from({ length: LETTER_BINDINGS * 2 + 1 }, (_, index) => index),
    )
    expect(outbox.waiting).toBe(0)
  })

  it('sends the last word on a binding alone, behind what was said before it', async () => {
    const told: string[] = []
    const outbox = new Outbox((bindings) => void told.push(...bindings.map(briefBinding)), unexpected)
    outbox.add(FIRST)
    outbox.add({ ...FIRST, fromMs: FIRST.fromMs + 60_000 })
    outbox.add({ ...FIRST, untilMs: FIRST.fromMs + 60_000 })
    await outbox.flush()
    expect(told).toEqual(['10.0.0.1 01 1..-', '10.0.0.1 01 0..1'])
  })

  it('keeps what did not arrive, and sends it again', async () => {
    const failures: unknown[] = []
    let isDown = true
    const told: string[] = []
    const tell = (bindings: readonly Binding[]): Promise<void> => {
      if (isDown) return Promise.reject(new Error('store is being restarted'))
      told.push(...bindings.map(briefBinding))
      return Promise.resolve()
    }
    const outbox = new Outbox(tell, (error) => void failures.push(error))
    outbox.add(FIRST)
    await outbox.flush()
    expect([failures.length, outbox.waiting]).toEqual([1, 1])
    isDown = false
    await outbox.flush()
    expect([told.length, outbox.waiting]).toEqual([1, 0])
  })

  it('sends once more what was said anew while the letter was under way', async () => {
    const told: string[] = []
    const outbox: Outbox = new Outbox((bindings) => {
      if (told.length === 0) outbox.add({ ...FIRST, untilMs: FIRST.fromMs + 60_000 })
      told.push(...bindings.map(briefBinding))
    }, unexpected)
    outbox.add(FIRST)
    await outbox.flush()
    expect(told).toEqual(['10.0.0.1 01 0..-', '10.0.0.1 01 0..1'])
  })

  it('drops the oldest where too much waits, and counts it', () => {
    const outbox = new Outbox(() => {}, unexpected, 10)
    for (let index = 0; index < 15; index++) outbox.add({ ...FIRST, fromMs: index })
    expect([outbox.waiting, outbox.dropped]).toEqual([10, 5])
  })

  it('sends nothing any more when it is closed', async () => {
    const outbox = new Outbox(() => expect.fail('told'), unexpected)
    outbox.add(FIRST)
    outbox.close()
    await outbox.flush()
    expect(outbox.waiting).toBe(1)
  })
})
