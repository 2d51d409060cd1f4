/** Panels of the resolver dashboard: where clean names come from, the cache and the upstreams. */
import { of, rate, total } from './expressions.ts'
import { toConsole, toDashboard } from './links.ts'
import { lines, states } from './panels.ts'

const third = { width: 8, height: 8 } as const
const half = { width: 12, height: 8 } as const

/** Answers that an upstream had to give at some time. */
export const CLEAN = 'outcome=~"cached|stale|forwarded|failed"'

export function upstreamStates() {
  return states({
    ...half,
    title: ['Dùng được không', 'Usable'],
    about: ['Xanh: dùng được. Đỏ: không trả lời.', 'Green: usable. Red: it does not answer.'],
    unit: 'none',
    queries: [
      {
        expression: `min by (upstream, instance) (${of('thanhloc_upstream_up')})`,
        legend: '{{upstream}} ({{instance}})',
      },
    ],
    meanings: [
      [1, ['Tốt', 'Up'], 'good'],
      [0, ['Hỏng', 'Down'], 'wrong'],
    ],
    links: [toConsole('server')],
  })
}

export function roundTrips() {
  return lines(
    {
      ...half,
      title: ['Thời gian đi về', 'Round trip'],
      about: [
        'Thời gian đi về đã làm trơn; với `fastest` máy nhanh nhất được hỏi trước.',
        'The smoothed round trip; with `fastest` the quickest one is asked first.',
      ],
      alarms: ['ThanhLocUpstreamSlow'],
      unit: 's',
      queries: [
        { expression: `avg by (upstream) (${of('thanhloc_upstream_rtt_seconds')})`, legend: '{{upstream}}' },
      ],
      links: [toConsole('server')],
    },
    { isLogarithmic: true },
  )
}

export function upstreamRequests() {
  return lines({
    ...third,
    title: ['Câu hỏi gửi đi', 'Questions sent'],
    about: ['Theo máy chủ phía trên, kể cả hỏi lại.', 'By upstream, repetitions included.'],
    unit: 'reqps',
    queries: [
      {
        expression: `sum by (upstream) (${rate('thanhloc_upstream_requests_total')})`,
        legend: '{{upstream}}',
      },
    ],
    links: [toConsole('server')],
  })
}

export function upstreamFailures() {
  return lines({
    ...third,
    title: ['Câu hỏi không thành', 'Questions that failed'],
    about: [
      '`timeout`: không trả lời kịp; `refused`: không ai nghe ở cổng đó; `servfail`, `denied`: từ chối hoặc lỗi; `mismatch`: trả lời sai câu hỏi.',
      '`timeout`; `refused`: nobody listens at the port; `servfail`, `denied`: it could not or would not; `mismatch`: another question came back.',
    ],
    alarms: ['ThanhLocUpstreamFailing'],
    unit: 'reqps',
    queries: [
      {
        expression: `sum by (upstream, reason) (${rate('thanhloc_upstream_failures_total')})`,
        legend: '{{upstream}} {{reason}}',
      },
    ],
    links: [toConsole('server')],
  })
}

export function upstreamOther() {
  return lines({
    ...third,
    title: ['Đang chờ, TCP, gói lạ', 'Pending, TCP, strange packets'],
    about: [
      'Gói lạ tăng đều: có kẻ đang đoán câu trả lời để đầu độc bộ nhớ đệm.',
      'Strange packets that grow steadily: somebody guesses answers to poison the cache.',
    ],
    alarms: ['ThanhLocUpstreamGuessing'],
    unit: 'short',
    queries: [
      { expression: `sum(${of('thanhloc_upstream_pending')})`, legend: 'Đang chờ · Pending' },
      { expression: total('thanhloc_upstream_tcp_total'), legend: 'TCP / s' },
      { expression: total('thanhloc_upstream_mismatched_total'), legend: 'Gói lạ · Strange / s' },
    ],
    links: [toConsole('server')],
  })
}

export function cacheUse() {
  return lines({
    ...third,
    title: ['Tên sạch lấy từ đâu', 'Where clean names come from'],
    about: [
      '`stale`: máy chủ phía trên không trả lời nên dùng câu trả lời cũ.',
      '`stale`: the upstreams did not answer, so an old answer was given.',
    ],
    unit: 'reqps',
    queries: [
      {
        expression: `sum by (outcome) (${rate('thanhloc_answers_total', CLEAN)})`,
        legend: '{{outcome}}',
      },
    ],
    links: [toConsole('server')],
  })
}

export function cacheSize() {
  return lines({
    ...third,
    title: ['Dung lượng bộ nhớ đệm', 'Cache size'],
    about: [
      'Tổng của mọi luồng; mỗi luồng được giữ đến `cache.size`.',
      'Of all threads; each may hold `cache.size`.',
    ],
    unit: 'bytes',
    queries: [{ expression: `sum by (instance) (${of('thanhloc_cache_bytes')})`, legend: '{{instance}}' }],
    links: [toConsole('server')],
  })
}

export function savings() {
  return lines({
    ...third,
    title: ['Gộp câu hỏi, xét lại', 'Joined, screened again'],
    about: [
      'Gộp: câu hỏi giống nhau đang chờ chỉ hỏi phía trên một lần. Xét lại: câu trả lời trong bộ nhớ đệm được đối chiếu với danh sách vừa đổi.',
      'Joined: the same question is asked upstream once. Screened again: answers in the cache are held against lists that changed.',
    ],
    unit: 'reqps',
    queries: [
      { expression: total('thanhloc_coalesced_total'), legend: 'Gộp · Joined' },
      { expression: total('thanhloc_screened_again_total'), legend: 'Xét lại · Screened again' },
    ],
    links: [toDashboard('lists'), toConsole('server')],
  })
}
