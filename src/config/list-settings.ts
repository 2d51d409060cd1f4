/** What the configuration says of lists: part of `Settings`, which passes it on. */
import type { Endpoint } from './settings.ts'

/** What a block answers (see docs: actions). `log` records and does not block. */
export type Action = 'sinkhole' | 'nxdomain' | 'nodata' | 'refused' | 'drop' | 'log'
/** What a response policy zone may want beside: who asks by UDP is to ask by TCP, where it passes. */
export type ZoneAction = Action | 'tcp-only'

/** The formats a list can be in; `auto` looks at the content. */
export type ListFormat =
  'auto' | 'domains' | 'hosts' | 'adblock' | 'dnsmasq' | 'unbound' | 'wildcard' | 'rpz' | 'addresses'

/** How a list is fetched by HTTP. Paths are absolute. */
export interface FeedSettings {
  readonly url: string
  readonly everyMs: number
  /** For one attempt. */
  readonly timeoutMs: number
  readonly maxBytes: number
  /** Of the host in `url`; none: it is resolved by the upstreams. */
  readonly addresses: readonly string[]
  readonly proxy: Endpoint | null
  /** Its first line is `user:password`. */
  readonly proxyPasswordFile: string | null
  /** Its first line is the token. Never the token itself. */
  readonly tokenFile: string | null
  /** Certificates (PEM) to trust instead of the system's, or null. */
  readonly caFile: string | null
  readonly allowHttp: boolean
  /** URL of a file with its SHA-256, or null. */
  readonly sha256: string | null
  /** Public key of minisign and where the signature is, or null: not signed. */
  readonly signature: { readonly key: string; readonly url: string } | null
  /** How many percent of the entries before a new version must and may have. */
  readonly leastPercent: number
  readonly mostPercent: number
}

export type TsigAlgorithm = 'hmac-sha256' | 'hmac-sha384' | 'hmac-sha512'

/** A key that two name servers share. */
export interface TsigSettings {
  /** Lower-case, no final dot. */
  readonly name: string
  readonly algorithm: TsigAlgorithm
  /** Absolute path. Never the secret itself. */
  readonly secretFile: string
}

/** The name server a list is transferred from as a zone. */
export interface PrimarySettings {
  readonly server: Endpoint
  /** Lower-case, no final dot. */
  readonly zone: string
  readonly tsig: TsigSettings | null
  /** Of the zone, as it comes and as it is written down. */
  readonly maxBytes: number
}

export interface ListSettings {
  /** Lower-case letters, digits, `-`, `_`, `.`; unique. Appears in metrics, hits and logs. */
  readonly id: string
  /** Absolute path. */
  readonly path: string
  /** Where what lies at `path` is fetched from, or null. */
  readonly feed: FeedSettings | null
  /** Where it is transferred from as a zone, or null; then `path` is where it is put. */
  readonly primary: PrimarySettings | null
  /** At `path` lies what people have approved of imports: here or, where there is a feed, on another node. */
  readonly approved: boolean
  readonly format: ListFormat
  /** Id of a campaign, or null. */
  readonly campaign: string | null
  /** Number of the document it came with, who issued that, and the day, `2026-08-23`; empty and null: none. */
  readonly document: string
  readonly issuer: string
  readonly issued: string | null
  /** Why this list may block, in a sentence. Shown by `lookup`. */
  readonly basis: string
  readonly action: Action
  /** First and last day on which it may block, `2026-08-23`; null: no bound. */
  readonly from: string | null
  readonly until: string | null
  /** TTL of blocked answers, seconds; null: the sinkhole's. */
  readonly ttlSeconds: number | null
  /** What a plain name in this list covers: itself and all under it, or itself alone. */
  readonly match: 'subtree' | 'exact'
  /** Names a guard would hold back and this list enforces all the same. */
  readonly accept: readonly string[]
  /** How old its file may be, milliseconds; null: as old as it is. */
  readonly maxAgeMs: number | null
}
