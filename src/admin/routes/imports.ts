/** `/imports`: documents that somebody sent, what they propose, and what people decide about it. */
import type { Readable } from 'node:stream'
import { Type, type Static } from 'typebox'
import { actorOf } from '../../accounts/principal.ts'
import { DECISIONS, KINDS, SCOPES } from '../../indicators/verdict.ts'
import { DECISION_ACTIONS, type DecisionAsked } from '../../review/decisions.ts'
import { ITEM_STATES, STANDINGS } from '../../review/item-rows.ts'
import { REVIEW_REASONS } from '../../review/reasons.ts'
import type { Admin } from '../app.ts'
import { Import, ImportDecision, ImportItem, toDecision, toImport, toImportItem } from '../import-schema.ts'
import { ApiError } from '../problem.ts'
import { paging, readTime, Reason, responses, strict } from '../schema.ts'
import type { AdminSources } from '../sources.ts'

export const UPLOAD_TYPE = 'application/octet-stream'

const Id = strict({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) })
const Cursor = Type.Optional(
  Type.String({ pattern: '^\\d{1,15}$', description: 'what `next` of the page before said' }),
)
const Next = Type.Union([Type.String(), Type.Null()], { description: '`cursor` of the next page' })
const Pages = { limit: paging.limit, cursor: Cursor }

const Filter = {
  decision: Type.Optional(Type.Enum([...DECISIONS])),
  reason: Type.Optional(Type.Enum([...REVIEW_REASONS])),
  kind: Type.Optional(Type.Enum([...KINDS])),
  standing: Type.Optional(Type.Enum([...STANDINGS])),
  q: Type.Optional(Type.String({ minLength: 1, maxLength: 253, description: 'part of the value' })),
}

const Decide = strict({
  action: Type.Enum([...DECISION_ACTIONS]),
  item: Type.Optional(
    Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'one item' }),
  ),
  filter: Type.Optional(
    Type.Object(
      {
        ...Filter,
        state: Type.Optional(
          Type.Enum([...ITEM_STATES], {
            description: 'of an approval: `open` unless given, or what was `rejected` or `withdrawn`',
          }),
        ),
      },
      {
        additionalProperties: false,
        minProperties: 1,
        description: 'all items that fit; of an approval only unguarded ones',
      },
    ),
  ),
  all: Type.Optional(Type.Literal(true, { description: 'all items; of an approval only unguarded ones' })),
  as: Type.Optional(
    Type.String({ minLength: 1, maxLength: 300, description: 'one of the `choices` of the item' }),
  ),
  scope: Type.Optional(Type.Enum([...SCOPES])),
  reason: Reason,
})

export function addImportRoutes(app: Admin, { review, accounts, settings }: AdminSources): void {
  app.get(
    '/imports',
    {
      config: { access: 'list.read' },
      schema: {
        tags: ['imports'],
        summary: 'Imports, the newest first',
        querystring: strict(Pages),
        response: responses({ 200: Type.Object({ items: Type.Array(Import), next: Next }) }),
      },
    },
    ({ query: { limit = 100, cursor } }) => {
      const rows = review.list(cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor), limit)
      return { items: rows.map(toImport), next: rows.length < limit ? null : String(rows.at(-1)!.id) }
    },
  )

  void app.register(async (uploads: Admin) => {
    uploads.addContentTypeParser(UPLOAD_TYPE, (_request, payload, done) => done(null, payload))
    uploads.post(
      '/imports',
      {
        config: {
          access: 'list.change',
          upload: UPLOAD_TYPE,
          refusals: ['THANHLOC_API_CONFLICT', 'THANHLOC_API_UNPROCESSABLE'],
        },
        schema: {
          tags: ['imports'],
          summary:
            'Propose what a document holds, sent as application/octet-stream; it is read behind this answer',
          querystring: strict({
            name: Type.String({ minLength: 1, maxLength: 255, pattern: '^[^/\\\\\\u0000-\\u001f]+$', description: 'of the file; its ending says what it is' }), // prettier-ignore
            list: Type.String({
              minLength: 1,
              maxLength: 64,
              description: 'id of a list with `approved: true`',
            }),
            document: Type.Optional(Type.String({ minLength: 1, maxLength: 100, pattern: '\\S', description: 'its number; that of the list unless given' })), // prettier-ignore
            issuer: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
            issued: Type.Optional(Type.String({ pattern: '^\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])$', description: '2022-08-23' })), // prettier-ignore
          }),
          body: { content: { [UPLOAD_TYPE]: { schema: Type.Any({ description: 'the file' }) } } },
          response: responses({ 202: Import }),
        },
      },
      async ({ query: { name, list, document, issuer, issued }, caller, body }, reply) => {
        if (issued !== undefined) readTime('issued', issued)
        const configured = settings().lists.find(({ id }) => id === list)
        const head = {
          list,
          document: (document ?? configured?.document ?? '').trim(),
          issuer: (issuer ?? configured?.issuer ?? '').trim(),
          issued: issued ?? configured?.issued ?? null,
        }
        if (head.document === '' && configured !== undefined) throw new ApiError('THANHLOC_API_UNPROCESSABLE', 'Say with which document it came (`document`): a block needs its basis.') // prettier-ignore
        accounts.record(caller, { action: 'import.add', target: `list:${list}`, details: { name, document: head.document } }) // prettier-ignore
        const made = await review.receive(body as Readable, name, head, actorOf(caller.principal))
        return reply.code(202).header('location', `/api/v1/imports/${made.id}`).send(toImport(made))
      },
    )
  })

  app.get(
    '/imports/:id',
    {
      config: { access: 'list.read' },
      schema: {
        tags: ['imports'],
        summary: 'One import: how far it is, what it proposes against what is enforced, who decided what',
        params: Id,
        response: responses({
          200: Type.Object({
            ...Import.properties,
            history: Type.Array(ImportDecision, {
              description: 'the last 100 decisions, the last one first',
            }),
          }),
        }),
      },
    },
    ({ params: { id } }) => ({ ...toImport(review.get(id)), history: review.decisions(id).map(toDecision) }),
  )

  app.get(
    '/imports/:id/items',
    {
      config: { access: 'list.read' },
      schema: {
        tags: ['imports'],
        summary: 'What an import holds, item by item: value, kind, as written, where, why',
        params: Id,
        querystring: strict({ ...Filter, state: Type.Optional(Type.Enum([...ITEM_STATES])), ...Pages }),
        response: responses({ 200: Type.Object({ items: Type.Array(ImportItem), next: Next }) }),
      },
    },
    ({ params: { id }, query: { limit = 100, cursor = '0', ...filter } }) => {
      const { files } = review.get(id)
      const rows = review.items(id, filter, Number(cursor), limit)
      const next = rows.length < limit ? null : String(rows.at(-1)!.number)
      return { items: rows.map((row) => toImportItem(row, files)), next }
    },
  )

  app.post(
    '/imports/:id/decide',
    {
      config: { access: 'list.change', refusals: ['THANHLOC_API_CONFLICT', 'THANHLOC_API_UNPROCESSABLE'] },
      schema: {
        tags: ['imports'],
        summary:
          'Approve, reject or withdraw one item, those of a filter, or all; answered when it is in force',
        params: Id,
        body: Decide,
        response: responses({
          200: Type.Object({
            decision: ImportDecision,
            isInForce: Type.Boolean({ description: 'false: it will be as soon as the list can be read' }),
            import: Import,
          }),
        }),
      },
    },
    async ({ params: { id }, body, caller }) => {
      const asked = { ...readDecision(body), actor: actorOf(caller.principal) }
      const plan = review.plan(id, asked)
      const { action, reason, item, filter, as } = asked
      const indicator = item === null ? null : review.item(id, item).value
      accounts.record(caller, { action: 'import.decide', target: `import:${id}`, reason, details: { action, item, indicator, as, filter } }) // prettier-ignore
      const { decision, import: row, isInForce } = await review.decide(plan)
      return { decision: toDecision(decision), isInForce, import: toImport(row) }
    },
  )

  app.post(
    '/imports/:id/discard',
    {
      config: { access: 'list.change', refusals: ['THANHLOC_API_CONFLICT'] },
      schema: {
        tags: ['imports'],
        summary:
          'Forget the items and the file of an import of which nothing is enforced; that it was there stays',
        params: Id,
        body: strict({ reason: Reason }),
        response: responses({ 200: Import }),
      },
    },
    async ({ params: { id }, body: { reason }, caller }) => {
      review.get(id)
      accounts.record(caller, { action: 'import.decide', target: `import:${id}`, reason, details: { action: 'discard' } }) // prettier-ignore
      return toImport(await review.discard(id, reason.trim(), actorOf(caller.principal)))
    },
  )
}

/** Exactly one of item, filter, all. Throws ApiError. */
function readDecision({
  action,
  item,
  filter,
  all,
  as,
  scope,
  reason,
}: Static<typeof Decide>): Omit<DecisionAsked, 'actor'> {
  if ([item, filter, all].filter((each) => each !== undefined).length !== 1)
    throw new ApiError('THANHLOC_API_INVALID', 'body needs one of item, filter and all')
  return { action, item: item ?? null, filter: filter ?? {}, as: as ?? null, scope: scope ?? null, reason: reason.trim() } // prettier-ignore
}
