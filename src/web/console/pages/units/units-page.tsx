/** Units with what is in each; one unit; campaigns. */
import type { PageProps } from '../../routes.tsx'
import { Tabs, useTab, type Tab } from '../../kit/tabs.tsx'
import { useWords } from '../../words/words.ts'
import { Campaigns } from './campaigns.tsx'
import { UnitPage } from './unit-page.tsx'
import { UnitTree } from './unit-tree.tsx'
import '../../style/units.css'

export function UnitsPage({ id }: PageProps) {
  return id === '' ? <AllUnits /> : <UnitPage id={id} />
}

function AllUnits() {
  const { pages, units } = useWords()
  const tabs: readonly Tab<'tree' | 'campaigns'>[] = [
    { id: 'tree', title: units.tree },
    { id: 'campaigns', title: units.campaigns },
  ]
  const shown = useTab(tabs)
  return (
    <>
      <h1>{pages.units}</h1>
      <Tabs label={units.views} tabs={tabs} />
      {shown === 'campaigns' ? <Campaigns /> : <UnitTree />}
    </>
  )
}
