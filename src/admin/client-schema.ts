/** What the calls about clients and their hits give. */
import { Type } from 'typebox'
import type { ClientFile, PairNote } from '../detection/cases/queries.ts'
import type { ClientAddress, ClientHit, ClientSummary, Page, StoredContact } from '../detection/queries.ts'
import type { ImportOrigin } from '../lists/basis.ts'
import { PRIORITIES } from '../detection/cases/states.ts'
import { ConfirmedShape, ContactItem, toConfirmed, toContact } from './contact-schema.ts'
import { ImportOriginShape } from './import-schema.ts'
import { NullableTime, Time, timeText } from './schema.ts'
import { hideIdentity, Identity } from './who.ts'

const Span = { firstSeen: Time, lastSeen: Time }
const Counts = { hits: Type.Integer(), blocked: Type.Integer(), logged: Type.Integer() }

export const Client = Type.Object({
  id: Type.Integer({ description: 'outlives addresses; one that was merged leads to the client it became' }),
  address: Type.Union([Type.String(), Type.Null()], { description: 'the latest; null: hidden' }),
  identity: Identity,
  addresses: Type.Array(Type.Object({ address: Type.String(), from: Time, to: Time }), {
    description: 'the latest first, first and last hit from each: 8 in lists, 256 for one client',
  }),
  unit: Type.Union([Type.String(), Type.Null()], { description: 'of the latest address' }),
  priority: Type.String({ description: `${PRIORITIES.join(', ')}: \`high\`: one of its cases is` }),
  status: Type.String({
    description:
      "of its cases the most pressing state; `visitor`: it came to the sinkhole's address and asked for no listed name",
  }),
  ...Span,
  ...Counts,
  indicators: Type.Integer({ description: 'distinct ones' }),
  contacts: Type.Integer({ description: "connections to the sinkhole's address" }),
  confirmed: ConfirmedShape,
  lists: Type.Array(
    Type.Object({
      id: Type.String(),
      campaign: Type.Union([Type.String(), Type.Null()]),
      hits: Type.Integer(),
      ...Span,
    }),
  ),
})

export const Hit = Type.Object({
  indicator: Type.String(),
  kind: Type.String(),
  ...Counts,
  ...Span,
  firstQname: Type.String(),
  lastQname: Type.String(),
  lastQtype: Type.String(),
  lastAction: Type.String(),
  triggers: Type.Array(Type.String()),
  lists: Type.Array(Type.String(), { description: 'the deciding one first' }),
  nodes: Type.Array(Type.String(), { description: 'other servers that saw it' }),
  document: Type.Union([Type.String(), Type.Null()], {
    description:
      'number of the document it was blocked by: of the import, or of the deciding list; null: it says none',
  }),
  origin: Type.Union([Type.Omit(ImportOriginShape, ['isKept']), Type.Null()], {
    description:
      'of an entry that was approved of an import: where it stands and who approved it, as it was when it was hit, a second later at most; null: it was none, or was not hit since that is noted',
  }),
})

const RhythmFields = {
  hint: Type.String({ description: 'machine-like, human-like, unknown' }),
  reason: Type.Object(
    { vi: Type.String(), en: Type.String() },
    { description: 'in words, with the figures' },
  ),
  intervals: Type.Integer({ description: 'between hits, of five seconds or more, as many as are counted' }),
  everySeconds: Type.Union([Type.Number(), Type.Null()], {
    description: 'about which most of them lie; null: there is none',
  }),
  share: Type.Number({ description: 'how many lie near it, 0 to 1' }),
  variation: Type.Number({ description: 'by how much those vary, a coefficient' }),
}
const PairRhythm = Type.Object(
  {
    ...RhythmFields,
    histogram: Type.Array(
      Type.Object({
        fromSeconds: Type.Number(),
        toSeconds: Type.Union([Type.Number(), Type.Null()], { description: 'null: or longer' }),
        count: Type.Integer(),
      }),
      { description: 'of the intervals; lengths without any are left out' },
    ),
  },
  { description: 'how regular it asks' },
)

export const Next = Type.Union([Type.String(), Type.Null()], { description: 'cursor of the next page' })

export const ClientDetail = Type.Object({
  ...Client.properties,
  cases: Type.Array(
    Type.Object({
      id: Type.Integer(),
      campaign: Type.String({ description: 'empty: lists without one' }),
      state: Type.String(),
      priority: Type.String(),
      lastHit: Time,
    }),
    { description: 'opened last comes first, 100 at most' },
  ),
  rhythm: Type.Union([Type.Object({ indicator: Type.String(), ...RhythmFields }), Type.Null()], {
    description: 'of the indicator that tells most of it; null: nothing is known yet',
  }),
  hoursOfDay: Type.Array(Type.Integer(), {
    description: 'hits by hour of the day, 24 of them, in the time zone of the server',
  }),
  timeline: Type.Array(Type.Object({ at: Time, hits: Type.Integer() }), { description: 'hits an hour' }),
  silences: Type.Array(
    Type.Object({
      indicator: Type.String(),
      kind: Type.String(),
      until: Time,
      at: Time,
      actor: Type.String(),
      reason: Type.String({ description: 'data, never markup' }),
      caseId: Type.Union([Type.Integer(), Type.Null()], {
        description: 'whose false alarm it is; null: set by itself',
      }),
    }),
    { description: 'until then its hits open nothing; those that have ended too, 100 at most' },
  ),
  hitPage: Type.Object(
    {
      items: Type.Array(
        Type.Object({
          ...Hit.properties,
          silencedUntil: NullableTime,
          rhythm: PairRhythm,
        }),
      ),
      next: Next,
    },
    { description: 'the newest first' },
  ),
  contactPage: Type.Object(
    { items: Type.Array(ContactItem), next: Next },
    { description: "what came to the sinkhole's address, the newest first; `next` goes on in `/contacts`" },
  ),
})

export function toClient(client: ClientSummary) {
  return {
    ...client,
    ...toSpan(client),
    confirmed: toConfirmed(client.confirmed),
    addresses: client.addresses.map(toAddress),
    lists: client.lists.map((list) => ({ ...list, ...toSpan(list) })),
  }
}

/** Without what says which machine it is. */
export function toHiddenClient(client: ClientSummary) {
  return { ...toClient(client), address: null, addresses: [], identity: hideIdentity(client.identity) }
}

export function toContactPage({ items, next }: Page<StoredContact>) {
  return { items: items.map(toContact), next }
}

export function toHit({ origin, ...hit }: ClientHit) {
  return {
    ...hit,
    origin: origin === null ? null : toOrigin(origin),
    ...toSpan(hit),
    triggers: [...hit.triggers],
    lists: [...hit.lists],
    nodes: [...hit.nodes],
  }
}

function toOrigin({ isKept: _now, accepted, place, ...origin }: ImportOrigin) {
  return { ...origin, accepted: [...accepted], place: { ...place } }
}

/** What is known of a hit beside itself. */
export function toNote({ silencedUntil, rhythm, intervals }: PairNote) {
  return {
    silencedUntil: silencedUntil === null ? null : timeText(silencedUntil),
    rhythm: {
      ...toRhythm(rhythm),
      histogram: intervals.map(({ fromMs, toMs, count }) => ({
        fromSeconds: seconds(fromMs),
        toSeconds: toMs === null ? null : seconds(toMs),
        count,
      })),
    },
  }
}

/** What is known of a client beside its hits. */
export function toFile({ cases, rhythm, hoursOfDay, silences }: ClientFile) {
  return {
    cases: cases.map((one) => ({ ...one, lastHit: timeText(one.lastHit) })),
    rhythm: rhythm === null ? null : { indicator: rhythm.indicator, ...toRhythm(rhythm) },
    hoursOfDay: [...hoursOfDay],
    silences: silences.map((one) => ({ ...one, until: timeText(one.until), at: timeText(one.at) })),
  }
}

function toRhythm({ hint, reason, intervals, modalMs, share, variation }: PairNote['rhythm']) {
  return {
    hint,
    reason: { ...reason },
    intervals,
    everySeconds: modalMs === null ? null : seconds(modalMs),
    share: rounded(share),
    variation: rounded(variation),
  }
}

/** Two digits behind the point: no more is known. */
function rounded(value: number): number {
  return Math.round(value * 100) / 100
}

function seconds(ms: number): number {
  return rounded(ms / 1000)
}

function toAddress({ address, from, to }: ClientAddress) {
  return { address, from: timeText(from), to: timeText(to) }
}

function toSpan({ firstSeen, lastSeen }: { readonly firstSeen: number; readonly lastSeen: number }) {
  return { firstSeen: timeText(firstSeen), lastSeen: timeText(lastSeen) }
}
