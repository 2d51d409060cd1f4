/**
 * Configuration file and command line → `Settings`, or every error at once with its place. The one way in; the control
 * thread and the commands load, all others receive.
 */
import { readFileSync, statSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { applyOverrides, type Overrides } from './overrides.ts'
import { pointer, Problems, type Path, type Place } from './problems.ts'
import { checkReferences } from './references.ts'
import { CONFIG_SHAPE, type Config } from './schema.ts'
import { readAlerts } from './sections/alerts.ts'
import { readRecords, readSinkhole } from './sections/answers.ts'
import { readCases, readKeep } from './sections/cases.ts'
import { readCache, readForward, readUpstreams } from './sections/forwarding.ts'
import { readGroups } from './sections/groups.ts'
import { readIdentity } from './sections/identity.ts'
import { readAccess, readListen, readTcp, readWorkers } from './sections/network.ts'
import { readNodes } from './sections/nodes.ts'
import { readNotice } from './sections/notice.ts'
import { readAdmin, readMetrics, readStore, readUnits } from './sections/operation.ts'
import { readCampaigns, readLists } from './sections/policy.ts'
import { readReview } from './sections/review.ts'
import type { Settings } from './settings.ts'
import { MAX_FILE_BYTES, parseSource } from './source.ts'
import { addUnitsOfFile } from './units-file.ts'
import { defaultOf, readValue } from './walk.ts'

export interface LoadRequest {
  /** The configuration file; null: the built-in defaults. */
  readonly file: string | null
  readonly overrides?: Overrides
  /** Where relative paths of the command line start. */
  readonly workingDirectory?: string
  /** What `workers: auto` counts; the machine's processors unless given. */
  readonly processors?: number
}

/** Errors are lines of `file:line:col: message` or `--option: message`, at most twenty and a count of the rest. */
export type LoadResult = { readonly settings: Settings } | { readonly errors: readonly string[] }

/** Reads and checks the configuration. Never throws. */
export function loadSettings(request: LoadRequest): LoadResult {
  if (request.file === null) return parseSettings('', request)
  try {
    const path = resolve(request.workingDirectory ?? process.cwd(), request.file)
    const { size } = statSync(path)
    if (size > MAX_FILE_BYTES) {
      return {
        errors: [`${request.file}:1:1: the file has ${size} bytes, and ${MAX_FILE_BYTES} is the most`],
      }
    }
    return parseSettings(decodeUtf8(readFileSync(path)), request)
  } catch (error) {
    return { errors: [`${request.file}: ${readFailure(error)}`] }
  }
}

/** The same for text that is at hand; `request.file` names it in messages and places its relative paths. */
export function parseSettings(text: string, request: LoadRequest): LoadResult {
  const problems = new Problems()
  const workingDirectory = request.workingDirectory ?? process.cwd()
  const places = new Map<string, Place>()
  const name = request.file ?? 'built-in configuration'
  const source = parseSource(text, name, problems)
  let config = defaultOf(CONFIG_SHAPE) as Config
  if (source !== null) {
    const read = readValue({ source, problems, places }, CONFIG_SHAPE, source.root, [])
    // A value that was refused is null in `read`; nothing below may meet it.
    if (problems.count === 0) config = read as Config
  }
  applyOverrides(config, request.overrides ?? {}, workingDirectory, places, problems)
  if (problems.count === 0 && config.unitsFile !== null) {
    const path = resolve(baseDirectory(request.file, workingDirectory), config.unitsFile)
    addUnitsOfFile(config, path, places, problems)
  }
  if (problems.count === 0) {
    checkReferences({ config, problems, placeOf: (path) => nearestPlace(places, path, name) })
  }
  if (problems.count > 0) return { errors: problems.lines() }
  return { settings: normalise(config, request, workingDirectory) }
}

/**
 * Where relative paths in a configuration file start: the directory of the file, or, where that is called `config`,
 * the one above it (docs/decisions/0002).
 */
export function baseDirectory(file: string | null, workingDirectory: string): string {
  if (file === null) return workingDirectory
  const directory = dirname(resolve(workingDirectory, file))
  return basename(directory) === 'config' ? dirname(directory) : directory
}

function normalise(config: Config, request: LoadRequest, workingDirectory: string): Settings {
  const base = baseDirectory(request.file, workingDirectory)
  const place = (path: string): string => resolve(base, path)
  return {
    file: request.file === null ? null : resolve(workingDirectory, request.file),
    listen: readListen(config.listen),
    bypass: { listen: readListen(config.bypass.listen) },
    workers: readWorkers(config.workers, request.processors),
    datagrams: config.datagrams,
    access: readAccess(config.access),
    tcp: readTcp(config.tcp),
    sinkhole: readSinkhole(config.sinkhole),
    upstreams: readUpstreams(config.upstreams, place),
    forward: readForward(config.forward),
    records: readRecords(config.records),
    special: config.special,
    server: config.server,
    cache: readCache(config.cache),
    campaigns: readCampaigns(config.campaigns),
    lists: readLists(config.lists, place, readStore(config.store, place).path),
    allow: config.allow.map((entry) => ({ ...entry, path: place(entry.path) })),
    units: readUnits(config.units),
    groups: readGroups(config.groups, readUnits(config.units)),
    unitsFile: config.unitsFile === null ? null : place(config.unitsFile),
    identity: readIdentity(config.identity, place),
    review: readReview(config.review),
    cases: readCases(config.cases),
    keep: readKeep(config.keep),
    store: readStore(config.store, place),
    admin: readAdmin(config.admin, place),
    metrics: readMetrics(config.metrics),
    nodes: readNodes(config.nodes, place),
    notice: readNotice(config.notice, place),
    alerts: readAlerts(config.alerts, place),
    log: config.log,
  }
}

/** The place of a value, or of the nearest thing around it that was written. */
function nearestPlace(places: ReadonlyMap<string, Place>, path: Path, file: string): Place {
  for (let length = path.length; length >= 0; length--) {
    const place = places.get(pointer(path.slice(0, length)))
    if (place !== undefined) return place
  }
  return { file, line: 1, column: 1 }
}

function decodeUtf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
}

function readFailure(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  switch (code) {
    case 'ENOENT':
      return 'there is no such file: name one with --config FILE'
    case 'EACCES':
      return `user ${process.geteuid?.() ?? -1}, as whom this runs, may not read the file: give it the right (chown, chmod)`
    case 'EISDIR':
      return 'this is a directory: name the file in it'
    case 'ERR_ENCODING_INVALID_ENCODED_DATA':
      return 'the file is not UTF-8 text: save it as UTF-8'
    default:
      return `the file cannot be read: ${message}`
  }
}
