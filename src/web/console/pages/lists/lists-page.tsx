/** Not built yet. */
import { useWords } from '../../words/words.ts'

export function ListsPage() {
  const { pages } = useWords()
  return <h1>{pages.lists}</h1>
}
