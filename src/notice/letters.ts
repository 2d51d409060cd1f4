/**
 * What the notice service and the server say to each other over the unix socket between them: JSON, a line each. The
 * service has no store, no configuration and no list; all it knows comes in `settings`, and all it sees goes out in
 * `contacts`. Plain types, importable by both.
 *
 *   server → service   settings · kept · checked · reported
 *   service → server   hello · contacts · check · report
 */

/** Longest line the server takes; a longer one ends the connection. */
export const MAX_LETTER_BYTES = 256 << 10
/** Most contacts in one letter. */
export const MAX_CONTACTS = 256
/** Longest texts of a contact, in characters; what is longer is cut. */
export const CONTACT_TEXT = { host: 253, path: 256, userAgent: 256, method: 16 } as const
/** Longest text of a report of a false block, in characters. */
export const MAX_REPORT_TEXT = 1000

/** What came to the sinkhole's address, as far as it was understood. */
export const CONTACT_PROTOCOLS = ['http', 'tls', 'tcp'] as const
export type ContactProtocol = (typeof CONTACT_PROTOCOLS)[number]

/**
 * Connections of one client that look the same, of one second or more. It is evidence: text in it was sent by the client
 * and may be anything, control characters were taken out.
 */
export interface Contact {
  /** Its address, shortest text form; never an IPv4-mapped one. */
  readonly client: string
  /** Source port of the latest. */
  readonly clientPort: number
  /** The address and port that was connected to. */
  readonly local: string
  readonly port: number
  readonly protocol: ContactProtocol
  /** `Host` or SNI, lower case, without a port or trailing dot; null: none was sent. */
  readonly host: string | null
  readonly method: string | null
  /** Without the query, which may hold what a person typed. */
  readonly path: string | null
  readonly userAgent: string | null
  readonly hasReferrer: boolean
  /** SHA-256, hex, of the first bytes up to the cap; null: nothing was sent. */
  readonly firstBytes: string | null
  /** How many bytes that is of. */
  readonly firstBytesLength: number
  /** It sent what a browser sends (Accept, Accept-Language, a browser's User-Agent; a browser's ClientHello). */
  readonly isBrowserLike: boolean
  /** How many connections or requests, and when the first and the last came: wall clock, milliseconds. */
  readonly count: number
  readonly firstMs: number
  readonly lastMs: number
}

/** First of all, once a connection. `session` is drawn at start: with `sequence` it tells a letter sent twice. */
export interface Hello {
  readonly type: 'hello'
  readonly session: string
  readonly version: string
}

/** Kept by the service until `kept` has come back, and sent again on a new connection. */
export interface Contacts {
  readonly type: 'contacts'
  /** One more with each letter of a session. */
  readonly sequence: number
  readonly contacts: readonly Contact[]
  /** Contacts that were seen and could not be held since the letter before: past the bound on distinct ones. */
  readonly dropped: number
}

/** Somebody opened `/check`. */
export interface Check {
  readonly type: 'check'
  readonly id: number
  readonly client: string
}

/** Somebody said that a name is blocked wrongly. */
export interface Report {
  readonly type: 'report'
  readonly id: number
  readonly client: string
  /** The name, as it was in `Host` or typed; not yet checked. */
  readonly name: string
  readonly text: string
}

export type ServiceLetter = Hello | Contacts | Check | Report

/** Who is told what by the page. Those of a network of no unit see the first. */
export interface NoticeUnit {
  readonly networks: readonly string[]
  readonly name: string
  readonly contact: string
}

/** All that the service does; sent first, and again whenever the configuration changes. */
export interface NoticeSettings {
  readonly type: 'settings'
  readonly http: readonly { readonly address: string; readonly port: number }[]
  readonly tls: readonly { readonly address: string; readonly port: number }[]
  readonly tcp: readonly { readonly address: string; readonly port: number }[]
  /** Where connections to any port are brought by TPROXY; null: nowhere. */
  readonly tproxy: { readonly address: string; readonly port: number } | null
  /** First bytes looked at and hashed of what is neither HTTP nor TLS. */
  readonly firstBytes: number
  readonly organisation: string
  readonly contact: string
  readonly units: readonly NoticeUnit[]
}

/** The contacts of that letter are in the store, or were there already. */
export interface Kept {
  readonly type: 'kept'
  readonly sequence: number
}

/** What is known of the machine that asks; times are wall clock, milliseconds. */
export interface Checked {
  readonly type: 'checked'
  readonly id: number
  /**
   * `unavailable`: the store could not be asked, it was asked too often, or many machines stand behind that address; that is no
   * "clean".
   */
  readonly outcome: 'clean' | 'hits' | 'unavailable'
  readonly hits: number
  readonly firstMs: number | null
  readonly lastMs: number | null
  /** How far back what is kept reaches. */
  readonly sinceMs: number | null
}

export interface Reported {
  readonly type: 'reported'
  readonly id: number
  /** `limited`: too many from there; `full`: the queue is full; `unavailable`: it could not be kept. */
  readonly outcome: 'taken' | 'limited' | 'full' | 'invalid' | 'unavailable'
  /** What the person names to the officer. */
  readonly reference: string | null
}

export type ServerLetter = NoticeSettings | Kept | Checked | Reported
