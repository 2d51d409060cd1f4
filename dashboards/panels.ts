/**
 * Panels of one look. Each says what it is in two languages, in which unit it counts, and where to act. Few kinds: one
 * number, numbers side by side, lines, bars from the longest down, states over time, a table, a heat map.
 */
import { PanelBuilder as BarsBuilder } from '@grafana/grafana-foundation-sdk/bargauge'
import type { Builder } from '@grafana/grafana-foundation-sdk/cog'
import {
  BarGaugeDisplayMode, BigValueColorMode, BigValueGraphMode, BigValueTextMode, LegendDisplayMode, LegendPlacement,
  ReduceDataOptionsBuilder, ScaleDistribution, ScaleDistributionConfigBuilder, SortOrder, StackingConfigBuilder,
  StackingMode, TableSortByFieldStateBuilder, TooltipDisplayMode, VisibilityMode, VizLegendOptionsBuilder, VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common' // prettier-ignore
import {
  FieldColorBuilder, FieldColorModeId, ThresholdsConfigBuilder, ThresholdsMode, type Panel,
} from '@grafana/grafana-foundation-sdk/dashboard' // prettier-ignore
import {
  HeatmapColorMode, HeatmapColorOptionsBuilder, PanelBuilder as HeatBuilder, YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap' // prettier-ignore
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat'
import { PanelBuilder as StatesBuilder } from '@grafana/grafana-foundation-sdk/statetimeline'
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table'
import { PanelBuilder as LinesBuilder } from '@grafana/grafana-foundation-sdk/timeseries'
import { linkBuilder, type Link } from './links.ts'
import { DATA_SOURCE, targets, type Asking, type Query } from './queries.ts'
import { mapped, stepped, type Level, type Meaning } from './signals.ts'
import { textOf, titleOf, type Bilingual } from './words.ts'

export interface PanelSpec {
  readonly title: Bilingual
  /** What is counted, and from when on something should be done. */
  readonly about: Bilingual
  /** Alarms that tell the same; each has a section in docs/runbook.md. */
  readonly alarms?: readonly string[]
  /** As Grafana calls it: `short`, `percentunit`, `s`, `bytes`, `reqps`. */
  readonly unit: string
  readonly queries: readonly Query[]
  readonly links: readonly [Link, ...Link[]]
  /** In columns of 24. */
  readonly width: number
  readonly height: number
  readonly decimals?: number
  /** Without: nothing is good or bad about it. */
  readonly levels?: readonly Level[]
  readonly meanings?: readonly Meaning[]
}

/** What all builders of panels have. */
interface Common<Self> extends Builder<Panel> {
  title(text: string): Self
  description(text: string): Self
  unit(unit: string): Self
  decimals(count: number): Self
  datasource(source: typeof DATA_SOURCE): Self
  targets(queries: ReturnType<typeof targets>): Self
  links(links: ReturnType<typeof linkBuilder>[]): Self
  height(rows: number): Self
  span(columns: number): Self
  thresholds(config: ThresholdsConfigBuilder): Self
  mappings(mappings: ReturnType<typeof mapped>): Self
}

function filled<Self extends Common<Self>>(builder: Self, spec: PanelSpec, asking: Asking): Self {
  const { title, about, alarms = [], unit, queries, links, width, height, decimals, levels, meanings } = spec
  const panel = builder
    .title(titleOf(title))
    .description([textOf(about), ...alarms.map(runbookOf)].join('\n\n'))
    .unit(unit)
    .datasource(DATA_SOURCE)
    .targets(targets(queries, asking))
    .links(links.map(linkBuilder))
    .span(width)
    .height(height)
    .mappings(mapped(meanings ?? []))
  if (decimals !== undefined) panel.decimals(decimals)
  if (levels !== undefined)
    panel.thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(stepped(levels)))
  return panel
}

/** Where it says what to do, as prometheus rules say it too. */
function runbookOf(alarm: string): string {
  return `${alarm}: docs/runbook.md#${alarm.toLowerCase()}`
}

const last = (): ReduceDataOptionsBuilder => new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false).fields('') // prettier-ignore
const shade = (mode: FieldColorModeId): FieldColorBuilder => new FieldColorBuilder().mode(mode)

/** One number on its colour; with `trend` the line behind it. */
export function stat(spec: PanelSpec, { trend = false } = {}): StatBuilder {
  return filled(new StatBuilder(), spec, trend ? 'over-time' : 'now')
    .reduceOptions(last())
    .colorMode(trend ? BigValueColorMode.Value : BigValueColorMode.Background)
    .graphMode(trend ? BigValueGraphMode.Area : BigValueGraphMode.None)
    .textMode(BigValueTextMode.Value)
    .colorScheme(shade(FieldColorModeId.Thresholds))
}

/** Numbers side by side, each with its name and its colour. */
export function signals(spec: PanelSpec): StatBuilder {
  return filled(new StatBuilder(), spec, 'now')
    .reduceOptions(last())
    .colorMode(BigValueColorMode.Background)
    .graphMode(BigValueGraphMode.None)
    .textMode(BigValueTextMode.ValueAndName)
    .orientation(VizOrientation.Vertical)
    .colorScheme(shade(FieldColorModeId.Thresholds))
}

export interface LinesLook {
  /** Areas on top of each other, for parts of a whole. */
  readonly isStacked?: boolean
  /** For times from microseconds to seconds. */
  readonly isLogarithmic?: boolean
  /** What stands beside the names; the last value and the greatest one unless given. */
  readonly calcs?: readonly string[]
}

export function lines(spec: PanelSpec, look: LinesLook = {}): LinesBuilder {
  const { isStacked = false, isLogarithmic = false, calcs = ['lastNotNull', 'max'] } = look
  const panel = filled(new LinesBuilder(), spec, 'over-time')
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.Table)
        .placement(spec.width > 12 ? LegendPlacement.Right : LegendPlacement.Bottom)
        .calcs([...calcs])
        .sortBy('Last *')
        .sortDesc(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .colorScheme(shade(FieldColorModeId.PaletteClassicByName))
    .showPoints(VisibilityMode.Never)
    .lineWidth(1)
    .fillOpacity(isStacked ? 40 : 8)
  if (isStacked) panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'))
  return isLogarithmic
    ? panel.scaleDistribution(new ScaleDistributionConfigBuilder().type(ScaleDistribution.Log).log(10))
    : panel.min(0)
}

/** Bars that lie, the longest first; queries end in `topk` or `sort_desc`. */
export function bars(spec: PanelSpec): BarsBuilder {
  return filled(new BarsBuilder(), spec, 'now')
    .reduceOptions(last())
    .displayMode(BarGaugeDisplayMode.Basic)
    .orientation(VizOrientation.Horizontal)
    .showUnfilled(false)
    .min(0)
    .colorScheme(shade(FieldColorModeId.Thresholds))
}

/** A band for each series, in the colours of its `meanings`. */
export function states(spec: PanelSpec): StatesBuilder {
  return filled(new StatesBuilder(), spec, 'over-time')
    .showValue(VisibilityMode.Never)
    .mergeValues(true)
    .rowHeight(0.8)
    .legend(new VizLegendOptionsBuilder().showLegend(false).displayMode(LegendDisplayMode.Hidden))
    .colorScheme(shade(FieldColorModeId.Thresholds))
}

/** Counts of a histogram by time and bucket. */
export function heat(spec: PanelSpec): HeatBuilder {
  return filled(new HeatBuilder(), spec, 'heat')
    .calculate(false)
    .color(new HeatmapColorOptionsBuilder().mode(HeatmapColorMode.Scheme).scheme('Blues').steps(64))
    .yAxis(new YAxisConfigBuilder().unit(spec.unit))
    .hideLegend()
}

/** A column of a table: a query, or with `label` what a label says. */
export interface Column {
  readonly title: Bilingual
  readonly label?: string
  readonly query?: string
  readonly unit?: string
  readonly levels?: readonly Level[]
  readonly meanings?: readonly Meaning[]
}

export interface TableSpec extends Omit<PanelSpec, 'queries' | 'levels' | 'meanings'> {
  readonly columns: readonly Column[]
  /** Title of the column by which it is sorted, the greatest first. */
  readonly sortedBy: Bilingual
}

/** One row for each set of labels that the queries have in common. */
export function table(spec: TableSpec): TableBuilder {
  const asked = spec.columns.flatMap(({ query }) => (query === undefined ? [] : [{ expression: query }]))
  const panel = filled(new TableBuilder(), { ...spec, queries: asked }, 'rows')
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({ id: 'organize', options: organised(spec.columns) })
    .sortBy([new TableSortByFieldStateBuilder().displayName(titleOf(spec.sortedBy)).desc(true)])
    .filterable(true)
  for (const { title, unit, levels, meanings } of spec.columns) {
    const properties = [
      ...(unit === undefined ? [] : [{ id: 'unit', value: unit }]),
      ...(meanings === undefined ? [] : [{ id: 'mappings', value: mapped(meanings) }]),
      ...(levels === undefined
        ? []
        : [
            { id: 'thresholds', value: { mode: ThresholdsMode.Absolute, steps: stepped(levels) } },
            { id: 'custom.cellOptions', value: { type: 'color-background', mode: 'basic' } },
          ]),
    ]
    if (properties.length > 0) panel.overrideByName(titleOf(title), properties)
  }
  return panel
}

/** What Prometheus calls the columns is replaced by their titles; the time of asking and other labels are left out. */
function organised(columns: readonly Column[]): object {
  const source = columns.map(({ label, query }) => ({ label, isAsked: query !== undefined }))
  const isAlone = source.filter(({ isAsked }) => isAsked).length === 1
  let asked = 0
  const names = source.map(({ label, isAsked }) => {
    if (!isAsked) return label!
    return isAlone ? 'Value' : `Value #${String.fromCharCode(65 + asked++)}`
  })
  return {
    excludeByName: { Time: true },
    indexByName: Object.fromEntries(names.map((name, index) => [name, index])),
    renameByName: Object.fromEntries(names.map((name, index) => [name, titleOf(columns[index]!.title)])),
  }
}
