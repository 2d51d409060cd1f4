/**
 * Builds the Debian package with dpkg-deb: `npm run package`. The same project gives the same bytes: names are sorted,
 * owners are root, times are SOURCE_DATE_EPOCH, by default that of the newest commit.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, copyFileSync, cpSync, lutimesSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs' // prettier-ignore
import { arch, tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import manifest from '../package.json' with { type: 'json' }
import { placesUnder, systemFiles } from '../src/install/places.ts'
import { modeOf, programFiles, type Processor } from '../src/install/program-files.ts'

const root = join(import.meta.dirname, '..')

/** Debian's names of processors, and Node's. */
const ARCHITECTURES = { amd64: 'x64', arm64: 'arm64' } as const satisfies Record<string, Processor>
type Architecture = keyof typeof ARCHITECTURES

const { DEBFULLNAME = 'Thanh Loc', DEBEMAIL = 'thanhloc@localhost.invalid' } = process.env
const MAINTAINER = `${DEBFULLNAME} <${DEBEMAIL}>`

// Directories are like files: the same whoever builds.
process.umask(0o022)

const { values } = parseArgs({
  options: {
    arch: { type: 'string', default: arch() === 'arm64' ? 'arm64' : 'amd64' },
    out: { type: 'string', default: join(root, 'dist') },
    /** Another version than that of package.json: for a build of one's own, such as 0.1.0+so-tttt.1. */
    version: { type: 'string', default: manifest.version },
    /** A larger file in a tenth of the time. */
    fast: { type: 'boolean', default: false },
  },
})
if (!Object.hasOwn(ARCHITECTURES, values.arch))
  throw new Error(`--arch ${values.arch}: it takes ${Object.keys(ARCHITECTURES).join(' or ')}`)
if (!/^\d[\w.+~-]*$/.test(values.version))
  throw new Error(`--version ${values.version} is no version of a Debian package (deb-version(7))`)
console.log(build(values.arch as Architecture, values.version, resolve(values.out), values.fast))

/** Returns the path of the package. */
function build(architecture: Architecture, version: string, out: string, isFast: boolean): string {
  const work = mkdtempSync(join(tmpdir(), 'thanhloc-deb-'))
  try {
    const tree = join(work, 'tree')
    const processor = ARCHITECTURES[architecture]
    layProgram(tree, processor === arch() ? root : projectFor(processor, join(work, 'project')), processor, version) // prettier-ignore
    laySystem(tree, version)
    layControl(tree, architecture, version)
    setTimes(tree, sourceDate())
    mkdirSync(out, { recursive: true })
    const file = join(out, `thanhloc_${version}_${architecture}.deb`)
    const compression = isFast ? ['-Zgzip', '-z1'] : ['-Zxz']
    execFileSync('dpkg-deb', ['--root-owner-group', ...compression, '--build', tree, file], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, SOURCE_DATE_EPOCH: `${sourceDate()}` },
    })
    return file
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** The project with the packages of another processor: npm fetches what the lockfile names. */
function projectFor(processor: Processor, directory: string): string {
  const isOther = (path: string): boolean => !['node_modules', 'data', 'dist', '.git'].includes(relative(root, path)) // prettier-ignore
  cpSync(root, directory, { recursive: true, preserveTimestamps: true, filter: isOther })
  const target = ['--os=linux', `--cpu=${processor}`, '--libc=glibc']
  execFileSync('npm', ['ci', '--omit=dev', '--ignore-scripts', ...target], {
    cwd: directory,
    stdio: 'inherit',
  })
  return directory
}

function layProgram(tree: string, from: string, processor: Processor, version: string): void {
  const program = join(placesUnder(tree).program, version)
  for (const file of programFiles(from, processor))
    copy(join(from, file), join(program, file), modeOf(from, file))
  if (version === manifest.version) return
  write(join(program, 'package.json'), `${JSON.stringify({ ...manifest, version }, null, 2)}\n`)
}

function laySystem(tree: string, version: string): void {
  const places = placesUnder(tree)
  for (const [from, to] of systemFiles(places)) copy(join(root, from), to)
  for (const name of readdirSync(join(root, 'blocklists')).filter((one) => one.endsWith('.txt')))
    copy(join(root, 'blocklists', name), join(places.blocklists, name))
  mkdirSync(dirname(places.command), { recursive: true })
  symlinkSync(`../lib/thanhloc/current/bin/thanhloc`, places.command)
  const pages = join(tree, 'usr/share/doc/thanhloc')
  const licence = readFileSync(join(root, 'LICENSE'), 'utf8').split('\n').slice(4).join('\n')
  write(join(pages, 'copyright'), `${template('copyright').trimEnd()}\n${indented(licence)}\n`)
  write(join(pages, 'CHANGELOG.md'), readFileSync(join(root, 'CHANGELOG.md')))
  write(join(pages, 'changelog.gz'), gzipSync(debianChangelog(version), { level: 9 }))
  symlinkSync('../../../lib/thanhloc/current/docs', join(pages, 'docs'))
}

function layControl(tree: string, architecture: Architecture, version: string): void {
  const files = filesUnder(tree)
  const bytes = files.reduce((sum, file) => sum + statSync(join(tree, file)).size, 0)
  const fill = (text: string): string =>
    text
      .replaceAll('@VERSION@', version)
      .replace('@ARCHITECTURE@', architecture)
      .replace('@SIZE@', `${Math.ceil(bytes / 1024)}`)
      .replace('@MAINTAINER@', MAINTAINER)
  const control = join(tree, 'DEBIAN')
  write(join(control, 'control'), fill(template('control')))
  // Lists are edited: dpkg keeps a changed one. The configuration is no file of the package (decision 0029).
  const lists = files.filter((file) => file.startsWith('etc/')).map((file) => `/${file}\n`)
  write(join(control, 'conffiles'), lists.join(''))
  const sums = files.map((file) => `${digest(join(tree, file))}  ${file}\n`)
  write(join(control, 'md5sums'), sums.join(''))
  for (const script of ['preinst', 'postinst', 'prerm', 'postrm']) {
    write(join(control, script), fill(template(script)))
    chmodSync(join(control, script), 0o755)
  }
}

function sourceDate(): number {
  const given = process.env['SOURCE_DATE_EPOCH']
  if (given !== undefined) return Number(given)
  try {
    const said = execFileSync('git', ['-C', root, 'log', '-1', '--format=%ct'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }) // prettier-ignore
    return Number(said)
  } catch {
    // No repository: an archive that was unpacked.
    return Math.floor(statSync(join(root, 'package.json')).mtimeMs / 1000)
  }
}

/** What deb-changelog(5) asks for; what changed for people stands beside it. */
function debianChangelog(version: string): string {
  const date = new Date(sourceDate() * 1000).toUTCString().replace('GMT', '+0000')
  return `thanhloc (${version}) unstable; urgency=medium\n\n  * See CHANGELOG.md beside this file.\n\n -- ${MAINTAINER}  ${date}\n`
}

/** Every file, directory and link, deepest first: to write into a directory changes its time. */
function setTimes(tree: string, seconds: number): void {
  const entries = readdirSync(tree, { recursive: true, encoding: 'utf8' })
  for (const entry of entries.toSorted().toReversed()) lutimesSync(join(tree, entry), seconds, seconds)
  lutimesSync(tree, seconds, seconds)
}

/** Plain files below `tree`, sorted. */
function filesUnder(tree: string): string[] {
  return readdirSync(tree, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(tree, join(entry.parentPath, entry.name)))
    .toSorted()
}

function copy(from: string, to: string, mode = 0o644): void {
  mkdirSync(dirname(to), { recursive: true })
  copyFileSync(from, to)
  chmodSync(to, mode)
}

function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  chmodSync(path, 0o644)
}

function template(name: string): string {
  return readFileSync(join(import.meta.dirname, 'debian', name), 'utf8')
}

/** As a paragraph of a copyright file: a blank in front, a dot for an empty line. */
function indented(text: string): string {
  return text.trim().split('\n').map((line) => (line === '' ? ' .' : ` ${line}`)).join('\n') // prettier-ignore
}

/** dpkg --verify compares by it; it guards nothing. */
function digest(path: string): string {
  return createHash('md5').update(readFileSync(path)).digest('hex')
}
