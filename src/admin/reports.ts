/** Statuses of other threads as the API shows them: the same, with times in RFC 3339. */
import type { StoreStatus } from '../detection/hit-collector.ts'
import type { ListStatus } from '../lists/status.ts'
import type { UpstreamStatus } from '../upstream/upstream.ts'
import { Type, type TSchema } from 'typebox'
import { NullableTime, timeText } from './schema.ts'

/** What is always there; a report may say more. */
function report<Properties extends Record<string, TSchema>>(properties: Properties) {
  return Type.Object(properties, { additionalProperties: true })
}
const nullable = (description: string) => Type.Union([Type.String(), Type.Null()], { description })
const counts = (description: string) => Type.Record(Type.String(), Type.Integer(), { description })

export const ListReport = report({
  id: Type.String(),
  kind: Type.String({ description: '`list` or `allow`' }),
  path: Type.String(),
  campaign: Type.Union([Type.String(), Type.Null()]),
  basis: Type.String(),
  action: Type.String(),
  format: nullable('as detected or named; null while nothing is in force'),
  state: Type.String({
    description: '`loaded`; `kept-last-good`: an earlier version is in force; `failed`: none is',
  }),
  error: nullable('why the file was not taken'),
  entries: Type.Integer({ description: 'in force' }),
  duplicates: Type.Integer(),
  refused: counts('lines that are no indicator, by reason; the first ones in `firstErrors`'),
  notEnforceable: counts('indicators DNS cannot enforce, by reason'),
  heldBackCount: Type.Integer({ description: 'entries a guard stopped; the first ones in `heldBack`' }),
  lastSuccessAt: NullableTime,
  lastAttemptAt: NullableTime,
  reloadFailures: Type.Integer(),
})

export const UpstreamReport = report({
  name: Type.String(),
  group: Type.Integer({ description: '0: general; i + 1: of `forward[i]`' }),
  state: Type.String({ description: '`up`, `down`, or `loop`: it sends our questions back to us' }),
  rttMs: Type.Union([Type.Number(), Type.Null()], { description: 'smoothed' }),
  requests: Type.Integer(),
  failures: counts('by reason'),
  edns: Type.String({ description: '`off`: it does not take EDNS, until `ednsOffUntil`' }),
  case: Type.String({ description: '`off`: it changes the case of questions (0x20)' }),
  lastAnswerAt: NullableTime,
})

export const ThreadReport = report({
  name: Type.String(),
  restarts: Type.Integer(),
  startedAt: Type.String({ format: 'date-time' }),
  lastError: nullable('why it died last'),
})

export const StoreReport = report({
  state: Type.String({ description: '`ok`, or what keeps hits from being written' }),
  error: nullable('what is wrong'),
  pending: Type.Integer({ description: 'pairs of client and indicator in memory' }),
  lastCommitAt: NullableTime,
})

export function listReport({ lastSuccessAt, lastAttemptAt, ...list }: ListStatus) {
  return { ...list, lastSuccessAt: orNull(lastSuccessAt), lastAttemptAt: orNull(lastAttemptAt) }
}

export function upstreamReport({ ednsOffUntil, lastAnswerAt, ...upstream }: UpstreamStatus) {
  return { ...upstream, ednsOffUntil: orNull(ednsOffUntil), lastAnswerAt: orNull(lastAnswerAt) }
}

export function storeReport({ since, lastCommitAt, ...store }: StoreStatus) {
  return { ...store, since: timeText(since), lastCommitAt: orNull(lastCommitAt) }
}

function orNull(ms: number | null): string | null {
  return ms === null ? null : timeText(ms)
}
