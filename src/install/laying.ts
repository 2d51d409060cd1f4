/** The steps that lay files down: the program, what systemd reads, the configuration and the starter lists. */
import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { systemFiles, type Places } from './places.ts'
import { modeOf, programFiles, type Processor } from './program-files.ts'
import type { Step } from './step.ts'
import { KEPT, link, linkTarget, switchTo, versionsOf } from './versions.ts'

/** Where an installation comes from. */
export interface Origin {
  /** The project's directory. */
  readonly root: string
  readonly version: string
  readonly processor: Processor
}

/** What a Debian package brings by itself. Throws ProgramFilesError where the project is not whole. */
export function layingSteps(places: Places, origin: Origin): Step[] {
  return [programStep(places, origin), systemFilesStep(places, origin.root)]
}

/** Copies the program into a directory of its version. */
function programStep(places: Places, { root, version, processor }: Origin): Step {
  const target = join(places.program, version)
  const files = programFiles(root, processor)
  return {
    title: `chương trình · the program ${version}`,
    pending: () =>
      files.every((file) => isSameFile(join(root, file), join(target, file)))
        ? null
        : `${root} → ${target} (${files.length} tệp · files)`,
    apply() {
      const made = `${target}.new`
      rmSync(made, { recursive: true, force: true })
      for (const file of files) copy(join(root, file), join(made, file), modeOf(root, file))
      if (existsSync(target)) putAside(places, version)
      renameSync(made, target)
    },
  }
}

/** A version of the same name makes way, and goes on running from where it now is. */
function putAside(places: Places, version: string): void {
  const kept = `${version}${KEPT}`
  const directory = join(places.program, version)
  rmSync(join(places.program, kept), { recursive: true, force: true })
  const isCurrent = versionsOf(places).current === version
  renameSync(directory, join(places.program, kept))
  if (isCurrent) link(places.current, kept)
}

/** The unit, the user's description and the kernel's bound. */
function systemFilesStep(places: Places, root: string): Step {
  const files = systemFiles(places)
  const changed = (): string[] =>
    files.filter(([from, to]) => !hasText(to, readFileSync(join(root, from)))).map(([, to]) => to)
  return {
    title: 'tệp của systemd · files of systemd',
    pending: () => listed(changed()),
    apply() {
      for (const [from, to] of files) copy(join(root, from), to)
    },
  }
}

/** `text` makes the configuration where there is none; what is there stays. */
export function configurationStep(places: Places, root: string, text: () => string): Step {
  const lists = readdirSync(join(root, 'blocklists')).filter((name) => name.endsWith('.txt'))
  const pendingLists = (): string[] => lists.filter((name) => isToTake(places, root, name))
  return {
    title: 'cấu hình, danh sách · configuration and lists',
    pending: () =>
      listed([
        ...(existsSync(places.configFile) ? [] : [places.configFile]),
        ...pendingLists().map((name) => join(places.blocklists, name)),
      ]),
    apply() {
      const taken = pendingLists()
      mkdirSync(places.blocklists, { recursive: true })
      for (const name of taken) copy(join(root, 'blocklists', name), join(places.blocklists, name))
      if (!existsSync(places.configFile)) writeFileSync(places.configFile, text(), { mode: 0o644 })
    },
  }
}

/** One that is missing, or that nobody has changed since the version before brought it. */
function isToTake(places: Places, root: string, name: string): boolean {
  const installed = join(places.blocklists, name)
  if (!existsSync(installed)) return true
  const brought = join(places.current, 'blocklists', name)
  if (!existsSync(brought) || hasText(installed, readFileSync(join(root, 'blocklists', name)))) return false
  return hasText(installed, readFileSync(brought))
}

/** Lets `version` be the one that runs, and makes the command. */
export function switchStep(places: Places, version: string): Step {
  const command = relative(dirname(places.command), join(places.current, 'bin/thanhloc'))
  return {
    title: `phiên bản đang dùng · the version in use`,
    pending() {
      const { current } = versionsOf(places)
      if (current === version && linkTarget(places.command) === command) return null
      return `${places.current} → ${version}, ${places.command} → ${command}`
    },
    apply() {
      switchTo(places, version)
      link(places.command, command)
    },
  }
}

function listed(paths: readonly string[]): string | null {
  return paths.length === 0 ? null : paths.join(', ')
}

function hasText(path: string, text: Buffer): boolean {
  return existsSync(path) && readFileSync(path).equals(text)
}

/** Copies keep the time of what they are copies of: so a file that has not changed need not be read. */
function isSameFile(one: string, other: string): boolean {
  const here = statSync(one)
  const there = statSync(other, { throwIfNoEntry: false })
  return there?.size === here.size && Math.abs(there.mtimeMs - here.mtimeMs) < 2
}

function copy(from: string, to: string, mode = 0o644): void {
  const { atime, mtime } = statSync(from)
  mkdirSync(dirname(to), { recursive: true })
  copyFileSync(from, to, constants.COPYFILE_FICLONE)
  chmodSync(to, mode)
  utimesSync(to, atime, mtime)
}
