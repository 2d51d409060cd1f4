/** From the command line to a command: finds it, loads it, and tells in one line what went wrong. */
import { nearest } from '../config/nearest.ts'
import { describeOptions, readArguments } from './arguments.ts'
import { CommandError, Exit, UsageError, type Command, type Terminal } from './command.ts'
import { openScreen } from './screen.ts'
import { untilEnd } from './until-end.ts'
import { readSecret } from './secret-input.ts'

interface Entry {
  readonly summary: string
  load(): Promise<{ readonly command: Command }>
}

/** Every command, the most needed first. Loaded when asked for: `allow` must not wait for what `serve` needs. */
const COMMANDS: Readonly<Record<string, Entry>> = {
  serve: { summary: 'run the resolver', load: () => import('./serve.ts') },
  check: {
    summary: 'check the configuration and the lists, print what is in force',
    load: () => import('./check.ts'),
  },
  lookup: {
    summary: 'say whether a name is blocked, by which list and why',
    load: () => import('./lookup.ts'),
  },
  import: { summary: 'propose what an annex or a list holds, for review', load: () => import('./import.ts') },
  review: { summary: 'decide what of an import is blocked', load: () => import('./review.ts') },
  reports: { summary: 'what people say is blocked wrongly, decide', load: () => import('./reports.ts') },
  allow: { summary: 'let a name through, at once', load: () => import('./allow.ts') },
  pause: { summary: 'switch all blocking off for a while', load: () => import('./pause.ts') },
  reload: { summary: 'read the lists again', load: () => import('./reload.ts') },
  feeds: {
    summary: 'lists fetched over the network: how they are, fetch one',
    load: () => import('./feeds.ts'),
  },
  zones: {
    summary: 'lists from a primary name server: how they are, ask it now',
    load: () => import('./zones.ts'),
  },
  flush: { summary: 'empty the cache, or forget one name', load: () => import('./flush.ts') },
  user: { summary: 'make, change and remove accounts of people', load: () => import('./user.ts') },
  token: { summary: 'make and revoke tokens for machines', load: () => import('./token.ts') },
  audit: { summary: 'read and check the audit trail', load: () => import('./audit.ts') },
  hold: { summary: 'legal holds: what must not be deleted', load: () => import('./hold.ts') },
  silence: { summary: 'what is silenced by itself, and its end', load: () => import('./silence.ts') },
  backup: { summary: 'copy the databases while the server runs', load: () => import('./backup.ts') },
  restore: { summary: 'put a backup in their place', load: () => import('./restore.ts') },
  install: {
    summary: 'set up this machine as a server: user, service, port 53',
    load: () => import('./install.ts'),
  },
  upgrade: {
    summary: 'replace the installed version, or go back to the one before',
    load: () => import('./upgrade.ts'),
  },
  uninstall: { summary: 'take it off this machine again', load: () => import('./uninstall.ts') },
  'alert-test': {
    summary: 'send a test message to a channel of alerts',
    load: () => import('./alert-test.ts'),
  },
  status: {
    summary: 'is the running resolver well, and if not what to do',
    load: () => import('./status.ts'),
  },
  healthcheck: { summary: 'for a container: is it alive', load: () => import('./healthcheck.ts') },
  top: { summary: 'watch queries, blocked names and clients live', load: () => import('./top.ts') },
  notice: { summary: 'run the notice page and the sinkhole', load: () => import('./notice.ts') },
  tail: { summary: 'print hits as they come', load: () => import('./tail.ts') },
  doctor: { summary: 'look for what keeps the resolver from its work', load: () => import('./doctor.ts') },
}

/** Runs what `argv` (without program and script) says; resolves with the exit code. */
export async function run(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = argv
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    terminal.print(overview())
    return name === undefined ? Exit.Invalid : Exit.Ok
  }
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name]! : null
  if (entry === null) {
    const near = nearest(name, Object.keys(COMMANDS))
    terminal.complain(
      `thanhloc: there is no command ${name}${near === null ? '' : `: did you mean ${near}?`}\n\n${overview()}`,
    )
    return Exit.Invalid
  }
  const { command } = await entry.load()
  if (asksForHelp(rest)) {
    terminal.print(helpText(command))
    return Exit.Ok
  }
  try {
    return await command.run(readArguments(rest, command.options, command.positionals), terminal)
  } catch (error) {
    return tell(error, name, command, terminal)
  }
}

/** Writes to the process's own streams. */
export const processTerminal: Terminal = {
  print: (text) => void process.stdout.write(`${text}\n`),
  complain: (text) => void process.stderr.write(`${text}\n`),
  isInteractive: process.stdin.isTTY,
  screen: openScreen(process.stdin, process.stdout, process.env),
  untilEnd: () => untilEnd(process, process.stdout),
  readSecret: (prompt) => readSecret(prompt, process.stdin, process.stderr),
}

function tell(error: unknown, name: string, command: Command, terminal: Terminal): number {
  if (!(error instanceof CommandError)) {
    // Not foreseen: whoever reports it needs the stack.
    terminal.complain(
      `thanhloc ${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    )
    return Exit.Failed
  }
  terminal.complain(`thanhloc ${name}: ${error.message}`)
  if (error instanceof UsageError) terminal.complain(`usage: thanhloc ${command.usage}\n--help tells more`)
  return error.exit
}

function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf('--')
  return (end < 0 ? words : words.slice(0, end)).some((word) => word === '--help' || word === '-h')
}

function overview(): string {
  const rows = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(11)} ${summary}`)
  return [
    'usage: thanhloc COMMAND [options]',
    '',
    ...rows,
    '',
    'thanhloc COMMAND --help tells more of each.',
  ].join('\n')
}

function helpText(command: Command): string {
  const options = describeOptions(command.options)
  return [
    `usage: thanhloc ${command.usage}`,
    '',
    command.description,
    ...(options.length > 0 ? ['', ...options] : []),
  ].join('\n')
}
