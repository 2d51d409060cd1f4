/** `/tokens`: access of machines. Each has a role and an end; the secret is shown once. */
import { Type, type Static } from 'typebox'
import type { TokenInfo } from '../../accounts/tokens.ts'
import { Name, Role, Units } from '../account-schema.ts'
import type { Admin } from '../app.ts'
import { NullableTime, readDuration, Reason, responses, strict, Time, timeText } from '../schema.ts'
import type { AdminSources } from '../sources.ts'

const MAX_LIFE_MS = 400 * 86_400_000

const Token = {
  name: Type.String(),
  role: Role,
  units: Units,
  createdBy: Type.String(),
  createdAt: Time,
  expiresAt: Time,
  usedAt: { ...NullableTime, description: 'to the minute; null: never' },
}

const TokenList = Type.Object({ items: Type.Array(Type.Object(Token)) })

/** What `GET /tokens` answers. */
export type TokenListReply = Static<typeof TokenList>

export function addTokenRoutes(app: Admin, { accounts: { tokens }, clock }: AdminSources): void {
  app.get(
    '/tokens',
    {
      config: { access: 'token.read' },
      schema: {
        tags: ['accounts'],
        summary: 'The tokens, expired ones too, without their secrets',
        response: responses({ 200: TokenList }),
      },
    },
    ({ caller }) => ({ items: tokens.list(caller).map(toToken) }),
  )

  app.post(
    '/tokens',
    {
      config: {
        access: 'token.change',
        refusals: [
          'THANHLOC_ACCOUNT_EXISTS',
          'THANHLOC_ACCOUNT_LIMIT',
          'THANHLOC_ACCOUNT_INVALID',
          'THANHLOC_API_UNPROCESSABLE',
        ],
      },
      schema: {
        tags: ['accounts'],
        summary: 'Make a token; its secret is shown once',
        body: Type.Object(
          {
            name: Name,
            role: Role,
            units: Type.Optional(Units),
            for: Type.String({ minLength: 2, maxLength: 12, description: '`90d`; 400d at most' }),
          },
          { additionalProperties: false, examples: [{ name: 'grafana', role: 'viewer', for: '90d' }] },
        ),
        response: responses({
          201: Type.Object({ ...Token, secret: Type.String({ description: 'shown once' }) }),
        }),
      },
    },
    async ({ body: { for: life, units, ...given }, caller }, reply) => {
      const expiresAt = clock.wallMs() + readDuration(life, MAX_LIFE_MS, '400d')
      const { token, secret } = tokens.add(caller, { ...given, units: units ?? null, expiresAt })
      return reply.code(201).send({ ...toToken(token), secret })
    },
  )

  app.delete(
    '/tokens/:name',
    {
      config: { access: 'token.change', refusals: ['THANHLOC_ACCOUNT_UNKNOWN'] },
      schema: {
        tags: ['accounts'],
        summary: 'Revoke a token, at once',
        params: strict({ name: Name }),
        querystring: strict({ reason: Type.Optional(Reason) }),
        response: responses({ 204: Type.Null({ description: 'revoked' }) }),
      },
    },
    async ({ params: { name }, query, caller }, reply) => {
      tokens.revoke(caller, name, query.reason)
      return reply.code(204).send(null)
    },
  )
}

function toToken({ units, createdAt, expiresAt, usedAt, ...token }: TokenInfo) {
  return {
    ...token,
    units: units === null ? null : [...units],
    createdAt: timeText(createdAt),
    expiresAt: timeText(expiresAt),
    usedAt: usedAt === null ? null : timeText(usedAt),
  }
}
