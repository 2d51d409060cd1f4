/** `/session/totp`: one's own second factor. That of somebody else is only taken off: `DELETE /users/{name}/totp`. */
import { Type } from 'typebox'
import { AccountError, isRefusal, type Refusal } from '../../accounts/problem.ts'
import { Code, Proof } from '../account-schema.ts'
import type { Admin } from '../app.ts'
import { responses, strict } from '../schema.ts'
import type { AdminSources } from '../sources.ts'

const RecoveryCodes = Type.Object({
  recoveryCodes: Type.Array(Type.String(), {
    description: 'shown once; each lets in once without the telephone',
  }),
})
/** What is asked for a password again may be refused as at the sign-in. */
const PROVING = [
  'THANHLOC_ACCOUNT_CREDENTIALS',
  'THANHLOC_ACCOUNT_CODE_NEEDED',
  'THANHLOC_ACCOUNT_DISABLED',
  'THANHLOC_ACCOUNT_CONFLICT',
  'THANHLOC_ACCOUNT_LOCKED',
  'THANHLOC_ACCOUNT_BUSY',
  'THANHLOC_ACCOUNT_KEY',
] as const
const own = { config: { access: 'self.change', refusals: PROVING } } as const

export function addSecondFactorRoutes(app: Admin, { accounts: { factors } }: AdminSources): void {
  app.post(
    '/session/totp',
    {
      ...own,
      schema: {
        tags: ['accounts'],
        summary: 'Begin to set up a second factor; nothing changes until a code of it comes',
        body: Proof,
        response: responses({
          200: Type.Object({
            secret: Type.String({ description: 'base32, for typing; shown once' }),
            uri: Type.String({ description: '`otpauth://…`, for a QR code' }),
          }),
        }),
      },
    },
    async ({ body, caller }) => ({ ...granted(await factors.begin(caller, body)) }),
  )

  app.post(
    '/session/totp/confirm',
    {
      config: {
        access: 'self.change',
        refusals: ['THANHLOC_ACCOUNT_CONFLICT', 'THANHLOC_ACCOUNT_INVALID', 'THANHLOC_ACCOUNT_KEY'],
      },
      schema: {
        tags: ['accounts'],
        summary: 'Put the second factor in force by a code of it',
        body: strict({ code: Code }),
        response: responses({ 200: RecoveryCodes }),
      },
    },
    ({ body, caller }) => ({ recoveryCodes: [...factors.confirm(caller, body.code)] }),
  )

  app.post(
    '/session/totp/codes',
    {
      ...own,
      schema: {
        tags: ['accounts'],
        summary: 'Fresh recovery codes; the old ones are void',
        body: Proof,
        response: responses({ 200: RecoveryCodes }),
      },
    },
    async ({ body, caller }) => ({
      recoveryCodes: [...granted(await factors.renewCodes(caller, body)).codes],
    }),
  )

  app.post(
    '/session/totp/remove',
    {
      ...own,
      schema: {
        tags: ['accounts'],
        summary: 'Take the second factor off',
        body: Proof,
        response: responses({ 204: Type.Null({ description: 'taken off' }) }),
      },
    },
    async ({ body, caller }, reply) => {
      const refusal = await factors.remove(caller, body)
      if (refusal !== null) throw new AccountError(refusal)
      return reply.code(204).send(null)
    },
  )
}

function granted<T extends object>(result: T | Refusal): T {
  if (isRefusal(result)) throw new AccountError(result)
  return result
}
