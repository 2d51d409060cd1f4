/**
 * Which passwords are taken: at least 14 characters of four classes, or at least 8 beside a second factor (TCVN
 * 14423:2026 for administrators); none that is common, or made of the name. Length is bounded before anything else.
 */
import type { Random } from '../random.ts'
import { fold } from './account-name.ts'
import { COMMON_WORDS } from './common-words.ts'

/** Longer input is refused before it is normalised or hashed. */
export const MAX_PASSWORD_BYTES = 1024
const ALONE_MIN = 14
const WITH_FACTOR_MIN = 8
/** Letters that must be left when common words are taken out. */
const OWN_LETTERS_MIN = 4
const NAME_PART_MIN = 4

const CLASSES = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{L}\p{Nd}]/u]
const LOOKALIKE: Readonly<Record<string, string>> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '1': 'i',
  '!': 'i',
  '0': 'o',
  $: 's',
  '5': 's',
  '7': 't',
}

/** What is known of a password that is taken. `needsFactor`: it is too short to stand alone. */
export interface PasswordStrength {
  readonly needsFactor: boolean
}

/** Whether `password` is of a size that may be looked at. */
export function isPasswordSize(password: string): boolean {
  return password.length > 0 && Buffer.byteLength(password) <= MAX_PASSWORD_BYTES
}

/** Judges a new password for the account `name` (as shown); text: why it is refused. */
export function judgePassword(
  password: string,
  name: string,
  hasFactor: boolean,
): PasswordStrength | { readonly refusedFor: string } {
  if (!isPasswordSize(password)) return refused(`it must have 1 to ${MAX_PASSWORD_BYTES} bytes`)
  const characters = Array.from(password.normalize('NFC'))
  const isStrongAlone =
    characters.length >= ALONE_MIN && CLASSES.every((kind) => characters.some((one) => kind.test(one)))
  if (!isStrongAlone && !(hasFactor && characters.length >= WITH_FACTOR_MIN)) {
    return refused(
      `it needs at least ${ALONE_MIN} characters with lower case, upper case, digits and signs` +
        (hasFactor ? `, or at least ${WITH_FACTOR_MIN} of any kind beside the second factor` : ''),
    )
  }
  if (namesAccount(password, name)) return refused('it contains the name of the account')
  if (isCommon(password)) return refused('it is made of words and patterns that are tried first')
  return { needsFactor: !isStrongAlone }
}

const ALPHABETS = ['abcdefghjkmnpqrstuvwxyz', 'ABCDEFGHJKLMNPQRSTUVWXYZ', '23456789', '-_.+'] as const
const MADE_LENGTH = 20

/** A password for somebody else, to be changed at the first sign-in: at least 100 bits, no letters that are mixed up. */
export function makePassword(random: Random): string {
  const all = ALPHABETS.join('')
  for (;;) {
    const made = Array.from({ length: MADE_LENGTH }, () => all[random.below(all.length)]).join('')
    if (CLASSES.every((kind) => kind.test(made)) && !isCommon(made)) return made
  }
}

function refused(refusedFor: string): { readonly refusedFor: string } {
  return { refusedFor }
}

function namesAccount(password: string, name: string): boolean {
  const folded = fold(password)
  const key = fold(name)
  const parts = key.split(/[._@-]/).filter((part) => part.length >= NAME_PART_MIN)
  return (
    folded === key ||
    [...parts, ...(key.length >= NAME_PART_MIN ? [key] : [])].some((part) => folded.includes(part))
  )
}

/** Common words with little of its own around them, also where signs and digits stand for letters; or digits alone. */
function isCommon(password: string): boolean {
  const bare = fold(password).normalize('NFD').replaceAll(/\p{M}/gu, '').replaceAll('đ', 'd')
  const spelled = Array.from(bare, (one) => LOOKALIKE[one] ?? one).join('')
  return [bare, spelled].some(isMadeOfWords) || !/\p{L}/u.test(bare)
}

function isMadeOfWords(text: string): boolean {
  const letters = text.replaceAll(/[^\p{L}]/gu, '')
  let own = letters
  for (const word of COMMON_WORDS) own = own.replaceAll(word, ' ')
  const left = new Set(own.replaceAll(' ', ''))
  // One letter again and again is a pattern too.
  return (own !== letters || letters.length >= OWN_LETTERS_MIN) && left.size < OWN_LETTERS_MIN
}
