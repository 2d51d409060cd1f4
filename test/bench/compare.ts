/** The comparison with other servers (compare.py), for each kind of work, with our command. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { rounded, type Table } from './table.ts'

const PROGRAM = join(import.meta.dirname, '../../bin/thanhloc')
const KINDS = ['block', 'hit', 'mix', 'miss', 'load'] as const

/** Where Debian puts servers, which is not in everybody's PATH. */
const PATH = [process.env['PATH'] ?? '', '/usr/sbin', '/sbin'].join(delimiter)
const TOOLS = ['python3', 'gcc', 'dnsperf', 'dig', 'taskset']
/** Names of compare.py, and their programs. */
const PEERS = {
  unbound: 'unbound', bind: 'named', dnsmasq: 'dnsmasq', dnsdist: 'dnsdist', recursor: 'pdns_recursor',
} as const // prettier-ignore

type Figures = Readonly<Record<string, Readonly<Record<string, number>>>>

/** The servers to compare with that are installed, and what is missing to compare with any. */
export function installed(): { readonly peers: readonly string[]; readonly missing: readonly string[] } {
  const peers = Object.entries(PEERS).filter(([, program]) => isInPath(program))
  const missing = TOOLS.filter((tool) => !isInPath(tool))
  return {
    peers: peers.map(([name]) => name),
    missing: peers.length > 0 ? missing : [...missing, `one of ${Object.values(PEERS).join(', ')}`],
  }
}

function isInPath(program: string): boolean {
  return PATH.split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** Runs `kinds` (all unless given); what else is given goes to compare.py. */
export async function compare(kinds: readonly string[], more: readonly string[]): Promise<Table> {
  const rows: (string | number | null)[][] = []
  for (const kind of kinds.length > 0 ? kinds : KINDS) {
    const figures = await measure(kind, more)
    const unit = kind === 'load' ? 'rss_mb' : 'cpu_us_per_query'
    const rivals = Object.entries(figures).filter(([name]) => name !== 'ours' && name !== 'echo')
    const best = Math.min(...rivals.map(([, row]) => row[unit]!))
    for (const [name, row] of Object.entries(figures)) {
      const ratio = name === 'ours' && rivals.length > 0 ? rounded(row[unit]! / best) : null
      rows.push([kind, name, row['cpu_us_per_query'] ?? null, row['ready_s'] ?? null, row['rss_mb']!, ratio])
    }
  }
  return {
    title: 'compare: one core for each server',
    columns: ['work', 'server', 'CPU µs a query', 'first answer s', 'resident MB', 'ours / best peer'],
    rows,
  }
}

async function measure(kind: string, more: readonly string[]): Promise<Figures> {
  const directory = mkdtempSync(join(tmpdir(), 'thanhloc-bench-'))
  const remove = (): void => rmSync(directory, { recursive: true, force: true })
  process.once('exit', remove)
  try {
    const config = join(directory, 'thanhloc.yaml')
    writeFileSync(config, '# what is not said is as it comes\n')
    const ours = `${PROGRAM} serve --config ${config} --listen 127.0.0.1:{port} --upstream 127.0.0.1:{upstream} --list {list} --sinkhole 10.10.10.10 --admin off --workers 1 --data ${join(directory, 'data-{port}')}` // prettier-ignore
    const json = join(directory, 'figures.json')
    const script = join(import.meta.dirname, 'compare.py')
    const env = { ...process.env, PATH }
    console.log(`compare ${kind}`)
    const child = spawn('python3', [script, kind, '--ours', ours, '--json', json, ...more], { stdio: 'inherit', env }) // prettier-ignore
    process.once('exit', () => child.kill('SIGTERM'))
    const [code] = (await once(child, 'close')) as [number | null]
    if (code !== 0) throw new Error(`compare.py ${kind} has ended with ${code}`)
    return JSON.parse(readFileSync(json, 'utf8')) as Figures
  } finally {
    remove()
  }
}
