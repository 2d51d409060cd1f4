/** Lines that belong to the text of a PDF page, and are no rulings: under it, as links have them, and through it. */
import type { Fragment } from './pdf-lines.ts'
import type { Ruling } from './pdf-rulings.ts'

/** Where they stand over the base line, as part of the letters' height. */
const LOWEST = -0.2
const HIGHEST = 0.6
/** Higher goes through the letters. */
const THROUGH = 0.12
/** Points that a line goes beyond its text. */
const BEYOND = 0.6
/** As part of the letters' height. */
const BLANK = 0.5
/** Points a step by which text is looked up. */
const STEP = 8

/** `rules`: the others. `struck`: text that a line goes through. */
export function withoutTextLines(
  fragments: readonly Fragment[],
  horizontal: readonly Ruling[],
): { readonly rules: readonly Ruling[]; readonly struck: ReadonlySet<Fragment> } {
  const byHeight = Map.groupBy(fragments, ({ y }) => Math.floor(y / STEP))
  const struck = new Set<Fragment>()
  const rules = horizontal.filter(({ at, from, to }) => {
    const step = Math.floor(at / STEP)
    const near = [step - 1, step, step + 1].flatMap((each) => byHeight.get(each) ?? [])
    const level = near.filter(({ y, height }) => at - y > LOWEST * height && at - y < HIGHEST * height)
    const over = level.filter(({ x, width }) => x < to && x + width > from)
    // Under a blank that is spread.
    if (over.length === 0) {
      const isBehind = level.some(({ x, width }) => Math.abs(x + width - from) < BEYOND)
      return !isBehind || !level.some(({ x }) => Math.abs(x - to) < BEYOND)
    }
    const first = Math.min(...over.map(({ x }) => x))
    const last = Math.max(...over.map(({ x, width }) => x + width))
    // A blank at the end is underlined too.
    const blank = Math.max(...over.map(({ isBeforeBlank, height }) => (isBeforeBlank ? BLANK * height : 0)))
    if (from < first - BEYOND || to > last + blank + BEYOND) return true
    for (const fragment of over) if (at - fragment.y > THROUGH * fragment.height) struck.add(fragment)
    return false
  })
  return { rules, struck }
}
