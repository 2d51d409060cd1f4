/** What the API is made of: the other threads by mail, the store by a reading connection, the state of control itself. */
import type { Accounts } from '../accounts/accounts.ts'
import type { Alerts } from '../alerts/alerts.ts'
import type { Clock } from '../clock.ts'
import type { Settings } from '../config/settings.ts'
import type { HitExport, HitFilter } from '../detection/cases/export.ts'
import type { FigureBoard } from '../detection/cases/figure-board.ts'
import type { CaseReader } from '../detection/cases/queries.ts'
import type { StoreReader } from '../detection/queries.ts'
import type { Feeds } from '../feeds/feeds.ts'
import type { IdentityStatus } from '../identity/sources.ts'
import type { Logger } from '../log/log.ts'
import type { Counters } from '../metrics/counters.ts'
import type { Build } from '../metrics/process-metrics.ts'
import type { Mail, StatusBoard } from '../metrics/thread-status.ts'
import type { NodeStatus } from '../nodes/node-status.ts'
import type { Review } from '../review/review.ts'
import type { ControlWords } from '../thread/control-words.ts'
import type { ZoneTransfers } from '../transfer/zones.ts'
import type { BypassBoard } from './bypass-board.ts'
import type { ConfigState, Reloaded } from './config-reload.ts'
import type { Revisions } from './etag.ts'
import type { HealthLedger } from './health/ledger.ts'
import type { NoticeStatus } from './notice-desk/notice-desk.ts'

/** What is read of silences, holds and deletions. */
type Keeping = Pick<CaseReader, 'listSilences' | 'holds' | 'hasCampaign' | 'listDeletions' | 'sweptDay'>

export interface AdminSources {
  readonly mail: Mail
  readonly board: StatusBoard
  readonly words: ControlWords
  /** One a resolver thread. */
  readonly counters: readonly Counters[]
  /** The one place that decides what is wrong. */
  readonly health: Pick<HealthLedger, 'look'>
  readonly clients: Pick<
    StoreReader,
    'listClients' | 'getClient' | 'listHits' | 'listContacts' | 'listPairs' | 'countClients' | 'changesSince'
  >
  readonly cases: Pick<
    CaseReader,
    'listCases' | 'getCase' | 'listHistory' | 'clientFile' | 'eventsAfter' | 'eventsEnd'
  > &
    Keeping
  /** Figures of units and campaigns. */
  readonly figures: Pick<FigureBoard, 'look'>
  /** What tags of answers are made from. */
  readonly revisions: Revisions
  /** All hits, page by page. Throws StoreUnavailable. */
  readonly hits: (filter: HitFilter) => Iterable<readonly HitExport[]>
  /** Who calls, what they may, and the trail of what they did. */
  readonly accounts: Accounts
  /** Imports, and what is approved of them. */
  readonly review: Pick<
    Review,
    | 'fault'
    | 'receive'
    | 'list'
    | 'get'
    | 'decisions'
    | 'item'
    | 'items'
    | 'plan'
    | 'decide'
    | 'discard'
    | 'origins'
    | 'status'
    | 'reports'
    | 'shared'
  >
  /** The channels that tell people, and how each is. */
  readonly alerts: Pick<Alerts, 'status' | 'test'>
  readonly metrics: { readonly contentType: string; render(): Promise<string> }
  readonly config: { readonly state: ConfigState; reload(): Promise<Reloaded> }
  /** Those in force now. */
  readonly settings: () => Settings
  /** Log lines dropped, by thread. */
  readonly logDrops: () => Readonly<Record<string, number>>
  /** What tells which machine has which address, and how each source is. */
  readonly identity: () => IdentityStatus
  /** Clients the firewall brought here. */
  readonly bypass: Pick<BypassBoard, 'list'>
  /** How far the hits of other nodes are taken over. */
  readonly nodes: () => readonly NodeStatus[]
  /** Lists that are fetched over the network. */
  readonly feeds: Pick<Feeds, 'status' | 'fetch'>
  /** Lists that are transferred from a primary name server. */
  readonly zones: Pick<ZoneTransfers, 'status' | 'check'>
  /** The service at the sinkhole's address, as far as it is connected. */
  readonly notice: () => NoticeStatus
  /** What control itself could not do: a listen address that is taken. */
  readonly faults: () => readonly string[]
  readonly build: Build
  readonly clock: Clock
  readonly log: Logger
}
