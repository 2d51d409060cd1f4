/** Not built yet. */
import { useWords } from '../../words/words.ts'

export function MachinePage() {
  const { pages } = useWords()
  return <h1>{pages.machine}</h1>
}
