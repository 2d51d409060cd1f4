/** Which cell of a ruled table a piece of text on a PDF page stands in. */
import type { Fragment } from './pdf-lines.ts'
import type { Ruling, Rulings } from './pdf-rulings.ts'

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
}

/** Borders of neighbouring cells may be drawn twice, this far from each other. */
const NEAR = 2.5

export function splitByRulings(fragments: readonly Fragment[], { horizontal, vertical }: Rulings): PageText {
  const across = cluster(horizontal)
  const upright = cluster(vertical)
  const cells = new Map<string, RuledCell>()
  const free: Fragment[] = []
  for (const whole of fragments) {
    for (const fragment of cutAtRulings(whole, upright)) {
      const box = boxAround(fragment, across, upright)
      if (box === null) {
        free.push(fragment)
        continue
      }
      const key = `${box.left},${box.right},${box.top},${box.bottom}`
      const cell = cells.get(key)
      if (cell) cell.fragments.push(fragment)
      else cells.set(key, { box, fragments: [fragment], row: 0, column: 0 })
    }
  }
  return { tables: toTables([...cells.values()]), free }
}

/** A run of text may go over several cells where they stand close: it is cut at the blank nearest to the border. */
function cutAtRulings(fragment: Fragment, upright: readonly Ruling[]): Fragment[] {
  const { text, x, width, y } = fragment
  const crossing = upright.find(
    ({ at, from, to }) => at > x + NEAR && at < x + width - NEAR && from <= y && to >= y,
  )
  if (crossing === undefined) return [fragment]
  const letter = width / text.length
  const wanted = (crossing.at - x) / letter
  let cut = -1
  for (let at = text.indexOf(' '); at !== -1; at = text.indexOf(' ', at + 1)) {
    if (cut === -1 || Math.abs(at - wanted) < Math.abs(cut - wanted)) cut = at
  }
  if (cut <= 0 || cut >= text.length - 1) return [fragment]
  const rest = {
    ...fragment,
    text: text.slice(cut + 1),
    x: crossing.at + 1,
    width: x + width - crossing.at - 1,
  }
  return [
    { ...fragment, text: text.slice(0, cut), width: crossing.at - 1 - x },
    ...cutAtRulings(rest, upright),
  ]
}

/** The nearest rulings on all four sides of the beginning of the text; null: one is missing. */
function boxAround(fragment: Fragment, across: readonly Ruling[], upright: readonly Ruling[]): Box | null {
  const x = fragment.x + Math.min(1, fragment.width / 2)
  const y = fragment.y + fragment.height * 0.3
  const covers = (value: number) => (ruling: Ruling) =>
    ruling.from - NEAR <= value && ruling.to + NEAR >= value
  const beside = upright.filter(covers(y)).map(({ at }) => at)
  const over = across.filter(covers(x)).map(({ at }) => at)
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

function toTables(cells: readonly RuledCell[]): RuledTable[] {
  const groups: RuledCell[][] = []
  let bottom = Infinity
  for (const cell of cells.toSorted((a, b) => b.box.top - a.box.top || a.box.left - b.box.left)) {
    // Nothing of the table reaches down to here: another one begins.
    if (groups.length === 0 || cell.box.top < bottom - NEAR) groups.push([])
    const isNew = groups.at(-1)!.length === 0
    groups.at(-1)!.push(cell)
    bottom = isNew ? cell.box.bottom : Math.min(bottom, cell.box.bottom)
  }
  return groups.map(toTable)
}

function toTable(cells: readonly RuledCell[]): RuledTable {
  const columns = [...new Set(cells.map(({ box }) => box.left))].sort((a, b) => a - b)
  const rows = [...new Set(cells.map(({ box }) => box.top))].sort((a, b) => b - a)
  for (const cell of cells) {
    cell.column = columns.indexOf(cell.box.left)
    cell.row = rows.indexOf(cell.box.top)
  }
  return { cells, columns, top: rows[0]!, bottom: Math.min(...cells.map(({ box }) => box.bottom)) }
}
