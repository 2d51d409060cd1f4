/** `user`: the accounts of people, made and mended at the machine itself. */
import {
  ACCOUNT_OPTIONS,
  askPassword,
  describeRole,
  readUnitsOption,
  readVerb,
  reasonQuery,
} from './account-words.ts'
import { callAdmin, socketPath, SOCKET_OPTIONS, type AdminRequest } from './admin-socket.ts'
import type { Arguments } from './arguments.ts'
import { Exit, UsageError, type Command, type Terminal } from './command.ts'
import { localTime } from './words.ts'

interface User {
  readonly name: string
  readonly fullName: string
  readonly role: string
  readonly units: readonly string[] | null
  readonly hasFactor: boolean
  readonly mustChangePassword: boolean
  readonly isDisabled: boolean
  readonly activeAt: string
  readonly madePassword?: string | null
}

const VERBS = {
  add: { takesName: true },
  list: { takesName: false },
  password: { takesName: true },
  role: { takesName: true },
  disable: { takesName: true },
  enable: { takesName: true },
  unlock: { takesName: true },
  remove: { takesName: true },
  totp: { takesName: true },
} as const

export const command: Command = {
  usage: 'user add|list|password|role|disable|enable|unlock|remove|totp [NAME] [options]',
  description: `Accounts of people for the admin API.
  add NAME --role ROLE        makes an account; a password is made and shown once, and must be changed at the first sign-in
  add NAME --role ROLE --own  asks for the password of whoever types: so the first administrator is made
  list                        shows all
  password NAME               sets another password, in the same ways; ends all sessions of the account
  role NAME --role ROLE       gives another role, or with --units other units
  disable, enable NAME        nobody can sign in with it until it is enabled
  unlock NAME                 forgets failed sign-ins
  totp NAME --remove          takes off the second factor whose telephone is lost
  remove NAME                 removes it; the audit trail keeps its name`,
  options: {
    ...ACCOUNT_OPTIONS,
    'full-name': { value: 'TEXT', help: 'of the person' },
    password: {
      value: null,
      help: 'ask for the password (or read a line of standard input) instead of making one',
    },
    own: { value: null, help: 'the same, by its owner: it need not be changed at the first sign-in' },
    remove: { value: null, help: 'with totp' },
    ...SOCKET_OPTIONS,
  },
  positionals: { least: 1, most: 2 },

  async run(args, terminal) {
    const { verb, name } = readVerb(args, VERBS)
    const asked = await requestOf(verb, name, args, terminal)
    const reply = await callAdmin(socketPath(args), asked)
    if (args.flag('json')) terminal.print(JSON.stringify(reply ?? {}, null, 2))
    else terminal.print(describeReply(verb, name, reply))
    return Exit.Ok
  },
}

async function requestOf(
  verb: keyof typeof VERBS,
  name: string,
  args: Arguments,
  terminal: Terminal,
): Promise<AdminRequest> {
  const path = `/api/v1/users/${encodeURIComponent(name)}`
  const role = args.text('role')
  const units = readUnitsOption(args)
  const reason = args.text('reason')?.trim() || undefined
  switch (verb) {
    case 'list':
      return { method: 'GET', path: '/api/v1/users' }
    case 'add': {
      if (role === null) throw new UsageError('say which with --role ROLE')
      const fullName = args.text('full-name') ?? undefined
      const password = await givenPassword(args, terminal)
      return { method: 'POST', path: '/api/v1/users', body: { name, role, fullName, units, ...password } }
    }
    case 'password':
      return { method: 'POST', path: `${path}/password`, body: await givenPassword(args, terminal) }
    case 'role':
      if (role === null && units === undefined)
        throw new UsageError('say which with --role ROLE or --units ID,ID')
      return { method: 'PATCH', path, body: { role: role ?? undefined, units } }
    case 'disable':
    case 'enable':
      return { method: 'PATCH', path, body: { isDisabled: verb === 'disable', reason } }
    case 'unlock':
      return { method: 'POST', path: `${path}/unlock` }
    case 'remove':
      return { method: 'DELETE', path: path + reasonQuery(args) }
    case 'totp':
      if (!args.flag('remove'))
        throw new UsageError('only its owner can set it up, by the API; --remove takes it off')
      return { method: 'DELETE', path: `${path}/totp` }
  }
}

async function givenPassword(
  args: Arguments,
  terminal: Terminal,
): Promise<{ password?: string; isOwn?: boolean }> {
  const isOwn = args.flag('own')
  return isOwn || args.flag('password') ? { password: await askPassword(terminal), isOwn } : {}
}

function describeReply(verb: keyof typeof VERBS, name: string, reply: unknown): string {
  if (verb === 'list') {
    const { items } = reply as { readonly items: readonly User[] }
    return items.length === 0 ? 'there is no account yet' : items.map(describeUser).join('\n')
  }
  if (verb === 'remove') return `${name} is removed`
  if (verb === 'totp') return `${name} signs in without a second factor from now on`
  if (verb === 'unlock') return `${name} may try again`
  const user = reply as User
  if (typeof user.madePassword !== 'string') return describeUser(user)
  return `${describeUser(user)}\npassword, shown this once, to be changed at the first sign-in: ${user.madePassword}`
}

function describeUser(user: User): string {
  const notes = [
    ...(user.fullName === '' ? [] : [user.fullName]),
    ...(user.isDisabled ? ['DISABLED'] : []),
    ...(user.hasFactor ? ['second factor'] : []),
    ...(user.mustChangePassword ? ['must change the password'] : []),
    `active ${localTime(user.activeAt)}`,
  ]
  return `${user.name}: ${describeRole(user.role, user.units)}; ${notes.join('; ')}`
}
