/** Which files of the project are the program: its code, the packages that runs on and the Node that runs it. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'

/** Processors there is a Node and an FFI for, by Node's names. */
export const PROCESSORS = ['x64', 'arm64'] as const
export type Processor = (typeof PROCESSORS)[number]

/** Everything of the project but its packages. `config/thanhloc.yaml` is the sample a configuration is made from. */
const OWN = [
  'LICENSE',
  'README.md',
  'bin',
  'blocklists',
  'config',
  'dashboards',
  'docs',
  'package.json',
  'src',
] as const

/** What is for whoever compiles, tests or writes against packages (80 MB), for another C library, or draws dashboards or pages. */
const LEFT_OUT = [
  /^node_modules\/node-linux-\w+\/(include|share)\//,
  /^node_modules\/koffi\/(vendor|doc|lib)\//,
  /^node_modules\/@koromix\/koffi-linux-\w+\/musl_/,
  /^node_modules\/.*\.(d\.[cm]?ts|map|cc|hh|inc|asm|S)$/,
  /^node_modules\/(.*\/)?\./,
  /^node_modules\/(.*\/node_modules\/)?(@[^/]+\/)?[^/]+\/(tests?|benchmarks?|integration)\//,
  /^dashboards\/.*\.ts$/,
  /^src\/(web\/console\/|(web\/)?build\.ts$)/,
]

interface LockedPackage {
  readonly dev?: boolean
  readonly optional?: boolean
  readonly cpu?: readonly string[] | string
  readonly os?: readonly string[] | string
}

/** What of the installation is not there; the message says what to do. */
export class ProgramFilesError extends Error {
  readonly code = 'THANHLOC_PROGRAM_FILES'
}

/**
 * Paths of files below `root`, sorted: the same list from the same project, wherever it lies. Packages are those that
 * package-lock.json names for production on a Linux of this processor. Throws ProgramFilesError where one is missing.
 */
export function programFiles(root: string, processor: Processor): string[] {
  const node = `node_modules/node-linux-${processor}/bin/node`
  if (!existsSync(join(root, node)))
    throw new ProgramFilesError(`${join(root, node)} is missing: run \`npm ci\` in ${root} first`)
  const packages = productionPackages(root, processor)
  const missing = packages.filter((path) => !existsSync(join(root, path, 'package.json')))
  if (missing.length > 0)
    throw new ProgramFilesError(`${missing.slice(0, 3).join(', ')} missing: run \`npm ci\` in ${root} first`)
  const files = OWN.flatMap((path) => filesUnder(root, path))
  // A package inside another one's node_modules is a row of its own in the lockfile.
  const inPackages = packages.flatMap((path) =>
    filesUnder(root, path).filter((file) => !file.startsWith(`${path}/node_modules/`)),
  )
  return [...files, ...inPackages]
    .filter((file) => !LEFT_OUT.some((pattern) => pattern.test(file)))
    .toSorted()
}

/**
 * The mode of a file once it is installed: everybody reads, nobody but root writes. Of packages Node alone is started,
 * whatever else they mark as a program.
 */
export function modeOf(root: string, file: string): number {
  const isPackaged = file.startsWith('node_modules/') && !/^node_modules\/node-linux-\w+\/bin\//.test(file)
  return !isPackaged && (statSync(join(root, file)).mode & 0o111) !== 0 ? 0o755 : 0o644
}

function productionPackages(root: string, processor: Processor): string[] {
  const lock = join(root, 'package-lock.json')
  if (!existsSync(lock))
    throw new ProgramFilesError(`${root} is no project to install from: it has no package-lock.json`)
  const { packages } = JSON.parse(readFileSync(lock, 'utf8')) as {
    readonly packages: Readonly<Record<string, LockedPackage>>
  }
  return Object.entries(packages)
    .filter(([path, { dev, cpu, os }]) => {
      return path !== '' && dev !== true && fits(cpu, processor) && fits(os, 'linux')
    })
    .map(([path]) => path)
}

function fits(wanted: readonly string[] | string | undefined, value: string): boolean {
  return wanted === undefined || [wanted].flat().includes(value)
}

function filesUnder(root: string, path: string): string[] {
  const full = join(root, path)
  if (statSync(full).isFile()) return [path]
  const entries = readdirSync(full, { recursive: true, withFileTypes: true, encoding: 'utf8' })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
}
