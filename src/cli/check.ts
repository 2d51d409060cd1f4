/** `check`: is this configuration good, and what would be in force with it? Needs no server and changes nothing. */
import { existsSync } from 'node:fs'
import { CertificateError, readCertificate } from '../admin/certificate.ts'
import { systemClock } from '../clock.ts'
import { formatEndpoint } from '../config/address.ts'
import { describeSettings } from '../config/describe.ts'
import { formatDuration } from '../config/duration.ts'
import { withHostUpstreams } from '../config/host-upstreams.ts'
import type { Settings } from '../config/settings.ts'
import { keepWarnings } from '../detection/cases/keeping.ts'
import type { CompiledList } from '../lists/compile.ts'
import { configuredLists } from '../lists/configured.ts'
import { allowReason, validityAt, validityReason } from '../lists/validity.ts'
import { renewalOf, staleReason } from '../lists/renewal.ts'
import { Exit, type Command, type Terminal } from './command.ts'
import { describeListState } from './list-report.ts'
import { readSettings, SETTINGS_OPTIONS } from './settings-options.ts'

/** Lines of a list that are named; the rest is counted. */
const MAX_SHOWN = 5

export const command: Command = {
  usage: 'check [--config FILE]',
  description: `Checks the configuration, reads all lists, and prints the effective configuration (every default written out, itself a
valid configuration) with what each list came to in the comments behind it.
Exit code 0: all is well. 1: the configuration is valid, but a list or the certificate of the admin API cannot be used. 2: the configuration has errors.`,
  options: SETTINGS_OPTIONS,
  positionals: { least: 0, most: 0 },

  async run(args, terminal) {
    const settings = await readSettings(args)
    terminal.print(describeSettings(settings).trimEnd())
    if (settings.upstreams.servers.length === 0) comment(terminal, describeHostUpstreams(settings))
    for (const warning of keepWarnings(settings.keep)) terminal.complain(warning)
    const { compileOffline } = await import('../lists/offline.ts')
    const { lists, built } = await compileOffline(settings, systemClock.wallMs())
    for (const list of lists) comment(terminal, describeList(list))
    comment(terminal, [`in force: ${built.names} names, ${built.addresses} addresses`])
    const awaited = awaitedLists(settings)
    for (const complaint of lists.flatMap(describeAllowed)) terminal.complain(complaint)
    const failed = lists.filter(({ id, state }) => state !== 'loaded' && !awaited.includes(id))
    for (const id of awaited)
      terminal.complain(`list ${id}: not fetched yet; the server does that when it runs`)
    for (const { id, error } of failed) terminal.complain(`list ${id}: ${error}`)
    for (const complaint of [...describeStale(settings, lists), ...describeValidity(settings)])
      terminal.complain(complaint)
    const wrongCertificate = checkCertificate(settings)
    if (wrongCertificate !== null) terminal.complain(wrongCertificate)
    return failed.length === 0 && wrongCertificate === null ? Exit.Ok : Exit.Failed
  },
}

/** Lists that the server has yet to fetch. */
function awaitedLists({ lists }: Settings): string[] {
  const isAwaited = ({ feed, primary, path }: Settings['lists'][number]): boolean =>
    (feed !== null || primary !== null) && !existsSync(path)
  return lists.filter(isAwaited).map(({ id }) => id)
}

/** Lists whose files are older than they may be. They can be used all the same. */
function describeStale(settings: Settings, compiled: readonly CompiledList[]): string[] {
  return configuredLists(settings).flatMap((list, place) => {
    const reason = staleReason(renewalOf(list, compiled[place]!, null, systemClock.wallMs()))
    return reason === null ? [] : [`list ${list.id}: ${reason}; maxAge is ${formatDuration(list.maxAgeMs!)}`]
  })
}

/** Lists that do not block today, or soon will not any more. */
function describeValidity({ lists }: Settings): string[] {
  return lists.flatMap((list) => {
    const reason = validityReason(list, validityAt(list, systemClock.wallMs()))
    return reason === null ? [] : [`list ${list.id} ${reason}`]
  })
}

/** Allow entries that let nothing pass any more, or soon, and those nobody answers for: none of it is an error. */
function describeAllowed({ id, outcome: { allowed } }: CompiledList): string[] {
  if (allowed === undefined) return []
  const { expired, unowned, ends } = allowed
  const reason = allowReason(ends, validityAt({ from: null, until: ends }, systemClock.wallMs()))
  const lines = reason === null ? [] : [`${id} ${reason}`]
  if (expired > 0) lines.push(`${id}: ${expired} entries are past their last day and let nothing pass`)
  if (unowned > 0)
    lines.push(`${id}: ${unowned} entries name nobody who answers for them: add \`# owner: …; reason: …\` behind them, or \`owner\` to the file under \`allow\``) // prettier-ignore
  return lines
}

/** Why the admin API could not use its certificate, or null. */
function checkCertificate({ admin: { tls } }: Settings): string | null {
  if (tls === null) return null
  try {
    readCertificate(tls, systemClock.wallMs())
    return null
  } catch (error) {
    if (error instanceof CertificateError) return error.message
    throw error
  }
}

/** Comments: the whole output stays a valid configuration. */
function comment(terminal: Terminal, lines: readonly string[]): void {
  terminal.print(lines.map((line) => line.replace(/^/gm, '# ')).join('\n'))
}

/** What `serve` would forward to. */
function describeHostUpstreams(settings: Settings): string[] {
  const { settings: found, warnings } = withHostUpstreams(settings)
  const { servers } = found.upstreams
  const said =
    servers.length === 0
      ? 'NONE: only local and blocked names can be answered'
      : servers.map(formatEndpoint).join(', ')
  return [
    `upstreams from ${settings.upstreams.resolvConf}: ${said}`,
    ...warnings.map((warning) => `  ${warning}`),
  ]
}

function describeList(list: CompiledList): string[] {
  const { outcome } = list
  const first = [...outcome.firstErrors, ...outcome.firstNotEnforceable].slice(0, MAX_SHOWN)
  return [
    describeListState({ ...list, ...outcome }),
    ...first.map(({ line, text, reason }) => `  line ${line}: ${text} (${reason})`),
    ...outcome.heldBack
      .slice(0, MAX_SHOWN)
      .map(({ line, text, reason }) => `  held back, line ${line}: ${text} (${reason})`),
  ]
}
