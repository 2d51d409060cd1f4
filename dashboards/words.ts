/** Words for officers: Vietnamese first, English beside. */

export type Bilingual = readonly [vi: string, en: string]

/** One line: `Máy nhiễm · Infected clients`. */
export function titleOf([vi, en]: Bilingual): string {
  return `${vi} · ${en}`
}

/** A paragraph each. */
export function textOf([vi, en]: Bilingual): string {
  return `${vi}\n\n${en}`
}
