/** What `user` and `token` have in common: units in a word, a verb, a password that is asked for. */
import type { Arguments, OptionSpecs } from './arguments.ts'
import { CommandError, UsageError, type Terminal } from './command.ts'
import { nearest } from '../config/nearest.ts'

/** Options of both. */
export const ACCOUNT_OPTIONS: OptionSpecs = {
  role: { value: 'ROLE', help: 'viewer, officer, admin, auditor; of tokens also node, firewall, firewall' },
  units: { value: 'ID,ID', help: 'responsible for these units and those below them alone; all unless given' },
  reason: { value: 'TEXT', help: 'why; kept in the audit trail' },
  json: { value: null, help: 'print JSON' },
}

/** `a,b` as ids; null: not given. `all`: no limit, as `[null]` cannot be said in a word otherwise. */
export function readUnitsOption(args: Arguments): readonly string[] | null | undefined {
  const text = args.text('units')
  if (text === null) return undefined
  if (text === 'all') return null
  return text
    .split(',')
    .map((unit) => unit.trim())
    .filter((unit) => unit !== '')
}

/** The verb of a command and the word behind it. Throws UsageError. */
export function readVerb<V extends string>(
  args: Arguments,
  verbs: Readonly<Record<V, { readonly takesName: boolean }>>,
): { readonly verb: V; readonly name: string } {
  const [word = '', name, ...more] = args.words
  if (!Object.hasOwn(verbs, word)) {
    const near = nearest(word, Object.keys(verbs))
    throw new UsageError(`there is no ${word}${near === null ? '' : `: did you mean ${near}?`}`)
  }
  const verb = word as V
  const { takesName } = verbs[verb]
  if (takesName && name === undefined) throw new UsageError(`${verb} whom? The name is missing`)
  const extra = takesName ? more[0] : name
  if (extra !== undefined) throw new UsageError(`"${extra}" is one word too many`)
  return { verb, name: name ?? '' }
}

/** A new password from the terminal, twice where a person types it, or a line of standard input. Throws CommandError. */
export async function askPassword(terminal: Terminal): Promise<string> {
  const password = await terminal.readSecret('new password: ')
  if (password === '') throw new CommandError('no password was given')
  if (terminal.isInteractive && (await terminal.readSecret('once more: ')) !== password)
    throw new CommandError('the two are not the same: nothing was changed')
  return password
}

/** `?reason=…` where one was given. */
export function reasonQuery(args: Arguments): string {
  const reason = args.text('reason')?.trim() ?? ''
  return reason === '' ? '' : `?reason=${encodeURIComponent(reason)}`
}

/** `officer of so-yte, so-gd`. */
export function describeRole(role: string, units: readonly string[] | null): string {
  return units === null ? role : `${role} of ${units.length === 0 ? 'no unit' : units.join(', ')}`
}
