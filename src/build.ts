/**
 * Builds the resolver thread into src/built, which is committed, so that a server needs no build step; part of `npm run
 * generate`. With `--check`: writes nothing, and compares. See thread/entry.ts for what it is for.
 */
import { join, relative } from 'node:path'
import { build } from 'vite'
import { writeOrCompare } from './config/generated-files.ts'
import { digestOf, digestOfCode, type BuiltFrom } from './thread/entry.ts'

const source = import.meta.dirname

const result = await build({
  root: source,
  configFile: false,
  logLevel: 'warn',
  build: {
    ssr: join(source, 'resolver.ts'),
    write: false,
    target: 'esnext',
    minify: false,
    // `const`, not the `var` of this bundler's other users: V8 takes the value itself for the name of a constant.
    rolldownOptions: { output: { entryFileNames: 'resolver.js', codeSplitting: false, topLevelVar: false } },
  },
})
if (!('output' in result)) throw new TypeError('vite gave no output')
const [chunk, ...others] = result.output
if (others.length > 0) throw new TypeError(`one file was expected, not ${others.length + 1}`)

const sources = chunk.moduleIds
  .filter((id) => id.startsWith(source))
  .map((id) => relative(source, id))
  .toSorted()
const from: BuiltFrom = { sources, digest: digestOf(source, sources), code: digestOfCode(chunk.code) }
const files = { 'resolver.js': chunk.code, 'resolver.json': `${JSON.stringify(from, null, 2)}\n` }
writeOrCompare(join(source, 'built'), files, 'src/resolver.ts')
