/** A listing bites on the next reply, whatever is known of the name by then: cached, stale, failing, on its way. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hitOn, reloadLists } from '../support/admin-reports.ts'
import { expectAnswer, type Reply } from '../support/dns-client.ts'
import { eventually } from '../support/server.ts'
import { Stage } from '../support/stage.ts'

const CONFIG = `
sinkhole: { ipv4: 10.10.10.10 }
lists:
  - { id: names, path: names.txt, format: domains }
  - { id: addresses, path: addresses.txt, format: addresses }
`
const NAMES = 'always.vn\n'
const ADDRESSES = '203.0.113.1\n'
const SINKHOLE = '10.10.10.10'
const ADDRESS = '203.0.113.77'

let stage: Stage
let rounds = 0

const ask = (name: string, from: string): Promise<Reply> => stage.ask(name, 'A', { from, timeoutMs: 8_000 })

async function list(names: string, addresses: string): Promise<void> {
  stage.server.write('names.txt', names)
  stage.server.write('addresses.txt', addresses)
  await reloadLists(stage.server, { force: true })
}

beforeAll(async () => {
  stage = await Stage.open(CONFIG, { 'names.txt': NAMES, 'addresses.txt': ADDRESSES })
})
beforeEach(async () => {
  stage.up.mend()
  await list(NAMES, ADDRESSES)
})
afterAll(() => stage.close())

/** What is listed, by what, and what the hit then says. Each case has names of its own: nothing is cached before. */
const CASES = [
  ['the name', 'qname', 'names'],
  ['an alias', 'alias', 'names'],
  ['an address', 'address', 'addresses'],
] as const

interface Prepared {
  readonly from: string
  readonly name: string
  readonly indicator: string
  /** Lists what this case is about. */
  block(): Promise<void>
}

function prepare(trigger: string, ttl: number): Prepared {
  const round = ++rounds
  const name = `shop${round}.vn`
  const alias = `cdn${round}.vn`
  stage.up.cname(name, alias, { ttl }).answer(alias, 'A', ADDRESS, { ttl })
  const indicator = trigger === 'qname' ? name : trigger === 'alias' ? alias : ADDRESS
  const block = (): Promise<void> =>
    trigger === 'address'
      ? list(NAMES, `${ADDRESSES}${ADDRESS}\n`)
      : list(`${NAMES}${indicator}\n`, ADDRESSES)
  return { from: `127.0.4.${round}`, name, indicator, block }
}

async function expectHit(
  { from, name, indicator }: Prepared,
  trigger: string,
  listId: string,
): Promise<void> {
  expect(await hitOn(stage.server, from, indicator)).toMatchObject({
    triggers: [trigger],
    lists: [listId],
    firstQname: name,
    blocked: 1,
  })
}

describe.each(CASES)('%s, listed', (_what, trigger, listId) => {
  it('while its answer is cached; and let go again without a query upstream', async () => {
    const prepared = prepare(trigger, 300)
    const { from, name, block } = prepared
    expectAnswer(await ask(name, from), name, 'A', ADDRESS)
    expectAnswer(await ask(name, from), name, 'A', ADDRESS)
    await block()
    expect((await ask(name, from)).answers).toMatchObject([{ name, type: 'A', data: SINKHOLE }])
    await expectHit(prepared, trigger, listId)
    await list(NAMES, ADDRESSES)
    expectAnswer(await ask(name, from), name, 'A', ADDRESS)
    expect(stage.up.seen(name)).toHaveLength(1)
  })

  it('while it waits for an upstream: all who wait', async () => {
    const prepared = prepare(trigger, 300)
    const other = `127.0.5.${rounds}`
    stage.up.hold()
    const waiting = [prepared.from, other].map((from) => ask(prepared.name, from))
    await eventually(() => stage.up.held > 0)
    await prepared.block()
    stage.up.release()
    for (const reply of await Promise.all(waiting)) {
      expect(reply.answers).toMatchObject([{ name: prepared.name, type: 'A', data: SINKHOLE }])
    }
    await expectHit(prepared, trigger, listId)
    await expectHit({ ...prepared, from: other }, trigger, listId)
  })

  it('while its answer is stale and no upstream answers', async () => {
    const prepared = prepare(trigger, 1)
    const { from, name, block } = prepared
    expectAnswer(await ask(name, from), name, 'A', ADDRESS)
    stage.up.servfail('*').forget(name).forget(`cdn${rounds}.vn`)
    // Its TTL passes: stale, marked by EDE 3, until the listing.
    await eventually(async () => (await ask(name, from)).ede.some(({ code }) => code === 3))
    await block()
    const reply = await ask(name, from)
    expect(reply.answers).toMatchObject([{ name, type: 'A', data: SINKHOLE }])
    expect(reply.ede.map(({ code }) => code)).toEqual([15, 4])
    await expectHit(prepared, trigger, listId)
    stage.up.forget('*')
  })

  it('while its stale answer is about to be served because the upstream is slow', async () => {
    const prepared = prepare(trigger, 1)
    const { from, name, block } = prepared
    expectAnswer(await ask(name, from), name, 'A', ADDRESS)
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    stage.up.hold()
    const waiting = ask(name, from)
    await eventually(() => stage.up.seen(name).length > 1)
    await block()
    expect((await waiting).answers).toMatchObject([{ name, type: 'A', data: SINKHOLE }])
    await expectHit(prepared, trigger, listId)
  })
})
