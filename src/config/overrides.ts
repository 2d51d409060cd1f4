/**
 * What the command line says over the file: `--listen --upstream --list --sinkhole --admin --data --workers`. Each
 * replaces the file's value whole; paths on the command line start at the working directory, as in any shell.
 */
import { isIPv6 } from 'node:net'
import { basename, resolve } from 'node:path'
import { FORMATS, type FormatName } from './formats.ts'
import { pointer, type Path, type Place, type Problems } from './problems.ts'
import type { Config } from './schema.ts'

/** As given, unchecked; what is absent is left to the file. */
export interface Overrides {
  readonly listen?: readonly string[]
  readonly upstreams?: readonly string[]
  /** Files; they replace the file's lists. */
  readonly lists?: readonly string[]
  /** One address a family at most. */
  readonly sinkholes?: readonly string[]
  /** `address:port` or `off`. */
  readonly admin?: string
  readonly data?: string
  /** A number or `auto`. */
  readonly workers?: string
}

/** Writes `overrides` into `config`, noting their places as options; what is wrong goes to `problems`. */
export function applyOverrides(
  config: Config,
  overrides: Overrides,
  workingDirectory: string,
  places: Map<string, Place>,
  problems: Problems,
): void {
  const take = (option: string, text: string, format: FormatName, path: Path): boolean => {
    const place = { option }
    places.set(pointer(path), place)
    const wrong = FORMATS[format].check(text, {})
    if (wrong !== null) problems.add(place, `"${text}" ${wrong}`)
    return wrong === null
  }
  const { listen, upstreams, lists, sinkholes, admin, data, workers } = overrides
  if (listen !== undefined) {
    config.listen = listen.filter((text, index) => take('--listen', text, 'listen', ['listen', index]))
  }
  if (upstreams !== undefined) {
    config.upstreams.servers = upstreams.filter((text, index) =>
      take('--upstream', text, 'server', ['upstreams', 'servers', index]),
    )
  }
  if (lists !== undefined) config.lists = listEntries(lists, workingDirectory, places)
  for (const text of sinkholes ?? []) {
    const family = isIPv6(text) ? 'ipv6' : 'ipv4'
    if (take('--sinkhole', text, family, ['sinkhole', family])) config.sinkhole[family] = text
  }
  if (admin !== undefined && (admin === 'off' || take('--admin', admin, 'http', ['admin', 'listen']))) {
    config.admin.listen = admin
  }
  if (data !== undefined && take('--data', data, 'path', ['store', 'path'])) {
    config.store.path = resolve(workingDirectory, data)
  }
  if (workers !== undefined) {
    const count = Number(workers)
    if (workers === 'auto') config.workers = 'auto'
    else if (Number.isInteger(count) && count >= 1 && count <= 256) config.workers = count
    else
      problems.add({ option: '--workers' }, `"${workers}" is neither auto nor a whole number from 1 to 256`)
  }
}

function listEntries(
  files: readonly string[],
  workingDirectory: string,
  places: Map<string, Place>,
): Config['lists'] {
  const taken = new Set<string>()
  return files.map((file, index) => {
    places.set(pointer(['lists', index]), { option: '--list' })
    const id = freeId(file, taken)
    taken.add(id)
    return {
      id,
      path: resolve(workingDirectory, file),
      feed: null,
      primary: null,
      approved: false,
      format: 'auto',
      campaign: null,
      document: '',
      issuer: '',
      issued: null,
      basis: 'given on the command line',
      from: null,
      until: null,
      action: 'sinkhole',
      ttl: null,
      match: 'subtree',
      accept: [],
      maxAge: null,
    }
  })
}

/** An identifier from a file's name: `/tmp/Apt32 (new).txt` → `apt32-new`. */
function freeId(file: string, taken: ReadonlySet<string>): string {
  const stem = basename(file)
    .replace(/\.[^.]+$/, '')
    .toLowerCase()
  const base =
    stem
      .replace(/[^a-z0-9._-]+/g, '-')
      .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')
      .slice(0, 56) || 'list'
  let id = base
  for (let number = 2; taken.has(id); number++) id = `${base}-${number}`
  return id
}
