/** `feeds`: lists that are fetched over the network, why one is not, and fetching one now. */
import { readVerb } from './account-words.ts'
import { callAdmin, socketPath, SOCKET_OPTIONS } from './admin-socket.ts'
import { CommandError, Exit, type Command } from './command.ts'
import { localTime } from './words.ts'

interface FeedAttempt {
  readonly at: string
  readonly outcome: string
  readonly bytes: number
  readonly entriesBefore: number | null
  readonly entriesAfter: number | null
  readonly reason: string | null
}

interface Feed {
  readonly id: string
  readonly url: string
  readonly state: string
  readonly lastSuccessAt: string | null
  readonly nextAt: string
  readonly error: string | null
  readonly advice: string | null
  readonly receivedBytes: number | null
  readonly totalBytes: number | null
  readonly entries: number | null
  readonly trustedComment: string | null
  readonly history: readonly FeedAttempt[]
}

const VERBS = { list: { takesName: false }, fetch: { takesName: true } } as const
/** The server itself answers after 100 s at the latest. */
const FETCH_MS = 110_000

export const command: Command = {
  usage: 'feeds list|fetch [LIST] [options]',
  description: `Lists that the server fetches by HTTP (\`feed\` in the configuration).
  list          how each is, when it was fetched and is next; --history: the last 20 attempts
  fetch LIST    fetches one now and waits for it; --force takes it although it is suspiciously small or large`,
  options: {
    force: { value: null, help: 'with fetch: take it however small or large it has become' },
    history: { value: null, help: 'with list: every attempt that is remembered' },
    reason: { value: 'TEXT', help: 'why; kept in the audit trail' },
    json: { value: null, help: 'print JSON' },
    ...SOCKET_OPTIONS,
  },
  positionals: { least: 1, most: 2 },

  async run(args, terminal) {
    const { verb, name } = readVerb(args, VERBS)
    const socket = socketPath(args)
    if (verb === 'list') {
      const reply = (await callAdmin(socket, { method: 'GET', path: '/api/v1/feeds' })) as {
        readonly items: readonly Feed[]
      }
      if (args.flag('json')) terminal.print(JSON.stringify(reply, null, 2))
      else if (reply.items.length === 0) terminal.print('no list is fetched: none has a `feed`')
      else for (const feed of reply.items) terminal.print(describe(feed, args.flag('history')))
      return Exit.Ok
    }
    const reason = args.text('reason')?.trim() || undefined
    const path = `/api/v1/feeds/${encodeURIComponent(name)}/fetch`
    const body = { force: args.flag('force'), ...(reason !== undefined && { reason }) }
    const feed = (await callAdmin(socket, { method: 'POST', path, body, timeoutMs: FETCH_MS })) as Feed
    terminal.print(args.flag('json') ? JSON.stringify(feed, null, 2) : describe(feed, false))
    if (feed.error !== null && feed.state !== 'fetching')
      throw new CommandError(`${name} was not taken; what is there stays`)
    return Exit.Ok
  },
}

function describe(feed: Feed, showsHistory: boolean): string {
  const [last] = feed.history
  const fetched = feed.lastSuccessAt === null ? 'never fetched' : `fetched ${localTime(feed.lastSuccessAt)}`
  const entries = feed.entries === null ? '' : `, ${feed.entries} entries`
  const lines = [
    `${feed.id}: ${feed.state}; ${fetched}${entries}; next ${localTime(feed.nextAt)}`,
    `  ${feed.url}`,
  ]
  if (feed.receivedBytes !== null)
    lines.push(
      `  ${feed.receivedBytes}${feed.totalBytes === null ? '' : ` of ${feed.totalBytes}`} bytes so far`,
    )
  if (feed.error !== null) lines.push(`  ${feed.error}`, `  to do: ${feed.advice}`)
  else if (!showsHistory && last !== undefined) lines.push(`  ${describeAttempt(last)}`)
  if (feed.trustedComment !== null) lines.push(`  signed: ${feed.trustedComment}`)
  if (showsHistory) lines.push(...feed.history.map((one) => `  ${describeAttempt(one)}`))
  return lines.join('\n')
}

function describeAttempt({ at, outcome, bytes, entriesBefore, entriesAfter, reason }: FeedAttempt): string {
  const entries = entriesAfter === null ? '' : `, ${entriesBefore ?? 0} → ${entriesAfter} entries`
  return `${localTime(at)} ${outcome}, ${bytes} bytes${entries}${reason === null ? '' : `: ${reason}`}`
}
