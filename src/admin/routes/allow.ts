/** `/allow` and `/pause`: undoing a wrong block at once, on record, with an end. */
import { Type, type Static } from 'typebox'
import { actorOf } from '../../accounts/principal.ts'
import { parseNetwork } from '../../config/address.ts'
import type { Settings } from '../../config/settings.ts'
import { configuredLists, type ConfiguredList } from '../../lists/configured.ts'
import { GROUP_PREFIX, type EndedOverride, type Override } from '../../lists/overrides.ts'
import type { ListsStatus, ListStatus } from '../../lists/status.ts'
import type { Admin } from '../app.ts'
import { ApiError } from '../problem.ts'
import { NullableTime, readDuration, readListedName, Reason, Time, responses, strict } from '../schema.ts'
import { Validity } from '../reports.ts'
import type { AdminSources } from '../sources.ts'

const DAY_MS = 86_400_000
/** A name that is right for longer belongs into an allow list. */
const MAX_ALLOW_MS = 366 * DAY_MS
/** Longer than any repair; a pause that nobody remembers is the end of the protection. */
const MAX_PAUSE_MS = 7 * DAY_MS

const For = Type.String({ minLength: 2, maxLength: 12, description: '`10m`, `24h`, `7d`' })
const Common = {
  name: Type.String({
    description:
      'with all names under it; of a pause for whom: empty for all, a network, or `group:` and an id',
  }),
  reason: Type.String(),
  actor: Type.String(),
  createdAt: Time,
  until: NullableTime,
}
const Kind = Type.Union([Type.Literal('allow'), Type.Literal('pause')])
const Entry = Type.Object({ ...Common, kind: Kind })
const Ended = Type.Object({
  ...Common,
  kind: Kind,
  endedAt: Time,
  endedBy: Type.String({ description: '`expired`, or who took it back or put another in its place' }),
})
const AllowFile = Type.Object({
  id: Type.String(),
  path: Type.String(),
  owner: Type.String({ description: 'who answers for entries that do not say so themselves; empty: nobody is named' }), // prettier-ignore
  reason: Type.String(),
  until: Type.Union([Type.String(), Type.Null()], { description: 'first last day of its entries' }),
  validity: Validity,
  entries: Type.Integer({ description: 'that let pass now' }),
  expired: Type.Integer({ description: 'that are past their last day' }),
  unowned: Type.Integer({ description: 'that nobody answers for' }),
})
export const Overrides = Type.Object({
  items: Type.Array(Type.Object(Common)),
  pause: Type.Union([Entry, Type.Null()], { description: 'for all' }),
  pauses: Type.Array(Entry, { description: 'for single clients and groups' }),
  ended: Type.Array(Ended, { description: 'the last one first' }),
  files: Type.Array(AllowFile, { description: 'files of names that pass: `allow` of the configuration' }),
  groups: Type.Array(Type.String(), { description: 'ids of those a pause can be for' }),
})
const Pause = Type.Object({ pausedUntil: NullableTime, reason: Type.Union([Type.String(), Type.Null()]) })
/** All that are kept would be megabytes. */
const MAX_ENDED = 500

interface Overridden {
  readonly active: readonly Override[]
  readonly ended: readonly EndedOverride[]
}

export function addAllowRoutes(app: Admin, { mail, settings, accounts }: AdminSources): void {
  app.get(
    '/allow',
    {
      config: { access: 'list.read' },
      schema: {
        tags: ['policy'],
        summary: 'Names let through by hand, the pause, and those that have ended',
        response: responses({ 200: Overrides }),
      },
    },
    async () => {
      const [{ active, ended }, { lists }] = await Promise.all([
        mail.request<Overridden>('lists', 'lists/overrides'),
        mail.request<ListsStatus>('lists', 'lists/status'),
      ])
      const isPause = ({ kind }: Override): boolean => kind === 'pause'
      return {
        items: active.filter((override) => !isPause(override)).map(({ kind: _kind, ...allow }) => allow),
        pause: active.find((override) => isPause(override) && override.name === '') ?? null,
        pauses: active.filter((override) => isPause(override) && override.name !== ''),
        ended: ended.slice(0, MAX_ENDED).map((override) => ({ ...override })),
        files: lists.flatMap((list) => allowFiles(list, configuredLists(settings()))),
        groups: settings().groups.map(({ id }) => id),
      }
    },
  )

  app.post(
    '/allow',
    {
      config: { access: 'list.allow', refusals: ['THANHLOC_API_UNPROCESSABLE'] },
      schema: {
        tags: ['policy'],
        summary: 'Let a name and all under it through, at once',
        body: strict({
          name: Type.String({ minLength: 1, maxLength: 300 }),
          reason: Reason,
          for: Type.Optional(
            Type.String({ minLength: 2, maxLength: 12, default: '24h', description: '`10m`, `24h`, `7d`' }),
          ),
        }),
        response: responses({ 201: Entry }),
      },
    },
    async ({ body, caller }, reply) => {
      const name = readName(body.name)
      const forMs = readDuration(body.for ?? '24h', MAX_ALLOW_MS, '366d')
      const reason = body.reason.trim()
      accounts.record(caller, {
        action: 'list.allow',
        target: `name:${name}`,
        reason,
        details: { for: body.for ?? '24h' },
      })
      const letter = { name, reason, forMs, actor: actorOf(caller.principal) }
      const made = await mail.request<Override>('lists', 'lists/allow', letter)
      return reply
        .code(201)
        .header('location', `/api/v1/allow/${encodeURIComponent(name)}`)
        .send({ ...made })
    },
  )

  app.delete(
    '/allow/:name',
    {
      config: { access: 'list.allow', refusals: ['THANHLOC_API_UNPROCESSABLE'] },
      schema: {
        tags: ['policy'],
        summary: 'Take an allow entry back, at once',
        params: strict({ name: Type.String({ minLength: 1, maxLength: 300 }) }),
        querystring: strict({ reason: Type.Optional(Reason) }),
        response: responses({ 204: Type.Null({ description: 'taken back' }) }),
      },
    },
    async ({ params, query, caller }, reply) => {
      const name = readName(params.name)
      accounts.record(caller, {
        action: 'list.allow',
        target: `name:${name}`,
        reason: query.reason ?? '',
        details: { removed: true },
      })
      const letter = { name, actor: actorOf(caller.principal) }
      const removed = await mail.request<boolean>('lists', 'lists/allow-remove', letter)
      if (!removed) throw new ApiError('THANHLOC_API_NOT_FOUND', `No allow entry names "${name}".`)
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/pause',
    {
      config: { access: 'list.change', refusals: ['THANHLOC_API_UNPROCESSABLE'] },
      schema: {
        tags: ['policy'],
        summary: 'Stop blocking for a while, for all or for some, or go on with it',
        body: strict({
          for: Type.Union([Type.Literal('off'), For], { description: '`10m`, or `off` to end a pause' }),
          reason: Type.Optional(Reason),
          client: Type.Optional(
            Type.String({ minLength: 2, maxLength: 60, description: 'for that address or network alone' }),
          ),
          group: Type.Optional(
            Type.String({ minLength: 1, maxLength: 64, description: 'for that group alone' }),
          ),
        }),
        response: responses({ 200: Pause }),
      },
    },
    async ({ body, caller }) => {
      const { for: duration, reason } = body
      const isOff = duration === 'off'
      if (!isOff && reason === undefined)
        throw new ApiError('THANHLOC_API_INVALID', 'body.reason is needed for a pause')
      const whom = readWhom(body.client, body.group, isOff ? null : settings())
      const forMs = isOff ? 0 : readDuration(duration, MAX_PAUSE_MS, '7d')
      accounts.record(caller, {
        action: 'list.change',
        target: whom === '' ? 'pause' : `pause:${whom}`,
        reason: reason?.trim() ?? '',
        details: { for: duration },
      })
      const actor = actorOf(caller.principal)
      const letter = { forMs, reason: reason?.trim() ?? 'pause ended', actor, whom }
      const pause = await mail.request<Override | null>('lists', 'lists/pause', letter)
      return { pausedUntil: pause?.until ?? null, reason: pause?.reason ?? null }
    },
  )
}

/** A list as a file of names that pass; none where it is another one. */
function allowFiles(
  { id, path, until, validity, entries, allowed }: ListStatus,
  configured: readonly ConfiguredList[],
): Static<typeof AllowFile>[] {
  const list = configured.find((one) => one.id === id)
  if (list?.kind !== 'allow') return []
  const { owner, reason } = list.allowed
  const { expired = 0, unowned = 0 } = allowed ?? {}
  return [{ id, path, owner, reason, until, validity, entries, expired, unowned }]
}

/**
 * For whom a pause is: see Override.name. `settings`: null where one ends, which may be of a group that is there no more.
 * Throws ApiError.
 */
function readWhom(
  client: string | undefined,
  group: string | undefined,
  settings: Pick<Settings, 'groups'> | null,
): string {
  if (client !== undefined && group !== undefined)
    throw new ApiError(
      'THANHLOC_API_UNPROCESSABLE',
      'A pause is for a client or for a group: give one of them.',
    )
  if (group !== undefined) {
    if (settings === null || settings.groups.some(({ id }) => id === group)) return GROUP_PREFIX + group
    throw new ApiError('THANHLOC_API_UNPROCESSABLE', `There is no group "${group}" in the configuration.`)
  }
  if (client === undefined) return ''
  const network = parseNetwork(client)
  if ('value' in network) return network.value
  throw new ApiError('THANHLOC_API_UNPROCESSABLE', `client "${client}" ${network.problem}`)
}

/** A name that may be let through. Throws ApiError. */
function readName(text: string): string {
  const name = readListedName(text)
  if (name.includes('.')) return name
  throw new ApiError('THANHLOC_API_UNPROCESSABLE', `name "${name}" is a whole top-level domain`)
}
