/** What a schema expects, in words: the end of an error message, and the type column of the reference. */
import { findFormat } from './formats.ts'
import type { Shape } from './schema.ts'

/** `expects a duration (60s, 10m, 2h, 7d)`. */
export function expectation(shape: Shape): string {
  return `expects ${describeShape(shape)}`
}

/** `a list of names`, `auto or a whole number from 1 to 256`. */
export function describeShape(shape: Shape): string {
  if (shape.anyOf !== undefined) return joinWords(shape.anyOf.map(describeShape))
  const words = literals(shape)
  if (words.length > 0) return joinWords(words.map(String))
  switch (shape.type) {
    case 'object':
      return 'keys and values'
    case 'array':
      return `a list, each ${describeShape(shape.items ?? {})}`
    case 'boolean':
      return 'true or false'
    case 'integer':
      return `a whole number${range(shape)}`
    case 'null':
      return 'null'
    default:
      return findFormat(shape.format)?.expects ?? 'text'
  }
}

/** The values a schema names one by one. */
export function literals(shape: Shape): readonly unknown[] {
  return shape.const === undefined ? (shape.enum ?? []) : [shape.const]
}

function range(shape: Shape): string {
  if (shape.minimum === undefined || shape.maximum === undefined) return ''
  return ` from ${shape.minimum} to ${shape.maximum}`
}

function joinWords(words: readonly string[]): string {
  if (words.length < 2) return words.join('')
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
