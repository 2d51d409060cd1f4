/** A response policy zone from a file: each trigger and each answer a forwarder can honour. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { hitOn } from '../support/admin-reports.ts'
import { buildQuery, expectAnswer, expectNegative, isSilent } from '../support/dns-client.ts'
import { Stage } from '../support/stage.ts'

const CONFIG = `
sinkhole: { ipv4: 10.10.10.10, ipv6: "fd00:10::10" }
lists:
  - { id: zone, path: zone.rpz, format: rpz }
  - { id: behind, path: behind.txt }
  - { id: before-none, path: none.rpz, format: rpz }
`
const ZONE_HEAD = '$TTL 60\n@ SOA localhost. root.localhost. 1 3600 600 86400 60\n  NS localhost.\n'
const ZONE = `${ZONE_HEAD}
nxdomain.vn CNAME .
nodata.vn CNAME *.
pass.vn CNAME rpz-passthru.
drop.vn CNAME rpz-drop.
tcp.vn CNAME rpz-tcp-only.
data.vn A 192.0.2.77
24.0.113.0.203.rpz-ip CNAME .
32.9.113.0.203.rpz-ip CNAME rpz-tcp-only.
48.zz.bad.db8.2001.rpz-ip A 192.0.2.78
32.1.7.0.127.rpz-client-ip CNAME *.
24.0.8.0.127.rpz-client-ip CNAME rpz-passthru.
32.9.8.0.127.rpz-client-ip CNAME rpz-tcp-only.
ns1.evil.vn.rpz-nsdname CNAME .
32.1.2.0.192.rpz-nsip CNAME .
*.wide.vn CNAME .
b.wide.vn CNAME rpz-passthru.
d.c.wide.vn CNAME rpz-passthru.
32.10.100.51.198.rpz-ip CNAME rpz-passthru.
alias-pass.vn CNAME rpz-passthru.
*.portal.gov.vn CNAME rpz-passthru.
24.0.0.0.10.rpz-ip CNAME rpz-passthru.
held.gov.vn CNAME .
`

let stage: Stage

beforeAll(async () => {
  stage = await Stage.open(CONFIG, {
    'zone.rpz': ZONE,
    'behind.txt': 'pass.vn\ntcp.vn\nbehind.vn\n198.51.100.0/24\n',
    'none.rpz': ZONE_HEAD + '32.7.8.0.127.rpz-client-ip CNAME .\n',
  })
  stage.up
    .answer('*', 'A', '192.0.2.1')
    .answer('listed-address.vn', 'A', '203.0.113.5')
    .answer('tcp-address.vn', 'A', '203.0.113.9')
    .answer('address-pass.vn', 'A', '198.51.100.10')
    .answer('both.vn', 'A', ['198.51.100.10', '198.51.100.11'])
    .cname('by-alias.vn', 'alias-pass.vn')
    .answer('alias-pass.vn', 'A', '198.51.100.11')
    .answer('listed-address6.vn', 'AAAA', '2001:db8:bad::5')
})
afterAll(() => stage.close())

it('gives each answer a name can have', async () => {
  expectNegative(await stage.ask('nxdomain.vn', 'A'), 'NXDOMAIN', { ede: [15] })
  expectNegative(await stage.ask('nodata.vn', 'A'), 'NODATA', { ede: [15] })
  expectAnswer(await stage.ask('pass.vn', 'A'), 'pass.vn', 'A', '192.0.2.1', { ede: [] })
  expectAnswer(await stage.ask('data.vn', 'A'), 'data.vn', 'A', '192.0.2.77', { ede: [15, 4] })
  expect(await isSilent(buildQuery('drop.vn', 'A'), { port: stage.server.port })).toBe(true)
})

it('judges where an answer leads by its addresses', async () => {
  expectNegative(await stage.ask('listed-address.vn', 'A'), 'NXDOMAIN', { ede: [15] })
  // What the rule gives for the type that was asked: A, of which there is none for AAAA.
  expectNegative(await stage.ask('listed-address6.vn', 'AAAA'), 'NODATA', { ede: [15] })
})

it.each(['tcp.vn', 'tcp-address.vn'])(
  'sends who asks for %s by UDP to TCP, where it passes',
  async (name) => {
    const byUdp = await stage.ask(name, 'A', {})
    expect(byUdp).toMatchObject({ flags: { tc: true }, answers: [] })
    expect(byUdp.ede).toMatchObject([{ code: 15, text: 'zone' }])
    for (let time = 0; time < 2; time++) {
      const byTcp = await stage.ask(name, 'A', { tcp: true })
      expect(byTcp.flags.tc).toBe(false)
      expect(byTcp.answers).toHaveLength(1)
    }
  },
)

it('judges by who asks, before what is asked', async () => {
  const ask = (name: string, from: string) => stage.ask(name, 'A', { from })
  for (let time = 0; time < 2; time++) {
    expectNegative(await ask('any.vn', '127.0.7.1'), 'NODATA', { ede: [15] })
    expectAnswer(await ask('any.vn', '127.0.7.2'), 'any.vn', 'A', '192.0.2.1', { ede: [] })
  }
  // Let through by the zone, and by all lists behind it.
  for (const name of ['nxdomain.vn', 'data.vn', 'behind.vn'])
    expectAnswer(await ask(name, '127.0.8.1'), name, 'A', '192.0.2.1', { ede: [] })
  expectAnswer(await ask('listed-address.vn', '127.0.8.1'), 'listed-address.vn', 'A', '203.0.113.5', {
    ede: [],
  })
  // The longest network speaks; an earlier list that lets the client pass silences a later one that names it.
  expect((await ask('any.vn', '127.0.8.9')).flags.tc).toBe(true)
  expectAnswer(await ask('any.vn', '127.0.8.7'), 'any.vn', 'A', '192.0.2.1', { ede: [] })
  const hit = await hitOn(stage.server, '127.0.7.1', '127.0.7.1', 2)
  expect(hit).toMatchObject({ kind: 'address', triggers: ['client'], lists: ['zone'], lastAction: 'nodata' })
  const { body } = await stage.server.api<object>('GET', '/api/v1/lookup?name=any.vn&client=127.0.7.1')
  expect(body).toMatchObject({ verdict: 'block', action: 'nodata', trigger: 'client', indicator: '127.0.7.1', list: 'zone', lists: [{ id: 'zone' }] }) // prettier-ignore
})

it('covers by a wildcard all that is below it, whatever names lie between', async () => {
  for (const name of ['a.wide.vn', 'a.b.wide.vn', 'c.wide.vn', 'a.c.wide.vn', 'a.d.c.wide.vn'])
    expectNegative(await stage.ask(name, 'A'), 'NXDOMAIN', { ede: [15] })
  for (const name of ['wide.vn', 'b.wide.vn', 'd.c.wide.vn'])
    expectAnswer(await stage.ask(name, 'A'), name, 'A', '192.0.2.1', { ede: [] })
})

it('lets pass the name, the alias or the address that a rule names, and nothing beside it', async () => {
  expectAnswer(await stage.ask('address-pass.vn', 'A'), 'address-pass.vn', 'A', '198.51.100.10', { ede: [] })
  expectAnswer(await stage.ask('both.vn', 'A'), 'both.vn', 'A', '10.10.10.10', { ede: [15, 4] })
  expectAnswer(await stage.ask('by-alias.vn', 'A'), 'by-alias.vn', 'A', '10.10.10.10', { ede: [15, 4] })
  // The name itself: no list behind judges where it leads.
  expectAnswer(await stage.ask('alias-pass.vn', 'A'), 'alias-pass.vn', 'A', '198.51.100.11', { ede: [] })
})

it('holds no rule back that lets pass, as it does those that block', async () => {
  stage.up.answer('www.portal.gov.vn', 'A', '198.51.100.11')
  expectAnswer(await stage.ask('www.portal.gov.vn', 'A'), 'www.portal.gov.vn', 'A', '198.51.100.11', {
    ede: [],
  })
  const { body } = await stage.server.api<{ items: { id: string; heldBack: { text: string }[] }[] }>('GET', '/api/v1/lists') // prettier-ignore
  expect(body.items.find(({ id }) => id === 'zone')!.heldBack).toMatchObject([{ text: 'held.gov.vn' }])
})

it('asks nobody about a name that is listed, whatever its address would be', async () => {
  stage.up.answer('never-asked.behind.vn', 'A', '198.51.100.10')
  const reply = await stage.ask('never-asked.behind.vn', 'A')
  expectAnswer(reply, 'never-asked.behind.vn', 'A', '10.10.10.10', { ede: [15, 4] })
  expect(stage.up.seen('never-asked.behind.vn')).toEqual([])
})

it('says loudly what nobody who forwards can enforce', async () => {
  await stage.server.logged(({ msg }) =>
    msg.startsWith('rules by name server (NSDNAME, NSIP) are not enforced'),
  )
  const { body } = await stage.server.api<{ items: { id: string; refused: Record<string, number> }[] }>(
    'GET',
    '/api/v1/lists',
  )
  expect(body.items.find(({ id }) => id === 'zone')!.refused).toEqual({ 'name-server': 2 })
})
