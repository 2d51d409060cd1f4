/**
 * The reference for people (docs/configuration.md) and the JSON Schema for editors (docs/config.schema.json), both
 * made from the schema: a key without a description would show here as a hole.
 */
import { describeShape } from './expectation.ts'
import { CONFIG_SHAPE, type Shape } from './schema.ts'
import { isOptional } from './walk.ts'

const INTRODUCTION = `# Configuration

<!-- Generated from src/config by \`npm run generate\`. Do not edit. -->

The configuration is one YAML 1.2 file, \`config/thanhloc.yaml\` unless \`--config FILE\` names another.
\`bin/thanhloc check\` says what is wrong with it, by line and column, and prints what is in force.
Editors check it while you write when it begins with the line
\`# yaml-language-server: $schema=../docs/config.schema.json\`.

- **Everything has a default.** An empty file is a resolver on 127.0.0.1:5354 that blocks nothing.
- **Unknown keys are errors**, with the nearest valid key in the message.
- **Durations** are a whole number and a unit: \`60s\`, \`10m\`, \`2h\`, \`7d\`, \`4w\`. **Sizes** likewise: \`64MB\` (1 MB is 1,048,576 bytes).
- **Addresses with a port** are written \`192.0.2.1:53\` and \`[2001:db8::1]:53\`.
- **Names** may be written in any spelling, with Vietnamese letters too; \`check\` prints the one that is used.
- **Relative paths** start at the directory of the configuration file, or, where that directory is called \`config\`, at the one above it: \`blocklists/apt32.txt\` in \`/srv/thanhloc/config/thanhloc.yaml\` is \`/srv/thanhloc/blocklists/apt32.txt\`, wherever the program is started. Paths on the command line start at the working directory.
- **Secrets are not in this file**: the token of the admin API comes from \`admin.tokenFile\` or from the environment variable \`THANHLOC_ADMIN_TOKEN\`.

The command line of \`serve\`, \`check\` and \`lookup\` stands above the file: \`--listen ADDR:PORT\`, \`--upstream ADDR[:PORT]\`,
\`--list FILE\`, \`--sinkhole IP\` (each may be repeated, and each replaces what the file says), \`--admin ADDR:PORT|off\`,
\`--data DIR\`, \`--workers N\`.
`

/** docs/configuration.md. */
export function configurationReference(): string {
  const sections = Object.entries(CONFIG_SHAPE.properties ?? {})
  return [INTRODUCTION, ...sections.map(([key, shape]) => section(key, shape))].join('\n')
}

/** docs/config.schema.json: the schema without our own keywords; keys that have a default are not required. */
export function configurationSchema(): Record<string, unknown> {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Thanh Lọc configuration',
    ...plainSchema(CONFIG_SHAPE),
  }
}

function section(key: string, shape: Shape): string {
  const lines = [`## ${key}`, '', shape.description ?? '', '']
  const keys = shape.properties ?? shape.items?.properties
  if (keys === undefined) {
    const described = shape.patternProperties === undefined ? describeShape(shape) : 'a map of names'
    return [...lines, `${capital(described)}. Default: ${defaultText(shape)}.`, ''].join('\n')
  }
  if (shape.items !== undefined)
    lines.push(`A list; each entry has these keys. Default: ${defaultText(shape)}.`, '')
  lines.push(...table(keys), '', ...within(key, keys))
  return lines.join('\n')
}

/** Tables of what has keys of its own: entries of a list inside, and what may also be left out. */
function within(prefix: string, keys: Readonly<Record<string, Shape>>): string[] {
  return Object.entries(keys).flatMap(([inner, shape]) => {
    const entry = shape.items?.properties
    const own = entry ?? shape.anyOf?.find(({ properties }) => properties !== undefined)?.properties
    if (own === undefined) return []
    const name = `${prefix}.${inner}`
    const said = entry === undefined ? 'Its keys, where it is given.' : 'Each entry has these keys.'
    return [`### ${name}`, '', said, '', ...table(own), '', ...within(name, own)]
  })
}

function table(keys: Readonly<Record<string, Shape>>): string[] {
  return ['| key | value | default | meaning |', '| --- | --- | --- | --- |', ...rows(keys, '')]
}

/** A row a key; a group of keys inside (`reverse: { enabled, servers }`) is written out as `reverse.enabled`. */
function rows(keys: Readonly<Record<string, Shape>>, prefix: string): string[] {
  return Object.entries(keys).flatMap(([inner, shape]) => {
    if (shape.properties !== undefined) return rows(shape.properties, `${prefix}${inner}.`)
    return [
      `| \`${prefix}${inner}\` | ${cell(describeShape(shape) + bounds(shape))} | ${cell(defaultText(shape))} | ${cell(shape.description ?? '')} |`,
    ]
  })
}

function defaultText(shape: Shape): string {
  if (!isOptional(shape)) return 'required'
  if (shape.default === null) return 'none'
  if (shape.default === '') return 'empty'
  if (Array.isArray(shape.default) && shape.default.length === 0) return 'none'
  if (typeof shape.default === 'object' && Object.keys(shape.default).length === 0) return 'none'
  const values = Array.isArray(shape.default) ? shape.default : [shape.default]
  return values.map((value) => `\`${String(value)}\``).join(', ')
}

function bounds(shape: Shape): string {
  const { atLeast, atMost } = shape.anyOf?.find((inner) => inner.atMost !== undefined) ?? shape
  if (atLeast !== undefined && atMost !== undefined) return `, ${atLeast} to ${atMost}`
  if (atMost !== undefined) return `, at most ${atMost}`
  return ''
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

const STANDARD_FORMATS = new Set(['ipv4', 'ipv6', 'date'])

function plainSchema(shape: Shape): Record<string, unknown> {
  const { atLeast: _, atMost: __, keyFormat: ___, format, required, ...rest } = shape
  const plain: Record<string, unknown> = { ...rest }
  if (format !== undefined && STANDARD_FORMATS.has(format)) plain['format'] = format
  if (shape.properties !== undefined) {
    plain['properties'] = mapValues(shape.properties, plainSchema)
    const needed = (required ?? []).filter((key) => !isOptional(shape.properties![key] ?? {}))
    if (needed.length > 0) plain['required'] = needed
  }
  if (shape.patternProperties !== undefined) {
    plain['patternProperties'] = mapValues(shape.patternProperties, plainSchema)
  }
  if (shape.items !== undefined) plain['items'] = plainSchema(shape.items)
  if (shape.anyOf !== undefined) plain['anyOf'] = shape.anyOf.map(plainSchema)
  return plain
}

function mapValues(
  shapes: Readonly<Record<string, Shape>>,
  convert: (shape: Shape) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(shapes).map(([key, shape]) => [key, convert(shape)]))
}
