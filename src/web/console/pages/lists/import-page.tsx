/** Not built yet. */
import { useWords } from '../../words/words.ts'

export function ImportPage() {
  const { pages } = useWords()
  return <h1>{pages.import}</h1>
}
