/** What a check of several keys together is given. */
import type { Path, Place, Problems } from './problems.ts'
import type { Config } from './schema.ts'

export interface Checks {
  readonly config: Config
  /** What contradicts itself is added here. */
  readonly problems: Problems
  /** Where the value of a path was said. */
  readonly placeOf: (path: Path) => Place
}
