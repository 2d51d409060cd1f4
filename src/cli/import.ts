/** `import`: what files from an agency or a feed would put on a list, item by item; printed, or handed in for review. */
import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { systemClock } from '../clock.ts'
import { FORMATS } from '../config/formats.ts'
import { DEFAULT_LIMITS } from '../documents/limits.ts'
import type { AnnexFile } from '../imports/propose.ts'
import { ImportError } from '../imports/propose.ts'
import { readAnnexes } from '../imports/read-annexes.ts'
import type { FilePlace, ProposedItem, ReadFile } from '../indicators/proposal.ts'
import { explain } from '../indicators/reasons.ts'
import { socketPath, SOCKET_OPTIONS } from './admin-socket.ts'
import type { Arguments } from './arguments.ts'
import { CommandError, Exit, UsageError, type Command, type Terminal } from './command.ts'
import { describeProposal } from './import-report.ts'
import {
  approveUnguarded,
  describeProposals,
  printProposals,
  proposeByServer,
  type ProposalHead,
} from './propose.ts'

/** Items printed at once. */
const CHUNK = 1000
/** Characters of a number of a document, as the server takes it. */
const MAX_DOCUMENT = 100

export const command: Command = {
  usage: 'import FILE… --list ID [--document TEXT] [--yes] [--dry-run] [--json]',
  description: `Reads annexes and lists (docx, xlsx, pdf, csv, text, mail, html, MISP, STIX, list formats) and proposes what they
hold for list ID, which has \`approved: true\` in the configuration of the running server. An import of each file is made
there; nothing of it is blocked before somebody approves it: thanhloc review. Names written defanged are understood.
With --dry-run no server is asked and nothing is kept: what would be accepted, what a person must decide, what is refused, and why, each
with its place in the file, is printed.`,
  options: {
    list: { value: 'ID', help: 'the list the indicators are meant for' },
    document: {
      value: 'TEXT',
      help: 'the number of the document they came with ("1298/CATTT-NCSC"); that of the list unless given',
    },
    issuer: { value: 'TEXT', help: 'who issued it; as the list says unless given' },
    issued: { value: 'DATE', help: 'when, 2022-08-23; as the list says unless given' },
    'dry-run': { value: null, help: 'print the proposal only' },
    yes: {
      value: null,
      help: 'approve what no guard holds, at once; what is held stays for a person to decide',
    },
    reason: { value: 'TEXT', help: 'with --yes: why; the number of the document unless given' },
    json: { value: null, help: 'as JSON: {"items": […], "summary": …}' },
    ...SOCKET_OPTIONS,
  },
  positionals: { least: 1, most: 100 },

  async run(args, terminal) {
    const list = args.text('list')
    const document = args.text('document')
    if (list === null || !/^[\w.-]{1,64}$/.test(list)) throw new UsageError('--list ID is missing, or holds other than letters, digits, ".", "-", "_"') // prettier-ignore
    const issued = args.text('issued')
    const problem = issued === null ? null : FORMATS.date.check(issued)
    if (problem !== null) throw new UsageError(`--issued "${issued}" ${problem}`)
    if (document !== null && document.length > MAX_DOCUMENT)
      throw new UsageError(`--document is longer than ${MAX_DOCUMENT} characters`)
    if (!args.flag('dry-run')) {
      const head = { list, document, issuer: args.text('issuer'), issued }
      await handIn(socketPath(args), await readFiles(args.words), head, args, terminal)
      return Exit.Ok
    }
    if (document === null || document.trim() === '') throw new UsageError('--document TEXT is missing: a block needs its basis') // prettier-ignore
    const files = await readFiles(args.words)
    const items: ProposedItem[] = []
    try {
      const nowMs = systemClock.wallMs()
      const { files: read, summary } = await readAnnexes(files, { nowMs }, (item) => items.push(item))
      const head = { list, document: document.trim() }
      if (args.flag('json')) printJson(items, read, { ...head, ...summary }, terminal)
      else terminal.print(describeProposal(head, items, read, summary).join('\n'))
    } catch (error) {
      if (error instanceof ImportError) throw new CommandError(error.message, Exit.Failed, { cause: error })
      throw error
    }
    return Exit.Ok
  },
}

/** Rejects with CommandError where a file failed, when what became of the others is told. */
async function handIn(
  socket: string,
  files: readonly AnnexFile[],
  head: ProposalHead,
  args: Arguments,
  terminal: Terminal,
): Promise<void> {
  const { made, failed } = await proposeByServer(socket, files, head)
  const approved = args.flag('yes') ? await approveUnguarded(socket, made, args.text('reason')) : []
  const now = args.flag('yes') ? approved.map((each) => each.import) : made
  if (args.flag('json')) await printProposals(socket, now, terminal)
  else if (now.length > 0) terminal.print(await describeProposals(socket, now, approved))
  if (failed.length > 0) throw new CommandError(failed.join('\n'))
}

async function readFiles(paths: readonly string[]): Promise<AnnexFile[]> {
  const files: AnnexFile[] = []
  for (const path of paths) {
    try {
      const { size } = await stat(path)
      if (size > DEFAULT_LIMITS.maxInputBytes) {
        throw new CommandError(`${path}: it is larger than ${DEFAULT_LIMITS.maxInputBytes >> 20} MiB`)
      }
      files.push({ name: basename(path), bytes: await readFile(path) })
    } catch (error) {
      if (error instanceof CommandError) throw error
      throw new CommandError(`reading ${path}: ${(error as Error).message}`, Exit.Failed, { cause: error })
    }
  }
  return files
}

function printJson(
  items: readonly ProposedItem[],
  files: readonly ReadFile[],
  summary: object,
  terminal: Terminal,
): void {
  terminal.print('{"items":[')
  for (let at = 0; at < items.length; at += CHUNK) {
    const chunk = items.slice(at, at + CHUNK).map((item) => JSON.stringify(itemJson(item, files)))
    terminal.print(chunk.join(',\n') + (at + CHUNK < items.length ? ',' : ''))
  }
  terminal.print(`],\n"files":${JSON.stringify(files)},\n"summary":${JSON.stringify(summary)}}`)
}

function itemJson(item: ProposedItem, files: readonly ReadFile[]): object {
  const { value, kind, decision, reasons, scope, written, readings, places } = item
  const placed = places.map(({ file, ...place }: FilePlace) => ({
    file: files[file]!.name,
    sha256: files[file]!.sha256,
    ...place,
  }))
  return {
    value,
    kind,
    decision,
    reason: reasons[0],
    reasons,
    explanation: explain(reasons),
    scope,
    written,
    ...(readings.length > 0 && { readings }),
    place: placed[0],
    ...(placed.length > 1 && { places: placed }),
  }
}
