/** Alarm rules, the sections of the runbook, and the commands in them, taken apart for tests. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

const root = join(import.meta.dirname, '../..')
/** Rule files in the order of the runbook's chapters. */
const CHAPTERS = ['answers', 'upstreams', 'lists', 'machines', 'store', 'operation']

export interface AlarmRule {
  readonly alert: string
  readonly expr: string
  readonly for?: string
  readonly labels: { readonly severity: string }
  readonly annotations: {
    readonly summary: string
    readonly description: string
    readonly runbook_url: string
  }
}

/** All alarms. Throws where a rule file belongs to no chapter. */
export function readRules(): AlarmRule[] {
  const directory = join(root, 'config/prometheus/rules')
  const files = CHAPTERS.map((chapter) => `${chapter}.yml`)
  const stray = readdirSync(directory).filter((name) => !files.includes(name))
  if (stray.length > 0) throw new Error(`no chapter of the runbook for ${stray.join(', ')}`)
  return files
    .map((name) => parse(readFileSync(join(directory, name), 'utf8')) as { groups: { rules: AlarmRule[] }[] })
    .flatMap(({ groups }) => groups.flatMap(({ rules }) => rules))
}

/** Sections of the runbook by the alarm they are headed by. */
export function sectionsOf(page: string): { readonly alert: string; readonly text: string }[] {
  return page
    .split(/^### /m)
    .slice(1)
    .map((part) => {
      const [alert = '', ...lines] = part.split(/\n(?:## .*\n)?/)
      return { alert, text: lines.join('\n') }
    })
}

/** Lines of shell blocks. */
export function commandsOf(text: string): string[] {
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block]) => block!.trimEnd().split('\n'))
}
