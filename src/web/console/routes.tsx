/** Which page stands at which address. The first that fits is shown. */
import type { ComponentType } from 'preact'
import type { Words } from './words/vi/vi.ts'
import { ListsPage } from './pages/lists/lists-page.tsx'
import { ImportPage } from './pages/lists/import-page.tsx'
import { JournalPage } from './pages/journal/journal-page.tsx'
import { LookupPage } from './pages/lookup/lookup-page.tsx'
import { MachinePage } from './pages/machines/machine-page.tsx'
import { MachinesPage } from './pages/machines/machines-page.tsx'
import { OverviewPage } from './pages/overview/overview-page.tsx'
import { SettingsPage } from './pages/settings/settings-page.tsx'
import { UnitsPage } from './pages/units/units-page.tsx'
import { AccountPage } from './pages/account/account-page.tsx'

export interface PageProps {
  /** What stands where the route has `:id`; empty where it has none. */
  readonly id: string
}

interface Route {
  readonly path: string
  readonly page: ComponentType<PageProps>
  /** In the navigation under that word; for whoever may do one of `actions`. */
  readonly title: keyof Words['pages']
  readonly isInNavigation: boolean
  readonly actions: readonly string[]
}

export const ROUTES: readonly Route[] = [
  { path: '/', page: OverviewPage, title: 'overview', isInNavigation: true, actions: ['status.read'] },
  {
    path: '/machines',
    page: MachinesPage,
    title: 'machines',
    isInNavigation: true,
    actions: ['client.read'],
  },
  {
    path: '/machines/:id',
    page: MachinePage,
    title: 'machine',
    isInNavigation: false,
    actions: ['client.read'],
  },
  { path: '/lists', page: ListsPage, title: 'lists', isInNavigation: true, actions: ['list.read'] },
  {
    path: '/lists/imports/:id',
    page: ImportPage,
    title: 'import',
    isInNavigation: false,
    actions: ['list.read'],
  },
  { path: '/lookup', page: LookupPage, title: 'lookup', isInNavigation: true, actions: ['lookup'] },
  { path: '/units', page: UnitsPage, title: 'units', isInNavigation: true, actions: ['numbers.read'] },
  { path: '/units/:id', page: UnitsPage, title: 'units', isInNavigation: false, actions: ['numbers.read'] },
  {
    path: '/journal',
    page: JournalPage,
    title: 'journal',
    isInNavigation: true,
    actions: ['client.read', 'audit.read'],
  },
  {
    path: '/settings',
    page: SettingsPage,
    title: 'settings',
    isInNavigation: true,
    actions: ['settings.read'],
  },
  { path: '/account', page: AccountPage, title: 'account', isInNavigation: false, actions: ['self.change'] },
]

/** The route of a path and its `:id`, or null. */
export function routeOf(path: string): { readonly route: Route; readonly id: string } | null {
  for (const route of ROUTES) {
    const id = match(route.path, path)
    if (id !== null) return { route, id }
  }
  return null
}

function match(pattern: string, path: string): string | null {
  if (!pattern.endsWith('/:id')) return pattern === path ? '' : null
  const before = pattern.slice(0, -':id'.length)
  const rest = path.slice(before.length)
  return path.startsWith(before) && rest !== '' && !rest.includes('/') ? decoded(rest) : null
}

/** Null where it is no text: an address that was cut off or typed. */
function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part)
  } catch {
    return null
  }
}
