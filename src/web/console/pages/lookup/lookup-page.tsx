/** Not built yet. */
import { useWords } from '../../words/words.ts'

export function LookupPage() {
  const { pages } = useWords()
  return <h1>{pages.lookup}</h1>
}
