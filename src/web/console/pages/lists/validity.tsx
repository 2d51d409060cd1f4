/** Until when a list blocks, in words; its end is told early. */
import type { Static } from 'typebox'
import type { ListReport } from '../../../../admin/reports.ts'
import { Badge } from '../../kit/badge.tsx'
import { useFormat } from '../../kit/format.ts'
import { useWords } from '../../words/words.ts'
import { daysLeft } from './days-left.ts'

const DAY_S = 86_400

export function ValidityText({
  of: { validity, from, until },
}: {
  readonly of: Pick<Static<typeof ListReport>, 'validity' | 'from' | 'until'>
}) {
  const { lists } = useWords()
  const format = useFormat()
  const words = lists.validity
  if (validity === 'not-yet' && from !== null)
    return (
      <>
        <Badge tone="notice">{words.notYet}</Badge> {words.startsOn(format.day(from))}
      </>
    )
  if (until === null) return <>{from === null ? words.unlimited : words.from(format.day(from))}</>
  if (validity === 'ended')
    return (
      <>
        <Badge tone="bad">{words.ended}</Badge> {words.endedOn(format.day(until))}
      </>
    )
  const left = format.span(daysLeft(until, Date.now()) * DAY_S)
  return (
    <>
      {validity === 'ending' && <Badge tone="notice">{words.left(left)}</Badge>}{' '}
      {words.until(format.day(until))}
    </>
  )
}
