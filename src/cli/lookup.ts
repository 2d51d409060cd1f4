/** `lookup`: whether a name or an address is blocked, by which list, on whose word; and, asked to, what it resolves to. */
import { parseAddress } from '../config/address.ts'
import { parseDomain } from '../config/domain.ts'
import { nearest } from '../config/nearest.ts'
import type { Settings } from '../config/settings.ts'
import type { Explanation } from '../lists/explain.ts'
import { callAdmin, NotRunningError, socketPath } from './admin-socket.ts'
import type { Arguments } from './arguments.ts'
import { Exit, UsageError, type Command, type Terminal } from './command.ts'
import { describeExplanation } from './explanation.ts'
import { readOverrides, readSettings, SETTINGS_OPTIONS } from './settings-options.ts'

export const command: Command = {
  usage: 'lookup NAME [--resolve [--type TYPE]] [--config FILE]',
  description: `Says whether NAME (or an IP address) is blocked, by which list, which of its entries, and on what basis.
Asks the running server, so that names let through by hand and a pause count. With --config or another option of
the configuration, or where no server runs, it reads the lists itself; nothing is changed.
With --resolve it also asks the resolver by UDP and prints the decoded answer.`,
  options: {
    resolve: { value: null, help: 'ask the resolver too, at its first listen address' },
    type: { value: 'TYPE', help: 'record type for --resolve; A unless given' },
    json: { value: null, help: 'print JSON' },
    ...SETTINGS_OPTIONS,
  },
  positionals: { least: 1, most: 1 },

  async run(args, terminal) {
    const name = readName(args.words[0]!)
    const resolve = args.flag('resolve')
    const explanation = await findExplanation(args, name, terminal)
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

async function findExplanation(args: Arguments, name: string, terminal: Terminal): Promise<Explanation> {
  const { data: _, ...overrides } = readOverrides(args)
  if (args.text('config') === null && Object.keys(overrides).length === 0) {
    try {
      const path = `/api/v1/lookup?name=${encodeURIComponent(name)}`
      return (await callAdmin(socketPath(args), { method: 'GET', path })) as Explanation
    } catch (error) {
      if (!(error instanceof NotRunningError)) throw error
      terminal.complain('no server runs: this is what the configuration and the lists say')
    }
  }
  return explainOffline(await readSettings(args), name)
}

async function explainOffline(settings: Settings, name: string): Promise<Explanation> {
  const { compileOffline } = await import('../lists/offline.ts')
  const { explain } = await import('../lists/explain.ts')
  const { lists, policy } = await compileOffline(settings)
  const heldBack = lists.map(({ id, outcome }) => ({ id, heldBack: outcome.heldBack }))
  return explain(policy, name, heldBack, false)
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

function readName(text: string): string {
  const address = parseAddress(text.trim())
  if ('value' in address) return address.value
  const parsed = parseDomain(text)
  if ('problem' in parsed) throw new UsageError(`"${text}" ${parsed.problem}`)
  return parsed.value
}
