/** A terminal that remembers, and commands run on it. */
import { run } from '../../../src/cli/run.ts'

export interface Ran {
  readonly exit: number
  readonly out: string
  readonly err: string
}

/** Runs a command as the program would. */
export function runCommand(...argv: readonly string[]): Promise<Ran> {
  return runWithInput([], ...argv)
}

/** The same with lines on standard input. */
export async function runWithInput(lines: readonly string[], ...argv: readonly string[]): Promise<Ran> {
  const out: string[] = []
  const err: string[] = []
  const left = [...lines]
  const exit = await run(argv, {
    print: (text) => void out.push(text),
    complain: (text) => void err.push(text),
    isInteractive: false,
    screen: null,
    untilEnd: () => new AbortController().signal,
    readSecret: async () => left.shift() ?? '',
  })
  return { exit, out: out.join('\n'), err: err.join('\n') }
}
