/** How far the hits of other nodes are taken over, as the API shows it. */
import { Type } from 'typebox'
import type { NodeStatus } from '../nodes/node-status.ts'
import { NullableTime, timeText } from './schema.ts'

const NullableText = (description: string) => Type.Union([Type.String(), Type.Null()], { description })
const NullableNumber = (description: string) => Type.Union([Type.Number(), Type.Null()], { description })

export const NodeReport = Type.Object({
  id: Type.String({ description: 'as configured' }),
  url: Type.String(),
  state: Type.String({
    description:
      '`current`: all it had a second ago is here; `catching-up`; `failing`: see `error`; `waiting`: not asked yet',
  }),
  name: NullableText('what it calls itself (`server.id`); null: it has not answered since the start'),
  key: NullableText('of its database; another one is begun there with every new database'),
  lastPullAt: { ...NullableTime, description: 'its last answer' },
  lagSeconds: NullableNumber('since when what it saw may be missing here; null: since the start'),
  rows: Type.Integer({ description: 'pairs of client and indicator taken over since the start' }),
  hits: Type.Integer({ description: 'taken over since the start' }),
  failures: Type.Integer({ description: 'attempts that came to nothing since the start' }),
  clockAheadSeconds: NullableNumber('how far its clock is ahead of this one'),
  failingSeconds: NullableNumber('for how long every attempt has come to nothing; null: the last did not'),
  error: NullableText('why nothing is taken over; null to those who may not read the settings'),
  advice: NullableText('what to do about it'),
})

/** `showsErrors`: with what went wrong, which names files and addresses. */
export function nodeReport(
  { lastPullMs, lagMs, failingMs, clockAheadMs, error, advice, ...rest }: NodeStatus,
  showsErrors: boolean,
) {
  return {
    ...rest,
    lastPullAt: lastPullMs === null ? null : timeText(lastPullMs),
    lagSeconds: lagMs === null ? null : Math.round(lagMs / 1000),
    clockAheadSeconds: clockAheadMs === null ? null : Math.round(clockAheadMs / 1000),
    failingSeconds: failingMs === null ? null : Math.round(failingMs / 1000),
    error: showsErrors ? error : null,
    advice: showsErrors ? advice : null,
  }
}
