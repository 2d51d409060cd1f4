/** Which machines, in which units, of which campaign; is it getting better, and does it come back? */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { known, of, OPEN_CASES, orZero, withCampaign, withUnitName } from './expressions.ts'
import { dashboard } from './frame.ts'
import { toConsole, toDashboard } from './links.ts'
import { bars, lines, stat, table } from './panels.ts'
import { NONE_IS_BEST, NONE_IS_GOOD, PLAIN } from './signals.ts'

const sixth = { width: 4, height: 4, unit: 'short', decimals: 0 } as const
const IN_UNIT = 'unit=~"$unit"'

/** Of the chosen units, by name. */
const byUnit = (metric: string, ...matchers: readonly string[]): string =>
  withUnitName(known(of(metric, IN_UNIT, ...matchers), 'unit'))

export function infected(): Dashboard {
  return dashboard({
    name: 'infected',
    about: [
      'Máy tính đã hỏi tên trong danh sách: ở đơn vị nào, của chiến dịch nào, đang giảm hay tăng, có tái nhiễm không. Máy nào cụ thể thì xem trong trang quản trị: số liệu này không chứa địa chỉ.',
      'Machines that asked for listed names: in which units, of which campaign, fewer or more, and whether they come back. Which machine: the admin API; these figures hold no address.',
    ],
    span: '30d',
    refresh: '5m',
    hasUnits: true,
    sections: [
      { panels: [urgent(), reinfected(), open(), cleaned(), machines(), opened()] },
      {
        heading: ['Diễn biến', 'Trend'],
        panels: [stateTrend(), reinfectionTrend(), machineTrend(), unitTrend()],
      },
      { heading: ['Theo đơn vị', 'By unit'], panels: [unitTable()] },
      { heading: ['Theo chiến dịch', 'By campaign'], panels: [campaignTable(), campaignHits()] },
    ],
  })
}

function urgent() {
  return stat({
    ...sixth,
    title: ['Ưu tiên', 'Come first'],
    about: [
      'Vụ việc chưa xong của đơn vị có tên trong danh sách địa chỉ nhiễm đã công bố: xử lý trước.',
      'Open cases of units that stand on the published list of infected addresses: these first.',
    ],
    alarms: ['ThanhLocUrgentCase'],
    queries: [{ expression: known(of('thanhloc_unit_urgent_cases', IN_UNIT)) }],
    levels: NONE_IS_GOOD,
    links: [toConsole('cases')],
  })
}

function reinfected() {
  return stat({
    ...sixth,
    title: ['Tái nhiễm', 'Reinfected'],
    about: [
      'Máy đã làm sạch mà nay hỏi lại: làm sạch chưa hết, hoặc bị nhiễm lần nữa.',
      'Machines that were cleaned and ask again: not cleaned thoroughly, or infected once more.',
    ],
    alarms: ['ThanhLocReinfection'],
    queries: [{ expression: known(of('thanhloc_unit_cases', IN_UNIT, 'state="reinfected"')) }],
    levels: NONE_IS_GOOD,
    links: [toConsole('cases')],
  })
}

function open() {
  return stat({
    ...sixth,
    title: ['Chưa xong', 'Open cases'],
    about: [
      'Vụ việc mới, đã xác minh, đang làm sạch và tái nhiễm.',
      'Cases that are new, confirmed, being cleaned or reinfected.',
    ],
    queries: [{ expression: known(of('thanhloc_unit_cases', IN_UNIT, OPEN_CASES)) }],
    levels: NONE_IS_BEST,
    links: [toConsole('cases')],
  })
}

function cleaned() {
  return stat({
    ...sixth,
    title: ['Đã làm sạch', 'Cleaned'],
    about: ['Vụ việc đã làm sạch và chưa tái nhiễm.', 'Cases that were cleaned and have not come back.'],
    queries: [{ expression: known(of('thanhloc_unit_cases', IN_UNIT, 'state="cleaned"')) }],
    levels: [[null, 'good']],
    links: [toConsole('cases')],
  })
}

function machines() {
  return stat({
    ...sixth,
    title: ['Máy đã phát hiện', 'Machines found'],
    about: [
      'Máy tính đã hỏi ít nhất một tên trong danh sách, kể từ khi có cơ sở dữ liệu; không tính bộ định tuyến.',
      'Machines that asked for at least one listed name since the database was begun; routers are not counted.',
    ],
    queries: [{ expression: known(of('thanhloc_unit_machines', IN_UNIT)) }],
    levels: PLAIN,
    links: [toConsole('clients')],
  })
}

function opened() {
  return stat({
    ...sixth,
    title: ['Vụ việc mới mở', 'Cases opened'],
    about: [
      'Vụ việc được mở trong khoảng thời gian đang xem, mọi đơn vị, kể cả của bộ định tuyến.',
      'Cases opened in the time shown, of all units, those of routers too.',
    ],
    alarms: ['ThanhLocNewCase'],
    queries: [{ expression: `max(increase(${of('thanhloc_cases_opened_total')}[$__range]))` }],
    levels: PLAIN,
    links: [toConsole('cases')],
  })
}

function stateTrend() {
  return lines(
    {
      title: ['Vụ việc theo trạng thái', 'Cases by state'],
      about: [
        'Mục tiêu: phần `cleaned` lớn dần, các phần khác nhỏ dần. `new`: chưa ai xem; `confirmed`: đã xác minh; `cleaning`: đang làm sạch; `reinfected`: tái nhiễm; `false-alarm`: báo nhầm.',
        'The aim: `cleaned` grows, the others shrink.',
      ],
      unit: 'short',
      decimals: 0,
      queries: [{ expression: known(of('thanhloc_unit_cases', IN_UNIT), 'state'), legend: '{{state}}' }],
      width: 16,
      height: 9,
      links: [toConsole('cases')],
    },
    { isStacked: true },
  )
}

function reinfectionTrend() {
  return lines({
    title: ['Số lần tái nhiễm', 'Reinfections'],
    about: [
      'Tổng số lần máy đã làm sạch hỏi lại, trong các vụ việc hiện có. Đường đi lên: quy trình làm sạch cần xem lại.',
      'How often cleaned machines asked again, in the cases there are. While it climbs, look at how machines are cleaned.',
    ],
    unit: 'short',
    decimals: 0,
    queries: [
      { expression: known(of('thanhloc_unit_reinfections', IN_UNIT)), legend: 'Tái nhiễm · Reinfections' },
    ],
    width: 8,
    height: 9,
    links: [toConsole('cases')],
  })
}

function machineTrend() {
  return lines({
    title: ['Máy và bộ định tuyến', 'Machines and routers'],
    about: [
      'Máy đã phát hiện, mọi đơn vị. Bộ định tuyến: phía sau có máy nhiễm chưa biết là máy nào; bật ECS hoặc xem bảng NAT của nó.',
      'Machines found, of all units. Routers: behind them are infected machines that are not known one by one.',
    ],
    unit: 'short',
    decimals: 0,
    queries: [
      { expression: known(of('thanhloc_clients_with_hits')), legend: 'Máy · Machines' },
      { expression: known(of('thanhloc_routers_with_hits')), legend: 'Bộ định tuyến · Routers' },
    ],
    width: 12,
    height: 8,
    links: [toConsole('clients')],
  })
}

function unitTrend() {
  return lines({
    title: ['Đơn vị còn nhiều việc nhất', 'Units with most to do'],
    about: [
      'Vụ việc chưa xong của mười đơn vị có nhiều nhất.',
      'Open cases of the ten units that have most.',
    ],
    unit: 'short',
    decimals: 0,
    queries: [{ expression: `topk(10, ${byUnit('thanhloc_unit_cases', OPEN_CASES)})`, legend: '{{name}}' }],
    width: 12,
    height: 8,
    links: [toConsole('clients')],
  })
}

function unitTable() {
  const cases = (...matchers: readonly string[]): string => byUnit('thanhloc_unit_cases', ...matchers)
  const unfinished = ['Chưa xong', 'Open'] as const
  return table({
    title: ['Đơn vị', 'Units'],
    about: [
      'Của chính đơn vị; đơn vị trực thuộc có hàng riêng. `-`: máy không thuộc đơn vị nào. Xem một đơn vị: chọn ở đầu trang.',
      'Of the unit itself; units under it have rows of their own. `-`: machines of no unit. To see one unit, choose it above.',
    ],
    unit: 'short',
    decimals: 0,
    width: 24,
    height: 12,
    columns: [
      { title: ['Đơn vị', 'Unit'], label: 'name' },
      { title: ['Mã', 'Id'], label: 'unit' },
      { title: ['Ưu tiên', 'First'], query: byUnit('thanhloc_unit_urgent_cases'), levels: NONE_IS_GOOD },
      { title: ['Tái nhiễm', 'Reinfected'], query: cases('state="reinfected"'), levels: NONE_IS_GOOD },
      { title: unfinished, query: cases(OPEN_CASES), levels: NONE_IS_BEST },
      { title: ['Đang làm sạch', 'Cleaning'], query: cases('state="cleaning"') },
      { title: ['Đã làm sạch', 'Cleaned'], query: cases('state="cleaned"') },
      { title: ['Báo nhầm', 'False alarms'], query: cases('state="false-alarm"') },
      { title: ['Số lần tái nhiễm', 'Reinfections'], query: byUnit('thanhloc_unit_reinfections') },
      { title: ['Máy', 'Machines'], query: byUnit('thanhloc_unit_machines') },
    ],
    sortedBy: unfinished,
    links: [toConsole('clients'), toConsole('cases')],
  })
}

function campaignTable() {
  const cases = (matcher: string): string => known(of('thanhloc_campaign_cases', matcher), 'campaign')
  const unfinished = ['Chưa xong', 'Open'] as const
  return table({
    title: ['Chiến dịch', 'Campaigns'],
    about: [
      'Vụ việc theo chiến dịch, mọi đơn vị. `-`: danh sách không thuộc chiến dịch nào.',
      'Cases by campaign, of all units. `-`: lists of no campaign.',
    ],
    unit: 'short',
    decimals: 0,
    width: 12,
    height: 9,
    columns: [
      { title: ['Chiến dịch', 'Campaign'], label: 'campaign' },
      { title: ['Tái nhiễm', 'Reinfected'], query: cases('state="reinfected"'), levels: NONE_IS_GOOD },
      { title: unfinished, query: cases(OPEN_CASES), levels: NONE_IS_BEST },
      { title: ['Đã làm sạch', 'Cleaned'], query: cases('state="cleaned"') },
      {
        title: ['Số lần tái nhiễm', 'Reinfections'],
        query: known(of('thanhloc_campaign_reinfections'), 'campaign'),
      },
    ],
    sortedBy: unfinished,
    links: [toConsole('cases')],
  })
}

function campaignHits() {
  const growth = `increase(${of('thanhloc_hits_total')}[$__range])`
  return bars({
    title: ['Truy vấn theo chiến dịch', 'Hits by campaign'],
    about: [
      'Truy vấn mà danh sách của chiến dịch quyết định, trong khoảng thời gian đang xem.',
      'Queries decided by a list of the campaign, in the time shown.',
    ],
    unit: 'short',
    decimals: 0,
    queries: [
      {
        expression: `sort_desc(${orZero(`sum by (campaign) (${withCampaign(growth)})`)})`,
        legend: '{{campaign}}',
      },
    ],
    levels: PLAIN,
    width: 12,
    height: 9,
    links: [toDashboard('lists'), toConsole('clients')],
  })
}
