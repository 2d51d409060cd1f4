import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DataLockError, lockData } from '../../../src/thread/data-lock.ts'

let parent: string
beforeEach(() => (parent = mkdtempSync(join(tmpdir(), 'thanhloc-lock-'))))
afterEach(() => rmSync(parent, { recursive: true }))

const module = join(import.meta.dirname, '../../../src/thread/data-lock.ts')

/** Another process that holds the lock until it is ended. */
async function holder(directory: string) {
  const script = `import { lockData } from ${JSON.stringify(module)}; lockData(${JSON.stringify(directory)}); console.log('held'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  return child
}

describe('lockData', () => {
  it('makes the directory for this user alone, and gives it back', () => {
    const directory = join(parent, 'data')
    lockData(directory)()
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    expect(readdirSync(directory)).toEqual([])
    lockData(directory)()
  })

  it('a second process is told who has it; a lock left by kill -9 is taken over', async () => {
    const child = await holder(parent)
    expect(() => lockData(parent)).toThrow(new RegExp(`in use by process ${child.pid}`))
    child.kill('SIGKILL')
    await once(child, 'exit')
    lockData(parent)()
  })

  it('a lock whose number now belongs to another process is no lock', () => {
    symlinkSync(`${process.ppid} 1`, join(parent, 'thanhloc.lock'))
    lockData(parent)()
  })

  it('a path that is no directory is an error that says which', () => {
    writeFileSync(join(parent, 'file'), '')
    expect(() => lockData(join(parent, 'file'))).toThrow(DataLockError)
    expect(() => lockData(join(parent, 'file'))).toThrow(/store\.path .*file/)
  })
})
