/** The dashboards there are, as the files Grafana is provisioned with. */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { infected } from './infected.ts'
import type { DashboardName } from './links.ts'
import { lists } from './lists.ts'
import { overview } from './overview.ts'
import { resolver } from './resolver.ts'

/** By name; the file is called the same, with `.json`. */
export function dashboards(): Readonly<Record<DashboardName, Dashboard>> {
  return { overview: overview(), infected: infected(), resolver: resolver(), lists: lists() }
}

/** Name of a file → its text. */
export function dashboardFiles(): Readonly<Record<string, string>> {
  const files = Object.entries(dashboards())
  return Object.fromEntries(
    files.map(([name, built]) => [`${name}.json`, `${JSON.stringify(built, null, 2)}\n`]),
  )
}
