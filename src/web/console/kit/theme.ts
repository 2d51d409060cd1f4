/** Light or dark: as the machine says, unless somebody chose. */
import { Store } from './store.ts'

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const KEY = 'thanhloc-theme'
const machine = window.matchMedia('(prefers-color-scheme: dark)')

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

/** Says it to the style sheet, which knows light and dark alone. */
export function showTheme(shown: Theme = theme.value): void {
  const isDark = shown === 'system' ? machine.matches : shown === 'dark'
  document.documentElement.dataset['theme'] = isDark ? 'dark' : 'light'
}

/** To be called once: what the machine says may change while the page is open. */
export function followMachine(): void {
  showTheme()
  machine.addEventListener('change', () => showTheme())
}
