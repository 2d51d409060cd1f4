/** Text that a client sent, as it goes into a contact: on one line, whole characters, no longer than stated. */

/** Control characters, line ends, marks that turn the direction of writing or show nothing, and half characters. */
const UNFIT = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu

/** `text` without what cannot be shown, at most `maxCharacters` UTF-16 units. */
export function evidenceText(text: string, maxCharacters: number): string {
  // Cut before the work: the rest may be 16 KB.
  const fit = text
    .slice(0, maxCharacters * 4)
    .replace(UNFIT, '')
    .slice(0, maxCharacters)
  return fit.isWellFormed() ? fit : fit.slice(0, -1)
}
