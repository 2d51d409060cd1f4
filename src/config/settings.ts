/**
 * What the configuration says once it is read, checked and normalised: durations in milliseconds or seconds as the
 * name says, sizes in bytes, addresses in their shortest text form. Plain data, so that it can be posted to a thread.
 * Importable by every floor; only `control` and `cli` load it.
 */

/** Most resolver threads there is room for in the shared control words. */
export const MAX_WORKERS = 64

/** An address and a port; IPv6 without brackets, a zone allowed (`fe80::1%eth0`). */
export interface Endpoint {
  readonly address: string
  readonly port: number
}

/** What a block answers (see docs: actions). `log` records and does not block. */
export type Action = 'sinkhole' | 'nxdomain' | 'nodata' | 'refused' | 'drop' | 'log'

/** The formats a list can be in; `auto` looks at the content. */
export type ListFormat =
  'auto' | 'domains' | 'hosts' | 'adblock' | 'dnsmasq' | 'unbound' | 'wildcard' | 'rpz' | 'addresses'

export interface ListSettings {
  /** Lower-case letters, digits, `-`, `_`, `.`; unique. Appears in metrics, hits and logs. */
  readonly id: string
  /** Absolute path. */
  readonly path: string
  readonly format: ListFormat
  /** Id of a campaign, or null. */
  readonly campaign: string | null
  /** Why this list may block: document, issuer, date. Shown by `lookup`. */
  readonly basis: string
  readonly action: Action
  /** TTL of blocked answers, seconds; null: the sinkhole's. */
  readonly ttlSeconds: number | null
  /** What a plain name in this list covers: itself and all under it, or itself alone. */
  readonly match: 'subtree' | 'exact'
  /** Names a guard would hold back and this list enforces all the same. */
  readonly accept: readonly string[]
}

export interface CampaignSettings {
  readonly id: string
  readonly title: string
  readonly document: string
  readonly issuer: string
  /** RFC 3339 dates (`2022-08-23`) or null. For reports only; they end no block. */
  readonly from: string | null
  readonly to: string | null
}

export interface UnitSettings {
  readonly id: string
  readonly name: string
  /** CIDR. */
  readonly networks: readonly string[]
  readonly parent: string | null
  readonly contact: string
}

/** An own record. `sinkhole` stands for the configured sinkhole addresses. */
export interface RecordSettings {
  /** Lower-case, no final dot. */
  readonly name: string
  readonly a: readonly string[]
  readonly aaaa: readonly string[]
  readonly sinkhole: boolean
  readonly cname: string | null
  readonly ptr: string | null
  readonly txt: readonly string[]
  readonly ttlSeconds: number
}

export interface ForwardSettings {
  /** Lower-case, no final dot; `.` not allowed. */
  readonly zones: readonly string[]
  readonly servers: readonly Endpoint[]
}

export interface Settings {
  /** Absolute path of the file, or null for built-in defaults. */
  readonly file: string | null
  readonly listen: readonly Endpoint[]
  readonly workers: number
  /** How UDP is read and written: `auto` in batches where that works, else portably. */
  readonly datagrams: 'auto' | 'batched' | 'portable'
  readonly access: {
    /** CIDR. */
    readonly networks: readonly string[]
    /** Answered queries per second and client address (IPv6: /64); 0: no limit. */
    readonly queriesPerSecond: number
    /** CIDR; loopback is always exempt. */
    readonly exempt: readonly string[]
  }
  readonly tcp: { readonly idleMs: number; readonly perClient: number; readonly total: number }
  readonly sinkhole: { readonly ipv4: string; readonly ipv6: string; readonly ttlSeconds: number }
  readonly upstreams: {
    /** As configured; empty: `thanhloc` reads `resolvConf`. */
    readonly servers: readonly Endpoint[]
    readonly strategy: 'fastest' | 'ordered'
    /** Path of the resolv.conf read when `servers` is empty. */
    readonly resolvConf: string
  }
  readonly forward: readonly ForwardSettings[]
  readonly records: readonly RecordSettings[]
  readonly special: {
    /** Canary names that tell browsers and phones not to go round the resolver; each answered NXDOMAIN when true. */
    readonly firefoxCanary: boolean
    readonly privateRelay: boolean
  }
  /** What the server says of itself. `identity` is left free for the leases and names of clients. */
  readonly server: {
    /** `id.server` / `hostname.bind` CH TXT and NSID; empty string: refused. */
    readonly id: string
    /** `version.bind` / `version.server` CH TXT; empty string: refused. */
    readonly version: string
    /** Whether NSID (RFC 5001) is answered with `id` where a client asks for it. */
    readonly nsid: boolean
  }
  readonly cache: {
    readonly maxBytes: number
    readonly staleMs: number
    readonly staleTtlSeconds: number
    readonly maxTtlSeconds: number
    readonly maxNegativeTtlSeconds: number
  }
  readonly campaigns: readonly CampaignSettings[]
  /** In order of precedence. */
  readonly lists: readonly ListSettings[]
  /** Absolute paths of allow lists (plain domains). */
  readonly allow: readonly { readonly path: string }[]
  readonly units: readonly UnitSettings[]
  readonly store: { readonly path: string }
  readonly admin: {
    /** null: off (the socket in the data directory stays). */
    readonly listen: Endpoint | null
    /** Host names under which the API may be called, beside its address. */
    readonly hosts: readonly string[]
    /** File that holds the token, or null. Never the token itself. */
    readonly tokenFile: string | null
  }
  readonly metrics: { readonly listen: Endpoint | null }
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error' }
}
