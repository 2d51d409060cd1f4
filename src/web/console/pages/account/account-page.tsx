/** Not built yet. */
import { useWords } from '../../words/words.ts'

export function AccountPage() {
  const { pages } = useWords()
  return <h1>{pages.account}</h1>
}
