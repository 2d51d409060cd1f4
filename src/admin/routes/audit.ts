/** `/audit`: who did what, and whether anybody has changed what stands there. */
import { Type } from 'typebox'
import { headText } from '../../accounts/audit-entry.ts'
import type { Admin } from '../app.ts'
import { readTime, responses, strict, Time, timeText } from '../schema.ts'
import type { AdminSources } from '../sources.ts'

const Text = Type.String({ minLength: 1, maxLength: 512 })
const Moment = Type.String({ minLength: 10, maxLength: 40, description: 'a date, or RFC 3339' })
const Head = Type.String({ description: '`seq:hash` of the last row: keep it elsewhere' })

const Entry = Type.Object({
  seq: Type.Integer({ description: 'from 1, without gaps' }),
  at: Time,
  actor: Type.String({ description: '`user:an`, `token:grafana`, `socket`, `none`' }),
  role: Type.String(),
  source: Type.String({ description: 'address of the caller, or `socket`' }),
  action: Type.String(),
  target: Type.String(),
  reason: Type.String(),
  details: Type.String({ description: 'JSON, as it is hashed' }),
  prev: Type.String({ description: 'hash of the row before' }),
  hash: Type.String(),
})

const Broken = Type.Object({ kind: Type.String(), seq: Type.Integer(), detail: Type.String() })

export const AuditPage = Type.Object({
  items: Type.Array(Entry),
  next: Type.Union([Type.String(), Type.Null()], { description: 'cursor of the next page' }),
})

export const AuditReport = Type.Object({
  isSound: Type.Boolean(),
  broken: Type.Union([Broken, Type.Null()], { description: 'where the trail breaks' }),
  rows: Type.Integer({ description: 'that were read and right' }),
  prunedThrough: Type.Integer({ description: 'rows up to this one were pruned; 0: none' }),
  head: Head,
  outside: Type.String({
    description: 'of `head`: `none` was given, `held`, `pruned` (older than what is kept), `broken`',
  }),
})

export function addAuditRoutes(app: Admin, { accounts }: AdminSources): void {
  app.get(
    '/audit',
    {
      config: { access: 'audit.read' },
      schema: {
        tags: ['audit'],
        summary: 'The audit trail, the newest first',
        querystring: strict({
          actor: Type.Optional(Text),
          action: Type.Optional(
            Type.String({ minLength: 1, maxLength: 64, description: 'one, or all of a kind: `user.*`' }),
          ),
          since: Type.Optional(Moment),
          until: Type.Optional(Moment),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
          cursor: Type.Optional(
            Type.String({ pattern: '^[1-9]\\d{0,14}$', description: 'what `next` of the page before said' }),
          ),
        }),
        response: responses({ 200: AuditPage }),
      },
    },
    ({ query: { actor, action, since, until, limit = 100, cursor } }) => {
      const { items, next } = accounts.trail.read({
        actor,
        action,
        sinceMs: since === undefined ? undefined : readTime('since', since),
        untilMs: until === undefined ? undefined : readTime('until', until, true) + 1,
        before: cursor === undefined ? undefined : Number(cursor),
        limit,
      })
      return {
        items: items.map(({ at, ...entry }) => ({ ...entry, at: timeText(at) })),
        next: next === null ? null : String(next),
      }
    },
  )

  app.get(
    '/audit/head',
    {
      config: { access: 'audit.read' },
      schema: {
        tags: ['audit'],
        summary:
          'The end of the trail: kept elsewhere, it shows later whether rows were cut off or rewritten',
        response: responses({ 200: Type.Object({ head: Head }) }),
      },
    },
    () => ({ head: headText(accounts.trail.head()) }),
  )

  app.post(
    '/audit/verify',
    {
      config: { access: 'audit.verify', refusals: ['THANHLOC_ACCOUNT_INVALID'] },
      schema: {
        tags: ['audit'],
        summary: 'Check every row of the trail; `isSound` says what came of it',
        body: Type.Object(
          {
            head: Type.Optional(Type.String({ maxLength: 100, description: 'one that was kept elsewhere' })),
          },
          { additionalProperties: false, examples: [{ head: `1042:${'9f'.repeat(32)}` }] },
        ),
        response: responses({ 200: AuditReport }),
      },
    },
    async ({ body, caller }) => ({ ...(await accounts.verifyTrail(caller, body.head ?? null)) }),
  )
}
