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
const SINKHOLE = '10.10.10.10'

let stage: Stage
let rounds = 0

const ask = (name: string, from: string): Promise<Reply> => stage.ask(name, 'A', { from, timeoutMs: 8_000 })

/** Puts these in force, beside one of each that keeps the lists from being empty. */
async function list(names: readonly string[], addresses: readonly string[]): Promise<void> {
  stage.server.write('names.txt', ['always.vn', ...names, ''].join('\n'))
  stage.server.write('addresses.txt', ['198.51.100.1', ...addresses, ''].join('\n'))
  await reloadLists(stage.server, { force: true })
}

beforeAll(async () => {
  stage = await Stage.open(CONFIG, { 'names.txt': 'always.vn\n', 'addresses.txt': '198.51.100.1\n' })
})
beforeEach(() => stage.up.mend())
afterAll(() => stage.close())

interface Case {
  readonly trigger: 'qname' | 'alias' | 'address'
  readonly from: string
  /** What is asked for; nothing of it is cached before. */
  readonly name: string
  readonly alias: string
  readonly address: string
  readonly indicator: string
  readonly list: string
}

/** A name, an alias and an address, each behind a name of its own that the upstream answers with this TTL. */
function prepare(ttl: number): Case[] {
  return (['qname', 'alias', 'address'] as const).map((trigger) => {
    const round = ++rounds
    const name = `shop${round}.vn`
    const alias = `cdn${round}.vn`
    const address = `203.0.113.${round}`
    stage.up.cname(name, alias, { ttl }).answer(alias, 'A', address, { ttl })
    const indicator = { qname: name, alias, address }[trigger]
    const listId = trigger === 'address' ? 'addresses' : 'names'
    return { trigger, from: `127.0.4.${round}`, name, alias, address, indicator, list: listId }
  })
}

const block = (cases: readonly Case[]): Promise<void> =>
  list(
    cases.filter(({ trigger }) => trigger !== 'address').map(({ indicator }) => indicator),
    cases.filter(({ trigger }) => trigger === 'address').map(({ indicator }) => indicator),
  )

async function expectClean({ name, from, address }: Case): Promise<void> {
  expectAnswer(await ask(name, from), name, 'A', address)
}

/** The reply is the sinkhole's, and the hit says by which list and why. */
async function expectBlocked(each: Case, reply: Reply, from = each.from): Promise<void> {
  const { name, trigger, indicator, list: listId } = each
  expect(reply.answers, trigger).toMatchObject([{ name, type: 'A', data: SINKHOLE }])
  expect(reply.ede).toMatchObject([{ code: 15, text: listId }, { code: 4 }])
  expect(await hitOn(stage.server, from, indicator)).toMatchObject({
    triggers: [trigger],
    lists: [listId],
    firstQname: name,
    blocked: 1,
  })
}

describe('a name, an alias and an address, listed', () => {
  it('while the answer is cached: blocked, and let go again without a query upstream', async () => {
    const cases = prepare(300)
    for (const each of cases) await expectClean(each)
    await block(cases)
    for (const each of cases) await expectBlocked(each, await ask(each.name, each.from))
    await list([], [])
    for (const each of cases) {
      await expectClean(each)
      expect(stage.up.seen(each.name)).toHaveLength(1)
    }
  })

  it('while the answer is on its way: blocked for all who wait', async () => {
    const cases = prepare(300)
    stage.up.hold()
    const others = cases.map(({ from }) => from.replace('127.0.4.', '127.0.5.'))
    const waiting = cases.map((each, i) => [ask(each.name, each.from), ask(each.name, others[i]!)] as const)
    await eventually(() => stage.up.held >= cases.length)
    await block(cases)
    stage.up.release()
    for (const [i, each] of cases.entries()) {
      await expectBlocked(each, await waiting[i]![0])
      await expectBlocked(each, await waiting[i]![1], others[i])
    }
  })

  it('while the answer is stale and no upstream answers', async () => {
    const cases = prepare(1)
    for (const each of cases) await expectClean(each)
    stage.up.servfail('*')
    for (const { name, alias } of cases) stage.up.forget(name).forget(alias)
    // The TTL passes, and what is given is marked stale (EDE 3).
    const isStale = async ({ name, from }: Case): Promise<boolean> =>
      (await ask(name, from)).ede.some(({ code }) => code === 3)
    for (const each of cases) await eventually(() => isStale(each))
    await block(cases)
    for (const each of cases) await expectBlocked(each, await ask(each.name, each.from))
    stage.up.forget('*')
  })

  // Lists have 1.8 s to come into force; a machine that is busy elsewhere gets another try, with other names.
  it(
    'while the answer is stale and about to be given because the upstream is slow',
    { retry: 2 },
    async () => {
      const cases = prepare(1)
      for (const each of cases) await expectClean(each)
      await new Promise((resolve) => setTimeout(resolve, 1_200))
      stage.up.hold()
      const waiting = cases.map(({ name, from }) => ask(name, from))
      await eventually(() => cases.every(({ name }) => stage.up.seen(name).length > 1))
      await block(cases)
      for (const [i, each] of cases.entries()) await expectBlocked(each, await waiting[i]!)
    },
  )
})
