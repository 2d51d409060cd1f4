/** Light or dark: as the machine says, unless somebody chose. */
import { Store } from './store.ts'

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const KEY = 'thanhloc-theme'

export const theme = new Store<Theme>(chosen())

function chosen(): Theme {
  const kept = window.localStorage.getItem(KEY)
  return THEMES.find((one) => one === kept) ?? 'system'
}

/** Kept in the browser. */
export function chooseTheme(next: Theme): void {
  window.localStorage.setItem(KEY, next)
  showTheme(next)
  theme.set(next)
}

/** Says it to the style sheet. */
export function showTheme(shown: Theme = theme.value): void {
  if (shown === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = shown
}
