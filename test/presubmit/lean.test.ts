/**
 * What each thread of the server loads at its start stays in its memory: what only some need comes when it is needed.
 * Followed are the imports that run; types are none, and `import()` is for later.
 */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const src = join(import.meta.dirname, '../../src')

interface Loaded {
  readonly files: ReadonlySet<string>
  /** Package or module of Node → a file that imports it. */
  readonly packages: ReadonlyMap<string, string>
}

/** Everything that is loaded with `entry`. */
function loadedWith(entry: string): Loaded {
  const files = new Set<string>()
  const packages = new Map<string, string>()
  const left = [entry]
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    if (files.has(path)) continue
    files.add(path)
    if (!path.endsWith('.ts')) continue
    const text = readFileSync(join(src, path), 'utf8')
    for (const [, clause, target] of text.matchAll(
      /(?:^|\n)(?:import|export)\s+(?:([^'"]*?)\s+from\s+)?'([^']+)'/g,
    )) {
      if (clause !== undefined && isTypesOnly(clause)) continue
      if (target!.startsWith('.')) left.push(join(dirname(path), target!))
      else packages.set(target!, path)
    }
  }
  return { files, packages }
}

/** `type X`, `{ type X, type Y }`. */
function isTypesOnly(clause: string): boolean {
  if (clause.startsWith('type ')) return true
  const names = /^\{([\s\S]*)\}$/.exec(clause.trim())?.[1]?.split(',').map((name) => name.trim()).filter((name) => name !== '') // prettier-ignore
  return names !== undefined && names.every((name) => name.startsWith('type '))
}

describe('the resolver thread', () => {
  it('has no private accessors: V8 calls its runtime for each use of one', () => {
    const code = readFileSync(join(src, 'built/resolver.js'), 'utf8')
    expect(code.match(/^\s*(?:get|set) \w+\(/gm)!.length).toBeGreaterThan(50)
    expect(code.match(/^\s*(?:get|set) #\w+/gm)).toBe(null)
  })
})

describe('what a thread loads', () => {
  const control = loadedWith('control.ts')

  it('is found', () => {
    expect(control.files.size).toBeGreaterThan(100)
    expect([...control.packages.keys()]).toContain('fastify')
  })

  it.each(['resolver.ts', 'store.ts', 'lists.ts'])('%s: neither schemas nor the admin API', (entry) => {
    const { packages } = loadedWith(entry)
    const heavy = ['typebox', 'typebox/compile', 'fastify', 'prom-client', 'yaml', 'dns2']
    expect(heavy.filter((name) => packages.has(name)).map((name) => `${name} by ${packages.get(name)}`)).toEqual([]) // prettier-ignore
  })

  it('the main thread: not what reads a configuration', () => {
    const { files, packages } = loadedWith('cli/serve.ts')
    expect(files).toContain('supervisor.ts')
    expect(['typebox', 'yaml', 'koffi'].filter((name) => packages.has(name))).toEqual([])
  })

  it('control: no compiler of schemas and no reader of messages before there is something to read', () => {
    const late = ['typebox/compile', 'dns2']
    expect(late.filter((name) => control.packages.has(name)).map((name) => `${name} by ${control.packages.get(name)}`)).toEqual([]) // prettier-ignore
  })

  it('the server: node:http not by an import, which brings a client of 2.3 MB with it (net/http.ts)', () => {
    for (const entry of ['control.ts', 'supervisor.ts', 'store.ts', 'lists.ts', 'resolver.ts'])
      expect(loadedWith(entry).packages.get('node:http'), entry).toBeUndefined()
  })
})
