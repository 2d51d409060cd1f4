/** Test doubles of what the admin plane talks to: the other threads, the store, the clock. The accounts are real. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Accounts } from '../../../src/accounts/accounts.ts'
import { UnknownChannel } from '../../../src/alerts/alerts.ts'
import type { Clock } from '../../../src/clock.ts'
import { parseSettings } from '../../../src/config/load.ts'
import type { Settings } from '../../../src/config/settings.ts'
import { Figures } from '../../../src/detection/cases/figures.ts'
import { pairKey, type CaseDetail, type PairNote } from '../../../src/detection/cases/queries.ts'
import type {
  ClientDetail,
  ClientSummary,
  StoredContact,
  StoreTotals,
} from '../../../src/detection/queries.ts'
import { UnitIndex } from '../../../src/detection/units.ts'
import type { ListStatus } from '../../../src/lists/status.ts'
import { createLog } from '../../../src/log/log.ts'
import { Counters } from '../../../src/metrics/counters.ts'
import { Metrics } from '../../../src/metrics/metrics.ts'
import type { UpkeepReadings } from '../../../src/metrics/upkeep-metrics.ts'
import { StatusBoard, type Mail } from '../../../src/metrics/thread-status.ts'
import { buildAdmin, type Admin } from '../../../src/admin/app.ts'
import type { Reloaded } from '../../../src/admin/config-reload.ts'
import { AllowedHosts } from '../../../src/admin/guard.ts'
import { HealthLedger, type HealthSources } from '../../../src/admin/health/ledger.ts'
import type { MachineReadings } from '../../../src/admin/health/machine.ts'
import type { NoticeStatus } from '../../../src/admin/notice-desk/notice-desk.ts'
import type { AdminSources } from '../../../src/admin/sources.ts'
import { openToken } from '../../../src/admin/token.ts'
import type { NodeStatus } from '../../../src/nodes/node-status.ts'
import { SecureRandom } from '../../../src/random.ts'
import { Review } from '../../../src/review/review.ts'
import type { SelfQueryStatus } from '../../../src/service/self-watch.ts'
import { CONTROL_BYTES, ControlWords, Swapped } from '../../../src/thread/control-words.ts'
import { MailError } from '../../../src/thread/mail.ts'
import type { UpstreamStatus } from '../../../src/upstream/upstream.ts'

export const TOKEN = 'correct-horse-battery-staple'
export const NOW = Date.UTC(2026, 10, 21, 8)
export const AUTHORISED = { host: '127.0.0.1:8053', authorization: `Bearer ${TOKEN}` }
export const JSON_AUTHORISED = { ...AUTHORISED, 'content-type': 'application/json' }

/** Whether a route is described: pages for browsers are not. */
export function isOfApi(path: string): boolean {
  return path !== '/' && !path.startsWith('/docs') && !path.startsWith('/console')
}

/** Time stands still until a test moves it. */
export class FakeClock implements Clock {
  nowMs = NOW
  monotonicMs(): number {
    return this.nowMs - NOW
  }
  wallMs(): number {
    return this.nowMs
  }
  every(_intervalMs: number, _tick: () => void): () => void {
    return () => {}
  }
}

type Answer = (body: unknown, thread: string) => unknown

/** A mailbox whose other ends are functions; what has none is being restarted. */
export class FakeThreads implements Mail {
  readonly asked: { thread: string; type: string; body: unknown }[] = []
  readonly answers = new Map<string, Answer>()

  on(type: string, answer: Answer): this {
    this.answers.set(type, answer)
    return this
  }

  async request<T>(to: string, type: string, body: unknown = null): Promise<T> {
    this.asked.push({ thread: to, type, body })
    const answer = this.answers.get(type)
    if (!answer) throw new MailError(`${to} is being restarted`)
    try {
      return (await answer(body, to)) as T
    } catch (error) {
      throw error instanceof MailError ? error : new MailError((error as Error).message)
    }
  }

  bodies(type: string): unknown[] {
    return this.asked.filter((letter) => letter.type === type).map(({ body }) => body)
  }
}

export function listStatus(id: string, changes: Partial<ListStatus> = {}): ListStatus {
  return {
    id, number: 1, kind: 'list', path: `/lists/${id}.txt`, campaign: '2022', basis: 'document', document: '1298/CATTT-NCSC', issuer: '', issued: null,
    from: null, until: null, validity: 'unlimited', action: 'sinkhole',
    format: 'domains', state: 'loaded', digest: 'ab', lastSuccessAt: NOW - 1000, lastAttemptAt: NOW, reloadFailures: 0, error: null,
    renewedAt: NOW - 60_000, maxAgeMs: null, isStale: false,
    lines: 3, entries: 2, names: 2, addresses: 0, duplicates: 0, refused: {}, firstErrors: [], notEnforceable: {},
    firstNotEnforceable: [], heldBackCount: 0, heldBack: [], ...changes,
  } // prettier-ignore
}

export function upstreamStatus(name: string, changes: Partial<UpstreamStatus> = {}): UpstreamStatus {
  const failures = { timeout: 0, network: 0, refused: 0, servfail: 0, denied: 0, formerr: 0, notimp: 0, malformed: 0, mismatch: 0, tcp: 0 } // prettier-ignore
  return {
    name, group: 0, state: 'up', rttMs: 10, requests: 5, failures, edns: 'on', ednsOffUntil: null, case: 'on', sockets: 2,
    tcpConnections: 0, lastAnswerAt: NOW, ...changes,
  } // prettier-ignore
}

/** Answered within a millisecond. */
export const SELF_QUERY: SelfQueryStatus = {
  outcome: 'answered',
  seconds: 0.0004,
  reason: null,
  asked: 2,
  unanswered: 0,
}

/** All threads well: two resolvers, one list, one upstream. */
export function healthyThreads(): FakeThreads {
  const lists = { lists: [listStatus('apt32')], names: 2, addresses: 0, generation: 1, reloadSeconds: 0.5, error: null, pause: null } // prettier-ignore
  const store = {
    state: 'ok', since: NOW - 5000, error: null, movedTo: null, pending: 3, folded: 0, lost: 0, lastCommitAt: null, rows: 4, bytes: 4096,
  } // prettier-ignore
  const threads = [{ name: 'lists', restarts: 1, startedAt: new Date(NOW).toISOString(), lastError: null }]
  return new FakeThreads()
    .on('lists/status', () => lists)
    .on('store/status', () => store)
    .on('supervisor/status', () => ({ threads, selfQuery: SELF_QUERY }))
    .on('resolver/status', () => ({
      upstreams: [upstreamStatus('192.0.2.53:53')],
      cache: { entries: 10, bytes: 2048 },
      datagrams: 'portable',
    }))
}

export const CLIENT: ClientSummary = {
  id: 7, address: '10.1.2.3',
  identity: {
    key: 'mac:52:54:00:12:34:56', mac: '52:54:00:12:34:56', hostName: 'pc-ketoan', name: 'Máy kế toán 1', department: 'Kế toán',
    place: 'P. 203', role: 'kế toán trưởng', source: 'lease', sure: 'likely', kind: 'machine',
  },
  addresses: [{ address: '10.1.2.3', from: NOW - 60_000, to: NOW }], unit: 'so-tttt', priority: 'normal', status: 'new', firstSeen: NOW - 60_000, lastSeen: NOW, hits: 5, blocked: 4, logged: 1,
  indicators: 1, contacts: 2, confirmed: { contacts: 2, firstSeen: NOW - 30_000, lastSeen: NOW },
  lists: [{ id: 'apt32', campaign: '2022', hits: 5, firstSeen: NOW - 60_000, lastSeen: NOW }],
} // prettier-ignore

export const CONTACT: StoredContact = {
  id: 11, clientId: CLIENT.id, address: CLIENT.address, clientPort: 50_123, identity: CLIENT.identity, unit: CLIENT.unit,
  local: '10.10.10.10', port: 80, protocol: 'http', host: 'b.evil.test', method: 'POST', path: '/gate.php', userAgent: 'WinHttp',
  hasReferrer: false, firstBytes: 'ab'.repeat(32), firstBytesLength: 120, isBrowserLike: false, isConfirmed: true, count: 2,
  firstSeen: NOW - 30_000, lastSeen: NOW, led: 'name', hit: { indicator: 'evil.test', at: NOW - 30_000 },
} // prettier-ignore

const DETAIL: ClientDetail = {
  ...CLIENT,
  hitPage: {
    items: [
      {
        indicator: 'evil.test', kind: 'subtree', hits: 5, blocked: 4, logged: 1, firstSeen: NOW - 60_000, lastSeen: NOW,
        firstQname: 'a.evil.test', lastQname: 'b.evil.test', lastQtype: 'AAAA', lastAction: 'sinkhole', triggers: ['qname'], lists: ['apt32'], nodes: [],
        document: '1298/CATTT-NCSC', origin: null,
      },
    ],
    next: null,
  },
  contactPage: { items: [CONTACT], next: null },
  timeline: [{ at: NOW - 3_600_000, hits: 5 }],
} // prettier-ignore

/** Of the client, beside a hit of its. */
const { address, identity, unit } = CLIENT
const OF_CLIENT = { clientId: CLIENT.id, address, identity, unit, campaigns: ['2022'] }

type Clients = AdminSources['clients']

export const fakeClients: Clients = {
  listClients: () => ({ items: [CLIENT], next: 'bmV4dA' }),
  getClient: (id) => (id === CLIENT.id ? DETAIL : null),
  listHits: () => DETAIL.hitPage,
  listContacts: () => DETAIL.contactPage,
  listPairs: () => ({ items: [{ ...DETAIL.hitPage.items[0]!, ...OF_CLIENT }], next: null, isWhole: true }),
  countClients: () => ({ machines: { new: 1 }, routers: 0, blocked: 4, logged: 1 }),
  changesSince: () => ({ node: '0123456789abcdef', name: 'dns1', next: '1.2.0.0', isWhole: true, lists: [], clients: [], rows: [] }), // prettier-ignore
}

export const CASE: CaseDetail = {
  id: 3, clientId: CLIENT.id, address: CLIENT.address, identity: CLIENT.identity, unit: 'so-tttt', campaign: '2022', state: 'new',
  version: 1, openedAt: NOW - 60_000, changedAt: NOW - 60_000, firstHit: NOW - 60_000, lastHit: NOW, hits: 5, assignee: null,
  reinfections: 0, cleanedAt: null, falseAlarmUntil: null, priority: 'normal', notes: 0, confirmed: CLIENT.confirmed, node: null,
  history: {
    items: [
      {
        id: 1, at: NOW - 60_000, cause: 'hit', actor: null, from: null, to: 'new', note: '', assignee: null, until: null,
        indicator: 'evil.test',
      },
    ],
    next: null,
  },
  indicators: [
    {
      indicator: 'evil.test', kind: 'subtree', hits: 5, firstSeen: NOW - 60_000, lastSeen: NOW, silencedUntil: null, hint: 'unknown',
      reason: { vi: 'Chưa đủ căn cứ để phân biệt', en: 'Nothing can be said' },
    },
  ],
} // prettier-ignore

const RHYTHM: PairNote['rhythm'] = {
  hint: 'unknown', reason: { vi: 'Chưa đủ căn cứ để phân biệt', en: 'Nothing can be said' }, intervals: 0, modalMs: null, share: 0,
  variation: 0, hours: 1, nights: 0,
} // prettier-ignore

type Cases = AdminSources['cases']

export const fakeCases: Cases = {
  listCases: () => ({ items: [CASE], next: null }),
  getCase: (id) => (id === CASE.id ? CASE : null),
  listHistory: () => CASE.history,
  clientFile: (_client, hits) => ({
    cases: [{ id: CASE.id, campaign: '2022', state: 'new', priority: 'normal', lastHit: NOW }],
    silences: [],
    hoursOfDay: Array.from({ length: 24 }, () => 0),
    rhythm: { ...RHYTHM, indicator: 'evil.test' },
    pairs: new Map(hits.map((hit) => [pairKey(hit), { silencedUntil: null, rhythm: RHYTHM, intervals: [] }])),
  }),
  eventsAfter: (after) => ({ log: 'l1', events: [], next: after, isGap: false }),
  eventsEnd: () => ({ log: 'l1', next: 0 }),
  listSilences: () => ({ items: [], next: null }),
  holds: () => [],
  hasCampaign: () => false,
  listDeletions: () => ({ items: [], next: null }),
  sweptDay: () => null,
}

/** What stands in a store with one machine and its case. */
export const TOTALS: StoreTotals = {
  clients: { new: 1 }, routers: 0, hitsByList: { apt32: 5 }, folded: 0,
  cases: { states: { new: 1, confirmed: 0, cleaning: 0, cleaned: 0, reinfected: 0, 'false-alarm': 0 }, opened: 1, urgent: 0 },
} // prettier-ignore

const NO_ALERTS: AdminSources['alerts'] = {
  status: () => ({ channels: [], trouble: null }),
  test: (channel) => Promise.reject(new UnknownChannel(`there is no alert channel ${channel}`)),
}

const UPKEEP: UpkeepReadings = {
  directory: { room: { free: 6e9, size: 8e9 }, lastBackupMs: NOW - 3_600_000 },
  certificateEndMs: null,
  adminClosed: 0,
  isConfigRefused: false,
  components: [{ component: 'lists', state: 'ok' }],
}

const NO_NOTICE: NoticeStatus = {
  isWanted: false,
  fault: null,
  connected: [],
  contacts: { http: 0, tls: 0, tcp: 0 },
  dropped: 0,
  lastMs: null,
}

const ROOMY: MachineReadings = {
  disk: () => ({ free: 6e9, size: 8e9 }),
  memory: () => ({ free: 2e9, size: 4e9 }),
  bridge: null,
}

/** Where accounts of tests stand: in memory where there is such a place, for the trail waits for the disk at each row. */
const PLACE = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'thanhloc-admin-'))
process.on('exit', () => rmSync(PLACE, { recursive: true, force: true }))
let fixtures = 0
/** Of password hashes: those of the product take a tenth of a second each. */
const CHEAP = { ln: 4, r: 1, p: 1 }

export interface Fixture {
  readonly app: Admin
  readonly accounts: Accounts
  readonly review: Review
  readonly threads: FakeThreads
  readonly words: ControlWords
  readonly clock: FakeClock
  readonly counters: readonly Counters[]
  readonly metrics: Metrics
  readonly logged: string[]
  readonly settings: Settings
}

export interface FixtureOptions {
  readonly threads?: FakeThreads
  readonly clients?: Partial<Clients>
  readonly cases?: Partial<Cases>
  readonly figures?: AdminSources['figures']
  readonly revisions?: AdminSources['revisions']
  readonly hits?: AdminSources['hits']
  readonly token?: string
  readonly bySocket?: boolean
  readonly mayCountUnits?: boolean
  readonly hosts?: readonly string[]
  readonly reload?: () => Promise<Reloaded>
  readonly logDrops?: Record<string, number>
  readonly faults?: string[]
  /** No channels unless given. */
  readonly alerts?: AdminSources['alerts']
  /** No sources unless given. */
  readonly identity?: AdminSources['identity']
  /** Nobody unless given. */
  readonly bypass?: AdminSources['bypass']
  /** What stands in the store; may throw. */
  readonly totals?: () => StoreTotals
  /** None unless given. */
  readonly nodes?: readonly NodeStatus[]
  /** None unless given. */
  readonly feeds?: AdminSources['feeds']
  /** None unless given. */
  readonly zones?: AdminSources['zones']
  /** None is configured unless given. */
  readonly notice?: NoticeStatus
  /** Nothing to see to unless given. */
  readonly upkeep?: UpkeepReadings
  /** Room enough unless given. */
  readonly machine?: MachineReadings
  /** YAML. */
  readonly settings?: string
}

/** The admin application over fake threads, as if listening on 127.0.0.1:8053. */
export async function createFixture(options: FixtureOptions = {}): Promise<Fixture> {
  const threads = options.threads ?? healthyThreads()
  const clock = new FakeClock()
  const words = new ControlWords(new SharedArrayBuffer(CONTROL_BYTES), 2)
  words.publish(Swapped.snapshot)
  words.setAnswering(0)
  const counters = [new Counters(), new Counters()]
  const logged: string[] = []
  const log = createLog('control', { write: (line) => logged.push(line) > 0 }, 'debug', clock)
  const board = new StatusBoard(threads, 2, clock, options.totals ?? (() => TOTALS))
  const logDrops = (): Record<string, number> => options.logDrops ?? { control: 0 }
  const build = { version: '0.1.0', node: process.version }
  const alerts = options.alerts ?? NO_ALERTS
  const identity = options.identity ?? (() => ({ sources: [], told: 0, waiting: 0, dropped: 0 }))
  const settings = exampleSettings(options.settings)
  const figures = options.figures ?? { look: () => emptyFigures(settings) }
  const metrics = new Metrics({
    board,
    counters,
    words,
    clock,
    build,
    logDrops,
    configFailures: () => 0,
    accounts: () => accounts.status(),
    alerts: () => alerts.status(),
    identity,
    nodes: () => options.nodes ?? [],
    feeds: () => options.feeds?.status() ?? [],
    imports: () => review.status(),
    zones: () => options.zones?.status() ?? [],
    notice: () => ({ ...(options.notice ?? NO_NOTICE), openReports: 0 }),
    upkeep: () => options.upkeep ?? UPKEEP,
    figures,
    campaigns: () => settings.campaigns.map(({ id }) => id),
  })
  const accounts = Accounts.open({
    directory: join(PLACE, String(++fixtures)),
    clock,
    random: new SecureRandom(),
    log,
    tokenOfFile: openToken(null, options.token ?? TOKEN, log),
    cost: CHEAP,
  })
  const review = new Review({
    settings: () => ({ ...settings, store: { ...settings.store, path: join(PLACE, String(fixtures)) } }),
    clock,
    log,
    standings: (indicators) => threads.request('lists', 'lists/standings', { indicators }),
    shared: (addresses) =>
      Promise.resolve({
        threads: 1,
        answered: 1,
        names: 9,
        owners: addresses.map(() => ({ least: 0, most: 0 })),
      }),
    enforcedAddresses: () => Promise.reject(new Error('there is none')),
    bringInForce: (id) => threads.request('lists', 'lists/reload', { id, force: false }),
  })
  const sources: HealthSources = {
    mail: threads,
    board,
    words,
    counters,
    clients: { ...fakeClients, ...options.clients },
    cases: { ...fakeCases, ...options.cases },
    figures,
    revisions: options.revisions ?? { store: () => '1', figures: () => '1' },
    hits: options.hits ?? (() => []),
    accounts,
    review,
    alerts,
    metrics,
    config: {
      state: { file: '/etc/thanhloc.yaml', loadedAt: NOW, failures: 0, errors: [], needsRestart: [] },
      reload: options.reload ?? (async () => ({ applied: ['lists'], needsRestart: [] })),
    },
    settings: () => settings,
    logDrops,
    faults: () => options.faults ?? [],
    identity,
    bypass: options.bypass ?? { list: () => [] },
    nodes: () => options.nodes ?? [],
    feeds: options.feeds ?? { status: () => [], fetch: async () => null },
    zones: options.zones ?? { status: () => [], check: async () => null },
    notice: () => options.notice ?? NO_NOTICE,
    build,
    clock,
    log,
  }
  const health = new HealthLedger(sources, options.machine ?? ROOMY)
  const app = await buildAdmin(
    { ...sources, health },
    {
      hosts: new AllowedHosts([{ address: '127.0.0.1', port: 8053 }], options.hosts ?? ['dns.tinh.test']),
      cameBySocket: () => options.bySocket ?? false,
      mayCountUnits: () => options.mayCountUnits ?? true,
    },
  )
  return { app, accounts, review, threads, words, clock, counters, metrics, logged, settings }
}

/** Of a store without a client. */
function emptyFigures({ units }: Settings): ReturnType<AdminSources['figures']['look']> {
  const index = new UnitIndex(units)
  const top = () => ({ items: [], isWhole: true })
  return { units: index, figures: new Figures(() => [], index, NOW), listed: new Map(), high: new Set(), top }
}

export function exampleSettings(text = 'lists: [ { id: apt32, path: /lists/apt32.txt } ]'): Settings {
  const loaded = parseSettings(text, { file: null })
  if ('errors' in loaded) throw new Error(loaded.errors.join('\n'))
  return loaded.settings
}
