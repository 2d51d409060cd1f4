/** Sections of the configuration in which something stands, with the lines where it does. */

export interface Section {
  readonly key: string
  readonly isReadAtStart: boolean
  readonly lines: readonly { readonly text: string; readonly isFound: boolean }[]
}

/** All sections where `q` is empty; case does not matter. */
export function sectionsWith(
  sections: readonly { readonly key: string; readonly text: string; readonly isReadAtStart: boolean }[],
  q: string,
): Section[] {
  const wanted = q.trim().toLowerCase()
  return sections
    .map(({ key, text, isReadAtStart }) => ({
      key,
      isReadAtStart,
      lines: text
        .trimEnd()
        .split('\n')
        .map((line) => ({ text: line, isFound: wanted !== '' && line.toLowerCase().includes(wanted) })),
    }))
    .filter(({ lines }) => wanted === '' || lines.some(({ isFound }) => isFound))
}
