/**
 * Walks a schema and a YAML tree together: checks each value where it stands, fills in defaults, and notes the place
 * of each value for the checks that follow. Our own walk, because a validator's messages know neither the line nor
 * what to do. A property test holds it against TypeBox's validator.
 */
import { isAlias, isMap, isScalar, isSeq, type Node, type Pair } from 'yaml'
import { findFormat, type Bounds } from './formats.ts'
import { nearest } from './nearest.ts'
import { pointer, Problems, spoken, type Path, type Place } from './problems.ts'
import { CONFIG_SHAPE, REFUSED_KEYS, type Shape } from './schema.ts'
import { expectation, literals } from './expectation.ts'
import type { Source } from './source.ts'

export interface Walk {
  readonly source: Source
  readonly problems: Problems
  /** Where each value that the file gives stands, by `pointer`. */
  readonly places: Map<string, Place>
}

/** The value of `node` under `shape` with defaults filled in; null where problems were found. */
export function readValue(
  walk: Walk,
  shape: Shape,
  node: Node | null,
  path: Path,
  viaAlias = false,
): unknown {
  const place = walk.source.placeOf(node)
  walk.places.set(pointer(path), place)
  const aliased = viaAlias || isAlias(node)
  const value = walk.source.follow(node, aliased)
  if (shape.anyOf !== undefined) return readEither(walk, shape.anyOf, value, path, place, aliased)
  if (shape.type === 'object') return readObject(walk, shape, value, path, place, aliased)
  if (shape.type === 'array') return readList(walk, shape, value, path, place, aliased)
  return readScalar(walk, shape, value, path, place)
}

/** What stands for a section or a key that the file leaves out. */
export function defaultOf(shape: Shape): unknown {
  if (shape.default !== undefined) return structuredClone(shape.default)
  if (shape.properties === undefined) return undefined
  return Object.fromEntries(Object.entries(shape.properties).map(([key, inner]) => [key, defaultOf(inner)]))
}

/** Whether a key may be left out. */
export function isOptional(shape: Shape): boolean {
  if (shape.default !== undefined) return true
  return shape.properties !== undefined && Object.values(shape.properties).every(isOptional)
}

function readObject(
  walk: Walk,
  shape: Shape,
  node: Node | null,
  path: Path,
  place: Place,
  aliased: boolean,
): unknown {
  // `cache:` with nothing but comments under it is a section left out.
  if (isEmpty(node)) return shape.properties === undefined ? {} : fillIn(walk, shape, {}, path, place)
  if (!isMap(node)) return refuse(walk, shape, node, path, place)
  const value: Record<string, unknown> = {}
  for (const pair of node.items as Pair<Node, Node | null>[]) {
    const key = keyText(pair.key)
    const keyPlace = walk.source.placeOf(pair.key)
    const inner = shape.properties === undefined ? patternShape(shape) : ownProperty(shape.properties, key)
    if (inner === null) {
      walk.problems.add(keyPlace, unknownKey(shape, key, path))
      continue
    }
    const wrong = findFormat(shape.keyFormat)?.check(key, {})
    if (wrong) walk.problems.add(keyPlace, `"${key}" ${wrong}`)
    // defineProperty, so that a key called __proto__ is a key like any other.
    Object.defineProperty(value, key, {
      value: readValue(walk, inner, pair.value, [...path, key], aliased),
      enumerable: true,
      configurable: true,
      writable: true,
    })
  }
  return shape.properties === undefined ? value : fillIn(walk, shape, value, path, place)
}

function fillIn(walk: Walk, shape: Shape, value: Record<string, unknown>, path: Path, place: Place): unknown {
  for (const [key, inner] of Object.entries(shape.properties ?? {})) {
    if (Object.hasOwn(value, key)) continue
    if (isOptional(inner)) value[key] = defaultOf(inner)
    else
      walk.problems.add(
        place,
        `${spoken(path) || 'the configuration'} lacks \`${key}\`: ${expectation(inner)}`,
      )
  }
  return value
}

function readList(
  walk: Walk,
  shape: Shape,
  node: Node | null,
  path: Path,
  place: Place,
  aliased: boolean,
): unknown {
  if (isEmpty(node) && shape.minItems === undefined) return []
  if (!isSeq(node)) return refuse(walk, shape, node, path, place)
  const count = node.items.length
  if (count < (shape.minItems ?? 0))
    walk.problems.add(place, `${spoken(path)} is empty: ${expectation(shape)}`)
  if (count > (shape.maxItems ?? Infinity)) {
    walk.problems.add(place, `${spoken(path)} has ${count} entries, and ${shape.maxItems} is the most`)
    return null
  }
  return (node.items as Node[]).map((item, index) =>
    readValue(walk, shape.items ?? {}, item, [...path, index], aliased),
  )
}

function readEither(
  walk: Walk,
  shapes: readonly Shape[],
  node: Node | null,
  path: Path,
  place: Place,
  aliased: boolean,
): unknown {
  const trials: Problems[] = []
  for (const shape of shapes) {
    const trial = new Problems()
    const value = readValue({ ...walk, problems: trial }, shape, node, path, aliased)
    if (trial.count === 0) {
      walk.places.set(pointer(path), place)
      return value
    }
    if (isSameKind(shape, node)) trials.push(trial)
  }
  walk.places.set(pointer(path), place)
  // One alternative is of the kind that was written: its own complaint says more than a list of all.
  if (trials.length === 1) walk.problems.addAll(trials[0]!)
  else refuse(walk, { anyOf: shapes }, node, path, place)
  return null
}

function readScalar(walk: Walk, shape: Shape, node: Node | null, path: Path, place: Place): unknown {
  const value = isScalar(node) ? node.value : node === null ? null : undefined
  const words = literals(shape)
  if (words.length > 0) return words.includes(value) ? value : refuse(walk, shape, node, path, place)
  if (shape.type === 'null' && value === null) return null
  if (shape.type === 'boolean' && typeof value === 'boolean') return value
  if (shape.type === 'integer' && typeof value === 'number' && Number.isSafeInteger(value)) {
    if (value >= (shape.minimum ?? -Infinity) && value <= (shape.maximum ?? Infinity)) return value
  }
  if (shape.type === 'string' && typeof value === 'string') return checkText(walk, shape, value, path, place)
  return refuse(walk, shape, node, path, place)
}

function checkText(walk: Walk, shape: Shape, text: string, path: Path, place: Place): string | null {
  const bounds = shape as Bounds
  const wrong = findFormat(shape.format)?.check(text, bounds) ?? null
  if (wrong !== null) {
    walk.problems.add(place, `${spoken(path)}: "${shorten(text)}" ${wrong}`)
    return null
  }
  const bytes = Buffer.byteLength(text)
  if (shape.maxLength !== undefined && bytes > shape.maxLength) {
    walk.problems.add(place, `${spoken(path)} has ${bytes} octets, and ${shape.maxLength} is the most`)
    return null
  }
  return text
}

function refuse(walk: Walk, shape: Shape, node: Node | null, path: Path, place: Place): null {
  walk.problems.add(place, `${spoken(path) || 'the configuration'} ${complaint(shape, node)}`)
  return null
}

function complaint(shape: Shape, node: Node | null): string {
  if (isEmpty(node)) return `has no value: ${expectation(shape)}, or leave the key out`
  if (isMap(node)) return `is a map of keys: ${expectation(shape)}`
  if (isSeq(node)) return `is a list: ${expectation(shape)}`
  const written = isScalar(node) ? (node.source ?? String(node.value)) : ''
  const said = `is ${shorten(written)}`
  if (shape.type === 'array')
    return `${said}: ${expectation(shape)}; a single one is written ["${shorten(written)}"]`
  const words = literals(shape).filter((word) => typeof word === 'string')
  const near = nearest(written, words)
  if (near !== null) return `${said}: did you mean ${near}? ${expectation(shape)}`
  if (shape.type === 'string' && isScalar(node) && typeof node.value !== 'string') {
    const unit = findFormat(shape.format)?.check(written, {})
    return unit ? `${said}: "${written}" ${unit}` : `${said}: expects text, write "${written}" in quotes`
  }
  return `${said}: ${expectation(shape)}`
}

function unknownKey(shape: Shape, key: string, path: Path): string {
  const reason = REFUSED_KEYS[pointer([...path.filter((step) => typeof step === 'string'), key])]
  const where = path.length === 0 ? '' : ` of ${spoken(path)}`
  if (reason !== undefined) return `\`${key}\` is not a key${where}: ${reason}`
  const known = Object.keys(shape.properties ?? {})
  const near = nearest(key, known)
  if (near !== null) return `\`${key}\` is not a key${where}: did you mean \`${near}\`?`
  const elsewhere = sectionWith(key)
  if (elsewhere !== null) return `\`${key}\` is not a key${where}: it belongs under \`${elsewhere}\``
  return `\`${key}\` is not a key${where}: the keys are ${known.map((word) => `\`${word}\``).join(', ')}`
}

/** The section that has `key`, where exactly one does, or the root itself. */
function sectionWith(key: string): string | null {
  const sections = Object.entries(CONFIG_SHAPE.properties ?? {}).filter(([, section]) =>
    Object.hasOwn(section.properties ?? section.items?.properties ?? {}, key),
  )
  return sections.length === 1 ? sections[0]![0] : null
}

function isSameKind(shape: Shape, node: Node | null): boolean {
  if (isMap(node)) return shape.type === 'object'
  if (isSeq(node)) return shape.type === 'array'
  if (!isScalar(node)) return shape.type === 'null'
  if (literals(shape).length > 0) return false
  if (typeof node.value === 'number') return shape.type === 'integer' || shape.type === 'string'
  return shape.type === typeof node.value
}

function isEmpty(node: Node | null): boolean {
  return node === null || (isScalar(node) && node.value === null)
}

function keyText(key: Node | null): string {
  if (!isScalar(key)) return ''
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value))
}

function ownProperty(properties: Readonly<Record<string, Shape>>, key: string): Shape | null {
  return Object.hasOwn(properties, key) ? properties[key]! : null
}

function patternShape(shape: Shape): Shape | null {
  return Object.values(shape.patternProperties ?? {})[0] ?? null
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ')
  return line.length > 60 ? `${line.slice(0, 59)}…` : line
}
