/**
 * Metrics whose values are read when they are asked for. Nothing counts through prom-client (0.85 µs a call): the
 * threads count in shared memory or in their own fields, and a scrape publishes what stands there.
 */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** Every name of ours begins so. */
export const PREFIX = 'thanhloc_'

export type Labels<Name extends string> = Readonly<Record<Name, string>>
/** A value with its labels. */
export type Sample<Name extends string> = readonly [labels: Labels<Name>, value: number]

/** Cumulative counts of one label set: `buckets` not cumulated, the last +Inf. */
export interface Distribution<Name extends string> {
  readonly labels: Labels<Name>
  readonly buckets: ArrayLike<number>
  readonly sum: number
}

/** Declares metrics in one registry; names come without the prefix. */
export class Declarations {
  readonly #registry: Registry

  constructor(registry: Registry) {
    this.#registry = registry
  }

  /** A count that only grows, to be read from `samples`; the name ends in `_total`. */
  counter<Name extends string>(
    name: string,
    help: string,
    labelNames: readonly Name[],
    samples: () => Iterable<Sample<Name>>,
  ): void {
    const known = (): Iterable<Sample<Name>> => Iterator.from(samples()).filter(([, value]) => value >= 0)
    this.#registry.registerMetric(
      readAtScrape(new Counter<string>({ name: PREFIX + name, help, labelNames, registers: [] }), known),
    )
  }

  /** A value that goes up and down, in the base unit its name says. */
  gauge<Name extends string>(
    name: string,
    help: string,
    labelNames: readonly Name[],
    samples: () => Iterable<Sample<Name>>,
  ): void {
    this.#registry.registerMetric(
      readAtScrape(new Gauge<string>({ name: PREFIX + name, help, labelNames, registers: [] }), samples),
    )
  }

  /** A distribution counted elsewhere; `bounds` are the upper bounds but +Inf. */
  histogram<Name extends string>(
    name: string,
    help: string,
    labelNames: readonly Name[],
    bounds: readonly number[],
    distributions: () => Iterable<Distribution<Name>>,
  ): void {
    const histogram = new CountedHistogram(PREFIX + name, help, labelNames, bounds, distributions)
    this.#registry.registerMetric(histogram)
  }
}

/**
 * The metric, but what it is asked for comes from `samples` and from nowhere else: labels of what is gone go with it, what
 * nobody counted is not 0, and nothing is looked up by its labels, which would be most of the cost of a scrape.
 */
function readAtScrape<Metric extends Counter | Gauge>(
  metric: Metric,
  samples: () => Iterable<Sample<string>>,
): Metric {
  const { name, help } = metric as unknown as { readonly name: string; readonly help: string }
  const type = metric instanceof Counter ? 'counter' : 'gauge'
  const get = () => {
    const values = []
    for (const [labels, value] of samples()) if (isValue(value)) values.push({ labels, value })
    return Promise.resolve({ name, help, type, aggregator: 'sum', values })
  }
  return Object.assign(metric, { get })
}

/** prom-client's histogram observes one value at a time; this one publishes buckets that are already counted. */
class CountedHistogram extends Histogram {
  readonly #name: string
  readonly #help: string
  readonly #bounds: readonly number[]
  readonly #distributions: () => Iterable<Distribution<string>>

  constructor(
    name: string,
    help: string,
    labelNames: readonly string[],
    bounds: readonly number[],
    distributions: () => Iterable<Distribution<string>>,
  ) {
    super({ name, help, labelNames, buckets: [...bounds], registers: [] })
    this.#name = name
    this.#help = help
    this.#bounds = bounds
    this.#distributions = distributions
  }

  /** What the registry makes text of, and what `get` is made of; the library's types leave it out. */
  getForPromString() {
    const values = [...this.#distributions()].flatMap((distribution) => this.#values(distribution))
    return Promise.resolve({
      name: this.#name,
      help: this.#help,
      type: 'histogram',
      aggregator: 'sum',
      values,
    })
  }

  #values({ labels, buckets, sum }: Distribution<string>) {
    let count = 0
    const cumulated = Array.from(buckets, (bucket, index) => {
      count += bucket
      return {
        metricName: `${this.#name}_bucket`,
        labels: { ...labels, le: this.#bounds[index] ?? '+Inf' },
        sharedLabels: {},
        value: count,
      }
    })
    return [
      ...cumulated,
      { metricName: `${this.#name}_sum`, labels: { ...labels }, sharedLabels: {}, value: sum },
      { metricName: `${this.#name}_count`, labels: { ...labels }, sharedLabels: {}, value: count },
    ]
  }
}

/** Without labels: the one value, or none where it is not known. */
export function single(value: number | null | undefined): Sample<never>[] {
  return value === null || value === undefined ? [] : [[{}, value]]
}

function isValue(value: number): boolean {
  return Number.isFinite(value)
}
