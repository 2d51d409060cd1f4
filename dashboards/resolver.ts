/** How the resolver does: how fast, from where, with which upstreams, and what it had to drop. */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { grown, of, orZero, quantile, rate, share, total } from './expressions.ts'
import { dashboard } from './frame.ts'
import { toConsole, toDashboard } from './links.ts'
import { heat, lines, stat } from './panels.ts'
import {
  backup, certificate, connections, cpu, disk, dropRates, files, limits, memory, threads,
} from './process-panels.ts' // prettier-ignore
import { NONE_IS_BEST, NONE_IS_GOOD } from './signals.ts'
import {
  cacheSize, cacheUse, CLEAN, roundTrips, savings, upstreamFailures, upstreamOther, upstreamRequests, upstreamStates,
} from './upstream-panels.ts' // prettier-ignore

const sixth = { width: 4, height: 4 } as const
const half = { width: 12, height: 8 } as const

const FROM_CACHE = 'outcome=~"cached|stale"'

export function resolver(): Dashboard {
  return dashboard({
    name: 'resolver',
    about: [
      'Máy chủ trả lời nhanh không, lấy câu trả lời từ đâu, máy chủ phía trên thế nào, phải bỏ gì.',
      'How fast it answers, where answers come from, how the upstreams do, and what had to be dropped.',
    ],
    span: '3h',
    refresh: '30s',
    sections: [
      { panels: [queries(), slowest(), failed(), hitShare(), upstreamsUp(), drops()] },
      {
        heading: ['Thời gian trả lời', 'Time to answer'],
        panels: [slowByOutcome(), usualByOutcome(), distribution(), responses()],
      },
      { heading: ['Bộ nhớ đệm', 'Cache'], panels: [cacheUse(), cacheSize(), savings()] },
      {
        heading: ['Máy chủ phân giải phía trên', 'Upstreams'],
        panels: [upstreamStates(), roundTrips(), upstreamRequests(), upstreamFailures(), upstreamOther()],
      },
      {
        heading: ['Bị bỏ và giới hạn', 'Drops and limits'],
        panels: [dropRates(), limits(), connections()],
      },
      {
        heading: ['Luồng và tiến trình', 'Threads and process'],
        panels: [disk(), backup(), certificate(), threads(), cpu(), memory(), files()],
      },
    ],
  })
}

function queries() {
  return stat(
    {
      ...sixth,
      title: ['Truy vấn mỗi giây', 'Queries a second'],
      about: [
        'Tất cả truy vấn nhận được. Bằng 0 trong giờ làm việc: máy trạm không hỏi máy chủ này nữa, xem DHCP.',
        'All queries received. Zero in working hours: clients no longer ask this server, look at DHCP.',
      ],
      alarms: ['ThanhLocNoQueries'],
      unit: 'reqps',
      queries: [{ expression: total('thanhloc_queries_total') }],
      levels: [
        [null, 'wrong'],
        [0.001, 'good'],
      ],
      links: [toDashboard('overview'), toConsole('server')],
    },
    { trend: true },
  )
}

function slowest() {
  return stat(
    {
      ...sixth,
      title: ['99 % nhanh hơn', '99 % faster than'],
      about: [
        'Thời gian trả lời mà 99 % truy vấn không vượt. Trên 0,5 s người dùng thấy chậm; trên 2 s là hỏng.',
        'The time that 99 % of the answers stay under. Above 0.5 s users notice; above 2 s it is broken.',
      ],
      alarms: ['ThanhLocSlow'],
      unit: 's',
      // No number of nothing: where nobody asks, it is 0.
      queries: [{ expression: orZero(`${quantile(0.99)} >= 0`) }],
      levels: [
        [null, 'good'],
        [0.5, 'look'],
        [2, 'wrong'],
      ],
      links: [toConsole('server')],
    },
    { trend: true },
  )
}

function failed() {
  return stat(
    {
      ...sixth,
      title: ['Không trả lời được', 'Failed answers'],
      about: [
        'Phần truy vấn nhận SERVFAIL. Trên 1 % cần xem, trên 5 % là hỏng.',
        'The share of queries that got SERVFAIL. Look above 1 %, broken above 5 %.',
      ],
      alarms: ['ThanhLocErrorRatio'],
      unit: 'percentunit',
      decimals: 1,
      queries: [
        {
          expression: share(
            total('thanhloc_answers_total', 'outcome="failed"'),
            total('thanhloc_answers_total'),
          ),
        },
      ],
      levels: [
        [null, 'good'],
        [0.01, 'look'],
        [0.05, 'wrong'],
      ],
      links: [toConsole('server')],
    },
    { trend: true },
  )
}

function hitShare() {
  return stat(
    {
      ...sixth,
      title: ['Từ bộ nhớ đệm', 'From the cache'],
      about: [
        'Phần tên sạch được trả lời từ bộ nhớ đệm. Thấp ngay sau khi khởi động là bình thường.',
        'The share of clean names answered from the cache. Low right after a start is normal.',
      ],
      unit: 'percentunit',
      decimals: 1,
      queries: [
        {
          expression: share(
            total('thanhloc_answers_total', FROM_CACHE),
            total('thanhloc_answers_total', CLEAN),
          ),
        },
      ],
      levels: [
        [null, 'look'],
        [0.4, 'good'],
      ],
      links: [toConsole('server')],
    },
    { trend: true },
  )
}

function upstreamsUp() {
  return stat({
    ...sixth,
    title: ['Upstream hỏng', 'Upstreams down'],
    about: [
      'Máy chủ phía trên không dùng được lúc này. Còn một máy tốt thì vẫn trả lời; hỏng hết thì chỉ còn bộ nhớ đệm.',
      'Upstreams that are not usable now. One good one is enough to answer; with none only the cache is left.',
    ],
    alarms: ['ThanhLocUpstreamsDown', 'ThanhLocUpstreamDown'],
    unit: 'short',
    decimals: 0,
    queries: [{ expression: orZero(`count(${of('thanhloc_upstream_up')} == 0)`) }],
    levels: NONE_IS_GOOD,
    links: [toConsole('server')],
  })
}

function drops() {
  return stat({
    ...sixth,
    title: ['Gói bị mất', 'Kernel drops'],
    about: [
      'Gói UDP mà nhân hệ điều hành bỏ vì bộ đệm nhận đầy, trong khoảng thời gian đang xem. Tăng `net.core.rmem_max`, xem tài liệu vận hành.',
      'Datagrams the kernel dropped because a receive buffer was full, in the time shown. Raise `net.core.rmem_max`, see the operations page.',
    ],
    alarms: ['ThanhLocKernelDrops'],
    unit: 'short',
    decimals: 0,
    queries: [{ expression: `round(sum(${grown('thanhloc_udp_receive_drops_total')}))` }],
    levels: NONE_IS_BEST,
    links: [toConsole('server')],
  })
}

const durations = (q: number) => [{ expression: quantile(q, 'outcome'), legend: '{{outcome}}' }]

function slowByOutcome() {
  return lines(
    {
      ...half,
      title: ['99 % theo kết quả', '99 % by outcome'],
      about: [
        'Thời gian mà 99 % câu trả lời loại này không vượt. `blocked` và `cached` phải dưới 1 ms; `forwarded` tùy máy chủ phía trên.',
        'The time 99 % of these answers stay under. `blocked` and `cached` belong under 1 ms; `forwarded` depends on the upstreams.',
      ],
      unit: 's',
      queries: durations(0.99),
      links: [toConsole('server')],
    },
    { isLogarithmic: true },
  )
}

function usualByOutcome() {
  return lines(
    {
      ...half,
      title: ['50 % theo kết quả', '50 % by outcome'],
      about: [
        'Thời gian mà một nửa câu trả lời loại này không vượt.',
        'The time half of these answers stay under.',
      ],
      unit: 's',
      queries: durations(0.5),
      links: [toConsole('server')],
    },
    { isLogarithmic: true },
  )
}

function distribution() {
  return heat({
    ...half,
    title: ['Phân bố thời gian', 'Distribution'],
    about: [
      'Mỗi ô: bao nhiêu truy vấn được trả lời trong khoảng thời gian ấy. Hai dải là bình thường: tại chỗ và qua máy chủ phía trên.',
      'Each cell: how many queries took that long. Two bands are normal: answered here, and by an upstream.',
    ],
    unit: 's',
    queries: [
      {
        expression: `sum by (le) (increase(${of('thanhloc_answer_duration_seconds_bucket')}[$__rate_interval]))`,
        legend: '{{le}}',
      },
    ],
    links: [toConsole('server')],
  })
}

function responses() {
  return lines({
    ...half,
    title: ['Mã trả lời', 'Response codes'],
    about: [
      '`NXDOMAIN` tăng vọt: một máy dò tên ngẫu nhiên. `REFUSED`: máy ngoài mạng được phép đang hỏi.',
      'A jump of `NXDOMAIN`: a machine tries random names. `REFUSED`: machines outside of the permitted networks ask.',
    ],
    unit: 'reqps',
    queries: [{ expression: `sum by (rcode) (${rate('thanhloc_responses_total')})`, legend: '{{rcode}}' }],
    links: [toDashboard('infected'), toConsole('server')],
  })
}
