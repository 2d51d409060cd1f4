import { describe, expect, it } from 'vitest'
import { ServerIdentity } from '../../../src/local/server-identity.ts'
import { Query, readQuestion } from '../../../src/wire/question.ts'
import { buildQuery, readReply, type Reply } from '../../support/dns-client.ts'

function ask(server: { id: string; version: string }, name: string, type = 'TXT'): Reply {
  const identity = new ServerIdentity({ server: { ...server, nsid: true } })
  const request = buildQuery(name, type, { qclass: 3, edns: false })
  const query = new Query()
  readQuestion(request, request.length, query)
  const out = Buffer.alloc(512)
  return readReply(out.subarray(0, identity.write(out, request, query)))
}

const SERVER = { id: 'node-1', version: 'Thanh Lọc' }

describe('ServerIdentity', () => {
  it.each([
    ['id.server', 'node-1'],
    ['Hostname.BIND', 'node-1'],
    ['version.server', 'Thanh Lọc'],
    ['version.bind', 'Thanh Lọc'],
  ])('answers %s', (name, text) => {
    const reply = ask(SERVER, name)
    expect(reply.rcode).toBe('NOERROR')
    expect(reply.answers).toMatchObject([{ name, type: 'TXT', ttl: 0, data: text }])
    expect(reply.flags.aa).toBe(false)
    // Class CH.
    expect(reply.raw.readUInt16BE(12 + name.length + 2 + 4 + 4)).toBe(3)
  })

  it('has nothing of other types', () => {
    expect(ask(SERVER, 'id.server', 'A')).toMatchObject({ rcode: 'NOERROR', answers: [] })
    expect(ask(SERVER, 'id.server', 'ANY').answers).toHaveLength(1)
  })

  it('refuses what is not configured, and every other name', () => {
    expect(ask({ id: '', version: 'x' }, 'hostname.bind')).toMatchObject({ rcode: 'REFUSED', answers: [] })
    expect(ask({ id: 'x', version: '' }, 'version.bind').rcode).toBe('REFUSED')
    expect(ask(SERVER, 'authors.bind').rcode).toBe('REFUSED')
    expect(ask(SERVER, '.').rcode).toBe('REFUSED')
  })
})
