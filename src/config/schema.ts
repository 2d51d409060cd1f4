/**
 * The whole configuration: one schema a section, each key with its description. Validation, defaults, the reference
 * (docs/configuration.md) and the schema for editors (docs/config.schema.json) all come from here.
 */
import { Type, type Static } from 'typebox'
import { AlertsSchema } from './sections/alerts.ts'
import { RecordsSchema, ServerSchema, SinkholeSchema, SpecialSchema } from './sections/answers.ts'
import { CasesSchema, KeepSchema } from './sections/cases.ts'
import { CacheSchema, ForwardSchema, UpstreamsSchema } from './sections/forwarding.ts'
import { GroupsSchema } from './sections/groups.ts'
import { IdentitySchema } from './sections/identity.ts'
import {
  AccessSchema,
  BypassSchema,
  DatagramsSchema,
  ListenSchema,
  TcpSchema,
  WorkersSchema,
} from './sections/network.ts'
import { NodesSchema } from './sections/nodes.ts'
import { NoticeSchema } from './sections/notice.ts'
import {
  AdminSchema,
  LogSchema,
  MetricsSchema,
  StoreSchema,
  UnitsFileSchema,
  UnitsSchema,
} from './sections/operation.ts'
import { AllowSchema, CampaignsSchema, ListsSchema } from './sections/policy.ts'
import { ReviewSchema } from './sections/review.ts'

export const ConfigSchema = Type.Object(
  {
    listen: ListenSchema,
    bypass: BypassSchema,
    workers: WorkersSchema,
    datagrams: DatagramsSchema,
    access: AccessSchema,
    tcp: TcpSchema,
    sinkhole: SinkholeSchema,
    upstreams: UpstreamsSchema,
    forward: ForwardSchema,
    records: RecordsSchema,
    special: SpecialSchema,
    server: ServerSchema,
    cache: CacheSchema,
    campaigns: CampaignsSchema,
    lists: ListsSchema,
    allow: AllowSchema,
    units: UnitsSchema,
    groups: GroupsSchema,
    unitsFile: UnitsFileSchema,
    identity: IdentitySchema,
    review: ReviewSchema,
    cases: CasesSchema,
    keep: KeepSchema,
    store: StoreSchema,
    admin: AdminSchema,
    metrics: MetricsSchema,
    nodes: NodesSchema,
    notice: NoticeSchema,
    alerts: AlertsSchema,
    log: LogSchema,
  },
  { additionalProperties: false },
)

/** The configuration as written, defaults filled in, values still in text. */
export type Config = Static<typeof ConfigSchema>

/** Keys that are refused with a reason instead of a guess at what was meant, by their path. */
export const REFUSED_KEYS: Readonly<Record<string, string>> = {
  'admin/token':
    'a secret does not belong in the configuration: put it into a file of mode 0600 and name that file in `tokenFile`, or set the environment variable THANHLOC_ADMIN_TOKEN',
  'admin/password':
    'a secret does not belong in the configuration: the API knows tokens, see `tokenFile` and THANHLOC_ADMIN_TOKEN',
  'lists/primary/tsig/secret':
    'a secret does not belong in the configuration: put it into a file of mode 0600 and name that file in `secretFile`',
  'lists/feed/token':
    'a secret does not belong in the configuration: put it into a file of mode 0600 and name that file in `tokenFile`',
  'nodes/token':
    'a secret does not belong in the configuration: put it into a file of mode 0600 and name that file in `tokenFile`',
  'alerts/channels/secret':
    'a secret does not belong in the configuration: put it into a file of mode 0600 and name that file in `secretFile`',
  'alerts/channels/password':
    'a secret does not belong in the configuration: put it into a file of mode 0600 and name that file in `passwordFile`',
}

/** What a schema is to those who walk it: the JSON Schema keywords that the sections use. */
export interface Shape {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly format?: string
  readonly atLeast?: string
  readonly atMost?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Shape[]
  readonly properties?: Readonly<Record<string, Shape>>
  readonly patternProperties?: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  /** Format of the keys of a `patternProperties` object. */
  readonly keyFormat?: string
  readonly items?: Shape
  readonly minItems?: number
  readonly maxItems?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly maxLength?: number
}

/** The configuration's schema as a `Shape`. */
export const CONFIG_SHAPE: Shape = ConfigSchema
