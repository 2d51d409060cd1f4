/** Shortcuts of the configuration tests: YAML text in, settings or errors out. */
import { parseSettings, type LoadRequest } from '../../../src/config/load.ts'
import type { Settings } from '../../../src/config/settings.ts'

const REQUEST: LoadRequest = { file: 'c.yaml', workingDirectory: '/srv', processors: 4 }

export function settingsFrom(text: string, request: Partial<LoadRequest> = {}): Settings {
  const loaded = parseSettings(text, { ...REQUEST, ...request })
  if ('errors' in loaded) throw new Error(loaded.errors.join('\n'))
  return loaded.settings
}

/** The lines of what is wrong; none where nothing is. */
export function errorsFrom(text: string, request: Partial<LoadRequest> = {}): readonly string[] {
  const loaded = parseSettings(text, { ...REQUEST, ...request })
  return 'errors' in loaded ? loaded.errors : []
}
