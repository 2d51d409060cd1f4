/** What all dashboards have: data source, servers and units to choose from, links between them, and their look. */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import {
  CustomVariableBuilder, DashboardBuilder, DashboardCursorSync, DatasourceVariableBuilder, QueryVariableBuilder, RowBuilder,
  VariableRefresh, VariableSort, type Dashboard, type Panel,
} from '@grafana/grafana-foundation-sdk/dashboard' // prettier-ignore
import { DASHBOARDS, linkBuilder, toDashboard, type DashboardName } from './links.ts'
import { DATA_SOURCE } from './queries.ts'
import { textOf, titleOf, type Bilingual } from './words.ts'

/** Panels under a heading; the first ones of a dashboard stand without. */
export interface Section {
  readonly heading?: Bilingual
  readonly panels: readonly Builder<Panel>[]
}

export interface Frame {
  readonly name: DashboardName
  readonly about: Bilingual
  /** What is shown at first, up to now: `6h`. */
  readonly span: string
  /** How often it is asked again. */
  readonly refresh: string
  readonly hasUnits?: boolean
  readonly sections: readonly Section[]
}

export function dashboard({ name, about, span, refresh, hasUnits = false, sections }: Frame): Dashboard {
  const { uid, title } = DASHBOARDS[name]
  const others = (Object.keys(DASHBOARDS) as DashboardName[]).filter((other) => other !== name)
  const builder = new DashboardBuilder(`Thanh Lọc: ${titleOf(title)}`)
    .uid(uid)
    .description(textOf(about))
    .tags(['thanhloc'])
    .time({ from: `now-${span}`, to: 'now' })
    .refresh(refresh)
    .tooltip(DashboardCursorSync.Crosshair)
    .variables([source(), instance(), ...(hasUnits ? [unit()] : []), console(), scheme()])
    .links(others.map((other) => linkBuilder(toDashboard(other))))
  for (const { heading, panels } of sections) {
    if (heading !== undefined) builder.withRow(new RowBuilder(titleOf(heading)))
    for (const panel of panels) builder.withPanel(panel)
  }
  return finished(builder.build())
}

function source(): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder('datasource').label(titleOf(['Nguồn dữ liệu', 'Data source'])).type('prometheus') // prettier-ignore
}

/** Those that are scraped, also while they are down; put into queries by name, so that other programs stay out. */
function instance(): QueryVariableBuilder {
  return queried('instance', ['Máy chủ', 'Server'], 'label_values(up{job="thanhloc"}, instance)')
    .multi(true)
    .includeAll(true)
    .current({ text: 'All', value: '$__all' })
}

/** Chosen by name, put into queries by id. Those of no unit too, as long as nothing is chosen. */
function unit(): QueryVariableBuilder {
  return queried(
    'unit',
    ['Đơn vị', 'Unit'],
    'query_result(max by (name, unit) (thanhloc_unit_info{instance=~"$instance"}))',
  )
    .regex('/name="(?<text>[^"]*)".*unit="(?<value>[^"]*)"/')
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ text: 'All', value: '$__all' })
}

/** The one server whose page the links open; where servers are called otherwise than they are reached, to be typed. */
function console(): QueryVariableBuilder {
  return queried(
    'console',
    ['Liên kết mở máy chủ', 'Links open'],
    'label_values(up{job="thanhloc", instance=~"$instance"}, instance)',
  ).allowCustomValue(true)
}

/** How it is reached; https where `admin.tls` is set. */
function scheme(): CustomVariableBuilder {
  return new CustomVariableBuilder('scheme')
    .label(titleOf(['qua', 'by']))
    .values('http,https')
    .current({ text: 'http', value: 'http' })
}

function queried(name: string, label: Bilingual, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(titleOf(label))
    .datasource(DATA_SOURCE)
    .query({ query, refId: 'PrometheusVariableQueryEditor-VariableQuery' })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.NaturalAsc)
}

/**
 * Numbers of panels stand in the addresses people send each other: the same as long as the order is. Links are seen; where
 * the builder puts them, they wait in a menu.
 */
function finished(built: Dashboard): Dashboard {
  const panels = built.panels ?? []
  panels.forEach((panel, index) => (panel.id = index + 1))
  const links = panels.flatMap((panel) => ('links' in panel ? (panel.links ?? []) : []))
  for (const link of [...(built.links ?? []), ...links]) delete link.placement
  return built
}
