/** What panels ask Prometheus: over the time shown, for now as one value, for now as rows of a table, or as a heat map. */
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'

/** PromQL and what its series are called: text, `{{label}}`. */
export interface Query {
  readonly expression: string
  readonly legend?: string
}

export type Asking = 'over-time' | 'now' | 'rows' | 'heat'

/** The data source that the dashboard's variable names. */
export const DATA_SOURCE = { type: 'prometheus', uid: '${datasource}' }

export function targets(queries: readonly Query[], asking: Asking): DataqueryBuilder[] {
  return queries.map(({ expression, legend }, index) => {
    const query = new DataqueryBuilder()
      .refId(String.fromCharCode(65 + index))
      .datasource(DATA_SOURCE)
      .expr(expression)
      .legendFormat(legend ?? '__auto')
    if (asking === 'rows') return query.instant().format(PromQueryFormat.Table)
    if (asking === 'heat') return query.range().format(PromQueryFormat.Heatmap)
    return asking === 'now' ? query.instant() : query.range()
  })
}
