/** How the server is and how it is set up: health, its parts, the configuration, accounts, what is kept. */
import { Tabs, useTab, type Tab } from '../../kit/tabs.tsx'
import { useWords } from '../../words/words.ts'
import { AccountsTab } from './accounts-tab.tsx'
import { ConfigTab } from './config-tab.tsx'
import { HealthTab } from './health-tab.tsx'
import { KeepingTab } from './keeping-tab.tsx'
import { PartsTab } from './parts-tab.tsx'
import '../../style/settings.css'

const PARTS = {
  health: HealthTab,
  parts: PartsTab,
  config: ConfigTab,
  accounts: AccountsTab,
  keeping: KeepingTab,
} as const
type Part = keyof typeof PARTS

export function SettingsPage() {
  const { pages, settings } = useWords()
  const tabs = (Object.keys(PARTS) as Part[]).map((id): Tab<Part> => ({ id, title: settings.tabs[id] }))
  const Shown = PARTS[useTab(tabs) ?? 'health']
  return (
    <>
      <h1>{pages.settings}</h1>
      <Tabs label={settings.views} tabs={tabs} />
      <Shown />
    </>
  )
}
