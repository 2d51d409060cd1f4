/** Reads the text format of Prometheus as strictly as promtool, and says what promtool's linter would. */

export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Family {
  readonly name: string
  readonly help: string
  readonly type: string
  readonly samples: readonly Sample[]
}

export interface Exposition {
  readonly families: readonly Family[]
  readonly samples: readonly Sample[]
  /** Lines that are none of the format, samples without a family, what a linter would say. */
  readonly problems: readonly string[]
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)/y
const TYPES = new Set(['counter', 'gauge', 'histogram', 'summary', 'untyped'])
/** Not base units. */
const OTHER_UNITS = /_(?:milliseconds|ms|minutes|hours|days|percent|kilobytes|megabytes|kb|mb)(?:_|$)/

export function parseMetrics(text: string): Exposition {
  const problems: string[] = []
  const helps = new Map<string, string>()
  const types = new Map<string, string>()
  const byFamily = new Map<string, Sample[]>()
  let current = ''
  if (!text.endsWith('\n')) problems.push('the last line has no end')
  for (const line of text.split('\n')) {
    const comment = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line)
    if (comment) {
      const [, kind, name, rest] = comment as unknown as [string, string, string, string]
      const seen = kind === 'HELP' ? helps : types
      if (seen.has(name)) problems.push(`${name}: ${kind} twice`)
      seen.set(name, rest)
      current = name
      continue
    }
    if (line === '' || line.startsWith('#')) continue
    const sample = readSample(line)
    if (sample === null) problems.push(`no sample: ${line}`)
    else if (familyOf(sample.name, types) !== current)
      problems.push(`${sample.name} stands outside its family`)
    else byFamily.set(current, [...(byFamily.get(current) ?? []), sample])
  }
  const families = [...types].map(([name, type]) => {
    return { name, type, help: helps.get(name) ?? '', samples: byFamily.get(name) ?? [] }
  })
  return {
    families,
    samples: families.flatMap(({ samples }) => samples),
    problems: [...problems, ...families.flatMap(lint)],
  }
}

function readSample(line: string): Sample | null {
  const match = SAMPLE.exec(line)
  if (!match) return null
  const [, name, inner = '', text] = match as unknown as [string, string, string | undefined, string]
  const labels: Record<string, string> = {}
  LABEL.lastIndex = 0
  while (LABEL.lastIndex < inner.length) {
    const label = LABEL.exec(inner)
    if (!label || Object.hasOwn(labels, label[1]!)) return null
    labels[label[1]!] = label[2]!.replaceAll('\\"', '"').replaceAll('\\\\', '\\')
  }
  const value = text === '+Inf' ? Infinity : Number(text)
  return Number.isNaN(value) && text !== 'NaN' ? null : { name, labels, value }
}

function familyOf(name: string, types: ReadonlyMap<string, string>): string {
  const base = name.replace(/_(?:bucket|sum|count)$/, '')
  return types.get(base) === 'histogram' ? base : name
}

function lint({ name, help, type, samples }: Family): string[] {
  const problems: string[] = []
  const say = (what: string): void => void problems.push(`${name}: ${what}`)
  if (help === '') say('no help')
  if (!TYPES.has(type)) say(`no such type: ${type}`)
  if (type === 'counter' && !name.endsWith('_total')) say('a counter without _total')
  if (type !== 'counter' && name.endsWith('_total')) say('_total and no counter')
  if (OTHER_UNITS.test(name)) say('no base unit')
  if (/[A-Z]/.test(name)) say('capitals')
  if (name.includes(type) && type !== 'untyped') say('its type in its name')
  const keys = samples.map(
    (sample) => `${sample.name} ${JSON.stringify(Object.entries(sample.labels).sort())}`,
  )
  if (new Set(keys).size !== keys.length) say('the same sample twice')
  if (type === 'histogram') problems.push(...lintHistogram(name, samples))
  return problems
}

/** Buckets grow, and the last one is the count. */
function lintHistogram(name: string, samples: readonly Sample[]): string[] {
  const problems: string[] = []
  for (const count of samples.filter((sample) => sample.name === `${name}_count`)) {
    const isSame = (sample: Sample): boolean =>
      Object.entries(count.labels).every(([label, value]) => sample.labels[label] === value)
    const buckets = samples.filter((sample) => sample.name === `${name}_bucket` && isSame(sample))
    const bounds = buckets.map(({ labels }) => (labels['le'] === '+Inf' ? Infinity : Number(labels['le'])))
    if (bounds.some((bound, index) => !(bound > (bounds[index - 1] ?? -Infinity))))
      problems.push(`${name}: bounds`)
    if (buckets.some(({ value }, index) => value < (buckets[index - 1]?.value ?? 0)))
      problems.push(`${name}: buckets shrink`)
    if (bounds.at(-1) !== Infinity || buckets.at(-1)?.value !== count.value)
      problems.push(`${name}: the last bucket is not the count`)
    if (!samples.some((sample) => sample.name === `${name}_sum` && isSame(sample)))
      problems.push(`${name}: no sum`)
  }
  return problems
}
