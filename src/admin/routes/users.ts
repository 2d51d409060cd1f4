/** `/users`: the accounts of people. Passwords go in and never come out; one that is made is shown once. */
import { Type, type Static } from 'typebox'
import { readRole, ROLES_BY_UNIT, USER_ROLES } from '../../accounts/roles.ts'
import type { SetUser } from '../../accounts/users.ts'
import type { User } from '../../accounts/user-row.ts'
import { Name, Password, Role, Units } from '../account-schema.ts'
import type { Admin } from '../app.ts'
import { ApiError } from '../problem.ts'
import { Reason, responses, strict, Time, timeText } from '../schema.ts'
import type { AdminSources } from '../sources.ts'

const Account = {
  name: Type.String(),
  fullName: Type.String(),
  role: Role,
  units: Units,
  hasFactor: Type.Boolean({ description: 'a second factor' }),
  mustChangePassword: Type.Boolean({ description: 'somebody else set it' }),
  isDisabled: Type.Boolean(),
  createdAt: Time,
  passwordAt: Time,
  activeAt: { ...Time, description: 'last signed in, made or enabled' },
}
const UserList = Type.Object({ items: Type.Array(Type.Object(Account)) })

/** What `GET /users` answers. */
export type UserListReply = Static<typeof UserList>

const WithPassword = Type.Object({
  ...Account,
  madePassword: Type.Union([Type.String(), Type.Null()], {
    description: 'the password that was made, shown once; null where one was given',
  }),
})
const params = strict({ name: Name })
const UNFIT = ['THANHLOC_ACCOUNT_INVALID', 'THANHLOC_ACCOUNT_PASSWORD'] as const
const given = {
  password: Type.Optional({ ...Password, description: 'one is made where it is left out' }),
  isOwn: Type.Optional(
    Type.Boolean({
      description: 'by the socket: the caller is the owner, so it need not be changed at the first sign-in',
    }),
  ),
}

export function addUserRoutes(app: Admin, { accounts: { users, factors } }: AdminSources): void {
  app.get(
    '/users',
    {
      config: { access: 'user.read' },
      schema: {
        tags: ['accounts'],
        summary: 'The accounts, by name',
        response: responses({ 200: UserList }),
      },
    },
    ({ caller }) => ({ items: users.list(caller).map(toAccount) }),
  )

  app.post(
    '/users',
    {
      config: {
        access: 'user.change',
        refusals: ['THANHLOC_ACCOUNT_EXISTS', 'THANHLOC_ACCOUNT_LIMIT', 'THANHLOC_ACCOUNT_BUSY', ...UNFIT],
      },
      schema: {
        tags: ['accounts'],
        summary: 'Make an account',
        body: Type.Object(
          {
            name: Name,
            fullName: Type.Optional(Type.String({ maxLength: 200 })),
            role: Role,
            units: Type.Optional(Units),
            ...given,
          },
          {
            additionalProperties: false,
            examples: [{ name: 'binh', fullName: 'Trần Bình', role: 'officer', units: ['so-yte'] }],
          },
        ),
        response: responses({ 201: WithPassword }),
      },
    },
    async ({ body: { password, isOwn, units, ...account }, caller }, reply) => {
      const made = await users.add(caller, {
        ...account,
        units: units ?? null,
        password: toGiven(password, isOwn),
      })
      return reply
        .code(201)
        .header('location', `/api/v1/users/${encodeURIComponent(made.user.name)}`)
        .send(toSet(made))
    },
  )

  app.patch(
    '/users/:name',
    {
      config: {
        access: 'user.change',
        refusals: ['THANHLOC_ACCOUNT_UNKNOWN', 'THANHLOC_ACCOUNT_CONFLICT', 'THANHLOC_ACCOUNT_INVALID'],
      },
      schema: {
        tags: ['accounts'],
        summary: 'Give an account another role or other units, or disable or enable it; ends its sessions',
        params,
        body: Type.Object(
          {
            role: Type.Optional(Role),
            units: Type.Optional(Units),
            isDisabled: Type.Optional(Type.Boolean()),
            reason: Type.Optional(Reason),
          },
          { additionalProperties: false, examples: [{ isDisabled: true, reason: 'nghỉ việc' }] },
        ),
        response: responses({ 200: Type.Object(Account) }),
      },
    },
    ({ params: { name }, body: { role, units, isDisabled, reason }, caller }) => {
      const changesRole = role !== undefined || units !== undefined
      // Two changes would be two rows of the trail, of which one might fail.
      if (changesRole === (isDisabled !== undefined))
        throw new ApiError('THANHLOC_API_INVALID', 'Give role and units, or isDisabled: one of the two.')
      if (isDisabled === true) return toAccount(users.disable(caller, name, reason))
      if (isDisabled === false) return toAccount(users.enable(caller, name))
      const now = users.get(caller, name)
      // A limit is never lifted by not speaking of it.
      const next = readRole(role ?? now.role, USER_ROLES)
      const kept = next !== null && ROLES_BY_UNIT.has(next) ? now.units : null
      return toAccount(users.setRole(caller, name, role ?? now.role, units === undefined ? kept : units))
    },
  )

  app.delete(
    '/users/:name',
    {
      config: { access: 'user.change', refusals: ['THANHLOC_ACCOUNT_UNKNOWN', 'THANHLOC_ACCOUNT_CONFLICT'] },
      schema: {
        tags: ['accounts'],
        summary: 'Remove an account; the audit trail keeps its name',
        params,
        querystring: strict({ reason: Type.Optional(Reason) }),
        response: responses({ 204: Type.Null({ description: 'removed' }) }),
      },
    },
    async ({ params: { name }, query, caller }, reply) => {
      users.remove(caller, name, query.reason)
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/users/:name/password',
    {
      config: {
        access: 'user.change',
        refusals: [
          'THANHLOC_ACCOUNT_UNKNOWN',
          'THANHLOC_ACCOUNT_CONFLICT',
          'THANHLOC_ACCOUNT_BUSY',
          ...UNFIT,
        ],
      },
      schema: {
        tags: ['accounts'],
        summary: "Set somebody's password, which they must change; ends their sessions",
        params,
        body: strict(given),
        response: responses({ 200: WithPassword }),
      },
    },
    async ({ params: { name }, body: { password, isOwn }, caller }) =>
      toSet(await users.setPassword(caller, name, toGiven(password, isOwn))),
  )

  app.post(
    '/users/:name/unlock',
    {
      config: { access: 'user.change', refusals: ['THANHLOC_ACCOUNT_UNKNOWN'] },
      schema: {
        tags: ['accounts'],
        summary: 'Forget the failed sign-ins of an account',
        params,
        response: responses({ 200: Type.Object(Account) }),
      },
    },
    ({ params: { name }, caller }) => toAccount(users.unlock(caller, name)),
  )

  app.delete(
    '/users/:name/totp',
    {
      config: { access: 'user.change', refusals: ['THANHLOC_ACCOUNT_UNKNOWN', 'THANHLOC_ACCOUNT_CONFLICT'] },
      schema: {
        tags: ['accounts'],
        summary: "Take the second factor off somebody's account, whose telephone is lost",
        params,
        response: responses({ 204: Type.Null({ description: 'taken off' }) }),
      },
    },
    async ({ params: { name }, caller }, reply) => {
      factors.removeOf(caller, name)
      return reply.code(204).send(null)
    },
  )
}

function toGiven(password: string | undefined, isOwn: boolean | undefined) {
  return password === undefined ? undefined : { text: password, isOwn: isOwn ?? false }
}

function toSet({ user, madePassword }: SetUser) {
  return { ...toAccount(user), madePassword }
}

function toAccount({ units, createdAt, passwordAt, activeAt, ...user }: User) {
  return {
    ...user,
    units: units === null ? null : [...units],
    createdAt: timeText(createdAt),
    passwordAt: timeText(passwordAt),
    activeAt: timeText(activeAt),
  }
}
