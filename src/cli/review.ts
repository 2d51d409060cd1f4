/** `review`: what imports propose, and what a person decides about it. */
import { DECISIONS, KINDS } from '../indicators/verdict.ts'
import type { DecisionAction } from '../review/decisions.ts'
import { ITEM_STATES, STANDINGS } from '../review/item-rows.ts'
import { readVerb } from './account-words.ts'
import { callAdmin, socketPath, SOCKET_OPTIONS } from './admin-socket.ts'
import type { Arguments } from './arguments.ts'
import { CommandError, Exit, UsageError, type Command, type Terminal } from './command.ts'
import {
  describeImport,
  describeItem,
  describeShort,
  type Decision,
  type Import,
  type Item,
} from './review-report.ts'

const VERBS = {
  list: { takesName: false },
  show: { takesName: true },
  approve: { takesName: true },
  reject: { takesName: true },
  withdraw: { takesName: true },
  discard: { takesName: true },
} as const

/** Items printed by `show`, unless --json. */
const MAX_SHOWN = 100
/** A list of a million entries is built anew. */
const DECIDE_MS = 150_000

export const command: Command = {
  usage: 'review list|show|approve|reject|withdraw|discard [IMPORT[/ITEM]] [options]',
  description: `Imports, and what is decided about them. Nothing of an import is blocked before it is approved.
  list                      imports, the newest first
  show IMPORT               what it proposes, against what is enforced, and its items; --decision hold and so on choose
  approve IMPORT/ITEM       that one item, also one that is held; at once. --as says what of it, where there is a choice
  approve IMPORT --yes      all undecided items that no guard holds; those that are held stay so
  reject IMPORT[/ITEM]      one item, or all undecided ones that are chosen
  withdraw IMPORT[/ITEM]    takes what was approved out of force, at once
  discard IMPORT            forgets its items and file, where nothing of it is enforced
Each decision needs --reason TEXT and is recorded with who made it.`,
  options: {
    reason: { value: 'TEXT', help: 'why; kept with the decision and in the audit trail' },
    yes: { value: null, help: 'all of them, as far as no guard holds them' },
    as: { value: 'NAME', help: 'with approve: what of the item to block' },
    decision: { value: 'WHAT', help: `items that are: ${DECISIONS.join(', ')}` },
    state: { value: 'STATE', help: `with show: items that are ${ITEM_STATES.join(', ')}` },
    standing: { value: 'WHAT', help: `items that are ${STANDINGS.join(', ')}` },
    kind: { value: 'KIND', help: `items that are ${KINDS.join(', ')}` },
    because: { value: 'CODE', help: 'items with that reason: popular, url-with-path, …' },
    q: { value: 'TEXT', help: 'items whose value holds it' },
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
  const reply = await callAdmin(socketPath(args), { method: 'GET', path: '/api/v1/imports' })
  const { items } = reply as { readonly items: readonly Import[] }
  if (args.flag('json')) terminal.print(JSON.stringify(reply, null, 2))
  else terminal.print(items.length === 0 ? 'chưa có · there are none' : items.map(describeShort).join('\n'))
  return Exit.Ok
}

async function show(id: number, item: number | null, args: Arguments, terminal: Terminal): Promise<number> {
  const socket = socketPath(args)
  const found = (await callAdmin(socket, { method: 'GET', path: `/api/v1/imports/${id}` })) as Import
  const asked = new URLSearchParams({ ...filterOf(args), ...chosen('state', args) })
  // One item is the page of one behind the number before it.
  if (item !== null) asked.set('cursor', String(item - 1))
  asked.set('limit', item === null ? String(MAX_SHOWN) : '1')
  const path = `/api/v1/imports/${id}/items?${asked.toString()}`
  const { items, next } = (await callAdmin(socket, { method: 'GET', path })) as { readonly items: readonly Item[]; readonly next: string | null } // prettier-ignore
  if (item !== null && items[0]?.number !== item) throw new CommandError(`import ${id} has no item ${item}`)
  if (args.flag('json')) {
    terminal.print(JSON.stringify({ ...found, items }, null, 2))
    return Exit.Ok
  }
  const lines = [
    ...(item === null ? [describeImport(found)] : []),
    ...items.map((each) => describeItem(id, each)),
  ]
  if (item === null && next !== null)
    lines.push('… còn nữa · and more: --decision, --state, --because, --q choose')
  terminal.print(lines.join('\n'))
  return Exit.Ok
}

async function decide(
  action: DecisionAction,
  id: number,
  item: number | null,
  reason: string,
  args: Arguments,
  terminal: Terminal,
): Promise<number> {
  const as = args.text('as')
  const filter = filterOf(args)
  if (item !== null && args.flag('yes')) throw new UsageError('--yes is for all items that no guard holds: leave it out where one is named') // prettier-ignore
  if (item === null && action === 'approve' && !args.flag('yes'))
    throw new UsageError(`name the item (${id}/1), or say --yes for all that no guard holds`)
  const which = item !== null ? { item } : Object.keys(filter).length > 0 ? { filter } : { all: true }
  const body = { action, ...which, reason, ...(as !== null && { as }) }
  const path = `/api/v1/imports/${id}/decide`
  const reply = await callAdmin(socketPath(args), { method: 'POST', path, body, timeoutMs: DECIDE_MS })
  const { decision, isInForce, import: found } = reply as { readonly decision: Decision; readonly isInForce: boolean; readonly import: Import } // prettier-ignore
  if (args.flag('json')) terminal.print(JSON.stringify(reply, null, 2))
  else {
    const force = isInForce ? '' : ' (chưa có hiệu lực, sẽ tự áp dụng · not in force yet, it will be)'
    terminal.print(`${WORDS[action]}: ${decision.count}${force}`)
    if (found.held > 0) terminal.print(`còn giữ lại · still held: ${found.held}; thanhloc review show ${id} --decision hold --state open`) // prettier-ignore
  }
  return Exit.Ok
}

const WORDS: Readonly<Record<DecisionAction, string>> = {
  approve: 'đã duyệt và đang chặn · approved and enforced',
  reject: 'không duyệt · rejected',
  withdraw: 'đã thu hồi, không còn chặn · withdrawn, no longer enforced',
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
