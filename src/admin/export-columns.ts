/** What stands in exports: one column after the other, with where its value comes from. */
import type { CaseSummary } from '../detection/cases/queries.ts'
import type { HitExport } from '../detection/cases/export.ts'
import type { ClientSummary, ClientWho, Confirmed, StoredContact } from '../detection/queries.ts'
import type { Cell } from './csv.ts'
import { timeText } from './schema.ts'

/** The name of a column, as the first line of CSV and as a key of NDJSON. */
export type Columns<Row> = Readonly<Record<string, (row: Row) => Cell>>

const WHO: Columns<{ readonly identity: ClientWho }> = {
  key: ({ identity }) => identity.key,
  mac: ({ identity }) => identity.mac,
  hostName: ({ identity }) => identity.hostName,
  name: ({ identity }) => identity.name,
  department: ({ identity }) => identity.department,
  place: ({ identity }) => identity.place,
  role: ({ identity }) => identity.role,
  source: ({ identity }) => identity.source,
  sure: ({ identity }) => identity.sure,
  kind: ({ identity }) => identity.kind,
}

const CONFIRMED: Columns<{ readonly confirmed: Confirmed | null }> = {
  confirmedFirst: ({ confirmed }) => textOrNull(confirmed?.firstSeen ?? null),
  confirmedLast: ({ confirmed }) => textOrNull(confirmed?.lastSeen ?? null),
}

export const CLIENT_COLUMNS: Columns<ClientSummary> = {
  id: ({ id }) => id,
  address: ({ address }) => address,
  unit: ({ unit }) => unit,
  status: ({ status }) => status,
  ...WHO,
  firstSeen: ({ firstSeen }) => timeText(firstSeen),
  lastSeen: ({ lastSeen }) => timeText(lastSeen),
  hits: ({ hits }) => hits,
  blocked: ({ blocked }) => blocked,
  logged: ({ logged }) => logged,
  indicators: ({ indicators }) => indicators,
  lists: ({ lists }) => lists.map(({ id }) => id),
  contacts: ({ contacts }) => contacts,
  ...CONFIRMED,
}

export const CASE_COLUMNS: Columns<CaseSummary> = {
  id: ({ id }) => id,
  clientId: ({ clientId }) => clientId,
  address: ({ address }) => address,
  unit: ({ unit }) => unit,
  campaign: ({ campaign }) => campaign,
  state: ({ state }) => state,
  priority: ({ priority }) => priority,
  assignee: ({ assignee }) => assignee,
  ...WHO,
  openedAt: ({ openedAt }) => timeText(openedAt),
  changedAt: ({ changedAt }) => timeText(changedAt),
  firstHit: ({ firstHit }) => timeText(firstHit),
  lastHit: ({ lastHit }) => timeText(lastHit),
  hits: ({ hits }) => hits,
  reinfections: ({ reinfections }) => reinfections,
  cleanedAt: ({ cleanedAt }) => textOrNull(cleanedAt),
  falseAlarmUntil: ({ falseAlarmUntil }) => textOrNull(falseAlarmUntil),
  notes: ({ notes }) => notes,
  node: ({ node }) => node,
  ...CONFIRMED,
}

/** Texts from `host` to `userAgent` were sent by the client. */
export const CONTACT_COLUMNS: Columns<StoredContact> = {
  clientId: ({ clientId }) => clientId,
  address: ({ address }) => address,
  clientPort: ({ clientPort }) => clientPort,
  unit: ({ unit }) => unit,
  ...WHO,
  local: ({ local }) => local,
  port: ({ port }) => port,
  protocol: ({ protocol }) => protocol,
  host: ({ host }) => host,
  method: ({ method }) => method,
  path: ({ path }) => path,
  userAgent: ({ userAgent }) => userAgent,
  hasReferrer: ({ hasReferrer }) => hasReferrer,
  firstBytes: ({ firstBytes }) => firstBytes,
  firstBytesLength: ({ firstBytesLength }) => firstBytesLength,
  isBrowserLike: ({ isBrowserLike }) => isBrowserLike,
  isConfirmed: ({ isConfirmed }) => isConfirmed,
  count: ({ count }) => count,
  firstSeen: ({ firstSeen }) => timeText(firstSeen),
  lastSeen: ({ lastSeen }) => timeText(lastSeen),
  led: ({ led }) => led,
  hitIndicator: ({ hit }) => hit?.indicator ?? null,
  hitAt: ({ hit }) => textOrNull(hit?.at ?? null),
}

export const HIT_COLUMNS: Columns<HitExport> = {
  clientId: ({ clientId }) => clientId,
  client: ({ client }) => client,
  address: ({ address }) => address,
  hostName: ({ hostName }) => hostName,
  name: ({ name }) => name,
  unit: ({ unit }) => unit,
  indicator: ({ indicator }) => indicator,
  kind: ({ kind }) => kind,
  blocked: ({ blocked }) => blocked,
  logged: ({ logged }) => logged,
  firstSeen: ({ firstSeen }) => timeText(firstSeen),
  lastSeen: ({ lastSeen }) => timeText(lastSeen),
  lastQname: ({ lastQname }) => lastQname,
  lastQtype: ({ lastQtype }) => lastQtype,
  lastAction: ({ lastAction }) => lastAction,
  triggers: ({ triggers }) => triggers,
  lists: ({ lists }) => lists,
  campaigns: ({ campaigns }) => campaigns,
  node: ({ node }) => node,
  document: ({ document }) => document,
  import: ({ origin }) => (origin === null ? null : `${origin.import}/${origin.item}`),
  file: ({ origin }) => origin?.file ?? null,
  place: ({ origin }) => (origin === null ? null : placeText(origin.place)),
  approvedBy: ({ origin }) => origin?.approvedBy ?? null,
}

/** `table 1, row 2, cell 2`. */
function placeText(place: Readonly<Record<string, unknown>>): string {
  return Object.entries(place)
    .map(([key, value]) => `${key} ${String(value)}`)
    .join(', ')
}

function textOrNull(ms: number | null): string | null {
  return ms === null ? null : timeText(ms)
}
