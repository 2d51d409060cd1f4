/** Not built yet. */
import { useWords } from '../../words/words.ts'

export function JournalPage() {
  const { pages } = useWords()
  return <h1>{pages.journal}</h1>
}
