import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { descriptorLimit, descriptorNeeds, descriptorTrouble } from '../../../src/service/descriptor-room.ts'
import { settingsFrom } from '../config/settings-from.ts'

describe('descriptorNeeds', () => {
  it('counts threads, addresses, upstream sockets and TCP connections', () => {
    const one = descriptorNeeds(
      settingsFrom(
        'workers: 1\nlisten: ["127.0.0.1:53"]\nupstreams: { servers: [192.0.2.1] }\ntcp: { total: 100, perClient: 10 }\n',
      ),
    )
    expect(one).toEqual({ start: 64 + 12, load: 64 + 12 + 16 + 100 })
    const more = descriptorNeeds(
      settingsFrom(
        'workers: 2\nlisten: ["127.0.0.1:53", "127.0.0.2:53"]\nupstreams: { servers: [192.0.2.1, 192.0.2.2] }\n' +
          'forward: [{ zones: [tinh.local], servers: [10.0.0.1] }]\ntcp: { total: 100, perClient: 10 }\n',
      ),
    )
    expect(more).toEqual({ start: 64 + 2 * 16, load: 64 + 2 * 16 + 2 * (3 * 16 + 100) })
  })
})

describe('descriptorTrouble', () => {
  const needs = { start: 76, load: 1100 }

  it('is none where there is room for all', () => {
    expect(descriptorTrouble(needs, 1100)).toBeNull()
    expect(descriptorTrouble(needs, Infinity)).toBeNull()
  })

  it('is a warning where load will want more, and an end where the start does', () => {
    expect(descriptorTrouble(needs, 1099)).toEqual({
      isFatal: false,
      message: expect.stringMatching(
        /^this process may open 1099 files and sockets and needs up to 1100, .*LimitNOFILE=/,
      ),
    })
    expect(descriptorTrouble(needs, 76)).toMatchObject({ isFatal: false })
    expect(descriptorTrouble(needs, 75)).toEqual({
      isFatal: true,
      message: expect.stringMatching(/^this process may open 75 files and sockets and needs at least 76: /),
    })
  })
})

describe('descriptorLimit', () => {
  it('is what the kernel says of this process', () => {
    const said = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))![1]
    expect(descriptorLimit()).toBe(Number(said))
  })

  it('is none where the kernel says so, or nothing', () => {
    const directory = mkdtempSync(join(tmpdir(), 'thanhloc-limits-'))
    onTestFinished(() => rmSync(directory, { recursive: true }))
    const path = join(directory, 'limits')
    expect(descriptorLimit(path)).toBe(Infinity)
    writeFileSync(
      path,
      'Limit   Soft Limit   Hard Limit   Units\nMax open files   unlimited   unlimited   files\n',
    )
    expect(descriptorLimit(path)).toBe(Infinity)
  })
})
