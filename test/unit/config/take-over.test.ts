import { describe, expect, it } from 'vitest'
import { parseSettings } from '../../../src/config/load.ts'
import type { Settings } from '../../../src/config/settings.ts'
import { takeOver } from '../../../src/config/take-over.ts'

function settings(text: string): Settings {
  const loaded = parseSettings(text, { file: null })
  if (!('settings' in loaded)) throw new Error(loaded.errors.join('\n'))
  return loaded.settings
}

describe('takeOver', () => {
  it('applies what can change while running', () => {
    const after = settings('upstreams: { servers: ["192.0.2.1"] }\nadmin: { hosts: ["dns.so.example"] }')
    const taken = takeOver(settings(''), after)
    expect(taken.applied).toEqual(['upstreams', 'admin'])
    expect(taken.needsRestart).toEqual([])
    expect(taken.settings).toEqual(after)
  })

  it('keeps what sockets, threads and files were opened by, and says so', () => {
    const before = settings('listen: ["127.0.0.1:5301"]\nadmin: { listen: "127.0.0.1:8001" }')
    const taken = takeOver(
      before,
      settings(
        'listen: ["127.0.0.1:5302"]\nworkers: 3\nadmin: { listen: "off", hosts: ["dns.so.example"] }\nstore: { path: other }\nbypass: { listen: ["127.0.0.1:5399"] }',
      ),
    )
    expect(taken.needsRestart).toEqual(['listen', 'bypass', 'workers', 'store', 'admin.listen'])
    expect(taken.applied).toEqual(['admin'])
    expect(taken.settings.listen).toEqual(before.listen)
    expect(taken.settings.store).toEqual(before.store)
    expect(taken.settings.admin).toMatchObject({ listen: before.admin.listen, hosts: ['dns.so.example'] })
  })

  it('keeps the listener with or without TLS', () => {
    const after = settings('admin: { tls: { certificate: c.pem, key: k.pem } }')
    const taken = takeOver(settings(''), after)
    expect(taken).toMatchObject({
      applied: [],
      needsRestart: ['admin.tls'],
      settings: { admin: { tls: null } },
    })
  })
})
