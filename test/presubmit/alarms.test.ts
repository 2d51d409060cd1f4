/** Alarms, their tests, the runbook and who is told belong together: what one of them names, the others have. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { commandsOf, readRules, sectionsOf } from '../support/alarm-files.ts'
import { createFixture } from '../unit/admin/fake-threads.ts'
import { runCommand } from '../unit/cli/terminal.ts'
import { readPage, root } from './markdown.ts'

const rules = readRules()
const runbook = readPage('docs/runbook.md')
const sections = sectionsOf(runbook.text)
const names = rules.map(({ alert }) => alert)

/** What this page may tell an officer to type, beside the program itself. */
const PROGRAMS = [
  'amtool', 'apt-get', 'chronyc', 'cp', 'crontab', 'curl', 'df', 'dig', 'dmesg', 'du', 'findmnt', 'free', 'install', 'iostat', 'ip',
  'journalctl', 'ls', 'nft', 'nstat', 'openssl', 'ping', 'promtool', 'ss', 'sysctl', 'systemctl', 'tcpdump', 'timedatectl', 'top',
] // prettier-ignore

interface Case {
  readonly promql_expr_test: readonly {
    readonly expr: string
    readonly exp_samples: readonly { readonly labels: string }[]
  }[]
}

const tests = join(root, 'config/prometheus/tests')
const looks = readdirSync(tests)
  .map((name) => parse(readFileSync(join(tests, name), 'utf8')) as { readonly tests: readonly Case[] })
  .flatMap((file) => file.tests.flatMap((one) => one.promql_expr_test))
const looksAt = (alert: string) => looks.filter(({ expr }) => expr.includes(`alertname="${alert}"`))

describe('rules', () => {
  it('are many, and each has a name of its own', () => {
    expect(names.length).toBeGreaterThan(40)
    expect(new Set(names).size).toBe(names.length)
  })

  it('every metric they read is in docs/metrics.md', () => {
    const known = new Set([...readPage('docs/metrics.md').text.matchAll(/^\| `(\w+)` \| (\w+)/gm)].flatMap(([, name, type]) => type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name!])) // prettier-ignore
    const read = rules.flatMap(({ expr }) => expr.match(/\b(?:thanhloc|process)_\w+/g) ?? [])
    expect(read.length).toBeGreaterThan(names.length)
    expect(read.filter((name) => !known.has(name))).toEqual([])
  })

  it.each(rules)('$alert says how bad it is, in Vietnamese and English, and where to read on', (rule) => {
    const { alert, labels, annotations } = rule
    expect(alert).toMatch(/^ThanhLoc[A-Z]\w+$/)
    expect(['critical', 'warning', 'info']).toContain(labels.severity)
    for (const [vi, en, ...more] of [
      annotations.summary.split(' · '),
      annotations.description.trimEnd().split('\n'),
    ]) {
      expect(vi).toMatch(/[àáạảãâăđêôơưấầậẩẫắằặẳẵéèẹẻẽếềệểễíìịỉĩóòọỏõốồộổỗớờợởỡúùụủũứừựửữýỳỵỷỹ]/i)
      expect(en).toMatch(/^[\x20-\x7e]+$/)
      expect(more).toEqual([])
    }
    const anchor = alert.toLowerCase()
    expect(annotations.runbook_url).toBe(`docs/runbook.md#${anchor}`)
    expect(runbook.anchors).toContain(anchor)
  })

  it.each(names)('%s is tested: when it goes off, and when it is silent', (alert) => {
    expect(looksAt(alert).filter(({ exp_samples }) => exp_samples.length > 0)).not.toEqual([])
    expect(looksAt(alert).filter(({ exp_samples }) => exp_samples.length === 0)).not.toEqual([])
  })

  it('texts fill in labels that the alarm has', () => {
    const empty = rules.flatMap(({ alert, annotations }) => {
      const used = Object.values(annotations).flatMap((text) => [...text.matchAll(/\$labels\.(\w+)/g)])
      const samples = looksAt(alert).flatMap(({ exp_samples }) => exp_samples)
      return used.flatMap(([, label]) =>
        samples.every(({ labels }) => labels.includes(`${label}="`)) ? [] : [`${alert}: ${label}`],
      )
    })
    expect(empty).toEqual([])
  })
})

describe('runbook', () => {
  it('has a section for each alarm, in their order, and no others', () => {
    expect(sections.map(({ alert }) => alert)).toEqual(names)
  })

  it.each(sections)('$alert: what it means, what to look at, what to do', ({ text }) => {
    const parts = [...text.matchAll(/^\*\*(.+?)\*\* /gm)].map(([, part]) => part)
    expect(parts).toEqual(['Nghĩa là.', 'Xem.', 'Làm.'])
    for (const part of text.split(/^\*\*/m).slice(1)) expect(part).toMatch(/\*[A-Z`][^*]+\*/)
    expect(commandsOf(text)).not.toEqual([])
  })

  const commands = commandsOf(runbook.text)

  it('names programs an officer has', () => {
    const first = commands.flatMap((line) => line.split(/ \| /)).map((part) => part.split(' ')[0]!)
    expect(first.filter((name) => name !== 'bin/thanhloc' && !PROGRAMS.includes(name))).toEqual([])
  })

  const own = [...new Set(commands.filter((line) => line.startsWith('bin/thanhloc ')))]

  it.each(own)('%s is understood', async (line) => {
    const words = line.match(/'[^']*'|\S+/g)!.slice(1).map((word) => word.replace(/^'|'$/g, '')) // prettier-ignore
    // Nothing is there: it gets as far as that, or says what it did not understand and exits with 2.
    const { exit, err } = await runCommand(...words, ...(words[0] === 'check' ? [] : ['--data', '/nonexistent'])) // prettier-ignore
    expect(err).not.toContain('usage:')
    expect(exit === 2 && words[0] !== 'status', err).toBe(false)
  })

  it('calls of the API exist, with what they are asked by', async () => {
    const { app } = await createFixture({ bySocket: true })
    const urls = commands.flatMap((line) => line.match(/(?<=http:\/\/localhost)\/[^\s']+/g) ?? [])
    expect(urls.length).toBeGreaterThan(3)
    for (const url of urls) {
      expect((await app.inject({ url, headers: { host: 'localhost' } })).statusCode, url).toBe(200)
    }
    await app.close()
  })
})

describe('Prometheus and Alertmanager', () => {
  const text = (path: string): string => readFileSync(join(root, path), 'utf8')

  it('what is scraped is where the shipped configuration listens', () => {
    const { listen } = (parse(text('config/thanhloc.yaml')) as { admin: { listen: string } }).admin
    const { scrape_configs: jobs } = parse(text('config/prometheus/prometheus.yml')) as {
      scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[]
    }
    expect(jobs.map(({ job_name }) => job_name)).toEqual(['thanhloc'])
    expect(jobs[0]!.static_configs.flatMap(({ targets }) => targets)).toEqual([listen])
  })

  it('who is told, and what is left out, goes by alarms there are', () => {
    const alertmanager = text('config/alertmanager/alertmanager.yml')
    const named = [...new Set(alertmanager.match(/ThanhLoc[A-Z]\w+/g))]
    expect(named.length).toBeGreaterThan(5)
    expect(named.filter((name) => !names.includes(name))).toEqual([])
    const severities = [...alertmanager.matchAll(/severity="(\w+)"/g)].map(([, severity]) => severity)
    expect(severities.toSorted()).toEqual(['critical', 'info', 'warning'])
  })

  it('passwords stand in files', () => {
    expect(text('config/alertmanager/alertmanager.yml')).not.toMatch(/(?:password|credentials|token): /)
  })
})
