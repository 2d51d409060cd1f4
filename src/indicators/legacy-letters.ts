/**
 * Vietnamese from before Unicode, as old fonts (`.VnTime`, `VNI-Times`) and programs still write it: each letter one byte of
 * TCVN 5712:1993 (TCVN3), or a letter and its marks as two bytes of VNI. Read as Latin it makes no word. Headings are read
 * in it too, without marks: names and addresses are ASCII anyway.
 */

/** Bytes of TCVN3 from 0xa1 on, as letters without their marks; a blank is no letter. */
const TCVN3 =
  'aaeooudaaeooud      aaaaa aaaa       aaaaaae eeeeeeeeeii   iiio oooooooooooooou uuuuuuuuuyyyyy '
/** What windows-1258 makes of bytes where it differs from Latin-1. */
const FROM_1258: ReadonlyMap<string, number> = new Map([
  ['Ă', 0xc3], ['\u0300', 0xcc], ['Đ', 0xd0], ['\u0309', 0xd2], ['Ơ', 0xd5], ['Ư', 0xdd], ['\u0303', 0xde],
  ['ă', 0xe3], ['\u0301', 0xec], ['đ', 0xf0], ['\u0323', 0xf2], ['ơ', 0xf5], ['ư', 0xfd], ['₫', 0xfe],
]) // prettier-ignore
/** Letters and signs of Latin-1 that no Vietnamese word in Unicode holds, and marks on consonants. */
const FOREIGN =
  /[\u00a1-\u00bf\u00c4-\u00c7\u00cb\u00ce-\u00d1\u00d6-\u00d8\u00db\u00dc\u00de\u00df\u00e4-\u00e7\u00eb\u00ee-\u00f1\u00f6-\u00f8\u00fb\u00fc\u00fe\u00ff₫]|[b-df-hj-np-tv-xz][\u0300\u0301\u0303\u0309\u0323]/i
/** Vowels that stand beside each other in VNI alone. */
const VNI_PAIRS = /a[ùõêéèúâáàã]|e[ùõâáàã]|o[ùõâ]|[uyô][ùõ]/i
/** Signs of Latin-1 that are letters in TCVN3: two of them are no chance. */
const SIGNS = /[\u00a8-\u00ae\u00b5-\u00b9\u00bb-\u00be]/g
/** Marks of VNI behind the letters they belong to. */
const VNI_MARKED = /(?<=[aeouyôö])[ùøûõïêéèúüëâáàåãä]/g
const VNI_LETTERS: Readonly<Record<string, string>> = { ñ: 'd', ö: 'u', ô: 'o', æ: 'i', ó: 'i', ò: 'i', í: 'i', ì: 'i', î: 'y' } // prettier-ignore

/** What `text` may say in TCVN3 and in VNI, without marks; empty: it is neither. */
export function legacyReadings(text: string): string[] {
  const latin = Array.from(text, (letter) => {
    const byte = FROM_1258.get(letter)
    return byte === undefined ? letter : String.fromCharCode(byte)
  }).join('')
  return FOREIGN.test(text) || VNI_PAIRS.test(latin) ? [plainTcvn3(latin), plainVni(latin)] : []
}

/** Whether `text` is TCVN3, beyond doubt: it holds signs where letters belong. */
export function isTcvn3(text: string): boolean {
  return (text.match(SIGNS)?.length ?? 0) > 1
}

function plainTcvn3(text: string): string {
  return text.replace(/[\u00a1-\u00ff]/g, (letter) => TCVN3[letter.charCodeAt(0) - 0xa1] ?? ' ')
}

function plainVni(text: string): string {
  return text
    .toLowerCase()
    .replace(VNI_MARKED, '')
    .replace(/[ñöôæóòíìî]/g, (letter) => VNI_LETTERS[letter]!)
}
