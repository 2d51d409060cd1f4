/** PromQL that several panels share. `$instance` and `$unit` are filled in by Grafana from the variables of frame.ts. */

/** Matchers on labels, as written in PromQL: `outcome="blocked"`. */
export type Matcher = string

/** Names that other programs use too are those of the job that config/prometheus gives the resolvers. */
const OURS = 'job="thanhloc"'

/** A metric of the chosen servers; the name comes whole. */
export function of(name: string, ...matchers: readonly Matcher[]): string {
  const own = name.startsWith('thanhloc_') ? [] : [OURS]
  return `${name}{${['instance=~"$instance"', ...own, ...matchers].join(', ')}}`
}

/** Per second, over the span that Grafana takes for right. */
export function rate(name: string, ...matchers: readonly Matcher[]): string {
  return `rate(${of(name, ...matchers)}[$__rate_interval])`
}

/** Per second, over all chosen servers. */
export function total(name: string, ...matchers: readonly Matcher[]): string {
  return `sum(${rate(name, ...matchers)})`
}

/** How much it grew in the whole time shown. */
export function grown(name: string, ...matchers: readonly Matcher[]): string {
  return `increase(${of(name, ...matchers)}[$__range])`
}

/** For what is not there when all is well: 0 instead of no data. */
export function orZero(expression: string): string {
  return `(${expression}) or vector(0)`
}

/**
 * Of machines and cases, by `labels`. Two servers that take over each other's hits know the same machines: the greatest
 * number counts, where a sum would count them twice.
 */
export function known(expression: string, ...labels: readonly string[]): string {
  const within = ['instance', ...labels].join(', ')
  return `max${by(labels)} (sum by (${within}) (${expression}))`
}

/** With the name of the unit beside its id. */
export function withUnitName(expression: string): string {
  const names = of('thanhloc_unit_info', 'unit=~"$unit"')
  return `(${expression}) * on (unit) group_left (name) topk by (unit) (1, max by (unit, name) (${names}))`
}

/** A rate or growth of `thanhloc_hits_total`, with the campaign each list belongs to. */
export function withCampaign(expression: string): string {
  const lists = `max by (instance, list, campaign) (${of('thanhloc_list_info')})`
  return `(${expression}) * on (instance, list) group_left (campaign) ${lists}`
}

/** The share of `part` in `whole`, 0 where there is nothing at all. */
export function share(part: string, whole: string): string {
  return `(${part}) / ((${whole}) > 0) or vector(0)`
}

/** Seconds within which a share `q` of the answers was given. */
export function quantile(q: number, ...labels: readonly string[]): string {
  const buckets = rate('thanhloc_answer_duration_seconds_bucket')
  return `histogram_quantile(${q}, sum by (${['le', ...labels].join(', ')}) (${buckets}))`
}

/** States of cases in which there is something to do. */
export const OPEN_CASES: Matcher = 'state=~"new|confirmed|cleaning|reinfected"'

function by(labels: readonly string[]): string {
  return labels.length === 0 ? '' : ` by (${labels.join(', ')})`
}
