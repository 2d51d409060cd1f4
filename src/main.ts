/** From the command line to its command; nothing else. */
import { enableCompileCache } from 'node:module'

// Before anything else is loaded: what is compiled once need not be compiled at the next start.
enableCompileCache()
const { processTerminal, run } = await import('./cli/run.ts')
process.exitCode = await run(process.argv.slice(2), processTerminal)
