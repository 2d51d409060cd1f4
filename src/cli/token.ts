/** `token`: access of machines to the admin API, each with a role and an end. */
import { ACCOUNT_OPTIONS, describeRole, readUnitsOption, readVerb, reasonQuery } from './account-words.ts'
import { callAdmin, socketPath, SOCKET_OPTIONS, type AdminRequest } from './admin-socket.ts'
import type { Arguments } from './arguments.ts'
import { Exit, UsageError, type Command } from './command.ts'
import { localTime, readDurationWord } from './words.ts'

interface Token {
  readonly name: string
  readonly role: string
  readonly units: readonly string[] | null
  readonly createdBy: string
  readonly expiresAt: string
  readonly usedAt: string | null
  readonly secret?: string
}

const VERBS = { add: { takesName: true }, list: { takesName: false }, revoke: { takesName: true } } as const
const DEFAULT_FOR = '90d'

export const command: Command = {
  usage: 'token add|list|revoke [NAME] [options]',
  description: `Tokens for programs that call the admin API ("Authorization: Bearer <token>").
  add NAME --role ROLE [--for 90d]  makes one; its secret is shown once
  list                              shows all, expired ones too
  revoke NAME                       from now on it lets nobody in`,
  options: {
    ...ACCOUNT_OPTIONS,
    for: { value: 'DURATION', help: `how long: 30d, 400d at most; ${DEFAULT_FOR} unless given` },
    ...SOCKET_OPTIONS,
  },
  positionals: { least: 1, most: 2 },

  async run(args, terminal) {
    const { verb, name } = readVerb(args, VERBS)
    const reply = await callAdmin(socketPath(args), requestOf(verb, name, args))
    if (args.flag('json')) terminal.print(JSON.stringify(reply ?? {}, null, 2))
    else terminal.print(describeReply(verb, name, reply))
    return Exit.Ok
  },
}

function requestOf(verb: keyof typeof VERBS, name: string, args: Arguments): AdminRequest {
  if (verb === 'list') return { method: 'GET', path: '/api/v1/tokens' }
  if (verb === 'revoke')
    return { method: 'DELETE', path: `/api/v1/tokens/${encodeURIComponent(name)}${reasonQuery(args)}` }
  const role = args.text('role')
  if (role === null) throw new UsageError('say which with --role ROLE')
  const life = readDurationWord(args.text('for') ?? DEFAULT_FOR)
  return {
    method: 'POST',
    path: '/api/v1/tokens',
    body: { name, role, units: readUnitsOption(args), for: life },
  }
}

function describeReply(verb: keyof typeof VERBS, name: string, reply: unknown): string {
  if (verb === 'revoke') return `${name} is revoked`
  if (verb === 'list') {
    const { items } = reply as { readonly items: readonly Token[] }
    return items.length === 0 ? 'there is no token' : items.map(describeToken).join('\n')
  }
  const token = reply as Token
  return `${describeToken(token)}\nthe token, shown this once: ${token.secret}`
}

function describeToken({ name, role, units, createdBy, expiresAt, usedAt }: Token): string {
  const used = usedAt === null ? 'never used' : `used ${localTime(usedAt)}`
  return `${name}: ${describeRole(role, units)}; until ${localTime(expiresAt)}; made by ${createdBy}; ${used}`
}
