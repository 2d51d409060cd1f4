/** `/session`: signing in and out, who one is, one's own password. The cookie is for browsers; scripts take a token. */
import { Type } from 'typebox'
import type { Principal } from '../../accounts/principal.ts'
import { AccountError, isRefusal } from '../../accounts/problem.ts'
import { ACTION_NAMES, may } from '../../accounts/roles.ts'
import { idleSecondsOf } from '../../accounts/sessions.ts'
import { clearSessionCookie, csrfToken, writeSessionCookie } from '../../accounts/session-cookie.ts'
import { cookieOf, isSecure } from '../admission.ts'
import type { Admin } from '../app.ts'
import { responses, strict, Time, timeText } from '../schema.ts'
import type { AdminSources } from '../sources.ts'
import { Code, Password, Role, Units } from '../account-schema.ts'

const Caller = {
  kind: Type.String({ description: 'user, token, socket' }),
  name: Type.String(),
  role: Type.Union([Role, Type.Null()]),
  units: Units,
  mustChangePassword: Type.Boolean({ description: 'nothing else is allowed before' }),
  actions: Type.Array(Type.String(), { description: 'what the role allows' }),
  idleSeconds: Type.Union([Type.Integer(), Type.Null()], {
    description: 'without a request the session ends after so long; null: the caller has none',
  }),
  recoveryCodesLeft: Type.Union([Type.Integer(), Type.Null()], {
    description: 'null: the account has no second factor',
  }),
}
const Csrf = Type.String({ description: 'send it as X-CSRF-Token with every request that changes something' })

export function addSessionRoutes(app: Admin, { accounts }: AdminSources): void {
  app.post(
    '/session',
    {
      config: {
        access: 'free',
        refusals: [
          'THANHLOC_ACCOUNT_CREDENTIALS',
          'THANHLOC_ACCOUNT_CODE_NEEDED',
          'THANHLOC_ACCOUNT_DISABLED',
          'THANHLOC_ACCOUNT_LOCKED',
          'THANHLOC_ACCOUNT_BUSY',
          'THANHLOC_ACCOUNT_KEY',
          'THANHLOC_ACCOUNTS_UNAVAILABLE',
        ],
      },
      schema: {
        tags: ['accounts'],
        security: [],
        summary: 'Sign in; the cookie is HttpOnly, SameSite=Strict, and Secure over TLS',
        body: Type.Object(
          {
            name: Type.String({ minLength: 1, maxLength: 256 }),
            password: Password,
            code: Type.Optional(Code),
          },
          { additionalProperties: false, examples: [{ name: 'an', password: '…', code: '123456' }] },
        ),
        response: responses({
          200: Type.Object({
            ...Caller,
            csrf: Csrf,
            endsAt: { ...Time, description: 'at the latest; earlier without a request for a while' },
          }),
        }),
      },
    },
    async (request, reply) => {
      const { body, caller } = request
      const signedIn = await accounts.signIn({ ...body, source: caller.source })
      if (isRefusal(signedIn)) throw new AccountError(signedIn)
      const { cookie, csrf, endsAt, principal, recoveryCodesLeft } = signedIn
      void reply.header('set-cookie', writeSessionCookie(cookie, isSecure(request)))
      return { ...describe(principal), csrf, endsAt: timeText(endsAt), recoveryCodesLeft }
    },
  )

  app.get(
    '/session',
    {
      config: { access: 'known' },
      schema: {
        tags: ['accounts'],
        summary: 'Who the caller is, and what they may',
        response: responses({ 200: Type.Object({ ...Caller, csrf: Type.Union([Csrf, Type.Null()]) }) }),
      },
    },
    (request) => {
      const { caller } = request
      const cookie = caller.principal.kind === 'user' ? cookieOf(request) : null
      const recoveryCodesLeft = accounts.factors.codesLeft(caller)
      return {
        ...describe(caller.principal),
        recoveryCodesLeft,
        csrf: cookie === null ? null : csrfToken(cookie),
      }
    },
  )

  app.delete(
    '/session',
    {
      config: { access: 'self.change' },
      schema: {
        tags: ['accounts'],
        summary: 'Sign out',
        response: responses({ 204: Type.Null({ description: 'signed out' }) }),
      },
    },
    async (request, reply) => {
      // The guard has found a session by it.
      accounts.signOut(cookieOf(request)!, request.caller.source)
      return reply
        .code(204)
        .header('set-cookie', clearSessionCookie(isSecure(request)))
        .send(null)
    },
  )

  app.post(
    '/session/password',
    {
      config: {
        access: 'self.change',
        refusals: [
          'THANHLOC_ACCOUNT_CREDENTIALS',
          'THANHLOC_ACCOUNT_DISABLED',
          'THANHLOC_ACCOUNT_CONFLICT',
          'THANHLOC_ACCOUNT_PASSWORD',
          'THANHLOC_ACCOUNT_LOCKED',
          'THANHLOC_ACCOUNT_BUSY',
        ],
      },
      schema: {
        tags: ['accounts'],
        summary: "Change one's own password; ends all sessions of the account, this one too",
        body: strict({ current: Password, next: Password }),
        response: responses({ 204: Type.Null({ description: 'changed; sign in again' }) }),
      },
    },
    async (request, reply) => {
      const { body, caller } = request
      const refusal = await accounts.users.changePassword(caller, body.current, body.next)
      if (refusal !== null) throw new AccountError(refusal)
      return reply
        .code(204)
        .header('set-cookie', clearSessionCookie(isSecure(request)))
        .send(null)
    },
  )
}

function describe(principal: Principal) {
  const { kind, name, role, units, mustChangePassword } = principal
  return {
    kind,
    name,
    role,
    units: units === null ? null : [...units],
    mustChangePassword,
    actions: ACTION_NAMES.filter((action) => may(principal, action)),
    idleSeconds: kind === 'user' ? idleSecondsOf(role) : null,
  }
}
