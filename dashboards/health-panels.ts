/** Panels of the overview: is anything wrong, and where? */
import { grown, known, of, OPEN_CASES, orZero, share } from './expressions.ts'
import { toConsole, toDashboard } from './links.ts'
import { signals, stat, states, table } from './panels.ts'
import { NONE_IS_BEST, NONE_IS_GOOD, PLAIN } from './signals.ts'

const sixth = { width: 4, height: 4 } as const

export function running() {
  return stat({
    ...sixth,
    title: ['Máy chủ', 'Servers'],
    about: [
      'Prometheus có hỏi được mọi máy chủ không. Khi ngừng: xem `systemctl status thanhloc` trên máy đó.',
      'Whether Prometheus reaches every server. When one is down: `systemctl status thanhloc` on that machine.',
    ],
    alarms: ['ThanhLocDown', 'ThanhLocAbsent'],
    unit: 'none',
    queries: [{ expression: `min(${of('up')})` }],
    meanings: [
      [1, ['Đang chạy', 'Up'], 'good'],
      [0, ['CÓ MÁY NGỪNG', 'DOWN'], 'wrong'],
    ],
    links: [toDashboard('resolver'), toConsole('server')],
  })
}

export function blocking() {
  return stat({
    ...sixth,
    title: ['Chế độ chặn', 'Blocking'],
    about: [
      'Tạm dừng thì mọi tên đều được trả lời như không có danh sách. Bật lại: `bin/thanhloc pause off`.',
      'While paused every name is answered as if there were no lists. End it: `bin/thanhloc pause off`.',
    ],
    alarms: ['ThanhLocBlockingPaused'],
    unit: 'none',
    queries: [{ expression: `max(${of('thanhloc_blocking_paused')})` }],
    meanings: [
      [0, ['Đang chặn', 'On'], 'good'],
      [1, ['TẠM DỪNG', 'PAUSED'], 'wrong'],
    ],
    links: [toConsole('policy'), toDashboard('lists')],
  })
}

export function toClean() {
  return stat({
    ...sixth,
    title: ['Vụ việc chưa xong', 'Cases to work on'],
    about: [
      'Máy tính đã hỏi tên trong danh sách và chưa được làm sạch (mới, đã xác minh, đang làm sạch, tái nhiễm). Mỗi máy một vụ cho mỗi chiến dịch.',
      'Machines that asked for a listed name and are not cleaned yet (new, confirmed, cleaning, reinfected); one case a machine and campaign.',
    ],
    alarms: ['ThanhLocNewCase'],
    unit: 'short',
    decimals: 0,
    queries: [{ expression: known(of('thanhloc_cases', OPEN_CASES)) }],
    levels: NONE_IS_GOOD,
    links: [toDashboard('infected'), toConsole('cases')],
  })
}

export function failed() {
  return stat({
    ...sixth,
    title: ['Không trả lời được', 'Failed answers'],
    about: [
      'Phần truy vấn nhận SERVFAIL trong 5 phút qua. Trên 1 % cần xem, trên 5 % là hỏng: thường do máy chủ phân giải phía trên.',
      'The share of queries that got SERVFAIL in the last 5 minutes. Look above 1 %, broken above 5 %: mostly the upstreams.',
    ],
    alarms: ['ThanhLocErrorRatio'],
    unit: 'percentunit',
    decimals: 1,
    queries: [
      {
        expression: share(
          `sum(rate(${of('thanhloc_answers_total', 'outcome="failed"')}[5m]))`,
          `sum(rate(${of('thanhloc_answers_total')}[5m]))`,
        ),
      },
    ],
    levels: [
      [null, 'good'],
      [0.01, 'look'],
      [0.05, 'wrong'],
    ],
    links: [toDashboard('resolver'), toConsole('server')],
  })
}

export function lists() {
  const stale = `${of('thanhloc_list_stale')} == 1`
  const refused = `${of('thanhloc_list_up')} == 0`
  return stat({
    ...sixth,
    title: ['Danh sách có lỗi', 'Lists in trouble'],
    about: [
      'Danh sách quá hạn (`maxAge`), hoặc lần đọc cuối bị từ chối: bản cũ còn hiệu lực, hoặc chưa có bản nào.',
      'Lists older than their `maxAge`, or refused when last read: the version before is in force, or none.',
    ],
    alarms: ['ThanhLocListStale', 'ThanhLocListNotTaken'],
    unit: 'short',
    decimals: 0,
    queries: [{ expression: orZero(`count((${stale}) or (${refused}))`) }],
    levels: NONE_IS_GOOD,
    links: [toDashboard('lists'), toConsole('policy')],
  })
}

export function blockedCount() {
  return stat({
    ...sixth,
    title: ['Truy vấn bị chặn', 'Blocked queries'],
    about: [
      'Số truy vấn bị danh sách chặn trong khoảng thời gian đang xem.',
      'Queries that a list blocked in the time shown.',
    ],
    unit: 'short',
    decimals: 0,
    queries: [{ expression: `sum(${grown('thanhloc_answers_total', 'outcome="blocked"')})` }],
    levels: PLAIN,
    links: [toDashboard('infected'), toConsole('clients')],
  })
}

export function attention() {
  const down = (metric: string): string => orZero(`count(${of(metric)} == 0)`)
  const now = (metric: string, ...matchers: readonly string[]): string =>
    orZero(`sum(${of(metric, ...matchers)})`)
  const recent = (metric: string): string => orZero(`round(sum(increase(${of(metric)}[1h])))`)
  return signals({
    title: ['Cần chú ý', 'Needs attention'],
    about: [
      'Số 0 là tốt. Những gì tăng (truy vấn khớp bị mất, mất gói, luồng chết) tính trong giờ qua; còn lại là lúc này.',
      'Zero is good. What is counted (hits lost, drops, threads that died) is of the last hour, the rest of now.',
    ],
    alarms: [
      'ThanhLocNotAnsweringItself',
      'ThanhLocStoreTrouble',
      'ThanhLocConfigRefused',
      'ThanhLocAdminClosed',
      'ThanhLocSourceDown',
      'ThanhLocAlertsStuck',
      'ThanhLocNodeAway',
    ],
    unit: 'short',
    decimals: 0,
    width: 24,
    height: 4,
    queries: [
      { expression: down('thanhloc_self_query_success'), legend: 'Không tự hỏi được · No answer to itself' },
      { expression: down('thanhloc_upstream_up'), legend: 'Upstream hỏng · Upstreams down' },
      {
        expression: now('thanhloc_store_state', 'state!="ok"'),
        legend: 'Cơ sở dữ liệu lỗi · Store in trouble',
      },
      { expression: recent('thanhloc_hits_lost_total'), legend: 'Mất truy vấn khớp · Hits lost' },
      { expression: recent('thanhloc_udp_receive_drops_total'), legend: 'Mất gói · Kernel drops' },
      { expression: recent('thanhloc_thread_restarts_total'), legend: 'Luồng chết · Threads restarted' },
      { expression: now('thanhloc_config_refused'), legend: 'Cấu hình sai · Config refused' },
      { expression: now('thanhloc_admin_closed'), legend: 'Quản trị không mở được · Admin closed' },
      {
        expression: down('thanhloc_identity_source_up'),
        legend: 'Nguồn tên máy hỏng · Identity sources down',
      },
      { expression: now('thanhloc_alerts_pending'), legend: 'Cảnh báo chờ gửi · Alerts waiting' },
      { expression: down('thanhloc_node_up'), legend: 'Máy chủ khác mất · Nodes away' },
    ],
    levels: NONE_IS_BEST,
    links: [toConsole('server'), toDashboard('resolver')],
  })
}

export function alarms() {
  const firing = `max by (alertname, severity, instance) (ALERTS{instance=~"$instance|", alertname=~"ThanhLoc.+", alertstate="firing"})`
  const since = ['Đang kêu', 'Firing'] as const
  return table({
    title: ['Cảnh báo đang kêu', 'Alarms that fire'],
    about: [
      'Cảnh báo của Prometheus. Mỗi cảnh báo có một mục trong docs/runbook.md: nghĩa là gì, xem gì, làm gì.',
      'Alarms of Prometheus. Each has a section in docs/runbook.md: what it means, what to look at, what to do.',
    ],
    unit: 'none',
    width: 8,
    height: 9,
    columns: [
      { title: ['Cảnh báo', 'Alarm'], label: 'alertname' },
      { title: ['Mức', 'Severity'], label: 'severity' },
      { title: ['Máy chủ', 'Server'], label: 'instance' },
      {
        title: since,
        query: `${firing} or label_replace(vector(0), "alertname", "-", "", "")`,
        levels: NONE_IS_GOOD,
        meanings: [
          [0, ['Không có', 'None'], 'good'],
          [1, ['Có', 'Yes'], 'wrong'],
        ],
      },
    ],
    sortedBy: since,
    links: [toConsole('server'), toDashboard('resolver')],
  })
}

export function health() {
  return states({
    title: ['Tình trạng từng phần', 'Health by part'],
    about: [
      'Như `bin/thanhloc status` nói: xanh là tốt, cam là cần xem, đỏ là không làm việc. Phần chưa biết gì thì không có hàng.',
      'As `bin/thanhloc status` says: green is well, orange needs a look, red does not work. A part nothing is known of has no row.',
    ],
    unit: 'none',
    queries: [
      { expression: `max by (component) (${of('thanhloc_component_health')})`, legend: '{{component}}' },
    ],
    meanings: [
      [0, ['Tốt', 'Well'], 'good'],
      [1, ['Cần xem', 'Look'], 'look'],
      [2, ['Hỏng', 'Broken'], 'wrong'],
    ],
    width: 8,
    height: 10,
    links: [toConsole('server'), toDashboard('resolver')],
  })
}
