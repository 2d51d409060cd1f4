/** Not built yet. */
import { useWords } from '../../words/words.ts'

export function OverviewPage() {
  const { pages } = useWords()
  return <h1>{pages.overview}</h1>
}
