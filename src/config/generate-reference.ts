/** Writes docs/configuration.md and docs/config.schema.json; part of `npm run generate`. With `--check`: writes nothing. */
import { join } from 'node:path'
import { writeOrCompare } from './generated-files.ts'
import { configurationReference, configurationSchema } from './reference.ts'

const generated = {
  'configuration.md': configurationReference(),
  'config.schema.json': `${JSON.stringify(configurationSchema(), null, 2)}\n`,
}
writeOrCompare(join(import.meta.dirname, '../../docs'), generated, 'the schema')
