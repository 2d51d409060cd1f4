/**
 * What is wrong while answers go on: the body of /readyz and part of /status. Holds no address of a client or an
 * upstream: it is read without a token.
 */
import { staleReason } from '../lists/renewal.ts'
import { nodeTroubles } from './node-report.ts'
import type { AdminSources } from './sources.ts'
import { mergeUpstreams } from './upstreams.ts'

/** One trouble: what it is about, and a sentence for people. */
export interface Trouble {
  readonly part:
    | 'lists'
    | 'upstreams'
    | 'store'
    | 'threads'
    | 'config'
    | 'log'
    | 'blocking'
    | 'admin'
    | 'identity'
    | 'alerts'
    | 'nodes'
  readonly detail: string
}

type TroubleSources = Pick<
  AdminSources,
  'board' | 'words' | 'config' | 'logDrops' | 'faults' | 'identity' | 'alerts' | 'nodes' | 'clock'
>

/** All troubles there are; call after a refresh of the board. */
export function findTroubles(sources: TroubleSources): Trouble[] {
  const { words, config, logDrops, faults, clock } = sources
  const troubles: Trouble[] = [...threadTroubles(sources), ...listTroubles(sources), ...upstreamTroubles(sources), ...storeTroubles(sources)] // prettier-ignore
  const say = (part: Trouble['part'], detail: string): void => void troubles.push({ part, detail })
  if (words.pausedUntilMs > clock.wallMs()) {
    say('blocking', `blocking is paused until ${new Date(words.pausedUntilMs).toISOString()}`)
  }
  const { errors, needsRestart } = config.state
  if (errors.length > 0) say('config', 'the last configuration was refused; the one before is in force')
  if (needsRestart.length > 0) say('config', `changes of ${needsRestart.join(', ')} wait for a restart`)
  const drops = Object.values(logDrops()).reduce((sum, count) => sum + count, 0)
  if (drops > 0) say('log', `${drops} log lines were dropped since the start`)
  for (const fault of faults()) say('admin', fault)
  for (const { source, error } of sources.identity().sources) {
    if (error !== null)
      say('identity', `a source of machines (${source}) cannot be read: what was known of it holds`)
  }
  troubles.push(...alertTroubles(sources))
  for (const trouble of nodeTroubles(sources.nodes())) say('nodes', trouble)
  return troubles
}

function alertTroubles({ alerts }: TroubleSources): Trouble[] {
  const { channels, trouble } = alerts.status()
  const failing = channels.filter((one) => (one.lastErrorAtMs ?? 0) > (one.lastSuccessAtMs ?? 0))
  return [
    ...(trouble === null ? [] : ['what is to be told cannot be written down: see the log']),
    ...failing.map(({ id }) => `${id} did not take the last message`),
  ].map((detail) => ({ part: 'alerts', detail }))
}

function threadTroubles({ board }: TroubleSources): Trouble[] {
  const silent = [
    ...(board.lists.error === null ? [] : ['lists']),
    ...(board.store.error === null ? [] : ['store']),
    ...[...board.resolvers].flatMap(([name, { error }]) => (error === null ? [] : [name])),
  ]
  return silent.map((name) => ({
    part: 'threads',
    detail: `${name} does not answer: it is being restarted or busy`,
  }))
}

function listTroubles({ board }: TroubleSources): Trouble[] {
  const build = board.lists.value?.error ?? null
  const whole: Trouble[] =
    build === null ? [] : [{ part: 'lists', detail: 'the last build failed; the one before is in force' }]
  const each = (board.lists.value?.lists ?? []).flatMap(({ id, state }) => {
    if (state === 'loaded') return []
    const what = state === 'failed' ? 'is not in force' : 'is in force in an earlier version'
    return [{ part: 'lists', detail: `${id} ${what}` } as const]
  })
  const stale = (board.lists.value?.lists ?? []).flatMap((list) => {
    const reason = staleReason(list)
    return reason === null ? [] : [{ part: 'lists', detail: `${list.id} was ${reason}` } as const]
  })
  return [...whole, ...each, ...stale]
}

function upstreamTroubles({ board }: TroubleSources): Trouble[] {
  const upstreams = mergeUpstreams(board.resolvers.values())
  const bad = upstreams.filter(({ state }) => state !== 'up')
  if (bad.length === 0) return []
  const loops = bad.filter(({ state }) => state === 'loop').length
  const loop = loops === 0 ? '' : `; ${loops} send our questions back to us`
  return [
    { part: 'upstreams', detail: `${bad.length} of ${upstreams.length} upstreams are not usable${loop}` },
  ]
}

function storeTroubles({ board }: TroubleSources): Trouble[] {
  const store = board.store.value
  if (store === null || store.state === 'ok') return []
  const detail =
    store.state === 'corrupt-moved'
      ? 'the store was corrupt and begun anew'
      : `hits wait in memory: ${store.state}`
  return [{ part: 'store', detail }]
}
