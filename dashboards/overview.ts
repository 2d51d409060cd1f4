/** Is it healthy, and how much is blocked? For a look in the morning and for a screen on the wall. */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { grown, known, of, OPEN_CASES, quantile, rate, share } from './expressions.ts'
import { dashboard } from './frame.ts'
import {
  alarms, attention, blockedCount, blocking, failed, health, lists, running, toClean,
} from './health-panels.ts' // prettier-ignore
import { toConsole, toDashboard } from './links.ts'
import { bars, lines, states } from './panels.ts'
import { PLAIN } from './signals.ts'

const answers = (...outcomes: readonly string[]): string =>
  `sum(${rate('thanhloc_answers_total', ...(outcomes.length === 0 ? [] : [`outcome=~"${outcomes.join('|')}"`]))})`

export function overview(): Dashboard {
  return dashboard({
    name: 'overview',
    about: [
      'Máy chủ có khỏe không, và chặn được bao nhiêu. Hàng đầu toàn màu xanh: không có việc gì phải làm.',
      'Is it healthy, and how much is blocked. The first row all green: nothing has to be done.',
    ],
    span: '6h',
    refresh: '30s',
    sections: [
      { panels: [running(), blocking(), toClean(), failed(), lists(), blockedCount()] },
      { panels: [attention()] },
      {
        heading: ['Truy vấn', 'Queries'],
        panels: [
          byOutcome(),
          alarms(),
          health(),
          blockedShare(),
          duration(),
          upstreams(),
          byList(),
          casesByState(),
        ], // prettier-ignore,
      },
    ],
  })
}

function byOutcome() {
  return lines(
    {
      title: ['Truy vấn theo kết quả', 'Queries by outcome'],
      about: [
        '`blocked`: bị danh sách chặn; `cached`, `stale`: từ bộ nhớ đệm; `forwarded`: hỏi phía trên; `local`: tên riêng; `refused`: máy lạ; `failed`: lỗi.',
        '`blocked` by a list; `cached`, `stale` from the cache; `forwarded` from an upstream; `local`: own names; `refused`: strangers; `failed`: SERVFAIL.',
      ],
      unit: 'reqps',
      queries: [
        { expression: `sum by (outcome) (${rate('thanhloc_answers_total')})`, legend: '{{outcome}}' },
      ],
      width: 16,
      height: 9,
      links: [toDashboard('resolver'), toConsole('server')],
    },
    { isStacked: true, calcs: ['lastNotNull', 'mean'] },
  )
}

function blockedShare() {
  return lines({
    title: ['Tỷ lệ bị chặn', 'Share blocked'],
    about: [
      'Phần truy vấn bị chặn. Tăng vọt: một máy mới nhiễm hoặc danh sách vừa đổi.',
      'The share of queries that are blocked. A jump: a machine newly infected, or a list that changed.',
    ],
    unit: 'percentunit',
    queries: [{ expression: share(answers('blocked'), answers()), legend: 'Bị chặn · Blocked' }],
    width: 8,
    height: 10,
    links: [toDashboard('infected'), toDashboard('lists')],
  })
}

function duration() {
  return lines(
    {
      title: ['Thời gian trả lời', 'Time to answer'],
      about: [
        'Một nửa, 95 % và 99 % truy vấn được trả lời nhanh hơn mức này.',
        'Half, 95 % and 99 % of the queries were answered faster than this.',
      ],
      unit: 's',
      queries: [
        { expression: quantile(0.5), legend: '50 %' },
        { expression: quantile(0.95), legend: '95 %' },
        { expression: quantile(0.99), legend: '99 %' },
      ],
      width: 8,
      height: 10,
      links: [toDashboard('resolver'), toConsole('server')],
    },
    { isLogarithmic: true },
  )
}

function upstreams() {
  return states({
    title: ['Máy chủ phân giải phía trên', 'Upstreams'],
    about: [
      'Xanh: dùng được. Đỏ: không trả lời; tên sạch được hỏi qua máy khác, hoặc lấy từ bộ nhớ đệm.',
      'Green: usable. Red: it does not answer; clean names go by another one, or come from the cache.',
    ],
    unit: 'none',
    queries: [{ expression: `max by (upstream) (${of('thanhloc_upstream_up')})`, legend: '{{upstream}}' }],
    meanings: [
      [1, ['Tốt', 'Up'], 'good'],
      [0, ['Hỏng', 'Down'], 'wrong'],
    ],
    width: 8,
    height: 8,
    links: [toDashboard('resolver'), toConsole('server')],
  })
}

function byList() {
  return bars({
    title: ['Danh sách chặn nhiều nhất', 'What the lists catch'],
    about: [
      'Mười danh sách chặn được nhiều truy vấn nhất trong khoảng thời gian đang xem.',
      'The ten lists that decided most queries in the time shown.',
    ],
    unit: 'short',
    decimals: 0,
    queries: [
      { expression: `topk(10, sum by (list) (${grown('thanhloc_hits_total')}))`, legend: '{{list}}' },
    ],
    levels: PLAIN,
    width: 8,
    height: 8,
    links: [toDashboard('lists'), toConsole('policy')],
  })
}

function casesByState() {
  return lines({
    title: ['Vụ việc theo trạng thái', 'Cases by state'],
    about: [
      'Vụ việc của máy tính. `reinfected`: đã làm sạch mà hỏi lại.',
      'Cases of machines. `reinfected`: cleaned, and asked again.',
    ],
    unit: 'short',
    decimals: 0,
    queries: [{ expression: known(of('thanhloc_cases', OPEN_CASES), 'state'), legend: '{{state}}' }],
    width: 8,
    height: 8,
    links: [toDashboard('infected'), toConsole('cases')],
  })
}
