/** A terminal that remembers, and commands run on it. */
import { run } from '../../../src/cli/run.ts'

export interface Ran {
  readonly exit: number
  readonly out: string
  readonly err: string
}

/** Runs a command as the program would. */
export async function runCommand(...argv: readonly string[]): Promise<Ran> {
  const out: string[] = []
  const err: string[] = []
  const exit = await run(argv, {
    print: (text) => void out.push(text),
    complain: (text) => void err.push(text),
  })
  return { exit, out: out.join('\n'), err: err.join('\n') }
}
