/** Options and words of a command, read by node:util's parseArgs; complaints name the nearest option. */
import { parseArgs } from 'node:util'
import { nearest } from '../config/nearest.ts'
import { UsageError } from './command.ts'

export interface OptionSpec {
  /** What stands for the value in the help (`ADDR:PORT`); null: the option takes none. */
  readonly value: string | null
  /** May be given more than once. */
  readonly repeat?: boolean
  readonly help: string
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>

export class Arguments {
  readonly words: readonly string[]
  readonly #values: Readonly<Record<string, unknown>>

  constructor(words: readonly string[], values: Readonly<Record<string, unknown>>) {
    this.words = words
    this.#values = values
  }

  /** The value of an option, the last one where it was repeated; null: not given. */
  text(option: string): string | null {
    const value = this.#values[option]
    if (Array.isArray(value)) return (value as string[]).at(-1) ?? null
    return typeof value === 'string' ? value : null
  }

  /** All values of a repeatable option; null: not given. */
  texts(option: string): readonly string[] | null {
    const value = this.#values[option]
    return Array.isArray(value) ? (value as string[]) : null
  }

  flag(option: string): boolean {
    return this.#values[option] === true
  }
}

/** Reads `argv`. Throws UsageError for what `specs` does not know. */
export function readArguments(
  argv: readonly string[],
  specs: OptionSpecs,
  positionals: { readonly least: number; readonly most: number },
): Arguments {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [
      name,
      {
        type: spec.value === null ? ('boolean' as const) : ('string' as const),
        multiple: spec.repeat ?? false,
      },
    ]),
  )
  let parsed: { readonly values: Record<string, unknown>; readonly positionals: string[] }
  try {
    parsed = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true })
  } catch (error) {
    throw usageError(error as NodeJS.ErrnoException, Object.keys(specs), argv)
  }
  const { length } = parsed.positionals
  if (length < positionals.least) throw new UsageError('a word is missing')
  if (length > positionals.most) {
    throw new UsageError(`"${parsed.positionals[positionals.most]}" is one word too many`)
  }
  return new Arguments(parsed.positionals, parsed.values)
}

/** The options of a command, aligned, for its help. */
export function describeOptions(specs: OptionSpecs): string[] {
  const rows = Object.entries(specs).map(([name, spec]) => ({
    left: `  --${name}${spec.value === null ? '' : ` ${spec.value}`}`,
    help: spec.help + (spec.repeat === true ? ' (repeatable)' : ''),
  }))
  const width = Math.max(0, ...rows.map(({ left }) => left.length)) + 2
  return rows.map(({ left, help }) => left.padEnd(width) + help)
}

function usageError(
  error: NodeJS.ErrnoException,
  known: readonly string[],
  argv: readonly string[],
): UsageError {
  if (error.code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return new UsageError(error.message)
  const unknown = argv.find((word) => word.startsWith('-') && !known.includes(optionName(word))) ?? ''
  const near = nearest(optionName(unknown), known)
  const hint = near === null ? '' : `: did you mean --${near}?`
  return new UsageError(`there is no option ${unknown.split('=')[0]}${hint}`)
}

function optionName(word: string): string {
  return word.replace(/^-+/, '').split('=')[0] ?? ''
}
