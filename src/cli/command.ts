/** What a command of the program is: one file each, loaded when it is asked for. */
import type { Arguments, OptionSpecs } from './arguments.ts'
import type { Screen } from './screen.ts'

/** Where a command reads and writes; tests put their own here. */
export interface Terminal {
  /** One or more lines to standard output. */
  print(text: string): void
  /** One or more lines to standard error. */
  complain(text: string): void
  /** Whether a person sits at it, who sees prompts. */
  readonly isInteractive: boolean
  /** Where text may be moved about and coloured; null: output goes to a file, a pipe, or a terminal that cannot. */
  readonly screen: Screen | null
  /** Aborted when the person wants an end (SIGINT, SIGTERM, SIGHUP), or nobody reads the output any more. */
  untilEnd(): AbortSignal
  /** A line that nobody may read over a shoulder: typed without echo, or the first of standard input. */
  readSecret(prompt: string): Promise<string>
}

/** Exit codes, for scripts. `Invalid`: the command line or the configuration is wrong. */
export const Exit = { Ok: 0, Failed: 1, Invalid: 2 } as const

export interface Command {
  /** After `thanhloc`: `lookup NAME [options]`. */
  readonly usage: string
  /** What it does, a paragraph; shown by --help. */
  readonly description: string
  readonly options: OptionSpecs
  /** How many words without a dash it takes. */
  readonly positionals: { readonly least: number; readonly most: number }
  /** Resolves with the exit code when the command is done. Throws CommandError for what is to be told in one line. */
  run(args: Arguments, terminal: Terminal): Promise<number>
}

/** Something a person can put right: told without a stack. */
export class CommandError extends Error {
  readonly code = 'THANHLOC_COMMAND'
  readonly exit: number

  constructor(message: string, exit: number = Exit.Failed, options?: ErrorOptions) {
    super(message, options)
    this.exit = exit
  }
}

/** The command line is wrong: told together with how it goes. */
export class UsageError extends CommandError {
  constructor(message: string) {
    super(message, Exit.Invalid)
  }
}
