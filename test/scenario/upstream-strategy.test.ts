/** Whom to ask when there are several: the fastest as measured, or the first of the list that works. */
import { describe, expect, it } from 'vitest'
import { expectAnswer, query } from '../support/dns-client.ts'
import { FakeUpstream } from '../support/fake-upstream.ts'
import { eventually, TestServer } from '../support/server.ts'
import { upstreamReport } from '../support/stage.ts'

interface Scene {
  readonly ups: readonly FakeUpstream[]
  readonly server: TestServer
  /** Asks `count` names never asked before, one after the other; returns how many each upstream was asked for. */
  ask(count: number): Promise<number[]>
}

async function scene(strategy: string, count: number, play: (scene: Scene) => Promise<void>): Promise<void> {
  const ups = await Promise.all(Array.from({ length: count }, () => FakeUpstream.start()))
  for (const up of ups) up.answer('*', 'A', '192.0.2.1')
  const servers = ups.map(({ text }) => `"${text}"`).join(', ')
  const config = `workers: 1\nupstreams: { servers: [${servers}], strategy: ${strategy} }\n`
  const server = await TestServer.start({ config })
  let asked = 0
  const ask = async (names: number): Promise<number[]> => {
    const before = ups.map(({ queries }) => queries.length)
    for (let i = 0; i < names; i++) {
      const name = `n${asked++}.vn`
      expectAnswer(await query(name, 'A', { port: server.port, timeoutMs: 10_000 }), name, 'A', '192.0.2.1')
    }
    return ups.map(({ queries }, i) => queries.length - before[i]!)
  }
  try {
    await play({ ups, server, ask })
  } finally {
    await server.stop()
    await Promise.all(ups.map((up) => up.stop()))
  }
}

describe.concurrent('fastest', () => {
  it('asks the fastest, keeps probing the others, and notices when that changes', () =>
    scene('fastest', 2, async ({ ups, ask }) => {
      ups[0]!.delay(80)
      // Measured anew again and again, so that one bad moment of this machine is forgotten.
      await eventually(async () => (await ask(20))[1]! >= 15, 20_000)
      // One in twenty goes to the other as well, to know how fast it is now.
      await eventually(async () => (await ask(20))[0]! > 0, 20_000)
      ups[0]!.mend()
      ups[1]!.delay(80)
      await eventually(async () => (await ask(20))[0]! >= 15, 20_000)
    }))

  it('goes on with those that are left', () =>
    scene('fastest', 3, async ({ ups, ask, server }) => {
      await ask(10)
      await ups[0]!.down()
      ups[1]!.drop()
      await ask(60)
      expect((await ask(20))[2]).toBeGreaterThanOrEqual(20)
      expect((await upstreamReport(server, ups[2]!)).state).toBe('up')
    }))
})

describe.concurrent('ordered', () => {
  it('asks the first that works, however slow, and no other', () =>
    scene('ordered', 3, async ({ ups, ask, server }) => {
      // The order is renewed by a tick, so that a few questions may still go by the old one.
      const goesTo = (place: number): Promise<boolean> =>
        eventually(async () => (await ask(10))[place] === 10, 15_000)
      ups[0]!.delay(10)
      // Nobody else, unless this machine is so busy that a question is sent again.
      expect((await ask(40))[0]).toBeGreaterThanOrEqual(40)
      expect(ups[1]!.queries.length + ups[2]!.queries.length).toBeLessThanOrEqual(4)
      await ups[0]!.down()
      await goesTo(1)
      await eventually(async () => (await upstreamReport(server, ups[0]!)).state === 'down')
      await ups[1]!.down()
      await goesTo(2)
      // Found by probes, and the first again.
      await ups[0]!.up()
      await goesTo(0)
      await eventually(async () => (await upstreamReport(server, ups[0]!)).state === 'up')
    }))
})
