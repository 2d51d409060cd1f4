/** Hands files to the running server as imports, and waits until each is read: what `import` does when it is no dry run. */
import { setTimeout } from 'node:timers/promises'
import type { AnnexFile } from '../imports/propose.ts'
import { callAdmin, NotRunningError } from './admin-socket.ts'
import { CommandError, type Terminal } from './command.ts'
import { plain } from './plain.ts'
import { describeOutcome, whyRecordedOnly, type Decided } from './review-outcome.ts'
import { describeImport, type Import, type Item } from './review-report.ts'

/** What is said of the documents; null: as the list says. */
export interface ProposalHead {
  readonly list: string
  readonly document: string | null
  readonly issuer: string | null
  readonly issued: string | null
}

const LOOK_MS = 200
/** Reading may take a minute, and others may come first. */
const LOOKS = 3000
const UPLOAD_MS = 60_000
/** A list of a million entries is built anew. */
const APPROVE_MS = 150_000
/** Items of an import asked for at once. */
const PAGE = 1000

/** What became of files that were handed in. */
export interface Proposed {
  readonly made: readonly Import[]
  /** In a sentence each, of those that could not be taken or read. */
  readonly failed: readonly string[]
}

/**
 * Makes one import of each file; resolves with them as they are when they are read. A file that fails keeps none of the
 * others from being read. Rejects with NotRunningError.
 */
export async function proposeByServer(
  socket: string,
  files: readonly AnnexFile[],
  head: ProposalHead,
): Promise<Proposed> {
  const made: Import[] = []
  const failed: string[] = []
  for (const { name, bytes } of files) {
    const said = Object.entries({ name, ...head }).filter(
      (entry): entry is [string, string] => entry[1] !== null,
    )
    const path = `/api/v1/imports?${new URLSearchParams(said).toString()}`
    try {
      const { id } = (await callAdmin(socket, {
        method: 'POST',
        path,
        bytes,
        timeoutMs: UPLOAD_MS,
      })) as Import
      made.push(await untilRead(socket, id))
    } catch (error) {
      if (!(error instanceof CommandError) || error instanceof NotRunningError) throw error
      failed.push(files.length === 1 ? error.message : `${plain(name)}: ${error.message}`)
    }
  }
  return { made, failed }
}

/** Approves what no guard holds; returns what came of each. Rejects as `callAdmin`. */
export async function approveUnguarded(
  socket: string,
  made: readonly Import[],
  reason: string | null,
): Promise<Decided[]> {
  const approved: Decided[] = []
  for (const one of made) {
    const body = { action: 'approve', all: true, reason: reason ?? one.document }
    const asked = { method: 'POST', path: `/api/v1/imports/${one.id}/decide`, body } as const
    approved.push((await callAdmin(socket, { ...asked, timeoutMs: APPROVE_MS })) as Decided)
  }
  return approved
}

/** The proposals in words, what came of approving them, and what to do next. Rejects as `callAdmin`. */
export async function describeProposals(
  socket: string,
  made: readonly Import[],
  approved: readonly Decided[],
): Promise<string> {
  const [first] = made
  const recordedOnly = first === undefined ? null : await whyRecordedOnly(socket, first.list)
  const texts: string[] = []
  for (const [at, one] of made.entries()) {
    const decided = approved[at]
    const lines = [describeImport(one, decided === undefined ? recordedOnly : null)]
    if (decided !== undefined) lines.push(await describeOutcome(socket, decided, recordedOnly, null))
    texts.push(lines.join('\n'))
  }
  return texts.join('\n\n')
}

/** `{"items": […], "summary": {…}}`, page by page: a list may be long. */
export async function printProposals(
  socket: string,
  made: readonly Import[],
  terminal: Terminal,
): Promise<void> {
  terminal.print('{"items":[')
  let isFirst = true
  for (const { id } of made) {
    for (let cursor: string | null = '0'; cursor !== null;) {
      const path = `/api/v1/imports/${id}/items?limit=${PAGE}&cursor=${cursor}`
      const page = (await callAdmin(socket, { method: 'GET', path })) as Page
      const texts = page.items.map((item) => JSON.stringify(itemJson(id, item)))
      if (texts.length > 0) terminal.print((isFirst ? '' : ',') + texts.join(',\n'))
      isFirst &&= texts.length === 0
      cursor = page.next
    }
  }
  terminal.print(`],\n"summary":${JSON.stringify({ imports: made })}}`)
}

interface Page {
  readonly items: readonly Item[]
  readonly next: string | null
}

/** As a dry run prints it, and what the server knows beside. */
function itemJson(id: number, { number, reasons, places, ...item }: Item): object {
  return { ...item, reason: reasons[0], reasons, place: places[0], places, import: id, item: number }
}

async function untilRead(socket: string, id: number): Promise<Import> {
  for (let look = 0; look < LOOKS; look++) {
    const found = (await callAdmin(socket, { method: 'GET', path: `/api/v1/imports/${id}` })) as Import
    if (found.state === 'ready') return found
    if (found.state === 'failed')
      throw new CommandError(`import ${id}: ${found.error ?? 'it could not be read'}`)
    await setTimeout(LOOK_MS)
  }
  throw new CommandError(`import ${id} is still being read: thanhloc review show ${id}`)
}
