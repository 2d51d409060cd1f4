import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeSettings } from '../../../src/config/describe.ts'
import { configurationReference, configurationSchema } from '../../../src/config/reference.ts'
import { CONFIG_SHAPE, type Shape } from '../../../src/config/schema.ts'
import { settingsFrom } from './settings-from.ts'

const docs = join(import.meta.dirname, '../../../docs')

describe('the reference', () => {
  it('is what the schema says: run `npm run generate`', () => {
    expect(readFileSync(join(docs, 'configuration.md'), 'utf8')).toBe(configurationReference())
    expect(JSON.parse(readFileSync(join(docs, 'config.schema.json'), 'utf8'))).toEqual(configurationSchema())
  })

  it('describes every key', () => {
    const bare: string[] = []
    const visit = (shape: Shape, path: string): void => {
      for (const [key, inner] of Object.entries(shape.properties ?? shape.items?.properties ?? {})) {
        if ((inner.description ?? '') === '') bare.push(`${path}${key}`)
        visit(inner, `${path}${key}.`)
      }
    }
    visit(CONFIG_SHAPE, '')
    expect(bare).toEqual([])
  })
})

describe('describeSettings', () => {
  it('prints a configuration that says the same', () => {
    const settings = settingsFrom(`
sinkhole: { ipv4: 10.10.10.10, ttl: 90s }
records: { a.test: sinkhole, b.test: { txt: ["x: y", "#"], ttl: 0s } }
lists: [ { id: a, path: a.txt, ttl: 5m, accept: [x.gov.vn] } ]
units: [ { id: u, name: "Sở: TT&TT", networks: [10.1.0.0/16] } ]
metrics: { listen: "127.0.0.1:9153" }
admin: { listen: "off", tokenFile: secret/token, tls: { certificate: tls/cert.pem, key: tls/key.pem } }
`)
    const printed = describeSettings(settings)
    expect(printed).toContain('servers: [] # those of /etc/resolv.conf')
    expect(printed).toContain('ttl: 90s')
    expect(settingsFrom(printed)).toEqual(settings)
  })
})
