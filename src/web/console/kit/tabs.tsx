/** Parts of one page under one heading each: which one is shown stands in the address (`view`). */
import { Link } from './link.tsx'
import { hrefOf, usePlace } from './router.ts'

export interface Tab<Id extends string> {
  readonly id: Id
  readonly title: string
}

/** Which of them the address names; the first where it names none. */
export function useTab<Id extends string>(tabs: readonly Tab<Id>[]): Id | null {
  const { query } = usePlace()
  const wanted = query.get('view')
  return (tabs.find(({ id }) => id === wanted) ?? tabs[0])?.id ?? null
}

/** Links, because each is a place to go back to; the first has the address without `view`. */
export function Tabs<Id extends string>({
  label,
  tabs,
}: {
  readonly label: string
  readonly tabs: readonly Tab<Id>[]
}) {
  const { path } = usePlace()
  const shown = useTab(tabs)
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map(({ id, title }, index) => (
        <Link
          key={id}
          href={hrefOf(path, { view: index === 0 ? null : id })}
          aria-current={id === shown ? 'page' : undefined}
        >
          {title}
        </Link>
      ))}
    </nav>
  )
}
