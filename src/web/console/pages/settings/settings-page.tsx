/** Not built yet. */
import { useWords } from '../../words/words.ts'

export function SettingsPage() {
  const { pages } = useWords()
  return <h1>{pages.settings}</h1>
}
