/** The options that stand above the configuration file, shared by `serve`, `check` and `lookup`. */
import { dirname, join, resolve } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { LoadRequest, LoadResult } from '../config/load.ts'
import type { Overrides } from '../config/overrides.ts'
import type { Settings } from '../config/settings.ts'
import { placesUnder } from '../install/places.ts'
import type { Arguments, OptionSpecs } from './arguments.ts'
import { CommandError, Exit } from './command.ts'

const PROJECT = join(import.meta.dirname, '../..')
const INSTALLED = placesUnder('/')

/** The file that is read when none is named, wherever the program is started: that of the machine, or of the project. */
export const DEFAULT_CONFIG =
  dirname(PROJECT) === INSTALLED.program ? INSTALLED.configFile : join(PROJECT, 'config/thanhloc.yaml')

export const CONFIG_OPTION: OptionSpecs = {
  config: {
    value: 'FILE',
    help: 'configuration file; unless given /etc/thanhloc/thanhloc.yaml of an installed program, or config/thanhloc.yaml of the project',
  },
}

export const SETTINGS_OPTIONS: OptionSpecs = {
  ...CONFIG_OPTION,
  listen: { value: 'ADDR:PORT', repeat: true, help: 'answer queries here, UDP and TCP' },
  upstream: { value: 'ADDR[:PORT]', repeat: true, help: 'forward clean names to this server' },
  list: {
    value: 'FILE',
    repeat: true,
    help: 'block what this file lists, instead of the lists of the configuration',
  },
  sinkhole: { value: 'IP', repeat: true, help: 'answer blocked names with this address; one IPv4, one IPv6' },
  admin: { value: 'ADDR:PORT|off', help: 'admin API' },
  data: { value: 'DIR', help: 'directory of the database and the socket' },
  workers: { value: 'N', help: 'resolver threads, or auto' },
}

/** What the command line says over the file. */
export function readOverrides(args: Arguments): Overrides {
  const listen = args.texts('listen')
  const upstreams = args.texts('upstream')
  const lists = args.texts('list')
  const sinkholes = args.texts('sinkhole')
  const admin = args.text('admin')
  const data = args.text('data')
  const workers = args.text('workers')
  return {
    ...(listen && { listen }),
    ...(upstreams && { upstreams }),
    ...(lists && { lists }),
    ...(sinkholes && { sinkholes }),
    ...(admin !== null && { admin }),
    ...(data !== null && { data }),
    ...(workers !== null && { workers }),
  }
}

/** How `args` says that the settings are to be loaded; the same at every reload, wherever the process stands then. */
export function loadRequest(args: Arguments): LoadRequest {
  const workingDirectory = process.cwd()
  const file = resolve(workingDirectory, args.text('config') ?? DEFAULT_CONFIG)
  return { file, overrides: readOverrides(args), workingDirectory }
}

/** The settings that file and command line give together. Throws CommandError with all that is wrong (exit code 2). */
export async function readSettings(args: Arguments): Promise<Settings> {
  const { loadSettings } = await import('../config/load.ts')
  return settingsIn(loadSettings(requestOf(args)))
}

/** The same, in a thread of its own: what reads a configuration takes 8 MB, which a server never needs again. */
export async function readSettingsApart(args: Arguments): Promise<Settings> {
  const thread = new Worker(join(import.meta.dirname, '../config/loading-thread.ts'), {
    workerData: requestOf(args),
  })
  return settingsIn(
    await new Promise<LoadResult>((resolve, reject) => thread.once('message', resolve).once('error', reject)),
  )
}

function requestOf(args: Arguments): LoadRequest {
  return { file: args.text('config') ?? DEFAULT_CONFIG, overrides: readOverrides(args) }
}

function settingsIn(loaded: LoadResult): Settings {
  if ('settings' in loaded) return loaded.settings
  throw new ConfigurationError(loaded.errors)
}

/** The configuration is wrong; the command line it came by is not. */
export class ConfigurationError extends CommandError {
  readonly errors: readonly string[]

  constructor(errors: readonly string[]) {
    super(`the configuration cannot be used:\n${errors.join('\n')}`, Exit.Invalid)
    this.errors = errors
  }
}
