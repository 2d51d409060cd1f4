/** May others on this machine read what is nobody else's business? */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Settings } from '../../config/settings.ts'
import { findingsOf, type Finding } from './finding.ts'

/** Read by group or others. */
const TOO_OPEN = 0o077
/** A directory listing longer than this is not the server's. */
const MAX_FILES = 1000

/** Secret files the settings name, and all that is in the data directory. */
export function checkSecrets(settings: Settings): Finding[] {
  const named = [
    settings.admin.tokenFile,
    settings.admin.tls?.key ?? null,
    ...settings.nodes.map(({ tokenFile }) => tokenFile),
    ...settings.alerts.channels.map((channel) =>
      channel.type === 'webhook'
        ? channel.secretFile
        : channel.type === 'email'
          ? channel.passwordFile
          : null,
    ),
  ].filter((path) => path !== null)
  const directory = settings.store.path
  // A secret may lie in the data directory.
  const open = [...new Set([...named, directory, ...filesIn(directory)])].filter(isTooOpen)
  const find = findingsOf('secrets')
  if (open.length > 0)
    return [
      find(
        'warn',
        [
          `người dùng khác trên máy đọc được ${shown(open)}`,
          `other users of this machine can read ${shown(open)}`,
        ],
        [`\`chmod go-rwx ${open[0]}\`${open.length > 1 ? ' …' : ''}`, `\`chmod go-rwx ${open[0]}\`${open.length > 1 ? ' …' : ''}`], // prettier-ignore
      ),
    ]
  return [find('ok', ['chỉ người dùng của dịch vụ đọc được', 'readable by their owner alone'])]
}

function filesIn(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isFile() || entry.isSocket())
      .slice(0, MAX_FILES)
      .map(({ name }) => join(directory, name))
  } catch {
    // Not there yet, or another user's: then it is not open either.
    return []
  }
}

function isTooOpen(path: string): boolean {
  try {
    return (statSync(path).mode & TOO_OPEN) !== 0
  } catch {
    // One that is not there is told by `check`.
    return false
  }
}

function shown(paths: readonly string[]): string {
  const rest = paths.length - 1
  return rest === 0 ? paths[0]! : `${paths[0]} (+${rest})`
}
