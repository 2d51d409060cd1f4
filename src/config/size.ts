/** Sizes as people write them (`64MB`) and as the program counts them (bytes). 1 KB is 1,024 bytes. */

const UNITS = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 } as const

/** Bytes that `text` says, or what is wrong with it as the end of a sentence. */
export function parseSize(text: string): { readonly bytes: number } | { readonly problem: string } {
  const match = /^(\d+)\s*([a-z]*)$/i.exec(text.trim())
  if (match === null) return { problem: 'is not a size: write a whole number and a unit, such as 64MB' }
  const unit = match[2]!.toLowerCase()
  if (unit === '') return { problem: `has no unit: write ${match[1]}MB, ${match[1]}KB or ${match[1]}B` }
  if (!isUnit(unit)) return { problem: `has an unknown unit "${match[2]}": the units are B, KB, MB, GB` }
  const bytes = Number(match[1]) * UNITS[unit]
  if (bytes > Number.MAX_SAFE_INTEGER) return { problem: 'is larger than any machine' }
  return { bytes }
}

/** The shortest way to write `bytes` exactly: 67108864 → `64MB`. */
export function formatSize(bytes: number): string {
  for (const unit of ['gb', 'mb', 'kb'] as const) {
    if (bytes > 0 && bytes % UNITS[unit] === 0) return `${bytes / UNITS[unit]}${unit.toUpperCase()}`
  }
  return `${bytes}B`
}

function isUnit(text: string): text is keyof typeof UNITS {
  return Object.hasOwn(UNITS, text)
}
