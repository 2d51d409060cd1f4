/** `lookup`: whether a name or an address is blocked, by which list, on whose word; and, asked to, what it resolves to. */
import { systemClock } from '../clock.ts'
import { parseAddress } from '../config/address.ts'
import { parseDomain } from '../config/domain.ts'
import { nearest } from '../config/nearest.ts'
import type { Settings } from '../config/settings.ts'
import type { Justification } from '../lists/basis.ts'
import { callAdmin, NotRunningError, socketPath } from './admin-socket.ts'
import type { Arguments } from './arguments.ts'
import { Exit, UsageError, type Command, type Terminal } from './command.ts'
import { describeExplanation } from './explanation.ts'
import { readOverrides, readSettings, SETTINGS_OPTIONS } from './settings-options.ts'

export const command: Command = {
  usage: 'lookup NAME [--client ADDRESS] [--resolve [--type TYPE]] [--config FILE]',
  description: `Says whether NAME (or an IP address) is blocked, by which list, which of its entries, and on what basis.
NAME may be written as in a document: defanged, or a URL, of which the host is looked up.
Asks the running server, so that names let through by hand and a pause count. With --config or another option of
the configuration, or where no server runs, it reads the lists itself; nothing is changed.
With --resolve it also asks the resolver by UDP and prints the decoded answer.`,
  options: {
    client: {
      value: 'ADDRESS',
      help: 'as for who asks from there: groups of clients have policies of their own',
    },
    resolve: { value: null, help: 'ask the resolver too, at its first listen address' },
    type: { value: 'TYPE', help: 'record type for --resolve; A unless given' },
    json: { value: null, help: 'print JSON' },
    ...SETTINGS_OPTIONS,
  },
  positionals: { least: 1, most: 1 },

  async run(args, terminal) {
    const name = await readName(args.words[0]!)
    const resolve = args.flag('resolve')
    const explanation = await findExplanation(args, name, readClient(args.text('client')), terminal)
    const answer = resolve
      ? await resolveName(await readSettings(args), name, args.text('type') ?? 'A')
      : null
    if (args.flag('json'))
      terminal.print(JSON.stringify(answer === null ? explanation : { ...explanation, answer }, null, 2))
    else {
      terminal.print(describeExplanation(explanation).join('\n'))
      if (answer !== null) {
        const { printMessage } = await import('../message/print.ts')
        terminal.print(
          ['', `;; from ${answer.server} over ${answer.transport}`, ...printMessage(answer.message)].join(
            '\n',
          ),
        )
      }
    }
    return Exit.Ok
  },
}

async function findExplanation(
  args: Arguments,
  name: string,
  client: string | null,
  terminal: Terminal,
): Promise<Justification> {
  const { data: _, ...overrides } = readOverrides(args)
  if (args.text('config') === null && Object.keys(overrides).length === 0) {
    try {
      const asker = client === null ? '' : `&client=${encodeURIComponent(client)}`
      const path = `/api/v1/lookup?name=${encodeURIComponent(name)}${asker}`
      return (await callAdmin(socketPath(args), { method: 'GET', path })) as Justification
    } catch (error) {
      if (!(error instanceof NotRunningError)) throw error
      terminal.complain('no server runs: this is what the configuration and the lists say')
    }
  }
  return explainOffline(await readSettings(args), name, client)
}

async function explainOffline(
  settings: Settings,
  name: string,
  client: string | null,
): Promise<Justification> {
  const { compileOffline } = await import('../lists/offline.ts')
  const { explain } = await import('../lists/explain.ts')
  const { justify, sourceOf, withOrigins } = await import('../lists/basis.ts')
  const { storedOrigins } = await import('../review/origins.ts')
  const { configuredLists } = await import('../lists/configured.ts')
  const nowMs = systemClock.wallMs()
  const { lists, policy } = await compileOffline(settings, nowMs)
  const heldBack = lists.map(({ id, outcome }) => ({ id, heldBack: outcome.heldBack }))
  const sources = configuredLists(settings).map((list, at) => sourceOf(list, lists[at]!, list.path, nowMs))
  const found = await justify(explain(policy, name, heldBack, false, client), sources)
  return withOrigins(found, storedOrigins(settings.store.path))
}

async function resolveName(settings: Settings, name: string, type: string) {
  const { TYPE_NAMES, typeCode } = await import('../message/type-names.ts')
  const { askResolver } = await import('./ask.ts')
  const qtype = typeCode(type)
  if (qtype === null) {
    const near = nearest(type.toUpperCase(), TYPE_NAMES)
    throw new UsageError(`there is no record type ${type}${near === null ? '' : `: did you mean ${near}?`}`)
  }
  if ('value' in parseAddress(name)) throw new UsageError('an address cannot be resolved: give a name')
  return askResolver(settings.listen[0]!, name, qtype)
}

function readClient(text: string | null): string | null {
  if (text === null) return null
  const address = parseAddress(text.trim())
  if ('problem' in address) throw new UsageError(`--client "${text}" ${address.problem}`)
  return address.value
}

/** As it is written, or as documents have it: defanged, in a URL, before a port. Throws UsageError. */
async function readName(text: string): Promise<string> {
  const found = readPlainName(text)
  // No host name has a slash, and a name of the DNS may.
  if ('value' in found && !found.value.includes('/')) return found.value
  const { classify } = await import('../indicators/classify.ts')
  const { hostOf } = await import('../indicators/guards.ts')
  const { refang } = await import('../indicators/refang.ts')
  const { wordsOf } = await import('../indicators/words.ts')
  const [word, ...others] = wordsOf(refang(text), text)
  const read = word === undefined || others.length > 0 ? null : classify(word.text)
  if (read?.kind === 'cidr') throw new UsageError(`"${text}" is a network: give an address in it`)
  const host = read === null ? null : readPlainName(read.kind === 'ip' ? read.value : hostOf(read.value))
  if (host !== null && 'value' in host) return host.value
  throw new UsageError(`"${text}" ${'problem' in found ? found.problem : 'is no name'}`)
}

function readPlainName(text: string): { readonly value: string } | { readonly problem: string } {
  const address = parseAddress(text.trim())
  return 'value' in address ? address : parseDomain(text)
}
