/**
 * The text of a configuration file as a YAML 1.2 tree with the place of each node. Hostile or broken text ends in
 * problems, never in an exception or an endless walk: files up to 1 MB, aliases up to a bounded number of nodes.
 */
import { isAlias, LineCounter, parseDocument, type Document, type Node } from 'yaml'
import { Problems, type Place } from './problems.ts'

export const MAX_FILE_BYTES = 1024 * 1024

/** Nodes that may be reached through aliases; `lol: [*a, *a, …]` nine deep would be 10^9. */
const MAX_ALIASED_NODES = 10_000

/** Deeper than any schema here; the parser itself recurses. */
const MAX_NESTING = 64

export class Source {
  readonly file: string
  readonly root: Node | null
  readonly #document: Document
  readonly #lines: LineCounter
  readonly #problems: Problems
  #aliasedNodes = 0
  #bombReported = false

  constructor(file: string, document: Document, lines: LineCounter, problems: Problems) {
    this.file = file
    this.root = document.contents
    this.#document = document
    this.#lines = lines
    this.#problems = problems
  }

  /** The place of a node; the start of the file where there is none. */
  placeOf(node: unknown): Place {
    const range = (node as { readonly range?: readonly number[] | null } | null)?.range
    return placeAt(this.file, this.#lines, range?.[0] ?? 0)
  }

  /** The node an alias stands for; any other node itself. Null: an alias without anchor, or too many of them. */
  follow(node: Node | null, viaAlias: boolean): Node | null {
    if (viaAlias && ++this.#aliasedNodes > MAX_ALIASED_NODES) {
      if (!this.#bombReported) {
        this.#problems.add(
          this.placeOf(node),
          `aliases multiply to more than ${MAX_ALIASED_NODES} values: write them out`,
        )
      }
      this.#bombReported = true
      return null
    }
    if (!isAlias(node)) return node
    const target = node.resolve(this.#document)
    if (target === undefined) {
      this.#problems.add(
        this.placeOf(node),
        `*${node.source} refers to nothing: no value is marked &${node.source} before it`,
      )
    }
    return target ?? null
  }
}

/** Parses `text`; null when it is no YAML at all, with the reasons in `problems`. */
export function parseSource(text: string, file: string, problems: Problems): Source | null {
  const lines = new LineCounter()
  const start: Place = { file, line: 1, column: 1 }
  if (Buffer.byteLength(text) > MAX_FILE_BYTES) {
    problems.add(start, `the file is larger than ${MAX_FILE_BYTES / 1024} KB: this is no configuration`)
    return null
  }
  if (nesting(text) > MAX_NESTING) {
    problems.add(start, `brackets nest deeper than ${MAX_NESTING}: this is no configuration`)
    return null
  }
  let document: Document
  try {
    document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      strict: true,
      uniqueKeys: true,
      version: '1.2',
    })
  } catch (error) {
    problems.add(start, `the file cannot be read as YAML: ${(error as Error).message}`)
    return null
  }
  const found = [...document.errors, ...document.warnings]
  for (const error of found) problems.add(placeAt(file, lines, error.pos[0]), explain(error))
  return document.errors.length > 0 ? null : new Source(file, document, lines, problems)
}

/** YAML's own words, and what to do about those that people meet. */
function explain(error: { readonly code: string; readonly message: string }): string {
  const message = error.message.replace(/\s+/g, ' ').trim()
  switch (error.code) {
    case 'DUPLICATE_KEY':
      return 'this key stands twice in the same place: join the two'
    case 'TAB_AS_INDENT':
      return 'a tab indents this line: YAML takes spaces only'
    case 'MULTIPLE_DOCS':
      return 'a second document begins here (`---`): one file is one configuration'
    default:
      return `the YAML is broken here: ${message}`
  }
}

function placeAt(file: string, lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset)
  // linePos gives 0:0 for a text without lines.
  return { file, line: Math.max(line, 1), column: Math.max(col, 1) }
}

/** The deepest run of opening brackets, counted roughly: too high inside quoted text, never too low. */
function nesting(text: string): number {
  let depth = 0
  let deepest = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === 0x5b || code === 0x7b) deepest = Math.max(deepest, ++depth)
    else if ((code === 0x5d || code === 0x7d) && depth > 0) depth--
    else if (code === 0x0a && depth > MAX_NESTING) break
  }
  return deepest
}
