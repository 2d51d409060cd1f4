/** What is blocked and what is not: lists and where they come from, annexes, what is let through, reports of wrong blocks. */
import { Tabs, useTab, type Tab } from '../../kit/tabs.tsx'
import { mayDo } from '../../api/session.ts'
import { useWords, type Words } from '../../words/words.ts'
import { AllowTab } from './allow-tab.tsx'
import { ImportsTab } from './imports-tab.tsx'
import { ListTab } from './list-tab.tsx'
import { ReportsTab } from './reports-tab.tsx'
import { SourcesTab } from './sources-tab.tsx'
import '../../style/lists.css'

const PARTS = {
  lists: ListTab,
  sources: SourcesTab,
  imports: ImportsTab,
  allow: AllowTab,
  reports: ReportsTab,
}
type Part = keyof typeof PARTS

export function ListsPage() {
  const words = useWords()
  const tabs = tabsOf(words)
  const shown = useTab(tabs) ?? 'lists'
  const Shown = PARTS[shown]
  return (
    <>
      <h1>{words.pages.lists}</h1>
      <Tabs label={words.lists.tabsLabel} tabs={tabs} />
      <Shown />
    </>
  )
}

function tabsOf({ lists }: Words): Tab<Part>[] {
  const parts = Object.keys(PARTS) as Part[]
  return parts
    .filter((part) => part !== 'reports' || mayDo('client.read'))
    .map((id) => ({ id, title: lists.tabs[id] }))
}
