import { describe, expect, it } from 'vitest'
import { errorsFrom, settingsFrom } from './settings-from.ts'

const FILE = `
sinkhole: { ipv4: 10.1.1.1, ipv6: "fd00::1" }
lists: [ { id: apt32, path: apt32.txt } ]
upstreams: { servers: [10.0.0.1, 10.0.0.2] }
`

describe('the command line', () => {
  it('stands above the file', () => {
    const overrides = {
      listen: ['127.0.0.1:5399', '[::1]:5399'],
      upstreams: ['127.0.0.1:5300'],
      lists: ['lists/Bad Names.txt', '/tmp/bad-names.rpz'],
      sinkholes: ['10.2.2.2'],
      admin: 'off',
      data: 'state',
      workers: '3',
    }
    const settings = settingsFrom(FILE, { file: '/etc/thanhloc/c.yaml', overrides })
    expect(settings.listen).toHaveLength(2)
    expect(settings.upstreams.servers).toEqual([{ address: '127.0.0.1', port: 5300 }])
    expect(settings.lists.map(({ id, path }) => [id, path])).toEqual([
      ['bad-names', '/srv/lists/Bad Names.txt'],
      ['bad-names-2', '/tmp/bad-names.rpz'],
    ])
    expect(settings.sinkhole).toMatchObject({ ipv4: '10.2.2.2', ipv6: 'fd00::1' })
    expect(settings.admin.listen).toBeNull()
    expect(settings.store.path).toBe('/srv/state')
    expect(settings.workers).toBe(3)
  })

  it('is checked like the file, and named in what is wrong', () => {
    const overrides = { listen: ['here'], sinkholes: ['nowhere'], workers: '0', admin: '8053' }
    expect(errorsFrom('workers: 0', { overrides }).map((line) => line.split(': ')[0])).toEqual([
      '--listen',
      '--sinkhole',
      '--admin',
      '--workers',
      'c.yaml:1:10',
    ])
    const twice = { listen: ['127.0.0.1:53', '127.0.0.1:53'] }
    expect(errorsFrom('', { overrides: twice })[0]).toContain(
      '--listen: listen: 127.0.0.1:53 stands here twice',
    )
    expect(
      errorsFrom('', { overrides: { listen: ['127.0.0.1:53'], upstreams: ['127.0.0.1'] } })[0],
    ).toContain('--upstream: 127.0.0.1:53 is this resolver itself')
  })

  it('can take a list whose name is no identifier', () => {
    const { lists } = settingsFrom('', { overrides: { lists: ['/tmp/Đen.txt', '...'] } })
    expect(lists.map(({ id }) => id)).toEqual(['en', 'list'])
  })
})
