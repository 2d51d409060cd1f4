/** Not built yet. */
import { useWords } from '../../words/words.ts'

export function MachinesPage() {
  const { pages } = useWords()
  return <h1>{pages.machines}</h1>
}
