/** From the command line to its command; nothing else. */
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

// Before anything else is loaded: what is compiled once need not be compiled at the next start, nor in each thread.
// In the installation, not in the temporary directory: whoever can write there could put code into the cache.
const cache = (process.env['NODE_COMPILE_CACHE'] ??= join(
  import.meta.dirname,
  '../node_modules/.cache/compile',
))
enableCompileCache(cache)
const { allowReaderToLeave } = await import('./cli/until-end.ts')
const { processTerminal, run } = await import('./cli/run.ts')
// What serves writes its log there, and must not go on without one unnoticed.
if (process.argv[2] !== 'serve') allowReaderToLeave(process.stdout)
process.exitCode = await run(process.argv.slice(2), processTerminal)
