/** The resolver of the C library, as every program on a Linux client uses it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hitOn } from '../support/admin-reports.ts'
import { CLIENT, CLIENT6, Lab, SERVER6 } from '../support/lab.ts'
import type { TestServer } from '../support/server.ts'

let lab: Lab
let server: TestServer

beforeAll(async () => {
  lab = await Lab.open()
  server = await lab.start(
    `
sinkhole: { ipv4: 10.99.0.53, ipv6: "fd99::53" }
lists: [{ id: bad, path: bad.txt }]
`,
    { 'bad.txt': 'evil.vn\n' },
  )
})
afterAll(() => lab.close())

/** Addresses that getent tells, in its order. */
function getent(database: string, name: string): string[] {
  const lines = lab.client('getent', database, name).trim().split('\n')
  return [...new Set(lines.map((line) => line.split(/\s+/)[0]!))]
}

describe('getent', () => {
  it('finds a clean name where its upstream says it is', () => {
    expect(getent('ahostsv4', 'clean.vn')).toEqual(['192.0.2.1'])
    expect(getent('ahostsv6', 'www.clean.vn')).toEqual(['2001:db8::1'])
  })

  it('finds a listed name at the sinkhole, in both families, and the client is known', async () => {
    expect(getent('ahostsv4', 'www.evil.vn')).toEqual(['10.99.0.53'])
    expect(getent('ahostsv6', 'www.evil.vn')).toEqual(['fd99::53'])
    expect(await hitOn(server, CLIENT, 'evil.vn', 2)).toMatchObject({
      lastQname: 'www.evil.vn',
      lists: ['bad'],
    })
  })

  it('is told that a name does not exist', () => {
    expect(() => lab.client('getent', 'hosts', 'nowhere.vn')).toThrow(expect.objectContaining({ status: 2 }))
  })

  it('works over IPv6 alone', async () => {
    lab.setResolvConf(lab.clientSide, `nameserver ${SERVER6}\noptions timeout:3\n`)
    expect(getent('ahostsv4', 'clean.vn')).toEqual(['192.0.2.1'])
    expect(getent('ahostsv4', 'evil.vn')).toEqual(['10.99.0.53'])
    await hitOn(server, CLIENT6, 'evil.vn')
  })
})
