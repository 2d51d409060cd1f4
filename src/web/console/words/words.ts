/**
 * The words people see, in the language they chose. `vi` is the original; `en` has its type, so that a text missing in
 * one of them is an error of types.
 */
import { Store, useStore } from '../kit/store.ts'
import { en } from './en/en.ts'
import { vi, type Words } from './vi/vi.ts'

export type { Words }

export const LANGUAGES = { vi: 'Tiếng Việt', en: 'English' } as const
export type Language = keyof typeof LANGUAGES

const CATALOGUES: Readonly<Record<Language, Words>> = { vi, en }
const KEY = 'thanhloc-language'

export const language = new Store<Language>(chosen())

function chosen(): Language {
  const kept = window.localStorage.getItem(KEY)
  return kept === 'en' || kept === 'vi' ? kept : 'vi'
}

/** Kept in the browser; the document says it too, for those who have it read out. */
export function chooseLanguage(next: Language): void {
  window.localStorage.setItem(KEY, next)
  document.documentElement.lang = next
  language.set(next)
}

/** All words, by page. */
export function useWords(): Words {
  return CATALOGUES[useStore(language)]
}
