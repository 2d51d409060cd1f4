/** In which language people read; also before they have signed in. */
import { chooseLanguage, language, LANGUAGES, useWords, type Language } from '../words/words.ts'
import { useStore } from './store.ts'

export function LanguageChoice() {
  const { frame } = useWords()
  const shown = useStore(language)
  return (
    <label>
      <span class="for-ears">{frame.language}</span>
      <select value={shown} onChange={(event) => chooseLanguage(event.currentTarget.value as Language)}>
        {Object.entries(LANGUAGES).map(([id, name]) => (
          <option key={id} value={id} lang={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}
