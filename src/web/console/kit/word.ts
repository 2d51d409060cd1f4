/** Words for what the server names by a code. */

/** The word for a code; the code itself where a newer server has one that is not known here. */
export function wordFor(words: Readonly<Record<string, string>>, code: string): string {
  return words[code] ?? code
}
