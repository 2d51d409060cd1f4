/** How lists that are fetched are, as the API shows it. */
import { Type } from 'typebox'
import { ATTEMPT_OUTCOMES, type FeedStatus } from '../feeds/feed-status.ts'
import { NullableTime, Time, timeText } from './schema.ts'

const NullableText = (description: string) => Type.Union([Type.String(), Type.Null()], { description })
const NullableCount = (description: string) => Type.Union([Type.Integer(), Type.Null()], { description })

const AttemptReport = Type.Object({
  at: Time,
  tookMs: Type.Integer(),
  outcome: Type.Enum([...ATTEMPT_OUTCOMES], {
    description:
      '`taken`: a new version; `unchanged`; `refused`: it came and is not believed; `failed`: it did not come',
  }),
  bytes: Type.Integer({ description: 'of the body, as they came' }),
  entriesBefore: NullableCount('of the version that was there; null: not compared'),
  entriesAfter: NullableCount('of the one that came; null: not read'),
  reason: NullableText('why it was not taken; null to those who may not read the settings'),
  isForced: Type.Boolean({ description: 'a person wanted it however large or small' }),
})

export const FeedReport = Type.Object({
  id: Type.String({ description: 'of the list' }),
  url: Type.String({ description: 'without what stands behind `?`' }),
  state: Type.String({
    description:
      '`waiting`: not asked for since the start; `fetching`: now; else how the last attempt ended: `ok`, `refused`, `failed`',
  }),
  lastSuccessAt: { ...NullableTime, description: 'fetched, or found unchanged' },
  nextAt: { ...Time, description: 'when it is asked for next' },
  failures: Type.Integer({ description: 'attempts since the start that brought nothing' }),
  failuresInRow: Type.Integer(),
  error: NullableText('why the last one brought nothing; null to those who may not read the settings'),
  advice: NullableText('what to do about it'),
  receivedBytes: NullableCount('of the attempt under way'),
  totalBytes: NullableCount('of the attempt under way; null: the server does not say'),
  entries: NullableCount('of the version that lies there, as they stand in it'),
  bytes: NullableCount('of the version that lies there'),
  sha256: NullableText('of the version that lies there, unpacked'),
  trustedComment: NullableText('of its signature'),
  signedAt: { ...NullableTime, description: 'as its signature tells' },
  history: Type.Array(AttemptReport, { description: 'the latest, the newest first' }),
})

/** `showsErrors`: with what went wrong, which names files and addresses. */
export function feedReport(
  { lastSuccessMs, nextMs, signedAtMs, error, advice, history, ...rest }: FeedStatus,
  showsErrors: boolean,
) {
  return {
    ...rest,
    lastSuccessAt: orNull(lastSuccessMs),
    nextAt: timeText(nextMs),
    signedAt: orNull(signedAtMs),
    error: showsErrors ? error : null,
    advice: showsErrors ? advice : null,
    history: history.map(({ atMs, reason, ...attempt }) => ({
      ...attempt,
      at: timeText(atMs),
      reason: showsErrors ? reason : null,
    })),
  }
}

function orNull(ms: number | null): string | null {
  return ms === null ? null : timeText(ms)
}
