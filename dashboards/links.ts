/** Where a panel leads: another dashboard with the same time and servers, or the page of the server's admin API. */
import { DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard'
import { titleOf, type Bilingual } from './words.ts'

/** Title and address. */
export interface Link {
  readonly title: string
  readonly url: string
}

export const DASHBOARDS = {
  overview: { uid: 'thanhloc-overview', title: ['Tổng quan', 'Overview'] },
  infected: { uid: 'thanhloc-infected', title: ['Máy nhiễm', 'Infected clients'] },
  resolver: { uid: 'thanhloc-resolver', title: ['Máy chủ phân giải', 'Resolver'] },
  lists: { uid: 'thanhloc-lists', title: ['Danh sách chặn', 'Lists'] },
} as const satisfies Readonly<Record<string, { readonly uid: string; readonly title: Bilingual }>>

export type DashboardName = keyof typeof DASHBOARDS

/** Parts of the admin API (tags of its description), and what is done there. */
const CONSOLE = {
  clients: ['Xem từng máy', 'See the machines'],
  cases: ['Xử lý vụ việc', 'Work on cases'],
  policy: ['Danh sách, tên cho qua, tạm dừng', 'Lists, allowed names, pause'],
  server: ['Trạng thái, bộ nhớ đệm, cấu hình', 'State, cache, configuration'],
} as const satisfies Readonly<Record<string, Bilingual>>

/** Another dashboard, with the time and the servers of this one. */
export function toDashboard(name: DashboardName): Link {
  const { uid, title } = DASHBOARDS[name]
  const kept = '${__url_time_range}&${datasource:queryparam}&${instance:queryparam}'
  return { title: titleOf(title), url: `/d/${uid}?${kept}` }
}

/** The page of the admin API of one server, where its calls are made by hand. */
export function toConsole(part: keyof typeof CONSOLE): Link {
  return { title: titleOf(CONSOLE[part]), url: `\${scheme}://\${console}/docs#/${part}` }
}

/** As the panels and the head of a dashboard want it. */
export function linkBuilder({ title, url }: Link): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title)
    .type(DashboardLinkType.Link)
    .url(url)
    .targetBlank(url.startsWith('$'))
}
