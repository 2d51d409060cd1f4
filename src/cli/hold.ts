/** `hold`: legal holds, by the number of the document that orders them. */
import { formatHeld, parseHeld } from '../config/keeping.ts'
import { readVerb } from './account-words.ts'
import { callAdmin, socketPath, SOCKET_OPTIONS, type AdminRequest } from './admin-socket.ts'
import type { Arguments } from './arguments.ts'
import { Exit, UsageError, type Command } from './command.ts'
import { localTime } from './words.ts'

interface Hold {
  readonly id: number | null
  readonly document: string
  readonly what: string
  readonly reason: string
  readonly actor: string | null
  readonly setAt: string | null
  readonly isInForce: boolean
  readonly releasedAt: string | null
  readonly releasedBy: string | null
  readonly releaseReason: string | null
}

const VERBS = { add: { takesName: true }, list: { takesName: false }, release: { takesName: true } } as const

export const command: Command = {
  usage: 'hold add|list|release [WHAT|NUMBER] [options]',
  description: `Legal holds: nothing of what they name is deleted for its age until they are lifted.
  add WHAT --document N    WHAT is all, unit:ID (units under it too), campaign:ID or client:NUMBER
  list                     those in force, also those of the configuration; --all: lifted ones too
  release NUMBER --reason  lifts one; it stays on record. Those of the configuration are lifted there`,
  options: {
    document: { value: 'TEXT', help: 'number of the document that orders it' },
    reason: { value: 'TEXT', help: 'why; kept on record' },
    all: { value: null, help: 'with list: those that were lifted, too' },
    json: { value: null, help: 'print JSON' },
    ...SOCKET_OPTIONS,
  },
  positionals: { least: 1, most: 2 },

  async run(args, terminal) {
    const { verb, name } = readVerb(args, VERBS)
    const reply = await callAdmin(socketPath(args), requestOf(verb, name, args))
    if (args.flag('json')) terminal.print(JSON.stringify(reply, null, 2))
    else terminal.print(describeReply(verb, name, reply, args.flag('all')))
    return Exit.Ok
  },
}

function requestOf(verb: keyof typeof VERBS, name: string, args: Arguments): AdminRequest {
  const reason = args.text('reason')?.trim() || undefined
  if (verb === 'list') return { method: 'GET', path: '/api/v1/holds' }
  if (verb === 'release') {
    if (!/^[1-9]\d{0,14}$/.test(name))
      throw new UsageError(`"${name}" is no number of a hold; hold list shows them`)
    if (reason === undefined) throw new UsageError('say why with --reason TEXT')
    return { method: 'POST', path: `/api/v1/holds/${name}/release`, body: { reason } }
  }
  const held = parseHeld(name)
  if ('problem' in held) throw new UsageError(`"${name}" ${held.problem}`)
  const document = args.text('document')?.trim() ?? ''
  if (document === '') throw new UsageError('name the document that orders it with --document TEXT')
  return { method: 'POST', path: '/api/v1/holds', body: { document, what: formatHeld(held.value), reason } }
}

function describeReply(verb: keyof typeof VERBS, name: string, reply: unknown, isAll: boolean): string {
  if (verb === 'add') {
    const { id } = reply as { readonly id: number }
    return `hold ${id} is in force: nothing of ${name} is deleted; to lift it: thanhloc hold release ${id} --reason TEXT`
  }
  if (verb === 'release') return `hold ${name} is lifted: what is too old goes again`
  const { items } = reply as { readonly items: readonly Hold[] }
  const shown = items.filter(({ isInForce }) => isAll || isInForce)
  return shown.length === 0 ? 'no hold is in force' : shown.map(describeHold).join('\n')
}

function describeHold(hold: Hold): string {
  const number = hold.id === null ? 'configuration' : `${hold.id}`
  const by = hold.setAt === null ? '' : `; by ${hold.actor}, ${localTime(hold.setAt)}`
  const why = hold.reason === '' ? '' : `: ${hold.reason}`
  const end = hold.isInForce
    ? ''
    : `; lifted by ${hold.releasedBy}, ${localTime(hold.releasedAt)}: ${hold.releaseReason}`
  return `${number}  ${hold.what}  ${hold.document}${why}${by}${end}`
}
