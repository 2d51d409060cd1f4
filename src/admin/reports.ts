/** Statuses of other threads as the API shows them: the same, with times in RFC 3339. */
import type { AlertsStatus } from '../alerts/alerts.ts'
import type { IdentityStatus } from '../identity/sources.ts'
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
const Lines = Type.Array(Type.Object({ line: Type.Integer(), text: Type.String(), reason: Type.String() }), {
  description: 'the first ones',
})
const counts = (description: string) => Type.Record(Type.String(), Type.Integer(), { description })

/** Where a list stands in its time: see lists/validity. */
export const Validity = Type.String({
  description:
    '`unlimited`, `valid`; `ending`: the last day is at most two weeks away; `not-yet`, `ended`: hits are only recorded',
})

export const ListReport = report({
  id: Type.String(),
  kind: Type.String({ description: '`list` or `allow`' }),
  path: Type.String(),
  campaign: Type.Union([Type.String(), Type.Null()]),
  basis: Type.String(),
  document: Type.String({ description: 'number of the document it came with; empty: none' }),
  issuer: Type.String(),
  issued: nullable('date of the document'),
  from: nullable('first day on which it may block'),
  until: nullable('last day on which it may block'),
  validity: Validity,
  action: Type.String({ description: 'as configured' }),
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
  renewedAt: NullableTime,
  maxAgeSeconds: Type.Union([Type.Integer(), Type.Null()], {
    description: '`maxAge` of the configuration; null: none',
  }),
  isStale: Type.Boolean({ description: '`renewedAt`, when the file in force was written, is longer ago' }),
  number: Type.Integer({ description: 'its place in the configuration, from 0' }),
  digest: Type.String({ description: 'SHA-256 of what is in force, hexadecimal; empty: nothing is' }),
  lines: Type.Integer(),
  names: Type.Integer(),
  addresses: Type.Integer(),
  firstErrors: Lines,
  firstNotEnforceable: Lines,
  heldBack: Lines,
})

export const UpstreamReport = report({
  name: Type.String(),
  group: Type.Integer({ description: '0: general; i + 1: of `forward[i]`' }),
  state: Type.String({ description: '`up`, `down`, or `loop`: it sends our questions back to us' }),
  rttMs: Type.Union([Type.Number(), Type.Null()], { description: 'smoothed' }),
  requests: Type.Integer(),
  failures: counts('by reason'),
  edns: Type.String({ description: '`off`: it does not take EDNS, until `ednsOffUntil`' }),
  ednsOffUntil: NullableTime,
  case: Type.String({ description: '`off`: it changes the case of questions (0x20)' }),
  sockets: Type.Integer({ description: 'open UDP sockets' }),
  tcpConnections: Type.Integer(),
  lastAnswerAt: NullableTime,
})

export const IdentityReport = Type.Object({
  sources: Type.Array(
    report({
      source: Type.String({
        description: '`lease`, `neighbour`, `edns`, `register`, `reverse` or `botnet-list`',
      }),
      path: nullable('of a file'),
      format: nullable('of a lease file, as configured or found'),
      rows: Type.Integer({ description: 'what is known from it now' }),
      refused: Type.Integer({ description: 'lines that could not be taken; the first ones in `refusals`' }),
      refusals: Type.Array(
        Type.Object({ line: Type.Integer({ description: '0: the file as a whole' }), reason: Type.String() }),
        {
          description: 'empty to those who may not read the settings',
        },
      ),
      lastReadAt: NullableTime,
      error: nullable('why it cannot be read; what was known before still holds'),
    }),
  ),
  waiting: Type.Integer({ description: 'what the store has not confirmed yet' }),
  dropped: Type.Integer({ description: 'given up because too much waited' }),
})

/** How the sources of identities are, for the API. `showsLines`: with the lines that were refused, which may name machines; else their count alone. */
export function identityReport({ sources, waiting, dropped }: IdentityStatus, showsLines: boolean) {
  return {
    sources: sources.map(({ lastReadMs, refusals, ...rest }) => ({
      ...rest,
      refusals: showsLines ? refusals.map((refusal) => ({ ...refusal })) : [],
      lastReadAt: lastReadMs === null ? null : timeText(lastReadMs),
    })),
    waiting,
    dropped,
  }
}

export const AlertsReport = Type.Object({
  channels: Type.Array(
    report({
      id: Type.String(),
      type: Type.String({ description: '`webhook`, `email` or `syslog`' }),
      isWhole: Type.Boolean({
        description: 'false: `alerts.db` cannot be read, and what stands in it is not counted',
      }),
      pending: Type.Integer({ description: 'messages that wait' }),
      pendingAlerts: Type.Integer({ description: 'alerts they tell of' }),
      held: Type.Integer({ description: 'alerts that the next message counts' }),
      sent: Type.Integer(),
      failed: Type.Integer({ description: 'attempts' }),
      overflowed: Type.Integer({ description: 'alerts that found the outbox full' }),
      dead: Type.Integer({ description: 'messages given up after three days' }),
      lastSuccessAt: NullableTime,
      lastError: nullable('in the words of the receiver; null to those who may not read the settings'),
      lastErrorAt: NullableTime,
    }),
  ),
  trouble: nullable('what keeps `alerts.db` from being written'),
})

/** How the channels of alerts are, for the API. `showsErrors`: with what receivers answered, which may quote addresses. */
export function alertsReport({ channels, trouble }: AlertsStatus, showsErrors: boolean) {
  return {
    channels: channels.map(({ lastSuccessAtMs, lastErrorAtMs, lastError, ...rest }) => ({
      ...rest,
      lastSuccessAt: orNull(lastSuccessAtMs),
      lastError: showsErrors ? lastError : null,
      lastErrorAt: orNull(lastErrorAtMs),
    })),
    trouble,
  }
}

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
  since: Type.String({ format: 'date-time', description: 'when the state began' }),
  movedTo: nullable('where a corrupt file was moved to'),
  folded: Type.Integer({ description: 'hits since the start whose client is unknown' }),
  lost: Type.Integer({ description: 'hits since the start that were not counted' }),
  rows: Type.Integer({ description: 'pairs of client and indicator in the file' }),
  bytes: Type.Integer({ description: 'of the file' }),
})

export function listReport({ lastSuccessAt, lastAttemptAt, renewedAt, maxAgeMs, ...list }: ListStatus) {
  return {
    ...list,
    firstErrors: [...list.firstErrors],
    firstNotEnforceable: [...list.firstNotEnforceable],
    heldBack: [...list.heldBack],
    lastSuccessAt: orNull(lastSuccessAt),
    lastAttemptAt: orNull(lastAttemptAt),
    renewedAt: orNull(renewedAt),
    maxAgeSeconds: maxAgeMs === null ? null : maxAgeMs / 1000,
  }
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
