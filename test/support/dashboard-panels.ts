/** The dashboards as Grafana reads them from their JSON: their panels and variables, and queries with variables filled in. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const directory = join(import.meta.dirname, '../../dashboards')

export interface Target {
  readonly refId: string
  readonly expr: string
  readonly legendFormat: string
  readonly instant?: boolean
  readonly format?: string
  readonly datasource: { readonly type: string; readonly uid: string }
}

export interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly description?: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly links?: readonly { readonly title: string; readonly url: string }[]
  readonly targets?: readonly Target[]
  readonly fieldConfig?: {
    readonly defaults: { readonly unit?: string; readonly thresholds?: { readonly steps: readonly object[] } }
  }
  readonly options?: { readonly legend?: { readonly showLegend: boolean } }
  readonly transformations?: readonly { readonly id: string; readonly options: Organised }[]
}

/** Columns of a table. */
export interface Organised {
  readonly indexByName?: Readonly<Record<string, number>>
  readonly renameByName?: Readonly<Record<string, string>>
}

export interface Variable {
  readonly name: string
  readonly type: string
  readonly label: string
  readonly query: string | { readonly query: string }
  readonly regex?: string
  readonly multi?: boolean
}

export interface DashboardJson {
  readonly id?: unknown
  readonly uid: string
  readonly title: string
  readonly description: string
  readonly schemaVersion: number
  readonly time: { readonly from: string; readonly to: string }
  readonly refresh: string
  readonly links: readonly { readonly title: string; readonly url: string }[]
  readonly templating: { readonly list: readonly Variable[] }
  readonly panels: readonly Panel[]
}

/** File name → dashboard. */
export function readDashboards(): ReadonlyMap<string, DashboardJson> {
  const names = readdirSync(directory).filter((name) => name.endsWith('.json')).toSorted() // prettier-ignore
  return new Map(names.map((name) => [name, JSON.parse(readFileSync(join(directory, name), 'utf8')) as DashboardJson])) // prettier-ignore
}

/** Rows are headings and ask nothing. */
export function asking({ panels }: DashboardJson): readonly Panel[] {
  return panels.filter(({ type }) => type !== 'row')
}

/** Names of metrics in PromQL. Functions are followed by `(`, labels stand inside of braces or after `by`. */
export function metricsIn(expression: string): string[] {
  return [...expression.matchAll(/\b(up|ALERTS|(?:thanhloc|process)_\w+)\b/g)].map(([, name]) => name!)
}

export interface Filling {
  readonly instances: readonly string[]
  readonly unit: string
  readonly rateSeconds: number
  readonly rangeSeconds: number
}

/** As Grafana fills in: several values as an alternative of escaped texts. Throws where a variable is left over. */
export function fill(expression: string, { instances, unit, rateSeconds, rangeSeconds }: Filling): string {
  const escaped = instances.map((text) => text.replace(/[.\\+*?[^\]$(){}|]/g, '\\\\$&'))
  const filled = expression
    .replaceAll('$__rate_interval', `${rateSeconds}s`)
    .replaceAll('$__range', `${rangeSeconds}s`)
    .replaceAll('$instance', escaped.length === 1 ? escaped[0]! : `(${escaped.join('|')})`)
    .replaceAll('$unit', unit)
  if (filled.includes('$')) throw new Error(`a variable nobody fills in: ${filled}`)
  return filled
}
