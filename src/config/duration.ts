/** Durations as people write them (`60s 10m 2h 7d`) and as the program counts them (milliseconds). */

const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const

/** Ten years: longer is a slip of the finger, and everything below stays an exact number. */
const MAX_DURATION_MS = 3650 * UNITS.d

/** Milliseconds that `text` says, or what is wrong with it as the end of a sentence (`… has no unit: write 60s`). */
export function parseDuration(text: string): { readonly ms: number } | { readonly problem: string } {
  const match = /^(\d+)\s*([a-z]*)$/i.exec(text.trim())
  if (match === null)
    return { problem: 'is not a duration: write a number and a unit, such as 60s, 10m, 2h, 7d' }
  const unit = match[2]!.toLowerCase()
  if (unit === '')
    return { problem: `has no unit: write ${match[1]}s, ${match[1]}m, ${match[1]}h or ${match[1]}d` }
  if (!isUnit(unit)) return { problem: `has an unknown unit "${match[2]}": the units are s, m, h, d, w` }
  const ms = Number(match[1]) * UNITS[unit]
  if (ms > MAX_DURATION_MS) return { problem: 'is longer than ten years' }
  return { ms }
}

/** The shortest way to write `ms` exactly, in whole seconds at least: 5400000 → `90m`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s'
  for (const unit of ['d', 'h', 'm'] as const) {
    if (ms % UNITS[unit] === 0) return `${ms / UNITS[unit]}${unit}`
  }
  return `${Math.round(ms / UNITS.s)}s`
}

function isUnit(text: string): text is keyof typeof UNITS {
  return Object.hasOwn(UNITS, text)
}
