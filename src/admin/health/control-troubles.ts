/** What is wrong with what the control thread does itself: settings, log, pause, sources, channels, accounts, nodes. */
import { isApart, type NodeStatus } from '../../nodes/node-status.ts'
import { timeText } from '../schema.ts'
import type { SharedEntry } from '../../review/shared-in-force.ts'
import type { AdminSources } from '../sources.ts'
import type { Trouble } from './trouble.ts'

type ControlSources = Pick<
  AdminSources,
  | 'words'
  | 'config'
  | 'logDrops'
  | 'faults'
  | 'identity'
  | 'alerts'
  | 'nodes'
  | 'clock'
  | 'accounts'
  | 'review'
>

const SEE_LOG = { vi: 'xem nhật ký của chương trình', en: 'see the log' }

export function controlTroubles(sources: ControlSources): Trouble[] {
  return [
    ...pauseTroubles(sources),
    ...configTroubles(sources),
    ...logTroubles(sources),
    ...adminTroubles(sources),
    ...identityTroubles(sources),
    ...alertTroubles(sources),
    ...reviewTroubles(sources),
    ...sources.nodes().flatMap(nodeTroubles),
  ]
}

function reviewTroubles({ review }: ControlSources): Trouble[] {
  const { fault } = review
  if (fault === null)
    return [...review.status().notInForce.map(behindTrouble), ...sharedTroubles(review.shared.found)]
  return [
    {
      part: 'lists',
      severity: 'warn',
      key: 'imports',
      detail: {
        vi: `không dùng được imports.db: ${fault}; những gì đã duyệt vẫn bị chặn`,
        en: `imports.db cannot be used: ${fault}; what was approved stays blocked`,
      },
      advice: {
        vi: 'dừng dịch vụ rồi `thanhloc restore` từ bản sao lưu',
        en: 'stop the service, then `thanhloc restore` from a backup',
      },
    },
  ]
}

function behindTrouble(list: string): Trouble {
  return {
    part: 'lists',
    severity: 'warn',
    key: `behind ${list}`,
    detail: {
      vi: `quyết định mới nhất về danh sách ${list} chưa có hiệu lực: không ghi được tệp của nó`,
      en: `what was decided last about the list ${list} is not in force: its file cannot be written`,
    },
    advice: {
      vi: 'dọn đĩa hoặc sửa quyền của thư mục dữ liệu; chương trình tự thử lại',
      en: 'make room, or mend the permissions of the data directory; it is tried again by itself',
    },
  }
}

/** Of each list how much, and not what: who may look up learns that. */
function sharedTroubles(found: readonly SharedEntry[]): Trouble[] {
  const counts = new Map<string, number>()
  for (const { lists } of found) for (const list of lists) counts.set(list, (counts.get(list) ?? 0) + 1)
  return [...counts].map(([list, count]) => ({
    part: 'lists',
    severity: 'warn',
    key: `shared ${list}`,
    detail: {
      vi: `danh sách ${list} chặn ${count} địa chỉ mà nhiều tên sạch dùng chung`,
      en: `the list ${list} blocks ${count} addresses that many clean names share`,
    },
    advice: {
      vi: 'trang Danh sách của bảng điều khiển nêu các địa chỉ đó (API: `GET /api/v1/lists`); chặn nhầm thì ghi vào danh sách cho phép',
      en: 'the console names them under Lists (API: `GET /api/v1/lists`); put what is blocked wrongly on an allow list',
    },
  }))
}

function pauseTroubles({ words, clock }: ControlSources): Trouble[] {
  const untilMs = words.pausedUntilMs
  if (untilMs <= clock.wallMs()) return []
  const until = timeText(untilMs)
  return [
    {
      part: 'blocking',
      severity: 'warn',
      key: 'paused',
      detail: { vi: `việc chặn đang tạm dừng đến ${until}`, en: `blocking is paused until ${until}` },
      advice: {
        vi: '`thanhloc pause off` bật lại ngay',
        en: '`thanhloc pause off` ends it at once',
      },
    },
  ]
}

function configTroubles({ config: { state } }: ControlSources): Trouble[] {
  const troubles: Trouble[] = []
  if (state.errors.length > 0)
    troubles.push({
      part: 'config',
      severity: 'warn',
      key: 'refused',
      detail: {
        vi: 'cấu hình mới bị từ chối; cấu hình trước đó vẫn có hiệu lực',
        en: 'the last configuration was refused; the one before is in force',
      },
      advice: {
        vi: '`thanhloc check` chỉ ra dòng sai',
        en: '`thanhloc check` says which line is wrong',
      },
    })
  if (state.needsRestart.length > 0)
    troubles.push({
      part: 'config',
      severity: 'warn',
      key: 'restart',
      detail: {
        vi: `thay đổi của ${state.needsRestart.join(', ')} chờ khởi động lại`,
        en: `changes of ${state.needsRestart.join(', ')} wait for a restart`,
      },
      advice: { vi: 'khởi động lại dịch vụ khi thuận tiện', en: 'restart the service when it suits' },
    })
  return troubles
}

function logTroubles({ logDrops }: ControlSources): Trouble[] {
  const drops = Object.values(logDrops()).reduce((sum, count) => sum + count, 0)
  if (drops === 0) return []
  return [
    {
      part: 'log',
      severity: 'warn',
      key: 'dropped',
      detail: {
        vi: `${drops} dòng nhật ký bị bỏ từ khi khởi động`,
        en: `${drops} log lines were dropped since the start`,
      },
      advice: {
        vi: 'chương trình đọc nhật ký quá chậm hoặc đã dừng: kiểm tra nó (journald, docker)',
        en: 'what reads the log is too slow or has stopped: check it (journald, docker)',
      },
    },
  ]
}

function adminTroubles({ faults, accounts }: ControlSources): Trouble[] {
  const admin = faults().map((fault): Trouble => ({
    part: 'admin',
    severity: 'warn',
    key: fault,
    detail: { vi: `trang quản trị: ${fault}`, en: fault },
    advice: {
      vi: 'phân giải tên vẫn chạy; sửa điều vừa nêu (admin trong cấu hình), chương trình tự nhận',
      en: 'DNS goes on; mend what is said (admin in the configuration), it is taken up by itself',
    },
  }))
  if (accounts.fault === null) return admin
  return [
    ...admin,
    {
      part: 'accounts',
      severity: 'fail',
      key: 'unusable',
      detail: {
        vi: 'không dùng được tài khoản, không ai đăng nhập được: xem nhật ký',
        en: 'the accounts cannot be used: see the log',
      },
      advice: {
        vi: 'kiểm tra accounts.db trong thư mục dữ liệu; `thanhloc restore` lấy lại bản sao lưu',
        en: 'check accounts.db in the data directory; `thanhloc restore` puts a backup back',
      },
    },
  ]
}

function identityTroubles({ identity }: ControlSources): Trouble[] {
  return identity().sources.flatMap(({ source, path, error }): Trouble[] => {
    if (error === null) return []
    return [
      {
        part: 'identity',
        severity: 'warn',
        key: `${source} ${path ?? ''}`,
        detail: {
          vi: `không đọc được một nguồn tên máy (${source}): những gì đã biết vẫn được dùng`,
          en: `a source of machines (${source}) cannot be read: what was known of it holds`,
        },
        advice: {
          vi: 'lý do có trong `thanhloc status --full`, phần identity: thường là đường dẫn hoặc quyền đọc',
          en: '`thanhloc status --full` says why under identity: a path or its mode as a rule',
        },
      },
    ]
  })
}

function alertTroubles({ alerts }: ControlSources): Trouble[] {
  const { channels, trouble } = alerts.status()
  const outbox: Trouble[] =
    trouble === null
      ? []
      : [
          {
            part: 'alerts',
            severity: 'fail',
            key: 'outbox',
            detail: {
              vi: 'không ghi lại được những gì cần báo: xem nhật ký',
              en: 'what is to be told cannot be written down: see the log',
            },
            advice: SEE_LOG,
          },
        ]
  const failing = channels.filter((one) => (one.lastErrorAtMs ?? 0) > (one.lastSuccessAtMs ?? 0))
  return [
    ...outbox,
    ...failing.map(({ id }): Trouble => ({
      part: 'alerts',
      severity: 'warn',
      key: id,
      detail: { vi: `kênh ${id} không nhận tin gần nhất`, en: `${id} did not take the last message` },
      advice: { vi: `\`thanhloc alert-test ${id}\` nêu lý do`, en: `\`thanhloc alert-test ${id}\` says why` },
    })),
  ]
}

function nodeTroubles({ id, state, lastPullMs, clockAheadMs }: NodeStatus): Trouble[] {
  const troubles: Trouble[] = []
  if (state === 'failing') {
    const last = lastPullMs === null ? null : timeText(lastPullMs)
    troubles.push({
      part: 'nodes',
      severity: 'warn',
      key: `failing ${id}`,
      detail: {
        vi: `không lấy được lượt ghi nhận của ${id}: ${last === null ? 'chưa trả lời lần nào từ khi khởi động' : `trả lời lần cuối lúc ${last}`}`,
        en: `hits of ${id} are not taken over: ${last === null ? 'it has not answered since the start' : `it answered last at ${last}`}`,
      },
      advice: {
        vi: 'lý do và cách sửa có trong `thanhloc status --full`, phần nodes',
        en: '`thanhloc status --full` says why and what to do, under nodes',
      },
    })
  }
  if (isApart(clockAheadMs)) {
    const seconds = Math.abs(Math.round(clockAheadMs! / 1000))
    const isAhead = clockAheadMs! > 0
    troubles.push({
      part: 'nodes',
      severity: 'warn',
      key: `clock ${id}`,
      detail: {
        vi: `đồng hồ của ${id} ${isAhead ? 'nhanh' : 'chậm'} hơn máy này ${seconds} giây`,
        en: `the clock of ${id} is ${seconds} s ${isAhead ? 'ahead of' : 'behind'} this one`,
      },
      advice: { vi: 'đồng bộ giờ cả hai máy bằng NTP', en: 'set both by NTP' },
    })
  }
  return troubles
}
