/** What is wrong with lists that come from a primary name server. Whatever it is, the copy here stays in force. */
import type { ZoneStatus } from '../../transfer/zone-status.ts'
import { timeText } from '../schema.ts'
import type { Trouble } from './trouble.ts'

export function zoneTroubles(zones: readonly ZoneStatus[]): Trouble[] {
  return zones.flatMap(({ list, state, serial, checkedMs }): Trouble[] => {
    if (state !== 'failing' && state !== 'expired') return []
    const at = checkedMs === null ? '' : timeText(checkedMs)
    const vi =
      serial === null
        ? `chưa lấy được vùng của danh sách ${list} từ máy chủ chính: danh sách này chưa chặn gì`
        : `không lấy được vùng mới của danh sách ${list} từ ${at}${state === 'expired' ? ', đã quá hạn' : ''}; bản số ${serial} vẫn có hiệu lực`
    const en =
      serial === null
        ? `the zone of list ${list} has not come from its primary yet: the list blocks nothing`
        : `the zone of list ${list} has not been confirmed since ${at}${state === 'expired' ? ' and has expired' : ''}; serial ${serial} stays in force`
    return [
      {
        part: 'lists',
        severity: serial === null ? 'fail' : 'warn',
        key: `zone ${list}`,
        detail: { vi, en },
        advice: {
          vi: '`thanhloc zones list` nêu lý do và cách sửa; thường là tường lửa (TCP 53), khóa TSIG hoặc đồng hồ',
          en: '`thanhloc zones list` says why and what to do: as a rule a firewall (TCP 53), the TSIG key or a clock',
        },
      },
    ]
  })
}
