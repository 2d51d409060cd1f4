/** Not built yet. */
import { useWords } from '../../words/words.ts'

export function UnitsPage() {
  const { pages } = useWords()
  return <h1>{pages.units}</h1>
}
