/** Writes docs/configuration.md and docs/config.schema.json; run by `npm run generate`. With `--check`: writes nothing. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { configurationReference, configurationSchema } from './reference.ts'

const docs = join(import.meta.dirname, '../../docs')

const generated = {
  'configuration.md': configurationReference(),
  'config.schema.json': `${JSON.stringify(configurationSchema(), null, 2)}\n`,
}

for (const [name, text] of Object.entries(generated)) {
  const file = join(docs, name)
  if (!process.argv.includes('--check')) writeFileSync(file, text)
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`docs/${name} is not what the schema says: run \`npm run generate\``)
    process.exitCode = 1
  }
}
