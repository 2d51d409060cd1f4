/**
 * Two columns of text to a page: where they stand, and what is above and below them. White space down the middle alone would
 * be a table as well; whoever writes two columns draws all of the first before the second, and a table row by row.
 */
import { drawnLines, type Fragment } from './pdf-lines.ts'
import type { Ruling, Rulings } from './pdf-rulings.ts'

/** What is drawn on a page. */
export interface DrawnText {
  /** In the order in which it is drawn. */
  readonly level: readonly Fragment[]
  readonly rulings: Rulings
  readonly left: number
  readonly right: number
}

/** A part of a page that is read by itself, from top to bottom. */
export interface Frame {
  readonly fragments: readonly Fragment[]
  readonly rulings: Rulings
  /** From where to where its lines may go. */
  readonly left: number
  readonly right: number
  /** It is one of two columns. */
  readonly isColumn: boolean
  /** Points that it stands further right than the first column. */
  readonly shift: number
}

/** Points between two columns. */
const NARROWEST = 8
/** From the middle of the page to the second column. */
const FURTHEST = 22
/** Of the text on both sides, that is drawn in order. */
const IN_ORDER = 0.85
/** On each side. */
const LEAST_LINES = 2
/** With fewer lines on a side it may be something else. */
const LEAST_SURE = 9
/** Wider than between words, as part of the letters' height. */
const COLUMN_GAP = 1.2
/** A rule no further from the text than so many points parts rows of a table. */
const RULE_NEAR = 20
const NEAR = 2.5

/** Where text stands in two columns. */
interface Zone {
  readonly top: number
  readonly bottom: number
  readonly at: number
  /** Left edges of both columns. */
  readonly first: number
  readonly second: number
  readonly count: number
  readonly isSure: boolean
}

/** The frames of each page, in the order in which they are read. */
export function framesOf(pages: readonly DrawnText[]): Frame[][] {
  const frames = new Map<DrawnText, Frame[]>()
  // Columns of pages of one size stand at the same places.
  for (const alike of Map.groupBy(pages, ({ left, right }) => Math.round((right - left) / NEAR)).values()) {
    const area = areaOf(alike)
    const sure = alike.flatMap((page) => columnsOf(page, area, [])).filter(({ isSure }) => isSure)
    // Where other pages have columns a few lines are enough.
    const zones = alike.map((page) => columnsOf(page, area, sure))
    const first = leastOf(zones.flat().map((zone) => zone.first))
    const second = leastOf(zones.flat().map((zone) => zone.second))
    for (const [index, page] of alike.entries()) frames.set(page, cut(page, zones[index]!, first, second))
  }
  return pages.map((page) => frames.get(page)!)
}

/** From where to where text goes on any of `pages`. */
function areaOf(pages: readonly DrawnText[]): readonly [number, number] {
  const all = pages.flatMap(({ level }) => level)
  return [leastOf(all.map(({ x }) => x)), mostOf(all.map(({ x, width }) => x + width))]
}

/** Pages may hold more than a call takes arguments. */
function leastOf(values: readonly number[]): number {
  return values.reduce((least, value) => Math.min(least, value), Infinity)
}

function mostOf(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), -Infinity)
}

function columnsOf(
  { level, rulings, left, right }: DrawnText,
  area: readonly [number, number],
  known: readonly Zone[],
): Zone[] {
  const middles = [(area[0] + area[1]) / 2, (left + right) / 2]
  const sum = (zones: readonly Zone[]): number => zones.reduce((all, { count }) => all + count, 0)
  return middles.map((at) => zonesAt(at, level, rulings, known)).toSorted((a, b) => sum(b) - sum(a))[0]!
}

/** From top to bottom: where nothing goes over `at`, with text on both sides, that of the left drawn first. */
function zonesAt(
  at: number,
  fragments: readonly Fragment[],
  rulings: Rulings,
  known: readonly Zone[],
): Zone[] {
  const over = [
    ...fragments.filter(({ x, width }) => x < at && x + width > at).map(({ y }) => ({ y, isRule: false })),
    ...rulings.horizontal
      .filter(({ from, to }) => from < at - NEAR && to > at + NEAR)
      .map((ruling) => ({ y: ruling.at, isRule: true })),
  ].toSorted((a, b) => b.y - a.y)
  const zones: Zone[] = []
  const order = new Map(fragments.map((fragment, index) => [fragment, index]))
  const byHeight = fragments.toSorted((a, b) => b.y - a.y)
  let next = 0
  for (let index = 0; index <= over.length; index++) {
    const [above, below] = [over[index - 1], over[index]]
    const [top, bottom] = [above?.y ?? Infinity, below?.y ?? -Infinity]
    const inside: Fragment[] = []
    for (; next < byHeight.length && byHeight[next]!.y > bottom + 1; next++)
      if (byHeight[next]!.y < top - 1) inside.push(byHeight[next]!)
    if (top - bottom < NARROWEST || inside.length === 0) continue
    const drawn = inside.toSorted((a, b) => order.get(a)! - order.get(b)!)
    const zone = zoneOf(at, drawn, rulings.vertical, known)
    if (zone === null) continue
    const isRow = (above?.isRule === true && top - zone.top < RULE_NEAR) || (below?.isRule === true && zone.bottom - bottom < RULE_NEAR) // prettier-ignore
    if (!isRow) zones.push(zone)
  }
  return zones
}

function zoneOf(
  at: number,
  inside: readonly Fragment[],
  vertical: readonly Ruling[],
  known: readonly Zone[],
): Zone | null {
  const isLeft = ({ x }: Fragment): boolean => x < at
  const runs: Fragment[][] = []
  for (const fragment of inside) {
    const run = runs.at(-1)
    if (run !== undefined && isLeft(run[0]!) === isLeft(fragment)) run.push(fragment)
    else runs.push([fragment])
  }
  const pairs = runs.flatMap((one, index) => {
    const other = runs[index + 1]
    return isLeft(one[0]!) && other !== undefined ? [{ one, other }] : []
  })
  const [pair] = pairs.toSorted((a, b) => b.one.length + b.other.length - a.one.length - a.other.length)
  if (pair === undefined) return null
  const { other } = pair
  const top = mostOf(other.map(({ y, height }) => y + height))
  const one = pair.one.filter(({ y }) => y < top)
  const bottom = leastOf([...one, ...other].map(({ y }) => y))
  const lines = Math.min(linesOf(one), linesOf(other))
  if (lines < LEAST_LINES) return null
  const count = one.length + other.length
  if (count < IN_ORDER * inside.filter(({ y }) => y < top && y >= bottom).length) return null
  // Rows of a table one below the other.
  const isOutside = ({ y }: Fragment): boolean => y < bottom || y > top
  if (pairs.some((each) => each !== pair && each.one.some(isOutside) && each.other.some(isOutside)))
    return null
  const rules = vertical.filter(({ from, to }) => from < top && to > bottom).map((ruling) => ruling.at)
  const end = mostOf([...one.map(({ x, width }) => x + width), ...rules.filter((x) => x <= at)])
  const second = leastOf([...other.map(({ x }) => x), ...rules.filter((x) => x > at)])
  if (second - end < NARROWEST || second - at > FURTHEST) return null
  const first = leastOf([...one.map(({ x }) => x), ...rules.filter((x) => x <= at)])
  // A few lines may be a row of a table: but not those that all begin at the edges of columns, at one height.
  const isSure = lines >= LEAST_SURE
  const isKnown = known.some(
    (zone) => first > zone.first - NEAR && second > zone.second - NEAR && end < zone.second,
  )
  if (
    !isSure &&
    !isKnown &&
    !(lines > LEAST_LINES && isFlush(one, first) && isFlush(other, second) && isLevel(one, other))
  )
    return null
  return { top, bottom: bottom - 1, at, first, second, count, isSure }
}

/** Every line begins at `left`, and has no room for columns. */
function isFlush(fragments: readonly Fragment[], left: number): boolean {
  return drawnLines(fragments).every(({ x, fragments: line }) => x - left < 1 && !line.some((each, at) => at > 0 && each.x - line[at - 1]!.x - line[at - 1]!.width > COLUMN_GAP * each.height)) // prettier-ignore
}

function isLevel(one: readonly Fragment[], other: readonly Fragment[]): boolean {
  const topOf = (fragments: readonly Fragment[]): number => mostOf(fragments.map(({ y }) => y))
  return Math.abs(topOf(one) - topOf(other)) < 1
}

function linesOf(fragments: readonly Fragment[]): number {
  return new Set(fragments.map(({ y }) => Math.round(y))).size
}

/** The page by its zones, `first` and `second` the left edges of its columns. */
function cut(page: DrawnText, zones: readonly Zone[], first: number, second: number): Frame[] {
  if (zones.length === 0) return [{ ...page, fragments: page.level, isColumn: false, shift: 0 }]
  const frames: Frame[] = []
  const add = (
    top: number,
    bottom: number,
    sides: readonly [number, number],
    isColumn: boolean,
    edges: readonly [number, number],
    shift: number,
  ): void => {
    const [from, to] = sides
    const fragments = page.level.filter(({ x, y }) => y < top && y >= bottom && x >= from && x < to)
    if (fragments.length === 0) return
    const rulings = {
      horizontal: page.rulings.horizontal.filter((each) => !isColumn || (each.from >= from - NEAR && each.to <= to + NEAR)),
      vertical: page.rulings.vertical.filter((each) => each.at >= from && each.at < to && each.from < top && each.to > bottom),
    } // prettier-ignore
    frames.push({ fragments, rulings, left: edges[0], right: edges[1], isColumn, shift })
  }
  let top = Infinity
  const whole = [page.left, page.right] as const
  for (const zone of zones) {
    const width = 2 * zone.at - second - first
    add(top, zone.top, [-Infinity, Infinity], false, whole, 0)
    add(zone.top, zone.bottom, [-Infinity, zone.at], true, [first, first + width], 0)
    add(zone.top, zone.bottom, [zone.at, Infinity], true, [second, second + width], second - first)
    top = zone.bottom
  }
  add(top, -Infinity, [-Infinity, Infinity], false, whole, 0)
  return frames
}
