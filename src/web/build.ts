/**
 * Builds the console into src/web/built, which is committed, so that a server needs no build step; part of `npm run
 * generate`. With `--check`: writes nothing, and compares. The same source and lockfile give the same bytes.
 */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'vite'
import { writeOrCompare } from '../config/generated-files.ts'

const source = join(import.meta.dirname, 'console')
const built = join(import.meta.dirname, 'built')

/** Names without a digest: the server tells browsers by an ETag whether what they hold is still what there is. */
const FIXED_NAMES = {
  entryFileNames: 'console.js',
  chunkFileNames: '[name].js',
  assetFileNames: '[name][extname]',
}

const result = await build({
  root: source,
  base: '/console/',
  configFile: false,
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    write: false,
    target: 'es2023',
    // Neither is allowed by the policy the page comes with, nor needed.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: { output: FIXED_NAMES },
  },
})
if (!('output' in result)) throw new TypeError('vite gave no output')

const files = Object.fromEntries(
  result.output.map((file) => [
    file.fileName,
    file.type === 'chunk' ? file.code : Buffer.from(file.source).toString('utf8'),
  ]),
)
writeOrCompare(built, files, 'src/web/console')
for (const name of readdirSync(built).filter((name) => !(name in files))) {
  if (process.argv.includes('--check')) {
    console.error(`${name} is no longer built: run \`npm run generate\``)
    process.exitCode = 1
  } else rmSync(join(built, name))
}
