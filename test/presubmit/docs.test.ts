/** What the pages say of commands, keys, metrics, calls, files and bounds is so. Code spans and blocks are taken at their word. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { PROBLEMS } from '../../src/admin/problem.ts'
import { loadSettings, parseSettings } from '../../src/config/load.ts'
import { configurationReference, configurationSchema } from '../../src/config/reference.ts'
import { HIT_FOLDS, HIT_LISTS, HIT_PAIRS } from '../../src/thread/hit-table.ts'
import { MAX_UPSTREAMS } from '../../src/upstream/selection.ts'
import { AUTHORISED, createFixture, type Fixture } from '../unit/admin/fake-threads.ts'
import { runCommand } from '../unit/cli/terminal.ts'
import { codeOf, readPage, readPages, root, stepsOf, type Page } from './markdown.ts'
import { Replay } from './replay.ts'

const pages = readPages()
const decisions = readdirSync(join(root, 'docs/decisions')).toSorted()

let fixture: Fixture
beforeAll(async () => {
  fixture = await createFixture()
})
afterAll(() => fixture.app.close())

/** `page: what` for everything `find` finds in the code of the pages. */
function inCode(find: (code: string, page: Page) => Iterable<string>): string[] {
  return pages.flatMap((page) => codeOf(page).flatMap((code) => [...find(code, page)].map((what) => `${page.path}: ${what}`))) // prettier-ignore
}

describe('commands', () => {
  /** Command → its help; what is no command is told as such. */
  const help = new Map<string, string>()
  const uses = pages.flatMap((page) =>
    codeOf(page).flatMap((code) =>
      [...code.replace(/'[^']*'/g, '').matchAll(/\bthanhloc ([a-z]+(?:-[a-z]+)*)\b([^|;]*)/g)].map(
        ([, name, rest]) => ({
          page: page.path,
          name: name!,
          options: rest!.match(/--[a-z][a-z-]*/g) ?? [],
        }),
      ),
    ),
  )
  beforeAll(async () => {
    for (const name of new Set(uses.map((use) => use.name))) {
      const { exit, out, err } = await runCommand(name, '--help')
      help.set(name, exit === 0 ? out : err)
    }
  })

  it('every command named exists, with the options it is shown with', () => {
    expect(uses.length).toBeGreaterThan(15)
    const wrong = uses.flatMap(({ page, name, options }) => {
      const text = help.get(name)!
      if (!text.startsWith('usage: thanhloc')) return [`${page}: thanhloc ${name}`]
      return options.filter((option) => !hasOption(text, option)).map((option) => `${page}: ${name} ${option}`) // prettier-ignore
    })
    expect(wrong).toEqual([])
  })

  it('every option that stands alone belongs to one of them', () => {
    const all = [...help.values()].join('\n')
    expect(inCode((code) => (/^--[a-z]/.test(code) ? [code.split(' ')[0]!] : [])).filter((use) => !hasOption(all, use.split(': ')[1]!))).toEqual([]) // prettier-ignore
  })

  it('every npm script named exists', () => {
    const scripts = new Set(Object.keys(manifest.scripts))
    const named = inCode((code) => [...code.matchAll(/\bnpm (?:run )?(start|test|(?<=run )[\w:]+)/g)].map((match) => match[1]!)) // prettier-ignore
    expect(named.length).toBeGreaterThan(3)
    expect(named.filter((use) => !scripts.has(use.split(': ')[1]!))).toEqual([])
  })
})

function hasOption(help: string, option: string): boolean {
  return option === '--help' || new RegExp(`${option}(?![\\w-])`).test(help)
}

describe('configuration', () => {
  it('every snippet is a configuration', () => {
    const snippets = pages.flatMap(({ path, blocks }) => blocks.filter(({ language }) => language === 'yaml').map(({ text }) => ({ path, text }))) // prettier-ignore
    expect(snippets.length).toBeGreaterThan(0)
    for (const { path, text } of snippets) {
      expect(parseSettings(text, { file: join(root, 'config/snippet.yaml') }), path).toHaveProperty('settings') // prettier-ignore
    }
    expect(loadSettings({ file: join(root, 'config/thanhloc.yaml') })).toHaveProperty('settings')
  })

  it('every key named exists', () => {
    const schema = configurationSchema() as unknown as Schema
    const keys = inCode((code) => {
      const isKey = /^[a-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*)+$/.test(code) && !/\.(sock|db|json|yaml|txt|ts|md|lock)$/.test(code) // prettier-ignore
      return isKey && Object.hasOwn(schema.properties!, code.split('.')[0]!) ? [code] : []
    })
    expect(keys.length).toBeGreaterThan(10)
    expect(keys.filter((use) => !hasKey(schema, use.split(': ')[1]!.split('.')))).toEqual([])
  })

  it('the reference is what the schema says', () => {
    const written = readFileSync(join(root, 'docs/configuration.md'), 'utf8')
    expect(written === configurationReference(), 'run `npm run generate`').toBe(true)
    const schema = readFileSync(join(root, 'docs/config.schema.json'), 'utf8')
    expect(schema === `${JSON.stringify(configurationSchema(), null, 2)}\n`, 'run `npm run generate`').toBe(true) // prettier-ignore
  })
})

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
}

function hasKey(schema: Schema, [key, ...rest]: readonly string[]): boolean {
  if (key === undefined) return true
  const shapes = [schema, schema.items, ...(schema.anyOf ?? [])]
  return shapes.some((shape) => shape?.properties?.[key] !== undefined && hasKey(shape.properties[key], rest))
}

describe('metrics', () => {
  it('docs/metrics.md names each with its type and labels, and no others', async () => {
    const text = await fixture.metrics.render()
    const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name!, type!])) // prettier-ignore
    const declared = fixture.metrics.registry.getMetricsAsArray().map((metric) => {
      const { name, labelNames } = metric as unknown as { name: string; labelNames: readonly string[] }
      return `${name} ${types.get(name)} ${labelNames.toSorted().join(',')}`
    })
    const rows = [...readPage('docs/metrics.md').text.matchAll(/^\| `(\w+)` \| (\w+) \|([^|]*)\| (.+) \|$/gm)] // prettier-ignore
    const said = rows.map(([, name, type, labels]) => `${name} ${type} ${(labels!.match(/\w+/g) ?? []).toSorted().join(',')}`) // prettier-ignore
    expect(said.toSorted()).toEqual(declared.toSorted())
  })

  it('every metric named anywhere exists', () => {
    const names = new Set(fixture.metrics.registry.getMetricsAsArray().map((metric) => (metric as unknown as { name: string }).name)) // prettier-ignore
    const used = inCode((code) => code.match(/\bthanhloc_\w+/g) ?? [])
    expect(used.length).toBeGreaterThan(40)
    const isKnown = (name: string): boolean => names.has(name) || names.has(name.replace(/_(bucket|sum|count)$/, '')) // prettier-ignore
    expect(used.filter((use) => !isKnown(use.split(': ')[1]!))).toEqual([])
  })
})

describe('API', () => {
  let calls: readonly string[]
  beforeAll(async () => {
    const reply = await fixture.app.inject({ url: '/openapi.json', headers: AUTHORISED })
    const paths = Object.entries(reply.json<{ paths: Record<string, object> }>().paths)
    calls = paths.flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`)) // prettier-ignore
  })

  it('docs/api.md names every call, and no others', () => {
    const page = readPage('docs/api.md')
    const said = page.spans.filter((span) => /^[A-Z]+ \/api\//.test(span))
    expect(said.toSorted()).toEqual(calls.filter((call) => call.includes('/api/')).toSorted())
    for (const free of calls.filter((call) => !call.includes('/api/'))) expect(page.spans).toContain(free.split(' ')[1]) // prettier-ignore
  })

  it('docs/api.md names every code with its status', () => {
    const { text } = readPage('docs/api.md')
    const said = Object.fromEntries([...text.matchAll(/`(THANHLOC_\w+)` (\d+)/g)].map(([, code, status]) => [code, Number(status)])) // prettier-ignore
    expect(said).toEqual(PROBLEMS)
  })

  it('the session is what the server answers', async () => {
    const replay = await Replay.start({})
    try {
      const steps = stepsOf(readPage('docs/api.md'))
      expect(steps.length).toBeGreaterThan(4)
      for (const step of steps) {
        const { printed, expected } = await replay.run(step)
        expect(printed, step.command).toBe(expected)
      }
    } finally {
      await replay.stop()
    }
  })
})

describe('files', () => {
  it('every link leads somewhere', () => {
    const dead = pages.flatMap(({ path, links }) =>
      links
        .filter((link) => !/^https?:/.test(link))
        .filter((link) => {
          const [file = '', anchor] = link.split('#')
          const target = file === '' ? path : normalize(join(dirname(path), file))
          if (!existsSync(join(root, target))) return true
          return anchor !== undefined && !readPage(target).anchors.includes(decodeURIComponent(anchor))
        })
        .map((link) => `${path}: ${link}`),
    )
    expect(dead).toEqual([])
  })

  it('every file of the project that is named is there', () => {
    const named = inCode((code) => code.match(/(?<![\w/.~-])(?:src|test|docs|bin|config)\/[\w./-]*\w/g) ?? [])
    expect(named.length).toBeGreaterThan(10)
    const isExample = (use: string): boolean => use.startsWith('docs/decisions/0002') || use.startsWith('docs/configuration.md') // prettier-ignore
    expect(named.filter((use) => !isExample(use) && !existsSync(join(root, use.split(': ')[1]!)))).toEqual([]) // prettier-ignore
  })

  it('decisions are numbered, once each, and say context, decision and cost', () => {
    const numbers = decisions.map((name) => name.slice(0, 4))
    expect(numbers).toEqual(numbers.map((_, index) => String(index + 1).padStart(4, '0')))
    for (const name of decisions) {
      const { text } = readPage(`docs/decisions/${name}`)
      expect(name).toMatch(/^\d{4}-[a-z0-9-]+\.md$/)
      expect(text.startsWith(`# ${name.slice(0, 4)}. `), name).toBe(true)
      const parts = [...text.matchAll(/^\*\*(\w+)\.\*\* /gm)].map(([, part]) => part)
      expect(
        parts.filter((part) => part !== 'Considered'),
        name,
      ).toEqual(['Context', 'Decision', 'Cost'])
    }
  })

  it('the version at the top of the changes is that of the package', () => {
    const { text } = readPage('CHANGELOG.md')
    expect(/^## (\d+\.\d+\.\d+)\b/m.exec(text)![1]).toBe(manifest.version)
  })
})

describe('operations', () => {
  const page = readPage('docs/operations.md')
  const section = (title: string): string => page.text.split(`\n## ${title}\n`)[1]!.split('\n## ')[0]!

  it('log lines are quoted as they are written', () => {
    const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
      .join('\n')
    const quoted = [...section('The log').matchAll(/`([^`]+)`/g)].map(([, span]) => span!.replace(/\s+/g, ' ')) // prettier-ignore
    expect(quoted.length).toBeGreaterThan(10)
    expect(quoted.filter((span) => span.includes(' ') && !sources.includes(`'${span}'`))).toEqual([])
  })

  it('bounds are those of the code', () => {
    const bounds = section('Bounds')
    for (const bound of [HIT_PAIRS, HIT_FOLDS, HIT_LISTS, MAX_UPSTREAMS]) {
      expect(bounds).toMatch(new RegExp(`\\| ${bound.toLocaleString('en')}\\b`))
    }
  })
})
