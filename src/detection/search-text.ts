/** Text as it is searched for: case does not matter, and Vietnamese is found with its marks or without. */

/** Lower case, composed (NFC). What is asked for is folded so; what is searched holds it twice, see `searchText`. */
export function foldText(text: string): string {
  return text.normalize('NFC').toLowerCase()
}

/** All parts folded, one a line, each followed by itself without marks where it has any. */
export function searchText(parts: readonly (string | null)[]): string {
  return parts
    .flatMap((part) => {
      if (part === null || part === '') return []
      const folded = foldText(part)
      const plain = folded.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('đ', 'd')
      return plain === folded ? [folded] : [folded, plain]
    })
    .join('\n')
}
