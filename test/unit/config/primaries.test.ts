import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeSettings } from '../../../src/config/describe.ts'
import { parseSettings } from '../../../src/config/load.ts'
import { errorsFrom, settingsFrom } from './settings-from.ts'

const KEY = 'tsig: { name: Thanhloc-So, secretFile: rpz.key }'
const list = (primary: string, more = ''): string => `lists: [ { id: z, primary: { ${primary} }${more} } ]\n`

describe('a primary', () => {
  it('is a server, a zone and a key, and the list lies in the data directory', () => {
    const { lists, store } = settingsFrom(list(`server: 10.0.0.5, zone: RPZ.so.tinh.vn., ${KEY}`))
    expect(lists[0]).toMatchObject({
      path: join(store.path, 'zones/z'),
      format: 'rpz',
      primary: {
        server: { address: '10.0.0.5', port: 53 },
        zone: 'rpz.so.tinh.vn',
        tsig: {
          name: 'thanhloc-so',
          algorithm: 'hmac-sha256',
          secretFile: expect.stringMatching(/^\/.*rpz\.key$/),
        },
        maxBytes: 256 << 20,
      },
    })
  })

  it('is shown as it could be written', () => {
    const settings = settingsFrom(list(`server: "[2001:db8::5]:5353", zone: z.vn, maxSize: 1MB, ${KEY}`))
    const again = parseSettings(describeSettings(settings), { file: settings.file })
    expect('settings' in again && again.settings.lists).toEqual(settings.lists)
  })

  it.each([
    [list('zone: z.vn'), 'lacks `server`'],
    [list('server: 10.0.0.5'), 'lacks `zone`'],
    [list('server: ns.vn, zone: z.vn'), 'a name cannot stand here'],
    [list('server: 10.0.0.5, zone: z.vn, maxSize: 2GB'), 'is more than'],
    [list('server: 10.0.0.5, zone: z.vn, tsig: { name: k, algorithm: hmac-md5, secretFile: k }'), 'algorithm is hmac-md5: '],
    [list('server: 10.0.0.5, zone: z.vn, tsig: { name: k, secret: x }'), 'a secret does not belong in the configuration'],
    [list('server: 10.0.0.5, zone: z.vn', ', path: p'), 'it comes from a `primary` or by `path`: leave one of them out'],
    [list('server: 10.0.0.5, zone: z.vn', ', approved: true'), 'it comes from a `primary` or by `approved`'],
    [list('server: 10.0.0.5, zone: z.vn', ', format: hosts'), 'is a response policy zone: leave `format` out'],
    [`listen: ["10.0.0.1:53"]\n${list('server: 10.0.0.1, zone: z.vn')}`, '10.0.0.1:53 is this resolver itself'],
    ['lists: [ { id: a, primary: { server: 10.0.0.5, zone: z.vn } }, { id: b, primary: { server: "10.0.0.5:53", zone: Z.vn } } ]', 'list b: list a is that zone already'],
    ['lists: [ { id: a } ]', 'name where it comes from'],
  ])('%s', (text, expected) => {
    expect(errorsFrom(text).join('\n')).toContain(expected)
  }) // prettier-ignore
})
