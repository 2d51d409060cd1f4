/** What is blocked, on whose word, and what is not: `campaigns`, `lists`, `allow`. */
import { join } from 'node:path'
import { Type, type Static } from 'typebox'
import { parseDomain } from '../domain.ts'
import { checked, durationMs } from '../formats.ts'
import type { CampaignSettings, ListSettings } from '../settings.ts'
import { feedAgeMs, FeedSchema, readFeed } from './feeds.ts'
import { PrimarySchema, readPrimary } from './primaries.ts'

const Identifier = { format: 'identifier' }
const Line = { format: 'line' }

export const CampaignsSchema = Type.Array(
  Type.Object(
    {
      id: Type.String({ ...Identifier, description: 'Unique; lists refer to it.' }),
      title: Type.String({ description: 'Name of the campaign, for reports.', default: '' }),
      document: Type.String({ description: 'Number of the document that orders it.', default: '' }),
      issuer: Type.String({ description: 'Who issued it.', default: '' }),
      from: Type.Union([Type.Null(), Type.String({ format: 'date' })], {
        description: 'First day. For reports: no date here begins or ends a block.',
        default: null,
      }),
      to: Type.Union([Type.Null(), Type.String({ format: 'date' })], {
        description: 'Last day.',
        default: null,
      }),
    },
    { additionalProperties: false },
  ),
  { description: 'Clean-up campaigns that lists belong to.', default: [], maxItems: 1000 },
)

export const ListsSchema = Type.Array(
  Type.Object(
    {
      id: Type.String({ ...Identifier, description: 'Unique; appears in metrics, hits, logs and reports.' }),
      path: Type.Union([Type.Null(), Type.String({ format: 'path' })], {
        description: 'File with the indicators.',
        default: null,
      }),
      feed: FeedSchema,
      primary: PrimarySchema,
      approved: Type.Boolean({
        description:
          'The list holds what people have approved of imports (`thanhloc import`), and nothing else. It lies in the data directory. With `feed`: what they have approved on another node, see [review](review.md#a-second-node).',
        default: false,
      }),
      format: Type.Enum(
        ['auto', 'domains', 'hosts', 'adblock', 'dnsmasq', 'unbound', 'wildcard', 'rpz', 'addresses'],
        { description: 'How the file is written. `auto` looks at its content.', default: 'auto' },
      ),
      campaign: Type.Union([Type.Null(), Type.String(Identifier)], {
        description: 'Id of the campaign the list belongs to.',
        default: null,
      }),
      document: Type.String({
        ...Line,
        maxLength: 100,
        description:
          'Number of the document the list came with. Told in blocked answers (Extended DNS Error).',
        default: '',
      }),
      issuer: Type.String({ ...Line, maxLength: 200, description: 'Who issued that document.', default: '' }),
      issued: Type.Union([Type.Null(), Type.String({ format: 'date' })], {
        description: 'Its date.',
        default: null,
      }),
      basis: Type.String({
        ...Line,
        description:
          'Why this list may block, in a sentence; none: document, issuer and date. Shown by `lookup`.',
        default: '',
      }),
      from: Type.Union([Type.Null(), Type.String({ format: 'date' })], {
        description: 'First day on which the list may block; before it hits are only recorded.',
        default: null,
      }),
      until: Type.Union([Type.Null(), Type.String({ format: 'date' })], {
        description:
          'Last day on which it may block; after it hits are only recorded, two weeks before that is told. Both days by the time zone of the server.',
        default: null,
      }),
      action: Type.Enum(['sinkhole', 'nxdomain', 'nodata', 'refused', 'drop', 'log'], {
        description: 'What a listed name is answered. `log` records the hit and lets the answer pass.',
        default: 'sinkhole',
      }),
      ttl: Type.Union([Type.Null(), Type.String({ format: 'time-span', atLeast: '0s', atMost: '1d' })], {
        description: 'TTL of its blocked answers; none: that of `sinkhole.ttl`.',
        default: null,
      }),
      match: Type.Enum(['subtree', 'exact'], {
        description: 'What a plain name covers: itself and all names under it, or itself alone.',
        default: 'subtree',
      }),
      accept: Type.Array(Type.String({ format: 'domain' }), {
        description:
          'Names of this list that are enforced although a guard would hold them back (`gov.vn` and names under it, own records, forward zones).',
        default: [],
      }),
      maxAge: Type.Union([Type.Null(), Type.String({ format: 'time-span', atLeast: '1m', atMost: '400d' })], {
        description:
          'How long ago its file may have been written: for lists that something fetches every day or week, `2d` or `9d`. One that is older stays in force, and that is told: `degraded`, metrics, alert `list-stale`. None: never, for lists that came with a document and are not renewed; of a `feed` three times its `every`, a day at least.',
        default: null,
      }),
    },
    { additionalProperties: false },
  ),
  {
    description: 'Lists of indicators, in order of precedence: the first that blocks decides.',
    default: [],
    maxItems: 1000,
  },
)

export const AllowSchema = Type.Array(
  Type.Object(
    {
      path: Type.String({
        format: 'path',
        description:
          'File with names, one a line, each with all under it. A line may say who answers for it: `# owner: …; reason: …; until: 2026-12-31`.',
      }),
      owner: Type.String({
        ...Line,
        maxLength: 200,
        description: 'Who answers for its entries, where they do not say so themselves.',
        default: '',
      }),
      reason: Type.String({ ...Line, maxLength: 500, description: 'Why they pass.', default: '' }),
      until: Type.Union([Type.Null(), Type.String({ format: 'date' })], {
        description:
          'Last day on which they pass, by the time zone of the server; two weeks before that is told. An entry may name an earlier one.',
        default: null,
      }),
    },
    { additionalProperties: false },
  ),
  { description: 'Names that are never blocked, whatever lists say.', default: [], maxItems: 100 },
)

/** Normalises `campaigns`. */
export function readCampaigns(campaigns: Static<typeof CampaignsSchema>): CampaignSettings[] {
  return campaigns
}

/** Normalises `lists`; `resolve` makes a path absolute. What is fetched lies in the directory `data`. */
export function readLists(
  lists: Static<typeof ListsSchema>,
  resolve: (path: string) => string,
  data: string,
): ListSettings[] {
  return lists.map(({ ttl, maxAge, ...list }) => ({
    ...list,
    path: pathOf(list, resolve, data),
    feed: list.feed === null ? null : readFeed(list.feed, resolve, list.approved),
    primary: list.primary === null ? null : readPrimary(list.primary, resolve),
    format: list.primary !== null ? 'rpz' : list.approved && list.feed !== null ? 'domains' : list.format,
    basis: list.basis === '' ? basisOf(list) : list.basis,
    ttlSeconds: ttl === null ? null : durationMs(ttl) / 1000,
    accept: list.accept.map((text) => checked(parseDomain(text))),
    maxAgeMs: maxAge === null ? (list.feed === null ? null : feedAgeMs(list.feed)) : durationMs(maxAge),
  }))
}

function pathOf(
  {
    id,
    path,
    approved,
    feed,
    primary,
  }: Pick<Static<typeof ListsSchema>[number], 'id' | 'path' | 'approved' | 'feed' | 'primary'>,
  resolve: (path: string) => string,
  data: string,
): string {
  if (approved && feed === null) return join(data, 'approved', `${id}.txt`)
  if (primary !== null) return join(data, 'zones', id)
  return path === null ? join(data, 'feeds', id) : resolve(path)
}

function basisOf({ document, issuer, issued }: Pick<ListSettings, 'document' | 'issuer' | 'issued'>): string {
  return [document, issuer, issued ?? ''].filter((part) => part !== '').join(', ')
}
