/** The packed copy of the lists: the next start answers from it before any list is read, and never from a damaged one. */
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { listReport } from '../support/admin-reports.ts'
import { query } from '../support/dns-client.ts'
import { eventually, TestServer, type LogLine } from '../support/server.ts'

const CONFIG = `
upstreams: { servers: ["127.0.0.1:9"] }
sinkhole: { ipv4: 10.10.10.10 }
lists: [ { id: apt32, path: apt32.txt } ]
`
const LIST = 'evil.vn\nworse.vn\n'
const FROM_PACKED = 'answering from the packed snapshot'
const NOT_USED = 'the packed snapshot is not used'

let server: TestServer

afterEach(() => server.stop())

const start = async (options: { directory?: string; files?: Record<string, string> }): Promise<void> => {
  server = await TestServer.start({ config: CONFIG, ...options })
}

/** Stops it once it has written its copy, does something to its files, and starts it again with them. */
async function restart(between: (packed: string) => void): Promise<void> {
  const packed = server.path('data/snapshot.packed')
  await eventually(() => existsSync(packed) && readFileSync(packed, 'latin1').startsWith('TLPACK'))
  await server.stop(true)
  between(packed)
  await start({ directory: server.directory })
}

async function isBlocked(name: string): Promise<boolean> {
  const reply = await query(name, 'A', { port: server.port, rd: false })
  return reply.answers[0]?.data === '10.10.10.10'
}

const said = (msg: string): LogLine | undefined => server.lines.find((line) => line.msg === msg)

describe('the packed copy', () => {
  it('answers at the next start, before and without the list itself; readable by its owner alone', async () => {
    await start({ files: { 'apt32.txt': LIST } })
    expect(said(FROM_PACKED)).toBeUndefined()
    expect(await isBlocked('www.evil.vn')).toBe(true)
    await restart((packed) => {
      expect(statSync(packed).mode & 0o777).toBe(0o600)
      rmSync(server.path('apt32.txt'))
      // Nor can it be built from the last good version: what answers is the packed copy.
      rmSync(server.path('data/lists'), { recursive: true })
    })
    const lines = server.lines.map(({ msg }) => msg)
    expect(said(FROM_PACKED)).toMatchObject({ names: 2 })
    expect(server.lines.find(({ msg }) => msg === 'ready')).toMatchObject({ names: 2 })
    const built = lines.indexOf('lists in force')
    expect(built === -1 || lines.indexOf(FROM_PACKED) < built).toBe(true)
  })

  it('and the last good version keep a list in force whose file is gone', async () => {
    await start({ files: { 'apt32.txt': LIST } })
    await restart(() => rmSync(server.path('apt32.txt')))
    expect(said(FROM_PACKED)).toBeDefined()
    expect(await isBlocked('evil.vn')).toBe(true)
    const report = await eventually(async () => {
      const found = await listReport(server, 'apt32')
      return found.error !== null && found
    })
    expect(report).toMatchObject({ state: 'kept-last-good', names: 2 })
    expect(await isBlocked('evil.vn')).toBe(true)
  })

  it('is brought up to date when the list has changed meanwhile', async () => {
    await start({ files: { 'apt32.txt': LIST } })
    await restart(() => writeFileSync(server.path('apt32.txt'), `${LIST}new.vn\n`))
    expect(said(FROM_PACKED)).toBeDefined()
    await eventually(() => isBlocked('new.vn'))
    expect(await isBlocked('evil.vn')).toBe(true)
  })

  it('that does not check out is not used, which the log says, and the lists are read', async () => {
    const damages: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
      'one bit turned': (bytes) => {
        bytes[bytes.length - 60]! ^= 4
        return bytes
      },
      'cut short': (bytes) => bytes.subarray(0, bytes.length - 100),
      empty: () => Buffer.alloc(0),
      'another version': (bytes) => {
        bytes.writeUInt16LE(999, 6)
        return bytes
      },
      'something else': () => Buffer.from('#!/bin/sh\nexit 0\n'),
    }
    await start({ files: { 'apt32.txt': LIST } })
    for (const [what, damage] of Object.entries(damages)) {
      await restart((packed) => writeFileSync(packed, damage(readFileSync(packed))))
      expect(said(NOT_USED), what).toMatchObject({ level: 'warn', thread: 'lists' })
      expect(said(FROM_PACKED), what).toBeUndefined()
      expect(await isBlocked('evil.vn'), what).toBe(true)
      expect(await listReport(server, 'apt32')).toMatchObject({ state: 'loaded', names: 2 })
    }
    // And a good one is there again for the next start.
    await restart(() => {})
    expect(said(FROM_PACKED)).toBeDefined()
  })
})
