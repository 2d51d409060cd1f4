/**
 * What the configuration says once it is read, checked and normalised: durations in milliseconds or seconds as the
 * name says, sizes in bytes, addresses in their shortest text form. Plain data, so that it can be posted to a thread.
 * Importable by every floor; only `control` and `cli` load it.
 */

import type { Action, ListSettings } from './list-settings.ts'

export type * from './list-settings.ts'

/** Most resolver threads there is room for in the shared control words. */
export const MAX_WORKERS = 64

/** An address and a port; IPv6 without brackets, a zone allowed (`fe80::1%eth0`). */
export interface Endpoint {
  readonly address: string
  readonly port: number
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
  /** CIDR: the public addresses it is seen under from outside. */
  readonly wan: readonly string[]
  /** Its code in official lists and in document exchange (`000.00.00.H07`); empty: none is known. */
  readonly code: string
}

export interface GroupSettings {
  readonly id: string
  /** CIDR. */
  readonly networks: readonly string[]
  /** Ids, each with all units under it. */
  readonly units: readonly string[]
  /** By list id: what that list does for them instead; `off`: nothing. */
  readonly lists: Readonly<Record<string, Action | 'off'>>
  /** Of the group and of its units, CIDR. */
  readonly clients: readonly string[]
}

/** The formats a lease file can be in; `auto` looks at the content. */
export type LeaseFormat = 'auto' | 'dnsmasq' | 'isc' | 'kea' | 'windows-csv' | 'mikrotik'

/** Where is known from which machine had an address when. Paths are absolute, networks CIDR. */
export interface IdentitySettings {
  readonly leases: readonly { readonly path: string; readonly format: LeaseFormat }[]
  /** The kernel's neighbour table. */
  readonly neighbours: { readonly enabled: boolean; readonly intervalMs: number }
  /** Register of machines, CSV or YAML, or null. */
  readonly register: string | null
  /** No servers: those of the forward zone that holds the reverse name, or nobody. */
  readonly reverse: { readonly enabled: boolean; readonly servers: readonly Endpoint[] }
  /** Whose EDNS client subnet and MAC options are believed. */
  readonly forwarders: { readonly networks: readonly string[] }
  /** What hides many machines: never counted as one. */
  readonly routers: readonly string[]
  /** List of own public addresses seen in a botnet, or null. */
  readonly botnetList: string | null
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

/** How what is imported is decided, and how much of it is kept. */
export interface ReviewSettings {
  /** Who has imported something may not approve it. */
  readonly fourEyes: boolean
  /** An address that so many owners of clean names share is held; 0: never. */
  readonly sharedBy: number
  /** Room for the files as they came, bytes. */
  readonly originalBytes: number
}

/** When hits of a cleaned machine reopen its case. */
export interface CaseSettings {
  readonly graceMs: number
}

/** Cấp độ of a system for which months of keeping are laid down. */
export type SecurityLevel = 2 | 3 | 4 | 5

/** Months that the events of a system are kept at least, by its level (TCVN 14423:2026). */
export const LEVEL_MONTHS: Readonly<Record<SecurityLevel, number>> = { 2: 1, 3: 3, 4: 6, 5: 12 }

/** What a legal hold is about. */
export type HoldScope = 'all' | 'unit' | 'campaign' | 'client'

export interface HoldSettings {
  /** Number of the document that orders it. */
  readonly document: string
  readonly scope: HoldScope
  /** Id of a unit or campaign, number of a client; empty for `all`. */
  readonly target: string
}

/** How long what is known of machines is kept, whole months. */
export interface KeepSettings {
  readonly level: SecurityLevel | null
  readonly hitsMonths: number
  readonly casesMonths: number
  readonly auditMonths: number
  readonly holds: readonly HoldSettings[]
}

/** What an alert can be about; `test` alerts are sent by hand and need no entry in `on`. */
export type AlertKind =
  | 'case-new'
  | 'case-reinfected'
  | 'priority-unit-hit'
  | 'list-stale'
  | 'list-failed'
  | 'upstreams-down'
  | 'store-trouble'
  | 'node-away'

interface ChannelSettings {
  /** Lower-case letters, digits, `-`, `_`, `.`; unique. */
  readonly id: string
  readonly on: readonly AlertKind[]
  /** `counts`: no machine and no name in what leaves, see docs/alerts.md. */
  readonly detail: 'counts' | 'full'
  /** Between two messages of the same kind about the same machine, list or server. */
  readonly minIntervalMs: number
  /** Most messages an hour; what is beyond is counted in the next. */
  readonly perHour: number
  /** For one attempt, from connecting to the receiver's word that it has the message. */
  readonly timeoutMs: number
  /** Connect here instead of resolving the host; null: the system resolves it. */
  readonly address: string | null
  /** Absolute path of certificates (PEM) to trust instead of the system's, or null. */
  readonly caFile: string | null
}

export interface WebhookSettings extends ChannelSettings {
  readonly type: 'webhook'
  readonly url: string
  /** File that holds the key of the signature, or null: not signed. Never the key itself. */
  readonly secretFile: string | null
}

export interface EmailSettings extends ChannelSettings {
  readonly type: 'email'
  readonly host: string
  readonly port: number
  readonly security: 'starttls' | 'tls' | 'none'
  readonly from: string
  readonly to: readonly string[]
  readonly username: string | null
  /** File that holds the password, or null. */
  readonly passwordFile: string | null
}

export interface SyslogSettings extends ChannelSettings {
  readonly type: 'syslog'
  readonly host: string
  readonly port: number
  readonly transport: 'udp' | 'tcp' | 'tls'
  /** RFC 5424 §6.2.1: 0 to 23. */
  readonly facility: number
}

/** Where alerts go. */
export type AlertChannelSettings = WebhookSettings | EmailSettings | SyslogSettings

/** Another server of the organisation, whose hits are taken over. */
export interface NodeSettings {
  /** Lower-case letters, digits, `-`, `_`, `.`; unique. */
  readonly id: string
  /** Origin of its admin API: scheme, host, port; nothing behind. */
  readonly url: string
  /** Absolute path; its first line is the token. Never the token itself. */
  readonly tokenFile: string
  /** Absolute path of certificates (PEM) to trust instead of the system's, or null. */
  readonly caFile: string | null
  /** Whether plain http may go beyond this machine. */
  readonly allowHttp: boolean
}

/** What answers at the sinkhole address; no endpoint at all: no notice service. */
export interface NoticeServiceSettings {
  readonly http: readonly Endpoint[]
  readonly tls: readonly Endpoint[]
  readonly tcp: readonly Endpoint[]
  /** Where the firewall brings connections to any port, or null. */
  readonly tproxy: Endpoint | null
  /** Absolute path of the socket between it and the server. */
  readonly socket: string
  readonly firstBytes: number
  readonly organisation: string
  readonly contact: string
}

/** A certificate and its key: absolute paths of PEM files. */
export interface CertificateFiles {
  readonly certificate: string
  readonly key: string
}

/** A file of names that are never blocked. */
export interface AllowSettings {
  /** Absolute. */
  readonly path: string
  /** Who answers for its entries, why, and their last day, `2026-12-31`, unless they say so themselves; empty and null: not said. */
  readonly owner: string
  readonly reason: string
  readonly until: string | null
}

export interface Settings {
  /** Absolute path of the file, or null for built-in defaults. */
  readonly file: string | null
  readonly listen: readonly Endpoint[]
  /** Where the firewall brings queries that were meant for other resolvers. */
  readonly bypass: { readonly listen: readonly Endpoint[] }
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
  readonly allow: readonly AllowSettings[]
  /** Those of the configuration and those of `unitsFile`. */
  readonly units: readonly UnitSettings[]
  readonly groups: readonly GroupSettings[]
  /** Absolute path of the CSV file more units were read from, or null. */
  readonly unitsFile: string | null
  readonly identity: IdentitySettings
  readonly review: ReviewSettings
  readonly cases: CaseSettings
  readonly keep: KeepSettings
  readonly store: { readonly path: string }
  readonly admin: {
    /** null: off (the socket in the data directory stays). */
    readonly listen: Endpoint | null
    /** Host names under which the API may be called, beside its address. */
    readonly hosts: readonly string[]
    /** File that holds the token, or null. Never the token itself. */
    readonly tokenFile: string | null
    /** Absolute paths of PEM files, or null: plain HTTP. */
    readonly tls: CertificateFiles | null
  }
  readonly metrics: { readonly listen: Endpoint | null }
  readonly nodes: readonly NodeSettings[]
  readonly notice: NoticeServiceSettings
  readonly alerts: { readonly channels: readonly AlertChannelSettings[] }
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error' }
}
