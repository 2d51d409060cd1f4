/** The comparisons of a STIX pattern (STIX 2.1 §9): which value of which object it asks for. */

export interface Comparison {
  /** Object and property: `domain-name:value`. */
  readonly type: string
  readonly value: string
  /** It only counts together with another one, or is no equality. */
  readonly isConditional: boolean
}

const MAX_PATTERN_LENGTH = 100_000

/** Strings, object paths, operators, brackets; one at a time. */
const TOKEN =
  /\s*(?:('(?:[^'\\]|\\.)*')|([a-z0-9_-]+:(?:'[^']*'|[A-Za-z0-9_.*[\]-])+)|(!=|<>|<=|>=|[=<>()[\],])|([A-Za-z0-9_.:+-]+))/y

/** Words that bind what stands on both sides, or to a time. */
const BINDING = new Set(['AND', 'FOLLOWEDBY', 'REPEATS', 'WITHIN', 'START', 'STOP', 'NOT', 'EXISTS'])

/** Words that ask for a value, or for all in a prefix, which is one. */
const EQUALITIES = new Set(['IN', 'ISSUBSET'])

/** Null: it is no pattern. */
export function readPattern(pattern: string): Comparison[] | null {
  if (pattern.length > MAX_PATTERN_LENGTH) return null
  const tokens = tokensOf(pattern)
  if (tokens === null) return null
  const isBound = tokens.some(({ kind, text }) => kind === 'word' && BINDING.has(text.toUpperCase()))
  const found: Comparison[] = []
  let type: string | null = null
  let isEquality = false
  for (const { kind, text } of tokens) {
    if (kind === 'path') {
      type = text
      isEquality = false
    } else if (text === '=' || (kind === 'word' && EQUALITIES.has(text.toUpperCase()))) isEquality = true
    else if (kind === 'string' && type !== null) {
      const value = text.slice(1, -1).replace(/\\(.)/gs, '$1')
      found.push({ type, value, isConditional: isBound || !isEquality })
    }
  }
  return found
}

interface Token {
  readonly kind: 'string' | 'path' | 'sign' | 'word'
  readonly text: string
}

function tokensOf(pattern: string): Token[] | null {
  const tokens: Token[] = []
  const end = pattern.trimEnd().length
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < end) {
    const match = TOKEN.exec(pattern)
    if (match === null) return null
    const [, string, path, sign, word] = match
    if (string !== undefined) tokens.push({ kind: 'string', text: string })
    else if (path !== undefined) tokens.push({ kind: 'path', text: path })
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign })
    else tokens.push({ kind: 'word', text: word! })
  }
  return tokens
}
