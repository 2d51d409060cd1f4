/** What one node tells another of its hits: a page of rows with absolute counts, and the clients they belong to. */
import { Type, type Static } from 'typebox'
import { HIT_LISTS } from '../thread/hit-table.ts'
import { MAX_PEER_ROWS, PEER_ADDRESSES, PEER_MERGED } from './peer-position.ts'

/** The year 9999. */
const LAST_MS = 253_402_300_799_999
const Id = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const Time = Type.Integer({ minimum: 0, maximum: LAST_MS, description: 'milliseconds since 1970' })
const Position = Type.String({
  maxLength: 80,
  pattern: '^(?:\\d{1,15}\\.\\d{1,15}\\.\\d{1,15}\\.\\d{1,15})?$',
})
const Name = Type.String({ minLength: 1, maxLength: 255 })
const Words = Type.Union([Type.Null(), Type.String({ minLength: 1, maxLength: 1000 })])
const Small = (maximum: number) => Type.Integer({ minimum: 0, maximum })
const exactly = { additionalProperties: false }

const PeerList = Type.Object(
  {
    id: Name,
    campaign: Words,
    basis: Type.String({ maxLength: 4000 }),
    action: Type.String({ maxLength: 20 }),
  },
  exactly,
)

const PeerClient = Type.Object(
  {
    client: Type.Integer({ ...Id, description: 'its id at that node' }),
    merged: Type.Array(Id, { maxItems: PEER_MERGED, description: 'ids it had besides' }),
    key: Type.String({
      maxLength: 300,
      pattern: '^(?:mac:[0-9a-f]{2}(?::[0-9a-f]{2}){5}|duid:(?:[0-9a-f]{2}){1,130}|addr:[0-9a-f]{32})$',
    }),
    addresses: Type.Array(
      Type.Object(
        { address: Type.String({ pattern: '^[0-9a-f]{32}$' }), firstMs: Time, lastMs: Time },
        exactly,
      ),
      { maxItems: PEER_ADDRESSES, description: 'the latest first' },
    ),
    identity: Type.Object(
      {
        kind: Type.Enum(['machine', 'router']),
        source: Type.Enum(['register', 'lease', 'neighbour', 'edns', 'reverse', 'none']),
        sure: Type.Enum(['certain', 'likely', 'guess']),
        duid: Type.Union([Type.Null(), Type.String({ pattern: '^(?:[0-9a-f]{2}){1,130}$' })]),
        hostName: Words,
        name: Words,
        department: Words,
        place: Words,
        role: Words,
      },
      exactly,
    ),
  },
  exactly,
)

const PeerRow = Type.Object(
  {
    client: Id,
    indicator: Name,
    kind: Small(3),
    blocked: Count,
    logged: Count,
    firstMs: Time,
    lastMs: Time,
    firstQname: Type.Union([Type.Null(), Type.String({ maxLength: 1100 })]),
    lastQname: Type.Union([Type.Null(), Type.String({ maxLength: 1100 })]),
    qtype: Small(65_535),
    action: Small(5),
    triggers: Small(15),
    lists: Type.Array(Name, { maxItems: HIT_LISTS, description: 'the deciding one first' }),
    revision: Id,
  },
  exactly,
)

/** What has changed at a node since a position. */
export const PeerPageSchema = Type.Object(
  {
    node: Type.String({ pattern: '^[0-9a-f]{16}$', description: 'key of the node, drawn with its database' }),
    name: Type.String({ maxLength: 255, description: 'what it is called' }),
    next: Type.String({ ...Position, minLength: 1, description: 'position behind this page' }),
    isWhole: Type.Boolean({ description: 'nothing is behind it now' }),
    lists: Type.Array(PeerList, { maxItems: 10_000 }),
    clients: Type.Array(PeerClient, { maxItems: MAX_PEER_ROWS }),
    rows: Type.Array(PeerRow, { maxItems: MAX_PEER_ROWS }),
  },
  exactly,
)

export type PeerPage = Static<typeof PeerPageSchema>
export type PeerClient = Static<typeof PeerClient>
export type PeerRow = Static<typeof PeerRow>
