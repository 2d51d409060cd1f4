/**
 * A resolver thread: the data plane. Puts the query path together from its parts, gives it sockets, follows the policy
 * snapshots, and takes orders (settings, flush, shutdown) between queries.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { BypassTally } from './access/bypass-tally.ts'
import { NetworkSet } from './access/networks.ts'
import { RateLimiter } from './access/rate-limit.ts'
import { AnswerCache } from './cache/answer-cache.ts'
import { systemClock } from './clock.ts'
import type { Endpoint, Settings } from './config/settings.ts'
import { createLog } from './log/log.ts'
import { Counters } from './metrics/counters.ts'
import type { HandedOver } from './net/listeners.ts'
import { BatchClock } from './net/batch-clock.ts'
import { chooseDatagrams } from './net/choose.ts'
import { DescriptorTable } from './net/descriptors.ts'
import { closeSocket, isWildcard } from './net/sockets.ts'
import { Policy } from './policy/decide.ts'
import type { Parts } from './query/parts.ts'
import { QueryPath } from './query/path.ts'
import { Forwarders } from './query/forwarders.ts'
import { isNotify, Notices } from './query/notices.ts'
import { SharedAddresses, type SharedQuestion } from './query/shared-addresses.ts'
import type { Waiter } from './query/asked.ts'
import { SecureRandom } from './random.ts'
import { isSelfQuery, selfQuery } from './service/self-name.ts'
import { collectGarbage } from './thread/collect.ts'
import { ControlWords, Swapped } from './thread/control-words.ts'
import { HitWriter } from './thread/hit-table.ts'
import { LogRingWriter } from './thread/log-ring.ts'
import { Mailbox } from './thread/mail.ts'
import type { ResolverStart } from './thread/shared-state.ts'
import { TcpTransport } from './transport/tcp.ts'
import { UdpTransport } from './transport/udp.ts'
import { Exchange } from './upstream/exchange.ts'
import { keyFromText } from './wire/name.ts'
import { NameKey } from './wire/name-key.ts'

/** How often a thread without queries looks for a new snapshot, and says that it lives. */
const TICK_MS = 25
const DROPS_MS = 1000
/** How often it is told who came round another resolver. */
const BYPASS_MS = 1000
/** Without any snapshot it answers all the same after this: no list is worth an agency without DNS. */
const SNAPSHOT_PATIENCE_MS = 20_000
/** What is in flight at shutdown gets this long. */
const DRAIN_MS = 2000

const start = workerData as ResolverStart
const { shared, index, name } = start
/** This thread's one of the blocks that each resolver thread has. */
const own = (blocks: readonly SharedArrayBuffer[]): SharedArrayBuffer => blocks[index]!
const mail = new Mailbox(parentPort!, name)
const log = createLog(name, new LogRingWriter(shared.logRings[name]!), start.settings.log.level)
const words = new ControlWords(shared.control, shared.counters.length)
const random = new SecureRandom()
const clock = new BatchClock(systemClock)
const counters = new Counters(own(shared.counters))
const hits = new HitWriter(own(shared.hitTables))
const { datagrams, reason } = chooseDatagrams(start.settings, {
  counters,
  random,
  descriptors: new DescriptorTable(own(shared.descriptors)),
  events: {
    begin: () => {
      clock.move()
      hits.hold()
    },
    end: hits.release,
  },
})
if (reason !== null) log.warn({ reason }, 'packets are read one by one')
const policy = new Policy(shared.snapshots, shared.overlays)

const { settings } = start
const limiter = new RateLimiter(
  shared.rateTable,
  settings.access.queriesPerSecond,
  new NetworkSet(settings.access.exempt),
  clock,
)
const cache = new AnswerCache(settings.cache, clock, random.bits32())
// The exchange speaks to the path and the path to the exchange: one of them has to come second. A name may have been
// listed while it was out: what comes of it is judged by the policy of that moment.
const exchange: Exchange<Waiter> = new Exchange(settings, datagrams, clock, random, counters, {
  answered: (pending, bytes, length) => {
    followSnapshots()
    return path.answered(pending, bytes, length)
  },
  slow: (pending) => {
    followSnapshots()
    path.slow(pending)
  },
  overdue: (pending) => {
    followSnapshots()
    path.overdue(pending)
  },
  failed: (pending) => {
    followSnapshots()
    path.failed(pending)
  },
}, { loopToken: shared.loopToken }) // prettier-ignore
const forwarders = new Forwarders(shared.revealedPairs, settings.identity.forwarders.networks, clock)
const parts: Parts = {
  clock,
  counters,
  policy,
  cache,
  hits,
  limiter,
  forwarders,
  exchange,
  networks: new NetworkSet(settings.access.networks),
  settings,
  pausedUntilMs: () => words.pausedUntilMs,
  onLoop: (place) => {
    const upstream = exchange.status()[place]!.name
    log.error({ upstream }, 'an upstream forwards to this resolver: it is asked no more')
    mail.tell('resolvers', 'resolver/loop', upstream)
  },
}
const path: QueryPath = new QueryPath(parts)

let snapshotSeen = 0
let overlaySeen = 0

/** Changes over to a newer snapshot. Called between queries and between answers only. */
function followSnapshots(): void {
  if (words.hasMoved(Swapped.snapshot, snapshotSeen)) {
    snapshotSeen = words.generation(Swapped.snapshot)
    policy.attachBase(snapshotSeen & 1)
    words.acknowledge(index, Swapped.snapshot, snapshotSeen)
  }
  if (words.hasMoved(Swapped.overlay, overlaySeen)) {
    overlaySeen = words.generation(Swapped.overlay)
    policy.attachOverlay(overlaySeen & 1)
    words.acknowledge(index, Swapped.overlay, overlaySeen)
  }
}

/** By which main sees whether queries are answered. */
const ownQuery = selfQuery(shared.loopToken)
const notices = new Notices(settings, clock, (notice) => mail.request('control', 'zones/notify', notice))
/** Apart, so that no query but that one allocates a closure. */
const ownQuestion: QueryPath['question'] = (request, length, origin, out) =>
  counters.uncounted(() => path.question(request, length, origin, out))
const question: QueryPath['question'] = (request, length, origin, out) => {
  followSnapshots()
  // A stream has no batches.
  if (origin.transport === 1) clock.move()
  if (isNotify(request) && notices.take(request, length, origin)) return 0
  if (isSelfQuery(ownQuery, request, length)) return ownQuestion(request, length, origin, out)
  return path.question(request, length, origin, out)
}
const bypassed = new BypassTally()
/** What was meant for another resolver is answered all the same; who asked is told, strangers but counted. */
const bypass: QueryPath['question'] = (request, length, origin, out) => {
  counters.add('bypassQueries')
  if (parts.networks.contains(origin.address)) bypassed.note(origin.address)
  return question(request, length, origin, out)
}
const udp = new UdpTransport(datagrams, question, bypass, counters, clock)
const tcp = new TcpTransport(question, bypass, settings.tcp, counters, clock)

async function listen({ udp: datagramSources, tcp: streamSources }: HandedOver): Promise<void> {
  for (const source of datagramSources) {
    // Main is told below, and hands over a socket for each address instead.
    if (datagrams.name === 'portable' && isWildcard(source.address)) closeSocket(source.fd)
    else await udp.add(source)
  }
  for (const source of streamSources) await tcp.add(source)
}

function tick(): void {
  followSnapshots()
  words.beat(index)
  counters.set('cacheEntries', cache.entries)
  counters.set('cacheBytes', cache.bytes)
  counters.set('hitsFolded', hits.folded)
  counters.set('hitsLost', hits.lost)
  const pairs = forwarders.takeNews()
  if (pairs.length > 0) mail.tell('control', 'identity/revealed', pairs)
}

// Only wakes a thread that has no queries; the generation is what counts.
mail.on('policy', followSnapshots)

/** Orders about sockets wait until those of the start are in place: else what is to go would not be there yet, and stay. */
const begun = Promise.withResolvers<void>()
mail.on('sockets', async (body) => {
  const { added, removed } = body as { added: HandedOver; removed: Endpoint[] }
  await begun.promise
  for (const endpoint of removed) {
    udp.remove(endpoint)
    tcp.remove(endpoint)
  }
  listen(added).catch((error: Error) => log.error({ error }, 'listening on a new address'))
})

mail.on('settings', (body) => {
  const changed = body as Settings
  log.level = changed.log.level
  limiter.configure(changed.access.queriesPerSecond, new NetworkSet(changed.access.exempt))
  if (!cache.configure(changed.cache)) {
    log.error({ bytes: changed.cache.maxBytes }, 'no room for a cache of that size: it keeps the size it has')
  }
  // Kept answers know their forward zone by its place.
  if (JSON.stringify(changed.forward) !== JSON.stringify(parts.settings.forward)) cache.flush(null)
  if (JSON.stringify(changed.upstreams) !== JSON.stringify(parts.settings.upstreams)) cache.forgetFailures()
  exchange.reconfigure(changed)
  tcp.setLimits(changed.tcp)
  forwarders.configure(changed.identity.forwarders.networks)
  notices.configure(changed)
  path.configure(changed, new NetworkSet(changed.access.networks))
})

mail.on('resolver/status', () => ({
  upstreams: exchange.status(),
  cache: { entries: cache.entries, bytes: cache.bytes },
  datagrams: datagrams.name,
}))

mail.on('resolver/loop', (body) => exchange.markLoop(body as string))

mail.on('resolver/flush', (body) => {
  const flushed = (body as { name: string | null }).name
  if (flushed === null) return { removed: cache.flush(null) }
  const key = new NameKey()
  if (!keyFromText(flushed, key)) throw new Error(`not a domain name: ${flushed}`)
  return { removed: cache.flush(key) }
})

const sharing = new SharedAddresses({
  cache,
  policy,
  clock: systemClock,
  begin: () => {
    clock.move()
    followSnapshots()
  },
})
mail.on('resolver/shared', (body) => sharing.count(body as SharedQuestion))

mail.on('shutdown', async () => {
  tcp.stopAccepting()
  const deadline = systemClock.monotonicMs() + DRAIN_MS
  while (exchange.pendingCount > 0 && systemClock.monotonicMs() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  // One turn more: what has arrived meanwhile is read and answered from what is known.
  await new Promise((resolve) => setImmediate(resolve))
  udp.close()
  tcp.close()
  exchange.close()
})

clock.every(TICK_MS, tick)
clock.every(DROPS_MS, () => udp.countDrops())
clock.every(BYPASS_MS, () => {
  const counts = bypassed.take()
  if (counts.length > 0) mail.tell('control', 'access/bypass', counts)
})
await untilSnapshot()
await listen(start.sockets)
begun.resolve()
words.setAnswering(index)
if (reason !== null) mail.tell('main', 'resolver/portable', reason)
collectGarbage()
mail.tell('main', 'resolver/ready', { datagrams: datagrams.name })

/** Until there is a policy no query is read; the kernel keeps them. */
async function untilSnapshot(): Promise<void> {
  // Acknowledge what is there before reading it; a swap in between shows as another generation in the next tick.
  words.acknowledge(index, Swapped.snapshot, snapshotSeen)
  words.acknowledge(index, Swapped.overlay, overlaySeen)
  const deadline = systemClock.monotonicMs() + SNAPSHOT_PATIENCE_MS
  followSnapshots()
  while (snapshotSeen === 0 && systemClock.monotonicMs() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 5))
    followSnapshots()
  }
  if (snapshotSeen === 0) log.error('no policy snapshot yet: answering without any list')
}
