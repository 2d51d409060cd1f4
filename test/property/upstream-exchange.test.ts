/**
 * Whatever the network does to the answers, each waiter gets its own, once; and no bytes an upstream can send do harm.
 */
import { setTimeout as wait } from 'node:timers/promises'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ExchangeBench, makeSettings } from '../support/exchange-bench.ts'
import { answerTo, questionEnd } from '../support/scripted-datagrams.ts'
import type { Sent } from '../support/scripted-datagrams.ts'

// Nobody listens there: what goes to TCP is refused, and nothing leaves the machine.
const SERVERS = ['127.0.0.1:1', '127.0.0.2:1']
const CLIENTS = 1_000
const MUTATIONS = Number(process.env['THANHLOC_FUZZ'] ?? 20_000)

/** mulberry32: the same run from the same seed. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed | 0
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), 1 | state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) % below
  }
}

function shuffle<T>(items: T[], below: (below: number) => number): T[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = below(i + 1)
    const held = items[i]!
    items[i] = items[j]!
    items[j] = held
  }
  return items
}

/** The answer to question n… is 10.0.x.y with its number. */
function ownAnswer({ name, bytes }: Sent): Uint8Array {
  const number = Number(/^n(\d+)/.exec(name)![1])
  return answerTo(bytes, { address: [10, 0, number >> 8, number & 255] })
}

describe('1,000 concurrent questions', () => {
  it('get each its own answer, shuffled, doubled, falsified and misdirected as they come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const below = randomFrom(seed)
        const bench = new ExchangeBench(makeSettings(SERVERS, 'fastest'))
        const { datagrams, exchange } = bench
        for (let client = 0; client < CLIENTS; client++) {
          expect(bench.ask(`n${below(700)}.campaign.test`, `${client}`)).toBe(true)
        }
        const asked = new Map<string, number>()
        const rounds = 200
        let from = 0
        for (let round = 0; exchange.pendingCount > 0 && round < rounds; round++) {
          const batch = datagrams.sent.slice(from)
          from += batch.length
          const deliveries = batch.flatMap((sent) => {
            const good = ownAnswer(sent)
            const other = batch[below(batch.length)]!
            const wrong = [
              (): void => other.socket.deliver(good),
              (): void => sent.reply(ownAnswer(other)),
              (): void => sent.reply(Uint8Array.from(good, (byte, at) => (at === 1 ? byte ^ 0x55 : byte))),
              (): void => sent.reply(good.subarray(0, below(12))),
              (): void => sent.reply(sent.bytes),
              // Nearly the question: TCP, which is refused, and a datagram again.
              (): void => sent.reply(Uint8Array.from(good, (byte, at) => (at === 13 ? byte ^ 1 : byte))),
            ]
            const list = [(): void => sent.reply(good), wrong[below(5)]!]
            if (below(3) === 0) list.push((): void => sent.reply(good))
            if (below(20) === 0) list.push(wrong[5]!)
            return list
          })
          for (const deliver of shuffle(deliveries, below)) deliver()
          await wait(1)
        }
        expect(exchange.pendingCount).toBe(0)
        expect(bench.of('failed')).toEqual([])
        for (const { waiters, bytes } of bench.of('answered')) {
          const end = questionEnd(bytes)
          const number = Number(
            /^n(\d+)/i.exec(Buffer.from(bytes.subarray(13, 13 + bytes[12]!)).toString())![1],
          )
          expect([...bytes.subarray(end + 12, end + 16)]).toEqual([10, 0, number >> 8, number & 255])
          for (const waiter of waiters) asked.set(waiter, (asked.get(waiter) ?? 0) + 1)
        }
        expect(asked.size).toBe(CLIENTS)
        expect([...asked.values()].every((times) => times === 1)).toBe(true)
        exchange.close()
      }),
      { numRuns: 4 },
    )
  })
})

describe('mutated replies', () => {
  it('never throw, and what is handed on has the id and the question asked', async () => {
    const below = randomFrom(0x5eed)
    const bench = new ExchangeBench(makeSettings(SERVERS), { maxPending: 500 })
    let sent: Sent | null = null
    bench.datagrams.onSend = (one) => {
      sent ??= one
      bench.datagrams.sent.length = 0
    }
    for (let run = 0; run < MUTATIONS; run++) {
      sent = null
      bench.said.length = 0
      if (!bench.ask(`n${run}.campaign.test`, `${run}`)) {
        // Full of questions that went to TCP: let them fail.
        await wait(1)
        bench.clock.advance(11_000)
        continue
      }
      const question: Sent = sent!
      const reply = mutate(answerTo(question.bytes, { rcode: below(8) === 0 ? below(16) : 0 }), below)
      question.reply(reply)
      for (const { event, bytes } of bench.said) {
        if (event !== 'answered' || bytes.length < 12) continue
        const end = questionEnd(question.bytes)
        const spelled = Buffer.from(bytes.subarray(12, end)).toString('latin1')
        const asked = Buffer.from(question.bytes.subarray(12, end)).toString('latin1')
        if (bench.exchange.status()[0]!.case === 'on') expect(spelled).toBe(asked)
        else expect(spelled.toLowerCase()).toBe(asked.toLowerCase())
      }
    }
    bench.exchange.close()
    expect(bench.exchange.status()).toHaveLength(2)
  })
})

/** One to four changes: bits, bytes, runs, cuts, growth. */
function mutate(bytes: Uint8Array, below: (below: number) => number): Uint8Array {
  let changed = Uint8Array.from(bytes)
  for (let times = 1 + below(4); times > 0 && changed.length > 0; times--) {
    const at = below(changed.length)
    switch (below(5)) {
      case 0:
        changed[at]! ^= 1 << below(8)
        break
      case 1:
        changed[at] = below(256)
        break
      case 2:
        changed = changed.slice(0, at)
        break
      case 3:
        changed = Uint8Array.from([...changed, ...changed.subarray(at)])
        break
      default:
        changed.fill(below(2) * 255, at, at + 1 + below(8))
    }
  }
  return changed
}
