/** Which cell of a ruled table a piece of text on a PDF page stands in. */
import type { Fragment } from './pdf-lines.ts'
import type { Ruling, Rulings } from './pdf-rulings.ts'
import { withoutTextLines } from './pdf-underlines.ts'

/** Points, y upwards. */
export interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

export interface RuledCell {
  readonly box: Box
  readonly fragments: Fragment[]
  /** From 0. */
  row: number
  column: number
}

export interface RuledTable {
  readonly cells: readonly RuledCell[]
  /** Left edges of its columns. */
  readonly columns: readonly number[]
  readonly top: number
  readonly bottom: number
}

export interface PageText {
  readonly tables: readonly RuledTable[]
  /** What stands in no cell. */
  readonly free: readonly Fragment[]
  /** All of it in the order in which it is drawn. */
  readonly placed: readonly Placed[]
  /** Struck out: whoever did that did not mean it any more. */
  readonly struck: ReadonlySet<Fragment>
}

export interface Placed {
  readonly fragment: Fragment
  /** The cell it stands in; null: in none. */
  readonly box: Box | null
}

/** Borders of neighbouring cells may be drawn twice, this far from each other. */
const NEAR = 2.5
const HARDLY = 0.5
/** Between a border and the middle of the blank that stands for it, as part of the letters' height. */
const WIDEST_BLANK = 0.6

export function splitByRulings(fragments: readonly Fragment[], { horizontal, vertical }: Rulings): PageText {
  const { rules, struck } = withoutTextLines(fragments, horizontal)
  const across = cluster(rules)
  const upright = cluster(vertical)
  const cells = new Map<string, RuledCell>()
  const free: Fragment[] = []
  const placed: Placed[] = []
  for (const whole of fragments) {
    for (const fragment of cutAtRulings(whole, upright)) {
      const box = boxAround(fragment, across, upright)
      if (box === null) {
        free.push(fragment)
        placed.push({ fragment, box })
        continue
      }
      const key = `${box.left},${box.right},${box.top},${box.bottom}`
      const cell = cells.get(key)
      if (cell) cell.fragments.push(fragment)
      else cells.set(key, { box, fragments: [fragment], row: 0, column: 0 })
      placed.push({ fragment, box: cell?.box ?? box })
    }
  }
  return {
    tables: toTables([...cells.values()], { horizontal: across, vertical: upright }),
    free,
    placed,
    struck,
  }
}

/** A run of text may go over several cells where they stand close: it is cut at the blank that stands at the border. */
function cutAtRulings(fragment: Fragment, upright: readonly Ruling[]): Fragment[] {
  const { text, x, width, y, height, starts } = fragment
  const crossing = upright.find(
    ({ at, from, to }) => at > x + NEAR && at < x + width - NEAR && from <= y && to >= y,
  )
  if (crossing === undefined) return [fragment]
  const distance = (at: number): number => Math.abs((starts[at]! + starts[at + 1]!) / 2 - crossing.at)
  let cut = -1
  for (let at = text.indexOf(' '); at !== -1; at = text.indexOf(' ', at + 1)) {
    if (at + 1 < text.length && (cut === -1 || distance(at) < distance(cut))) cut = at
  }
  if (cut <= 0 || distance(cut) > WIDEST_BLANK * height) return [fragment]
  const start = starts[cut + 1]!
  const rest = { ...fragment, text: text.slice(cut + 1), isAfterBlank: true, x: start, width: x + width - start, starts: starts.slice(cut + 1) } // prettier-ignore
  const first = { ...fragment, text: text.slice(0, cut), width: starts[cut]! - x, starts: starts.slice(0, cut) } // prettier-ignore
  return [first, ...cutAtRulings(rest, upright)]
}

/** The nearest rulings on all four sides of the beginning of the text; null: one is missing. */
function boxAround(fragment: Fragment, across: readonly Ruling[], upright: readonly Ruling[]): Box | null {
  const x = fragment.x + Math.min(2, fragment.width / 2)
  const y = fragment.y + fragment.height * 0.3
  const covers = (value: number, beyond: number) => (ruling: Ruling) =>
    ruling.from - beyond <= value && ruling.to + beyond >= value
  const beside = upright.filter(covers(y, NEAR)).map(({ at }) => at)
  // Tables in the next cell end right beside it.
  const over = across.filter(covers(x, HARDLY)).map(({ at }) => at)
  const box = {
    left: Math.max(...beside.filter((at) => at <= x + 1)),
    right: Math.min(...beside.filter((at) => at > x + 1)),
    bottom: Math.max(...over.filter((at) => at <= y)),
    top: Math.min(...over.filter((at) => at > y)),
  }
  return Object.values(box).every(Number.isFinite) ? box : null
}

/** Rulings at nearly the same place get the same place. */
function cluster(rulings: readonly Ruling[]): Ruling[] {
  let at = -Infinity
  let last = -Infinity
  return rulings
    .toSorted((a, b) => a.at - b.at)
    .map((ruling) => {
      if (ruling.at - last > NEAR) at = ruling.at
      last = ruling.at
      return { ...ruling, at }
    })
}

/** From top to bottom; those beside each other from left to right. */
function toTables(cells: readonly RuledCell[], { horizontal, vertical }: Rulings): RuledTable[] {
  return groupsOf(cells).flatMap((group) => {
    const sides = sidesOf(group, horizontal)
    // What stands beside each other has gaps of its own.
    const parts = sides.length === 1 ? [group] : sides.flatMap(groupsOf)
    return parts.map((part) => toTable(part, vertical))
  })
}

/** Cells one below the other without a gap. */
function groupsOf(cells: readonly RuledCell[]): RuledCell[][] {
  const groups: RuledCell[][] = []
  let bottom = Infinity
  for (const cell of cells.toSorted((a, b) => b.box.top - a.box.top || a.box.left - b.box.left)) {
    // Nothing of the table reaches down to here: another one begins.
    if (groups.length === 0 || cell.box.top < bottom - NEAR) groups.push([])
    const isNew = groups.at(-1)!.length === 0
    groups.at(-1)!.push(cell)
    bottom = isNew ? cell.box.bottom : Math.min(bottom, cell.box.bottom)
  }
  return groups
}

/** Cells by the tables that stand beside each other: no line goes from one to the next. */
function sidesOf(cells: readonly RuledCell[], across: readonly Ruling[]): RuledCell[][] {
  const top = Math.max(...cells.map(({ box }) => box.top)) + NEAR
  const bottom = Math.min(...cells.map(({ box }) => box.bottom)) - NEAR
  const spans = [
    ...cells.map(({ box }) => ({ from: box.left, to: box.right })),
    ...across.filter(({ at }) => at <= top && at >= bottom),
  ].toSorted((a, b) => a.from - b.from)
  const ends: number[] = []
  for (const { from, to } of spans) {
    if (ends.length === 0 || from > ends.at(-1)! + NEAR) ends.push(to)
    else ends[ends.length - 1] = Math.max(ends.at(-1)!, to)
  }
  return ends.map((end, index) => cells.filter(({ box }) => box.left < end && box.left >= (ends[index - 1] ?? -Infinity))) // prettier-ignore
}

/** Of a table's height, that a line has to go along to part two of its columns: those of tables in its cells do not. */
const LEAST_PART = 0.5

function toTable(cells: readonly RuledCell[], upright: readonly Ruling[]): RuledTable {
  const rows = [...new Set(cells.map(({ box }) => box.top))].sort((a, b) => b - a)
  const top = rows[0]!
  const bottom = Math.min(...cells.map(({ box }) => box.bottom))
  const first = Math.min(...cells.map(({ box }) => box.left))
  const last = Math.max(...cells.map(({ box }) => box.right))
  const lengths = new Map<number, number>()
  for (const { at, from, to } of upright) {
    const length = Math.min(to, top + NEAR) - Math.max(from, bottom - NEAR)
    // Cells of a row that goes over the page have lost their borders left and right.
    if (length > 0 && at < last - NEAR) lengths.set(at, (lengths.get(at) ?? 0) + length)
  }
  const edges = [...lengths].filter(([, length]) => length >= LEAST_PART * (top - bottom)).map(([at]) => at)
  const left = Math.max(-Infinity, ...edges.filter((at) => at <= first + NEAR))
  const columns = edges.filter((at) => at >= left).sort((a, b) => a - b)
  if (columns.length === 0 || left === -Infinity) columns.unshift(first)
  for (const cell of cells) {
    cell.column = Math.max(
      0,
      columns.findLastIndex((at) => at <= cell.box.left + NEAR),
    )
    cell.row = rows.indexOf(cell.box.top)
  }
  return { cells, columns, top, bottom }
}
