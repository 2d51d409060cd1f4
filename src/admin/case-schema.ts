/** What the calls of `/cases` take and give. */
import { Type } from 'typebox'
import { CASE_SORTS } from '../detection/cases/queries.ts'
import { CASE_STATES, PRIORITIES } from '../detection/cases/states.ts'
import { ConfirmedShape } from './contact-schema.ts'
import { NullableTime, paging, reversal, strict, Time } from './schema.ts'
import { Identity } from './who.ts'

const Text = Type.String({ minLength: 1, maxLength: 253 })
const Moment = Type.String({ minLength: 10, maxLength: 40, description: 'a date, or RFC 3339' })
const NullableText = Type.Union([Type.String(), Type.Null()])
const State = Type.Union(CASE_STATES.map((state) => Type.Literal(state)))

export { paging } from './schema.ts'

export const CaseListQuery = strict({
  state: Type.Optional(
    Type.Union([State, Type.Array(State, { minItems: 1, maxItems: CASE_STATES.length })], {
      description: 'any of those given: `state=new&state=reinfected`',
    }),
  ),
  campaign: Type.Optional(
    Type.String({ maxLength: 253, description: 'its id; empty: lists without a campaign' }),
  ),
  unit: Type.Optional(Type.String({ minLength: 1, maxLength: 253, description: 'units under it included' })),
  assignee: Type.Optional(Text),
  isUnassigned: Type.Optional(Type.Boolean({ description: "nobody's" })),
  client: Type.Optional(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })),
  priority: Type.Optional(Type.Enum([...PRIORITIES])),
  kind: Type.Optional(
    Type.Union([Type.Literal('machine'), Type.Literal('router')], {
      description: '`router`: many machines stand behind it; such a case counts as none',
    }),
  ),
  isConfirmed: Type.Optional(
    Type.Boolean({ description: "its client has a confirmed contact with the sinkhole's address, or none" }),
  ),
  since: Type.Optional(Type.String({ ...Moment, description: 'of the last hit' })),
  until: Type.Optional(Moment),
  reveal: Type.Optional(
    Type.Boolean({
      description: 'with addresses and names, or without; not said: shown to tokens, not to people',
    }),
  ),
  openedSince: Type.Optional(Type.String({ ...Moment, description: 'opened at that time or later' })),
  q: Type.Optional(Type.String({ ...Text, description: 'as in `/clients`; reveals' })),
  sort: Type.Optional(
    Type.Enum([...CASE_SORTS], {
      default: 'found',
      description:
        '`found`: opened last comes first, nothing is missed while paging; `recent`: hit last; `changed`: changed last; `first`: first hit last; `hits`: most hits; `unit`: in the order of units; `priority`: high ones; `state`: the most pressing; `confirmed`: confirmed contact of its client last',
    }),
  ),
  ...reversal,
  ...paging,
})

const CaseFields = {
  id: Type.Integer({ description: 'one that was merged leads to the case it became' }),
  clientId: Type.Integer(),
  address: Type.Union([Type.String(), Type.Null()], { description: 'the latest; null: hidden' }),
  identity: Identity,
  unit: Type.Union([Type.String(), Type.Null()], { description: 'of the latest address' }),
  campaign: Type.String({ description: 'empty: lists without one' }),
  state: Type.String({ description: CASE_STATES.join(', ') }),
  version: Type.Integer({ description: 'to be named by whoever changes the case' }),
  openedAt: Time,
  changedAt: Time,
  firstHit: Time,
  lastHit: Time,
  hits: Type.Integer(),
  assignee: NullableText,
  reinfections: Type.Integer(),
  cleanedAt: NullableTime,
  falseAlarmUntil: NullableTime,
  priority: Type.String({ description: PRIORITIES.join(', ') }),
  notes: Type.Integer({ description: 'how many' }),
  confirmed: ConfirmedShape,
  node: Type.Union([Type.String(), Type.Null()], {
    description: 'the server that saw the first hit; null: this one',
  }),
}

const Next = Type.Union([Type.String(), Type.Null()], { description: 'cursor of the next page' })

export const CasePage = Type.Object({ items: Type.Array(Type.Object(CaseFields)), next: Next })

const Change = Type.Object({
  id: Type.Integer(),
  at: Time,
  cause: Type.String({
    description:
      "officer, hit, merge, clock; `contact`: the first confirmed contact of its machine with the sinkhole's address",
  }),
  actor: Type.Union([Type.String(), Type.Null()], { description: '`user:an`; null: the program' }),
  from: Type.Union([Type.String(), Type.Null()], { description: 'null: the case was opened' }),
  to: Type.String(),
  note: Type.String({ description: 'data, never markup' }),
  assignee: Type.Union([Type.String(), Type.Null()], { description: "null: as before; empty: nobody's" }),
  until: NullableTime,
  indicator: NullableText,
})

const Indicator = Type.Object({
  indicator: Type.String(),
  kind: Type.String({ description: 'exact, subtree, below, address' }),
  hits: Type.Integer(),
  firstSeen: Time,
  lastSeen: Time,
  silencedUntil: Type.Union([Time, Type.Null()], { description: 'until then its hits open nothing' }),
  hint: Type.String({ description: 'whether a program or a person asks' }),
  reason: Type.Object({}, { additionalProperties: true, description: 'of the hint, in words' }),
})

export const CaseItem = Type.Object({
  ...CaseFields,
  indicators: Type.Array(Indicator, { description: 'the newest first, 100 at most' }),
  history: Type.Object({ items: Type.Array(Change), next: Next }, { description: 'the newest first' }),
})

export const ChangeBody = strict({
  version: Type.Integer({
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'the one the change was made from',
  }),
  to: Type.Optional(State),
  note: Type.Optional(
    Type.String({ maxLength: 4000, description: 'what was found or done; a false alarm needs one' }),
  ),
  assignee: Type.Optional(
    Type.Union([Type.String({ minLength: 1, maxLength: 200 }), Type.Null()], {
      description: "null or empty: nobody's",
    }),
  ),
  until: Type.Optional(
    Type.String({ ...Moment, description: 'of a false alarm: until when it holds, 366 days at most' }),
  ),
})

export const Changed = Type.Object({
  id: Type.Integer(),
  clientId: Type.Integer(),
  state: Type.String(),
  version: Type.Integer(),
})
