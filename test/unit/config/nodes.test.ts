import { describe, expect, it } from 'vitest'
import { describeSettings } from '../../../src/config/describe.ts'
import { errorsFrom, settingsFrom } from './settings-from.ts'

const node = (keys: string): string => `nodes: [ { id: dns2, tokenFile: secret/dns2, ${keys} } ]`

describe('other nodes', () => {
  it('are none unless some are configured', () => {
    expect(settingsFrom('').nodes).toEqual([])
  })

  it('are an origin and files beside the configuration', () => {
    expect(
      settingsFrom(`
nodes:
  - { id: dns2, url: "https://10.0.0.6:8053/", tokenFile: secret/dns2, caFile: dns2.pem }
  - { id: dns3, url: "HTTPS://DNS3.Tinh.Example:443", tokenFile: /etc/dns3 }
`).nodes,
    ).toEqual([
      { id: 'dns2', url: 'https://10.0.0.6:8053', tokenFile: '/srv/secret/dns2', caFile: '/srv/dns2.pem', allowHttp: false },
      { id: 'dns3', url: 'https://dns3.tinh.example', tokenFile: '/etc/dns3', caFile: null, allowHttp: false },
    ]) // prettier-ignore
  })

  it('are printed as they are read', () => {
    const settings = settingsFrom(node('url: "http://10.0.0.6:8053", caFile: x.pem, allowHttp: true'))
    expect(settingsFrom(describeSettings(settings)).nodes).toEqual(settings.nodes)
  })

  it.each(['http://127.0.0.1:8054', 'http://127.9.9.9:1', 'http://[::1]:8054', 'http://localhost:8054'])(
    '%s may be plain: it stays on this machine',
    (url) => expect(errorsFrom(node(`url: "${url}"`))).toEqual([]),
  )

  it.each([
    ['http://10.0.0.6:8053', /is plain http, .*use https \(`admin.tls` there\), or say `allowHttp: true`/],
    ['http://[::ffff:127.0.0.1]:8054', /is plain http/],
    ['http://127.0.0.1.example:8054', /is plain http/],
    ['ftp://10.0.0.6', /`url` is not one of https: write https:\/\/10.0.0.6:8053/],
    ['10.0.0.6:8053', /`url` is not one of https/],
    ['https://', /`url` is not one of https/],
    ['https://me:secret@10.0.0.6:8053', /`url` holds a user or a password/],
    ['https://10.0.0.6:8053/api/v1', /goes on behind the port, .*write https:\/\/10.0.0.6:8053$/],
    ['https://10.0.0.6:8053/?x=1', /goes on behind the port/],
    ['https://10.0.0.6:8053/#x', /goes on behind the port/],
    ['https://10.0.0.6:0', /has port 0/],
    ['http://127.0.0.1:8053', /is this server itself \(admin.listen\)/],
  ])('%s is refused, and said where', (url, message) => {
    const errors = errorsFrom(node(`url: "${url}"`))
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatch(/^c\.yaml:1:\d+: node dns2: /)
    expect(errors[0]).toMatch(message)
  })

  it('stand there once each', () => {
    const errors = errorsFrom(`
nodes:
  - { id: dns2, url: "https://10.0.0.6:8053", tokenFile: a }
  - { id: dns2, url: "https://10.0.0.6:8053/", tokenFile: b }
`)
    expect(errors).toEqual([
      'c.yaml:4:11: node dns2: the id is taken; give this one another',
      'c.yaml:4:22: node dns2: https://10.0.0.6:8053 is node dns2 already: leave one of them out',
    ])
  })

  it('have no secret in the configuration', () => {
    expect(errorsFrom(node('url: "https://10.0.0.6", token: tl_x')).join('\n')).toMatch(/token.*put it into a file of mode 0600 and name that file in `tokenFile`/) // prettier-ignore
  })

  it('are eight at most', () => {
    const nodes = Array.from({ length: 9 }, (_, n) => `{ id: n${n}, url: "https://10.0.0.${n}:1", tokenFile: t }`) // prettier-ignore
    expect(errorsFrom(`nodes: [${nodes.join(', ')}]`).join('\n')).toMatch(/nodes.* 8/)
    expect(errorsFrom(`nodes: [${nodes.slice(1).join(', ')}]`)).toEqual([])
  })
})
