/** HTML: the text of its blocks with the line it stands at, and its tables cell by cell. */
import { defaultTreeAdapter, html, parse, type DefaultTreeAdapterTypes } from 'parse5'
import { type Budget, LimitError } from './limits.ts'
import { brokenLines, type Cell, type DocumentSink, HIDDEN, PLAIN, STRUCK, type TextLine, type Traits } from './sink.ts' // prettier-ignore

type Node = DefaultTreeAdapterTypes.ChildNode
type Element = DefaultTreeAdapterTypes.Element
type ParentNode = DefaultTreeAdapterTypes.ParentNode

const LEFT_OUT = new Set([
  'script',
  'style',
  'head',
  'template',
  'noscript',
  'svg',
  'math',
  'object',
  'iframe',
])
/** Elements that stand within a line. */
const INLINE = new Set(['a', 'abbr', 'acronym', 'b', 'bdi', 'bdo', 'big', 'cite', 'code', 'data', 'del', 'dfn', 'em', 'font', 'i', 'img', 'ins', 'kbd', 'label', 'mark', 'nobr', 'q', 's', 'samp', 'small', 'span', 'strike', 'strong', 'sub', 'sup', 'time', 'tt', 'u', 'var', 'wbr']) // prettier-ignore
/** Raised and lowered text is no part of the word beside it. */
const APART = new Set(['sup', 'sub'])
/** Lines in them are broken as they stand there. */
const AS_TYPED = new Set(['pre', 'textarea', 'listing', 'xmp'])
const STRIKING = new Set(['del', 's', 'strike'])
const UNSEEN_STYLE =
  /(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?:px|pt|em|%)?\s*(?:;|!|$))/i
const STRIKING_STYLE = /(?:^|;)\s*text-decoration(?:-line)?\s*:[^;]*line-through/i

/** Throws DocumentError. */
export function readHtml(text: string, budget: Budget, sink: DocumentSink): void {
  const document = parse(text, { sourceCodeLocationInfo: true, scriptingEnabled: false })
  new HtmlReader(budget, sink).read(document)
}

class HtmlReader {
  readonly #budget: Budget
  readonly #sink: DocumentSink
  #tables = 0
  #text = ''
  #line = 1
  /** The lines of the cell that is open; null: outside tables. */
  #cell: TextLine[] | null = null
  #traits: Traits = PLAIN
  /** Elements that are open in which blanks count. */
  #asTyped = 0

  constructor(budget: Budget, sink: DocumentSink) {
    this.#budget = budget
    this.#sink = sink
  }

  read(parent: ParentNode): void {
    this.#walk(parent, 0)
    this.#flush()
  }

  #walk(parent: ParentNode, depth: number): void {
    if (depth > this.#budget.limits.maxDepth) {
      throw new LimitError(
        `quá ${this.#budget.limits.maxDepth} phần tử lồng nhau · more than ${this.#budget.limits.maxDepth} elements stand inside each other`,
      )
    }
    for (const node of parent.childNodes) this.#visit(node, depth)
  }

  #visit(node: Node, depth: number): void {
    if (defaultTreeAdapter.isTextNode(node))
      return this.#append(node.value, node.sourceCodeLocation?.startLine)
    if (!defaultTreeAdapter.isElementNode(node) || LEFT_OUT.has(node.tagName)) return
    const { tagName } = node
    const traits = traitsOf(node)
    if (traits !== null && this.#traits === PLAIN) return this.#visitAside(node, depth, traits)
    if (tagName === 'br') return this.#flush()
    if (tagName === 'table' && node.namespaceURI === html.NS.HTML) return this.#readTable(node, depth)
    const isBlock = !INLINE.has(tagName)
    if (isBlock) this.#flush()
    if (APART.has(tagName)) this.#append(' ')
    if (AS_TYPED.has(tagName)) this.#asTyped++
    this.#walk(node, depth + 1)
    if (AS_TYPED.has(tagName)) this.#asTyped--
    if (APART.has(tagName)) this.#append(' ')
    if (isBlock) this.#flush()
  }

  /** What is hidden or struck out is handed on by itself: what stands around it goes on without it. */
  #visitAside(node: Element, depth: number, traits: Traits): void {
    const [text, line, cell] = [this.#text, this.#line, this.#cell]
    this.#text = ''
    this.#cell = null
    this.#traits = traits
    this.#visit(node, depth)
    this.#flush()
    this.#traits = PLAIN
    this.#text = text
    this.#line = line
    this.#cell = cell
  }

  #append(text: string, line?: number): void {
    if (this.#asTyped > 0 && text.includes('\n')) return this.#appendLines(text, line)
    if (this.#text === '' && line !== undefined) {
      this.#line = line + (/^\s*/.exec(text)![0].match(/\n/g)?.length ?? 0)
    }
    // White space is one blank (but no-break spaces stay for whoever reads the text).
    this.#text += text.replace(/[ \t\r\n\f]+/g, ' ')
  }

  #appendLines(text: string, line?: number): void {
    const lines = text.split('\n')
    for (const [index, each] of lines.entries()) {
      if (index > 0) this.#flush()
      this.#append(each, line === undefined ? undefined : line + index)
    }
  }

  #flush(): void {
    const text = this.#text.trim()
    this.#text = ''
    if (text === '') return
    const lines = brokenLines(text)
    if (this.#cell !== null) return void this.#cell.push(...lines)
    this.#budget.spendRow()
    const place = { line: this.#line }
    for (const line of lines) this.#sink.line(line, place, this.#traits)
  }

  #readTable(table: Element, depth: number): void {
    this.#flush()
    const outer = this.#cell
    // A table for the looks of a page holds other tables: its own text is read as lines.
    const number = ++this.#tables
    this.#sink.gap()
    /** Columns that cells of rows above still cover, by how many rows. */
    const covered: number[] = []
    for (const [index, row] of [...rowsOf(table)].entries()) {
      this.#budget.spendRow()
      const cells: Cell[] = []
      let column = 0
      for (const element of row.childNodes) {
        if (!defaultTreeAdapter.isElementNode(element) || !/^t[dh]$/.test(element.tagName)) continue
        while ((covered[column] ?? 0) > 0) covered[column++]!--
        this.#cell = []
        this.#walk(element, depth + 1)
        this.#flush()
        const place = { table: number, row: index + 1, cell: column + 1 }
        const traits = traitsOf(element)
        const isHidden = traits?.isHidden === true
        const isStruck = traits?.isStruck === true
        cells.push({ lines: this.#cell, place, column, isNumber: false, isHidden, isStruck })
        const rows = span(element, 'rowspan')
        for (let each = span(element, 'colspan'); each > 0; each--) covered[column++] = rows - 1
      }
      for (; column < covered.length; column++) if (covered[column]! > 0) covered[column]!--
      this.#sink.row(`table ${number}`, cells, traitsOf(row) ?? this.#traits)
    }
    this.#cell = outer
    this.#sink.gap()
  }
}

/** Null: it is seen as everything else. */
function traitsOf({ tagName, attrs }: Element): Traits | null {
  const style = attrs.find(({ name }) => name === 'style')?.value ?? ''
  if (UNSEEN_STYLE.test(style) || attrs.some(({ name }) => name === 'hidden')) return HIDDEN
  return STRIKING.has(tagName) || STRIKING_STYLE.test(style) ? STRUCK : null
}

/** All text of a page that is there to be read, its white space left out. */
export function closedText(text: string): string {
  const open: Node[] = parse(text, { scriptingEnabled: false }).childNodes.toReversed()
  const texts: string[] = []
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (defaultTreeAdapter.isTextNode(node)) texts.push(node.value)
    else if (defaultTreeAdapter.isElementNode(node) && !LEFT_OUT.has(node.tagName)) {
      for (const inner of node.childNodes.toReversed()) open.push(inner)
    }
  }
  return texts.join('').replace(/\s+/g, '')
}

function* rowsOf(parent: Element): Generator<Element> {
  for (const node of parent.childNodes) {
    if (!defaultTreeAdapter.isElementNode(node)) continue
    if (node.tagName === 'tr') yield node
    else if (/^t(?:head|body|foot)$/.test(node.tagName)) yield* rowsOf(node)
  }
}

function span(element: Element, name: string): number {
  const value = Number(element.attrs.find((attribute) => attribute.name === name)?.value ?? 1)
  return Number.isInteger(value) && value > 0 ? Math.min(value, 1000) : 1
}
