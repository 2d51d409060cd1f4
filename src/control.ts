/**
 * The control thread: configuration, admin API, metrics, log. Nothing of it is needed to answer a query; when it dies
 * the next one finds the log lines in their rings and asks the other threads how they are.
 */
import { parentPort, workerData } from 'node:worker_threads'
import manifest from '../package.json' with { type: 'json' }
import type { BypassCount } from './access/bypass-tally.ts'
import { Accounts } from './accounts/accounts.ts'
import { AlertConditions } from './admin/alert-conditions.ts'
import { AlertFeed } from './admin/alert-feed.ts'
import { buildAdmin } from './admin/app.ts'
import { BypassBoard } from './admin/bypass-board.ts'
import { ConfigReload } from './admin/config-reload.ts'
import { AllowedHosts } from './admin/guard.ts'
import { HealthLedger, type HealthSources } from './admin/health/ledger.ts'
import { memoryRoom } from './admin/health/machine.ts'
import { AdminListeners } from './admin/listeners.ts'
import { NoticeDesk } from './admin/notice-desk/notice-desk.ts'
import { serviceSummary } from './admin/service-summary.ts'
import { TokenInForce } from './admin/token.ts'
import { TrailUpkeep } from './admin/trail-upkeep.ts'
import { Alerts } from './alerts/alerts.ts'
import { systemClock as clock } from './clock.ts'
import { withHostUpstreams } from './config/host-upstreams.ts'
import { loadSettings, type LoadRequest, type LoadResult } from './config/load.ts'
import type { Settings } from './config/settings.ts'
import { exportHits } from './detection/cases/export.ts'
import { FigureBoard } from './detection/cases/figure-board.ts'
import { CaseReader } from './detection/cases/queries.ts'
import { StoreReader, StoreUnavailable } from './detection/queries.ts'
import { Feeds } from './feeds/feeds.ts'
import type { Binding } from './identity/binding.ts'
import { IdentitySources } from './identity/sources.ts'
import { FileWatcher } from './lists/watch.ts'
import { LogDrain } from './log/drain.ts'
import { createLog } from './log/log.ts'
import { openStandardOutput } from './log/output.ts'
import { Counters } from './metrics/counters.ts'
import { DataDirectory } from './metrics/data-directory.ts'
import { Metrics } from './metrics/metrics.ts'
import { StatusBoard } from './metrics/thread-status.ts'
import { isLoopback } from './net/address.ts'
import { containerBridge } from './net/container-bridge.ts'
import { NodePulls } from './nodes/pulls.ts'
import type { RevealedPair } from './query/forwarders.ts'
import { SecureRandom } from './random.ts'
import { openReview } from './review/open-review.ts'
import { collectGarbage } from './thread/collect.ts'
import { giveWay } from './thread/give-way.ts'
import { ControlWords } from './thread/control-words.ts'
import { LogRingReader, LogRingWriter } from './thread/log-ring.ts'
import { Mailbox } from './thread/mail.ts'
import type { ThreadStart } from './thread/shared-state.ts'
import type { Notice } from './transfer/notify.ts'
import { ZoneTransfers } from './transfer/zones.ts'

/** What the control thread gets on top of the others' start: how the configuration was loaded, to load it again. */
export interface ControlStart extends ThreadStart {
  readonly load?: LoadRequest
}

const PUMP_MS = 50
const DROPS_MS = 10_000
/** The store answers when a batch of hits is committed. */
const STORE_WAIT_MS = 30_000
/** A build of ten million names takes ten seconds; a busy machine longer. */
const LISTS_WAIT_MS = 120_000

const { settings: first, shared, load } = workerData as ControlStart
const workers = shared.counters.length
let settings: Settings = first

const log = createLog('control', new LogRingWriter(shared.logRings['control']!), settings.log.level)
const rings = Object.entries(shared.logRings).map(([thread, memory]) => ({
  thread,
  reader: new LogRingReader(memory),
}))
const drain = new LogDrain(rings, openStandardOutput())
const stopPump = clock.every(PUMP_MS, () => drain.pump())
const stopDrops = clock.every(DROPS_MS, sayDrops)

const mailbox = new Mailbox(parentPort!, 'control')
const words = new ControlWords(shared.control, workers)
const store = new StoreReader(settings.store.path, settings.units)
const cases = new CaseReader(store)
const figures = new FigureBoard({ store, clock })
const board = new StatusBoard(mailbox, workers, clock, () => store.totals())
const build = { version: manifest.version, node: process.version }
const config = new ConfigReload({
  file: settings.file,
  load: readConfiguration,
  mail: mailbox,
  clock,
  log,
})
const alerts = new Alerts({
  settings,
  directory: settings.store.path,
  version: manifest.version,
  clock,
  log,
})
const random = new SecureRandom()
const nodes = new NodePulls({
  settings,
  clock,
  random,
  log,
  nodes: () => store.nodes(),
  apply: (page) => mailbox.request('store', 'store/peer-hits', page, STORE_WAIT_MS),
})
const feeds = new Feeds({
  settings,
  version: manifest.version,
  clock,
  random,
  log,
  forced: (id) => mailbox.request('lists', 'lists/reload', { id, force: true }, LISTS_WAIT_MS),
})
const zones = new ZoneTransfers({
  settings,
  clock,
  random,
  log,
  forced: (id) => mailbox.request('lists', 'lists/reload', { id, force: true }, LISTS_WAIT_MS),
})
const dataDirectory = new DataDirectory(settings.store.path, clock)
const counters = shared.counters.map((memory) => new Counters(memory))
const metrics = new Metrics({
  board,
  counters,
  words,
  clock,
  build,
  logDrops: () => drain.dropped(),
  configFailures: () => config.state.failures,
  accounts: () => accounts.status(),
  alerts: () => alerts.status(),
  identity: () => identity.status(),
  nodes: () => nodes.status(),
  feeds: () => feeds.status(),
  imports: () => review.status(),
  zones: () => zones.status(),
  notice: () => ({ ...notice.status(), openReports: review.reports.open }),
  upkeep: () => ({
    directory: dataDirectory.readings,
    certificateEndMs: listeners.certificateEndMs,
    adminClosed: listeners.closed.length,
    isConfigRefused: config.state.errors.length > 0,
    components: health.last?.components ?? [],
  }),
  figures,
  campaigns: () => settings.campaigns.map(({ id }) => id),
})
const token = new TokenInForce(settings.admin.tokenFile, process.env['THANHLOC_ADMIN_TOKEN'], log)
const hosts = new AllowedHosts(
  [settings.admin.listen, settings.metrics.listen].filter((one) => one !== null),
  settings.admin.hosts,
)
const accounts = Accounts.open({
  directory: settings.store.path,
  clock,
  random,
  log,
  tokenOfFile: token,
})
const identity = new IdentitySources({
  settings,
  clock,
  log,
  random,
  tell: (bindings) =>
    mailbox.request('store', 'identity/bindings', { bindings, isWhole: null }, STORE_WAIT_MS),
  registered: (entries) => mailbox.request('store', 'identity/register', { entries }, STORE_WAIT_MS),
  listed: (units) => tellListed(units.map(({ unit }) => unit)),
  remembered: () => rememberedBindings(),
})
const review = openReview({ settings: () => settings, mail: mailbox, workers, clock, log })
const findAt = (address: Uint8Array): Binding | null => identity.find(address)
const notice = new NoticeDesk({ settings, mail: mailbox, reports: review.reports, find: findAt, since: () => store.since(), clock, log }) // prettier-ignore
const bypass = new BypassBoard({ clock, find: findAt })
const alertFeed = new AlertFeed({ alerts, events: cases, clock, log })
const alertConditions = new AlertConditions({ alerts, board, nodes: () => nodes.status(), clock, log })
const trailUpkeep = new TrailUpkeep({
  trail: accounts.trail,
  reports: review.reports,
  mail: mailbox,
  cases,
  keep: () => settings.keep,
  clock,
  log,
})
const listeners = new AdminListeners(settings, clock, log)
const watcher = new FileWatcher(() => void reloadConfig(), clock)

mailbox.on('settings', (body) => {
  settings = body as Settings
  log.level = settings.log.level
  store.setUnits(settings.units)
  identity.configure(settings)
  alerts.configure(settings)
  hosts.configure(settings.admin.hosts)
  token.configure(settings.admin.tokenFile)
  nodes.configure(settings)
  feeds.configure(settings)
  zones.configure(settings)
  notice.configure(settings)
  watchConfiguration()
})
mailbox.on('reload', () => reloadConfig())
mailbox.on('identity/revealed', (body) => identity.revealed(body as RevealedPair[]))
mailbox.on('zones/notify', (body) => zones.notified(body as Notice))
mailbox.on('access/bypass', (body) => bypass.add(body as BypassCount[]))
mailbox.on('shutdown', async () => {
  watcher.close()
  dataDirectory.close()
  identity.close()
  nodes.close()
  notice.close()
  alertFeed.close()
  alertConditions.close()
  health.close()
  trailUpkeep.close()
  await listeners.close()
  await feeds.close()
  zones.close()
  await alerts.close()
  review.close()
  accounts.close()
  store.close()
  stopDrops()
  stopPump()
  await drain.close()
})

const sources: HealthSources = {
  mail: mailbox,
  board,
  words,
  counters,
  clients: store,
  cases,
  figures,
  revisions: { store: () => store.connection.version, figures: () => String(figures.number) },
  hits: (filter) => exportHits(store, filter),
  accounts,
  review,
  alerts,
  metrics,
  config,
  settings: () => settings,
  logDrops: () => drain.dropped(),
  identity: () => identity.status(),
  bypass,
  nodes: () => nodes.status(),
  feeds,
  zones,
  notice: () => notice.status(),
  faults: () => listeners.faults,
  build,
  clock,
  log,
}
const health = new HealthLedger(sources, {
  disk: () => dataDirectory.readings.room,
  memory: memoryRoom,
  // Nobody comes over it to a server that listens on loopback alone.
  bridge: first.listen.every(({ address }) => isLoopback(address)) ? null : containerBridge(),
})
mailbox.on('control/summary', () => serviceSummary({ ...sources, health }))
const admin = await buildAdmin(
  { ...sources, health },
  {
    hosts,
    cameBySocket: (request) => listeners.cameBySocket(request),
    mayCountUnits: (request) => listeners.mayCountUnits(request),
  },
)
await listeners.open((request, response) => admin.routing(request, response))
watchConfiguration()
// The store remembers the units of the last list it was told of.
if (settings.identity.botnetList === null) tellListed([])
void identity.start()
void review.start()
collectGarbage()
giveWay(log)
mailbox.tell('main', 'control/ready', { admin: listeners.addresses })

/** As `serve` did at the start: file, command line, and where they name no upstream the host's. */
function readConfiguration(): LoadResult {
  const loaded = loadSettings(load ?? { file: settings.file })
  if ('errors' in loaded) return loaded
  const { settings: complete, warnings } = withHostUpstreams(loaded.settings)
  for (const reason of warnings) log.warn(reason)
  return { settings: complete }
}

async function reloadConfig(): Promise<void> {
  await config
    .reload()
    .catch((error: unknown) => log.error({ error }, 'the configuration could not be passed on'))
}

let dropsSaid = 0

/** The configuration, and the units that stand in a file of their own. */
function watchConfiguration(): void {
  watcher.watch([settings.file, settings.unitsFile].filter((path) => path !== null))
}

/** Units whose own public addresses are on the list of infected ones: their machines come first. */
function tellListed(units: readonly string[]): void {
  mailbox
    .request('store', 'cases/listed-units', units, STORE_WAIT_MS)
    .catch((error: unknown) => log.warn({ error }, 'the store was not told which units come first'))
}

/** What the store knew when it was closed last; before its first start there is nothing to remember. */
function* rememberedBindings(): Generator<Binding> {
  try {
    for (const page of store.openBindings()) yield* page
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error
  }
}

/** The gap in the log says itself how large it is. */
function sayDrops(): void {
  const dropped = drain.dropped()
  const all = Object.values(dropped).reduce((sum, count) => sum + count, 0)
  if (all > dropsSaid)
    log.warn({ dropped }, 'log lines were dropped: standard output is not read fast enough')
  dropsSaid = all
}
