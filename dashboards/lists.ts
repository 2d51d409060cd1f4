/** Are the lists there and fresh, how large are they, and what does each of them catch? */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { grown, of, orZero, rate } from './expressions.ts'
import { dashboard } from './frame.ts'
import { toConsole, toDashboard } from './links.ts'
import { bars, lines, stat, table } from './panels.ts'
import { NONE_IS_BEST, NONE_IS_GOOD, PLAIN } from './signals.ts'

const sixth = { width: 4, height: 4, unit: 'short', decimals: 0 } as const
const half = { width: 12, height: 8 } as const

export function lists(): Dashboard {
  return dashboard({
    name: 'lists',
    about: [
      'Danh sách có đủ, còn mới không, lớn bao nhiêu, và mỗi danh sách chặn được gì.',
      'Whether the lists are there and fresh, how large they are, and what each of them catches.',
    ],
    span: '7d',
    refresh: '1m',
    sections: [
      { panels: [stale(), refused(), empty(), entries(), hits(), blocking()] },
      { panels: [overviewTable()] },
      {
        heading: ['Diễn biến', 'Trend'],
        panels: [hitTrend(), hitBars(), sizeTrend(), ageTrend(), reloads(), failureTrend()],
      },
    ],
  })
}

function stale() {
  return stat({
    ...sixth,
    title: ['Quá hạn', 'Stale'],
    about: [
      'Danh sách lâu hơn `maxAge` chưa được làm mới. Xem việc tải danh sách về máy này còn chạy không.',
      'Lists that were not renewed within their `maxAge`. See whether what brings the file to this machine still runs.',
    ],
    alarms: ['ThanhLocListStale'],
    queries: [{ expression: orZero(`sum(${of('thanhloc_list_stale')})`) }],
    levels: NONE_IS_GOOD,
    links: [toConsole('policy')],
  })
}

function refused() {
  return stat({
    ...sixth,
    title: ['Lần đọc bị từ chối', 'Reloads refused'],
    about: [
      'Lần đọc lại mà tệp không được nhận (lỗi, hoặc nhỏ đi bất thường) trong khoảng thời gian đang xem. Bản cũ còn hiệu lực.',
      'Times a file was not taken (broken, or suddenly small) in the time shown. The version before stays in force.',
    ],
    alarms: ['ThanhLocListNotTaken'],
    queries: [{ expression: `round(sum(${grown('thanhloc_list_reload_failures_total')}))` }],
    levels: NONE_IS_BEST,
    links: [toConsole('policy')],
  })
}

function empty() {
  return stat({
    ...sixth,
    title: ['Danh sách rỗng', 'Empty lists'],
    about: [
      'Danh sách không có mục nào có hiệu lực: tệp chưa có, hoặc chưa đọc được lần nào.',
      'Lists with nothing in force: there is no file, or it could never be read.',
    ],
    queries: [
      {
        expression: orZero(
          `count((${of('thanhloc_list_entries')} == 0) and on (instance, list) ${of('thanhloc_list_info', 'action!="allow"')})`,
        ),
      },
    ],
    levels: NONE_IS_GOOD,
    links: [toConsole('policy')],
  })
}

function entries() {
  return stat({
    ...sixth,
    title: ['Mục có hiệu lực', 'Indicators in force'],
    about: [
      'Tên và địa chỉ của mọi danh sách trên một máy chủ; tên có trong hai danh sách được tính hai lần.',
      'Names and addresses of all lists of one server; what stands in two lists counts twice.',
    ],
    queries: [{ expression: `max(sum by (instance) (${of('thanhloc_list_entries')}))` }],
    levels: PLAIN,
    links: [toConsole('policy')],
  })
}

function hits() {
  return stat({
    ...sixth,
    title: ['Truy vấn khớp', 'Hits'],
    about: [
      'Truy vấn do danh sách quyết định trong khoảng thời gian đang xem, kể cả danh sách chỉ ghi lại (`log`).',
      'Queries a list decided in the time shown, those of lists that only record (`log`) too.',
    ],
    queries: [{ expression: `sum(${grown('thanhloc_hits_total')})` }],
    levels: PLAIN,
    links: [toDashboard('infected'), toConsole('clients')],
  })
}

function blocking() {
  return stat({
    ...sixth,
    title: ['Tạm dừng chặn', 'Blocking paused'],
    about: [
      'Phần thời gian đang xem mà việc chặn bị tạm dừng. Ai dừng và vì sao: nhật ký kiểm toán.',
      'The share of the time shown in which blocking was paused. Who paused it and why: the audit trail.',
    ],
    alarms: ['ThanhLocBlockingPaused'],
    unit: 'percentunit',
    queries: [{ expression: `max(avg_over_time(${of('thanhloc_blocking_paused')}[$__range]))` }],
    levels: [
      [null, 'good'],
      [0.001, 'look'],
    ],
    links: [toConsole('policy')],
  })
}

function overviewTable() {
  const each = (expression: string): string => `max by (list) (${expression})`
  const described = (expression: string): string =>
    `(${each(expression)}) * on (list) group_left (campaign, action) topk by (list) (1, max by (list, campaign, action) (${of('thanhloc_list_info')}))`
  const since = (metric: string): string => described(`time() - ${of(metric)}`)
  const caught = ['Truy vấn khớp', 'Hits'] as const
  return table({
    title: ['Từng danh sách', 'Each list'],
    about: [
      'Tuổi: từ khi tệp đang dùng được ghi. Đọc: từ lần đọc cuối không lỗi. Truy vấn khớp và lần từ chối: trong khoảng thời gian đang xem.',
      'Age: since the file in force was written. Read: since it was last read without fault. Hits and refusals: in the time shown.',
    ],
    unit: 'short',
    decimals: 0,
    width: 24,
    height: 11,
    columns: [
      { title: ['Danh sách', 'List'], label: 'list' },
      { title: ['Chiến dịch', 'Campaign'], label: 'campaign' },
      { title: ['Hành động', 'Action'], label: 'action' },
      { title: ['Số mục', 'Entries'], query: described(of('thanhloc_list_entries')) },
      { title: ['Tuổi', 'Age'], query: since('thanhloc_list_renewed_timestamp_seconds'), unit: 's' },
      { title: ['Đọc', 'Read'], query: since('thanhloc_list_last_success_timestamp_seconds'), unit: 's' },
      {
        title: ['Hạn', 'Freshness'],
        query: described(`(${of('thanhloc_list_stale')} or (${of('thanhloc_list_entries')} * 0 - 1))`),
        levels: NONE_IS_GOOD,
        meanings: [
          [-1, ['Không đặt', 'No maxAge'], 'plain'],
          [0, ['Mới', 'Fresh'], 'good'],
          [1, ['QUÁ HẠN', 'STALE'], 'wrong'],
        ],
      },
      {
        title: ['Lần đọc cuối', 'Last reading'],
        query: described(of('thanhloc_list_up')),
        levels: [
          [null, 'wrong'],
          [1, 'good'],
        ],
        meanings: [
          [0, ['BỊ TỪ CHỐI', 'REFUSED'], 'wrong'],
          [1, ['Tốt', 'Good'], 'good'],
        ],
      },
      {
        title: ['Số lần bị từ chối', 'Refusals'],
        query: described(grown('thanhloc_list_reload_failures_total')),
        levels: NONE_IS_BEST,
      },
      { title: caught, query: described(`sum by (list) (${grown('thanhloc_hits_total')})`) },
    ],
    sortedBy: caught,
    links: [toConsole('policy'), toDashboard('infected')],
  })
}

function hitTrend() {
  return lines(
    {
      ...half,
      title: ['Truy vấn khớp theo danh sách', 'Hits by list'],
      about: [
        'Danh sách vừa thêm mà khớp ngay rất nhiều: có thể chặn nhầm tên sạch; tra bằng `bin/thanhloc lookup`.',
        'A list that was just added and catches very much may block a clean name; ask `bin/thanhloc lookup`.',
      ],
      unit: 'reqps',
      queries: [
        { expression: `topk(10, sum by (list) (${rate('thanhloc_hits_total')}))`, legend: '{{list}}' },
      ],
      links: [toDashboard('infected'), toConsole('policy')],
    },
    { isStacked: true },
  )
}

function hitBars() {
  return bars({
    ...half,
    title: ['Danh sách chặn nhiều nhất', 'What the lists catch'],
    about: [
      'Truy vấn khớp trong khoảng thời gian đang xem. Danh sách dài mà không khớp gì: có thể đã cũ.',
      'Hits in the time shown. A long list that catches nothing may be out of date.',
    ],
    unit: 'short',
    decimals: 0,
    queries: [
      { expression: `topk(20, sum by (list) (${grown('thanhloc_hits_total')}))`, legend: '{{list}}' },
    ],
    levels: PLAIN,
    links: [toDashboard('infected'), toConsole('policy')],
  })
}

function sizeTrend() {
  return lines({
    ...half,
    title: ['Số mục', 'Entries'],
    about: [
      'Giảm đột ngột: tệp bị cắt. Danh sách nhỏ đi bất thường được giữ lại bản cũ cho đến khi có người xem.',
      'A sudden fall: a file was cut off. A list that shrinks too much stays as it was until somebody looks.',
    ],
    unit: 'short',
    decimals: 0,
    queries: [{ expression: `max by (list) (${of('thanhloc_list_entries')})`, legend: '{{list}}' }],
    links: [toConsole('policy')],
  })
}

function ageTrend() {
  return lines({
    ...half,
    title: ['Tuổi', 'Age'],
    about: [
      'Từ khi tệp được ghi. Đường răng cưa: được làm mới đều. Đường thẳng đi lên: không ai làm mới.',
      'Since the file was written. Teeth: renewed regularly. A straight line: nobody renews it.',
    ],
    unit: 's',
    queries: [
      {
        expression: `time() - max by (list) (${of('thanhloc_list_renewed_timestamp_seconds')})`,
        legend: '{{list}}',
      },
    ],
    links: [toConsole('policy')],
  })
}

function reloads() {
  return lines({
    ...half,
    title: ['Lần thay đổi gần nhất mất', 'The last change took'],
    about: [
      'Từ khi bắt đầu đọc đến khi có hiệu lực; DNS vẫn trả lời trong lúc đó.',
      'From reading to in force; DNS goes on meanwhile.',
    ],
    unit: 's',
    queries: [
      { expression: `max by (instance) (${of('thanhloc_policy_reload_seconds')})`, legend: '{{instance}}' },
    ],
    links: [toConsole('policy')],
  })
}

function failureTrend() {
  return lines({
    ...half,
    title: ['Lần thay đổi và lần bị từ chối', 'Changes and refusals'],
    about: [
      'Phiên bản chính sách có hiệu lực, và số lần một tệp không được nhận, trong mỗi khoảng.',
      'Versions of the policy that came into force, and files that were not taken, in each interval.',
    ],
    unit: 'short',
    decimals: 0,
    queries: [
      {
        expression: `sum by (instance) (changes(${of('thanhloc_snapshot_generation')}[$__rate_interval]))`,
        legend: 'Thay đổi · Changes ({{instance}})',
      },
      {
        expression: `sum by (list) (increase(${of('thanhloc_list_reload_failures_total')}[$__rate_interval])) > 0 or label_replace(vector(0), "list", "-", "", "")`,
        legend: 'Từ chối · Refused ({{list}})',
      },
    ],
    links: [toConsole('policy')],
  })
}
