/** What is wrong with lists that are fetched. How old the version in force is, is told with the lists themselves. */
import type { FeedStatus } from '../../feeds/feed-status.ts'
import { timeText } from '../schema.ts'
import type { Trouble } from './trouble.ts'

/** A line that was down for a moment is no trouble yet. */
const FAILURES = 3

export function feedTroubles(feeds: readonly FeedStatus[]): Trouble[] {
  return feeds.flatMap(({ id, state, failuresInRow, lastSuccessMs, entries }): Trouble[] => {
    const isRefused = state === 'refused'
    if (!isRefused && failuresInRow < FAILURES && (failuresInRow === 0 || entries !== null)) return []
    const last = lastSuccessMs === null ? null : timeText(lastSuccessMs)
    return [
      {
        part: 'lists',
        severity: 'warn',
        key: `feed ${id}`,
        detail: isRefused
          ? {
              vi: `bản vừa tải về của danh sách ${id} không được nhận; bản đang có vẫn được giữ`,
              en: `what was fetched of ${id} is not taken; what is there stays`,
            }
          : {
              vi: `không tải được danh sách ${id}: ${last === null ? 'chưa tải được lần nào' : `lần cuối lúc ${last}`}`,
              en: `${id} cannot be fetched: ${last === null ? 'it never was' : `the last time was ${last}`}`,
            },
        advice: {
          vi: `\`thanhloc feeds list\` nêu lý do và cách sửa; tải lại ngay: \`thanhloc feeds fetch ${id}\``,
          en: `\`thanhloc feeds list\` says why and what to do; \`thanhloc feeds fetch ${id}\` fetches it now`,
        },
      },
    ]
  })
}
