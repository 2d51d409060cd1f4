/**
 * Names of accounts and tokens. What looks the same is the same: compared in one Unicode form and without case, and in
 * Latin letters alone, so that no look-alike of another script passes for a colleague.
 */

/** As shown, and as compared. */
export interface AccountName {
  readonly name: string
  readonly key: string
}

/** Longer text is no name, and is not even normalised. */
const MAX_GIVEN = 256
const NAME = /^[\p{Script=Latin}0-9][\p{Script=Latin}0-9._@-]{0,63}$/u

/** What a name may be, for the message that refuses one. */
export const NAME_RULE =
  'a name has at most 64 Latin letters (with their marks), digits and ". _ @ -", a letter or digit first'

/** `text` as a name, or null where it is none. */
export function readName(text: string): AccountName | null {
  if (text.length > MAX_GIVEN) return null
  const name = text.normalize('NFKC')
  const key = fold(name)
  return NAME.test(name) && NAME.test(key) ? { name, key } : null
}

/** `text` as it is compared: upper case first, because some letters have a lower case only by way of it. */
export function fold(text: string): string {
  return text.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC')
}
