/** `review`: what imports propose, and what a person decides about it. */
import { DECISIONS, KINDS } from '../indicators/verdict.ts'
import type { DecisionAction } from '../review/decisions.ts'
import { ITEM_STATES, STANDINGS } from '../review/item-rows.ts'
import { readVerb } from './account-words.ts'
import { callAdmin, socketPath, SOCKET_OPTIONS } from './admin-socket.ts'
import type { Arguments } from './arguments.ts'
import { CommandError, Exit, UsageError, type Command, type Terminal } from './command.ts'
import { describeOutcome, indicatorOf, whyRecordedOnly, type Decided } from './review-outcome.ts'
import { describeImport, describeItem, describeShort, type Import, type Item } from './review-report.ts'

const VERBS = {
  list: { takesName: false },
  show: { takesName: true },
  approve: { takesName: true },
  reject: { takesName: true },
  withdraw: { takesName: true },
  discard: { takesName: true },
} as const

/** Items printed by `show`, unless --json; and asked for at once. */
const MAX_SHOWN = 100
const MOST_A_PAGE = 1000
/** A list of a million entries is built anew. */
const DECIDE_MS = 150_000

export const command: Command = {
  usage: 'review list|show|approve|reject|withdraw|discard [IMPORT[/ITEM]] [options]',
  description: `Imports, and what is decided about them. Nothing of an import is blocked before it is approved.
  list                      imports, the newest first
  show IMPORT               what it proposes, against what is enforced, and its items; --decision hold and so on choose
  approve IMPORT/ITEM       that one item, also one that is held; at once. --as says what of it, where there is a choice
  approve IMPORT --yes      all undecided items that no guard holds; those that are held stay so. With --state rejected or
                            --state withdrawn what was decided so, to undo it
  reject IMPORT[/ITEM]      one item, or all undecided ones that are chosen
  withdraw IMPORT[/ITEM]    takes what was approved out of force, at once
  discard IMPORT            forgets its items and file, where nothing of it is enforced
Each decision needs --reason TEXT and is recorded with who made it.`,
  options: {
    reason: { value: 'TEXT', help: 'why; kept with the decision and in the audit trail' },
    yes: { value: null, help: 'all of them, as far as no guard holds them' },
    as: { value: 'NAME', help: 'with approve: what of the item to block' },
    decision: { value: 'WHAT', help: `items that are: ${DECISIONS.join(', ')}` },
    state: { value: 'STATE', help: `items that are ${ITEM_STATES.join(', ')}` },
    standing: { value: 'WHAT', help: `items that are ${STANDINGS.join(', ')}` },
    kind: { value: 'KIND', help: `items that are ${KINDS.join(', ')}` },
    because: { value: 'CODE', help: 'items with that reason: popular, url-with-path, …' },
    q: { value: 'TEXT', help: 'items whose value holds it' },
    after: {
      value: 'NUMBER',
      help: `with show: items behind that one; ${MAX_SHOWN} are shown, with --json all`,
    },
    json: { value: null, help: 'print JSON' },
    ...SOCKET_OPTIONS,
  },
  positionals: { least: 1, most: 2 },

  async run(args, terminal) {
    const { verb, name } = readVerb(args, VERBS)
    if (verb === 'list') return list(args, terminal)
    const { id, item } = readName(name)
    if (verb === 'show') return show(id, item, args, terminal)
    const reason = args.text('reason')?.trim() ?? ''
    if (reason === '') throw new UsageError('say why with --reason TEXT: it is kept with the decision')
    if (verb === 'discard') {
      const path = `/api/v1/imports/${id}/discard`
      await callAdmin(socketPath(args), { method: 'POST', path, body: { reason } })
      terminal.print(`import ${id} is discarded`)
      return Exit.Ok
    }
    return decide(verb, id, item, reason, args, terminal)
  },
}

async function list(args: Arguments, terminal: Terminal): Promise<number> {
  const socket = socketPath(args)
  const all: Import[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const path: string = `/api/v1/imports${cursor === '' ? '' : `?cursor=${cursor}`}`
    const page = (await callAdmin(socket, { method: 'GET', path })) as { readonly items: readonly Import[]; readonly next: string | null } // prettier-ignore
    all.push(...page.items)
    cursor = page.next
  }
  if (args.flag('json')) terminal.print(JSON.stringify({ items: all }, null, 2))
  else terminal.print(all.length === 0 ? 'chưa có · there are none' : all.map(describeShort).join('\n'))
  return Exit.Ok
}

async function show(id: number, item: number | null, args: Arguments, terminal: Terminal): Promise<number> {
  const socket = socketPath(args)
  const found = (await callAdmin(socket, { method: 'GET', path: `/api/v1/imports/${id}` })) as Import
  if (item !== null) {
    const one = await readItem(socket, id, item)
    terminal.print(args.flag('json') ? JSON.stringify({ ...found, items: [one] }, null, 2) : describeItem(id, one)) // prettier-ignore
    return Exit.Ok
  }
  const filter = { ...filterOf(args), ...chosen('state', args) }
  const after = args.text('after') ?? '0'
  if (!/^\d{1,15}$/.test(after)) throw new UsageError(`--after "${after}" is no number of an item`)
  if (args.flag('json')) {
    // Beginning and end of one object: an import may have a million items.
    terminal.print(`${JSON.stringify({ ...found, items: undefined }, null, 2).slice(0, -2)},\n  "items": [`)
    let isFirst = true
    for (let cursor: string | null = after; cursor !== null;) {
      const page = await readItems(socket, id, filter, cursor, MOST_A_PAGE)
      const texts = page.items.map((each) => JSON.stringify(each))
      if (texts.length > 0) terminal.print((isFirst ? '' : ',') + texts.join(',\n'))
      isFirst &&= texts.length === 0
      cursor = page.next
    }
    terminal.print(']}')
    return Exit.Ok
  }
  const { items, next } = await readItems(socket, id, filter, after, MAX_SHOWN)
  const recordedOnly = found.state === 'ready' ? await whyRecordedOnly(socket, found.list) : null
  const lines = [describeImport(found, recordedOnly), ...items.map((each) => describeItem(id, each))]
  if (next !== null)
    lines.push(`… còn nữa · and more: --after ${next}; --decision, --state, --because, --q choose`)
  terminal.print(lines.join('\n'))
  return Exit.Ok
}

interface Page {
  readonly items: readonly Item[]
  readonly next: string | null
}

async function readItems(
  socket: string,
  id: number,
  filter: Readonly<Record<string, string>>,
  after: string,
  limit: number,
): Promise<Page> {
  const asked = new URLSearchParams({ ...filter, cursor: after, limit: String(limit) })
  const path = `/api/v1/imports/${id}/items?${asked.toString()}`
  return (await callAdmin(socket, { method: 'GET', path })) as Page
}

/** One item is the page of one behind the number before it. */
async function readItem(socket: string, id: number, item: number): Promise<Item> {
  const { items } = await readItems(socket, id, {}, String(item - 1), 1)
  const [found] = items
  if (found?.number !== item) throw new CommandError(`import ${id} has no item ${item}`)
  return found
}

async function decide(
  action: DecisionAction,
  id: number,
  item: number | null,
  reason: string,
  args: Arguments,
  terminal: Terminal,
): Promise<number> {
  const socket = socketPath(args)
  const as = args.text('as')
  const filter = { ...filterOf(args), ...chosen('state', args) }
  if (item !== null && args.flag('yes')) throw new UsageError('--yes is for all items that no guard holds: leave it out where one is named') // prettier-ignore
  if (item === null && action === 'approve' && !args.flag('yes'))
    throw new UsageError(`name the item (${id}/1), or say --yes for all that no guard holds`)
  const which = item !== null ? { item } : Object.keys(filter).length > 0 ? { filter } : { all: true }
  const body = { action, ...which, reason, ...(as !== null && { as }) }
  const path = `/api/v1/imports/${id}/decide`
  const { list, state } = (await callAdmin(socket, {
    method: 'GET',
    path: `/api/v1/imports/${id}`,
  })) as Import
  const recordedOnly = action === 'approve' ? await whyRecordedOnly(socket, list) : null
  const isOne = item !== null && state === 'ready'
  const before = isOne && action === 'withdraw' ? await readItem(socket, id, item) : null
  const made = (await callAdmin(socket, { method: 'POST', path, body, timeoutMs: DECIDE_MS })) as Decided
  if (args.flag('json')) terminal.print(JSON.stringify(made, null, 2))
  else {
    const told = isOne && action === 'approve' ? await readItem(socket, id, item) : before
    terminal.print(await describeOutcome(socket, made, recordedOnly, indicatorOf(told)))
  }
  return Exit.Ok
}

/** `7`, `7/12`. */
function readName(text: string): { readonly id: number; readonly item: number | null } {
  const match = /^#?([1-9]\d{0,14})(?:\/([1-9]\d{0,14}))?$/.exec(text)
  if (match === null) throw new UsageError(`"${text}" is no import: write its number, or 7/12 for an item of it; review list shows them`) // prettier-ignore
  return { id: Number(match[1]), item: match[2] === undefined ? null : Number(match[2]) }
}

function filterOf(args: Arguments): Record<string, string> {
  const because = args.text('because')
  return {
    ...chosen('decision', args),
    ...chosen('standing', args),
    ...chosen('kind', args),
    ...chosen('q', args),
    ...(because !== null && { reason: because }),
  }
}

function chosen(option: string, args: Arguments): Record<string, string> {
  const value = args.text(option)
  return value === null ? {} : { [option]: value }
}
