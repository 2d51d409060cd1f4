/** What is happening and what has been done: blocked queries as they come, cases, the audit trail, deletions. */
import { mayDo } from '../../api/session.ts'
import { Tabs, useTab, type Tab } from '../../kit/tabs.tsx'
import { useWords } from '../../words/words.ts'
import { AuditTab } from './audit-tab.tsx'
import { DeletionsTab } from './deletions-tab.tsx'
import { EventsTab } from './events-tab.tsx'
import { LiveTab } from './live-tab.tsx'
import '../../style/journal.css'

const PARTS = {
  live: { page: LiveTab, action: 'client.read' },
  events: { page: EventsTab, action: 'client.read' },
  audit: { page: AuditTab, action: 'audit.read' },
  deletions: { page: DeletionsTab, action: 'audit.read' },
} as const
type Part = keyof typeof PARTS

export function JournalPage() {
  const { pages, journal } = useWords()
  const parts = (Object.keys(PARTS) as Part[]).filter((part) => mayDo(PARTS[part].action))
  const tabs = parts.map((id): Tab<Part> => ({ id, title: journal.tabs[id] }))
  const shown = useTab(tabs)
  const Shown = shown === null ? null : PARTS[shown].page
  return (
    <>
      <h1>{pages.journal}</h1>
      <Tabs label={journal.views} tabs={tabs} />
      {Shown !== null && <Shown />}
    </>
  )
}
