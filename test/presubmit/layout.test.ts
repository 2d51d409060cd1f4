/** The rules of the house that a reader relies on: who may import whom, where dns2 stands, what files are called. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const src = join(root, 'src')

/** Floors from the ground up: a file imports only from its own folder and from floors below. */
const FLOORS: readonly (readonly string[])[] = [
  [
    'clock.ts',
    'random.ts',
    'octets.ts',
    'resting-pool.ts',
    'bounded-file.ts',
    'config/settings.ts',
    'config/list-settings.ts',
  ],
  ['back-off.ts'],
  ['wire'],
  ['metrics/counters.ts'],
  ['net'],
  ['thread'],
  ['log', 'message'],
  ['access', 'local', 'upstream', 'cache', 'policy'],
  ['query'],
  ['transport'],
  ['service', 'notice'],
  ['lists'],
  ['identity', 'sqlite'],
  ['documents'],
  ['indicators'],
  ['imports'],
  ['detection', 'alerts', 'accounts', 'review'],
  ['nodes', 'feeds', 'transfer'],
  ['config', 'metrics'],
  ['admin', 'report'],
  // In the browser: of the floors below it takes types alone.
  ['web'],
  ['resolver.ts', 'lists.ts', 'store.ts', 'control.ts'],
  ['supervisor.ts'],
  ['install'],
  ['cli'],
  ['main.ts'],
  // Not of the program.
  ['build.ts'],
]

/** Beyond the floors: `config` (loading) is for those that load, and for nobody on the data plane. */
const MAY_LOAD_CONFIG = [
  'config',
  'admin',
  'metrics',
  'control.ts',
  'install',
  'cli',
  'main.ts',
  'supervisor.ts',
  // Not of the program: it writes as other generators do.
  'web/build.ts',
  'build.ts',
]

function filesUnder(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(src, join(entry.parentPath, entry.name)))
}

/** The floor of a path below src, by its most telling prefix; -1: nowhere. */
function floorOf(path: string): number {
  const exact = FLOORS.findIndex((places) => places.includes(path))
  return exact >= 0 ? exact : FLOORS.findIndex((places) => places.includes(path.split('/')[0]!))
}

interface Import {
  readonly from: string
  readonly to: string
  readonly isTypeOnly: boolean
}

function importsOf(path: string): { own: Import[]; packages: string[] } {
  const text = readFileSync(join(src, path), 'utf8')
  const own: Import[] = []
  const packages: string[] = []
  for (const match of text.matchAll(
    /(?:^|\n)(?:import|export)\s+(type\s)?[^'"]*?from\s+'([^']+)'|import\('([^']+)'\)|(?:^|\n)import\s+'([^']+)'/g,
  )) {
    const target = match[2] ?? match[3] ?? match[4]!
    if (!target.startsWith('.')) packages.push(target)
    else own.push({ from: path, to: join(dirname(path), target), isTypeOnly: match[1] !== undefined })
  }
  return { own, packages }
}

const files = filesUnder(src)

describe('layout', () => {
  it('finds the code', () => expect(files.length).toBeGreaterThan(50))

  it('every file stands on a floor', () => {
    expect(files.filter((file) => floorOf(file) < 0)).toEqual([])
  })

  it('a floor imports only from floors below', () => {
    const wrong = files
      .flatMap((file) => importsOf(file).own)
      .filter(({ from, to }) => {
        const sameFolder = from.split('/')[0] === to.split('/')[0] && from.includes('/')
        return !sameFolder && floorOf(to) >= floorOf(from)
      })
    expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([])
  })

  it('only those that load configuration import it', () => {
    const wrong = files
      .flatMap((file) => importsOf(file).own)
      .filter(
        ({ from, to }) =>
          to.startsWith('config/') &&
          to !== 'config/settings.ts' &&
          !MAY_LOAD_CONFIG.includes(from) &&
          !MAY_LOAD_CONFIG.includes(from.split('/')[0]!),
      )
    expect(wrong.map(({ from, to }) => `${from} → ${to}`)).toEqual([])
  })

  it('dns2 stands behind one adapter', () => {
    const users = files.filter((file) => importsOf(file).packages.includes('dns2'))
    expect(users.every((file) => file.startsWith('message/'))).toBe(true)
    expect(users).toHaveLength(1)
  })

  it('the query path uses no packages but the FFI', () => {
    const plane = ['wire', 'net', 'access', 'local', 'upstream', 'cache', 'policy', 'query', 'transport']
    const used = new Set(
      files
        .filter((file) => plane.includes(file.split('/')[0]!))
        .flatMap((file) => importsOf(file).packages)
        .filter((name) => !name.startsWith('node:')),
    )
    expect([...used].sort()).toEqual(['koffi'])
  })

  it('files are short and named for what they hold', () => {
    const long = files.filter((file) => readFileSync(join(src, file), 'utf8').split('\n').length > 351)
    expect(long).toEqual([])
    expect(files.filter((file) => /(^|\/)(utils?|helpers?|manager|common|misc)(\.ts|\/)/.test(file))).toEqual(
      [],
    )
  })
})
