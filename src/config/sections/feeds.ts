/** Where a list is fetched from by HTTP: `feed` of a list. */
import { Type, type Static } from 'typebox'
import { parseAddress, parseEndpoint } from '../address.ts'
import { formatDuration } from '../duration.ts'
import { checked, durationMs, sizeBytes } from '../formats.ts'
import type { FeedSettings } from '../settings.ts'
import { formatSize } from '../size.ts'

const MAX_URL = 1000
const MOST_PERCENT = 1_000_000
const DAY_MS = 86_400_000

const nullable = (format: string, description: string) =>
  Type.Union([Type.Null(), Type.String({ format })], { description, default: null })

const SignatureSchema = Type.Object(
  {
    key: Type.String({
      maxLength: 100,
      description: 'Public key of minisign whose signature the file must have: one line, `RW…`.',
    }),
    url: Type.Union([Type.Null(), Type.String({ maxLength: MAX_URL })], {
      description: 'Where the signature is. None: beside the file, `.minisig` added to its name.',
      default: null,
    }),
  },
  { additionalProperties: false },
)

const FeedObject = Type.Object(
  {
    url: Type.String({
      maxLength: MAX_URL,
      description:
        'Where it is fetched from: `https://…`. Plain http only from this machine itself, with a `signature`, or with `allowHttp`. No user or password in it.',
    }),
    every: Type.String({
      format: 'time-span',
      description: 'How often it is asked for; each time up to a tenth later, by chance.',
      default: '1d',
      atLeast: '1m',
      atMost: '30d',
    }),
    timeout: Type.String({
      format: 'time-span',
      description: 'How long one attempt may take, all in all.',
      default: '5m',
      atLeast: '1s',
      atMost: '1h',
    }),
    maxSize: Type.String({
      format: 'size',
      description: 'The largest it may be, unpacked too.',
      default: '100MB',
      atLeast: '1KB',
      atMost: '1GB',
    }),
    addresses: Type.Array(Type.String({ format: 'address' }), {
      description:
        'Addresses of the host in `url`, tried instead of resolving its name. None: the name is asked of `upstreams` (or the `forward` zone it is in), never of this server and never of another.',
      default: [],
      maxItems: 8,
    }),
    proxy: nullable(
      'http',
      'HTTP proxy through which it is fetched (CONNECT), by address. Proxies named in the environment are not used.',
    ),
    proxyPasswordFile: nullable(
      'path',
      'File whose first line is `user:password` for the proxy (Basic). It is read at every attempt.',
    ),
    tokenFile: nullable(
      'path',
      'File whose first line is sent as a bearer token, to the server in `url` alone: a token with the role `firewall` of another server of this kind, or `node` for what is approved there. It is read at every attempt.',
    ),
    caFile: nullable(
      'path',
      "Certificates (PEM) to trust instead of the system's: a private certification authority, or the server's own certificate where it is self-signed.",
    ),
    allowHttp: Type.Boolean({
      description: 'Take plain http over the network: whoever is on the way reads and changes what comes.',
      default: false,
    }),
    sha256: Type.Union([Type.Null(), Type.String({ maxLength: MAX_URL })], {
      description: 'URL of a file with its SHA-256, as `sha256sum` writes it.',
      default: null,
    }),
    signature: Type.Union([Type.Null(), SignatureSchema], {
      description: 'What it must be signed with (minisign).',
      default: null,
    }),
    leastPercent: Type.Integer({
      description: 'A new version with fewer of the entries of the one before, in percent, is not taken.',
      default: 50,
      minimum: 0,
      maximum: 100,
    }),
    mostPercent: Type.Integer({
      description: 'One with more is not taken either, where it has 1,000 more at least.',
      default: 500,
      minimum: 100,
      maximum: MOST_PERCENT,
    }),
  },
  { additionalProperties: false },
)

/** As written, defaults filled in. */
export type Feed = Static<typeof FeedObject>

export const FeedSchema = Type.Union([Type.Null(), FeedObject], {
  description: 'Where the list is fetched from over the network, instead of `path`; see [feeds](feeds.md).',
  default: null,
})

/**
 * Normalises a feed that `checkLists` has passed; `resolve` makes a path absolute. `isApproved`: people decide about its
 * entries on another node, and no number of them is a broken download.
 */
export function readFeed(feed: Feed, resolve: (path: string) => string, isApproved = false): FeedSettings {
  const { every, timeout, maxSize, signature, ...rest } = feed
  const place = (path: string | null): string | null => (path === null ? null : resolve(path))
  const url = new URL(feed.url)
  url.hash = ''
  return {
    ...rest,
    ...(isApproved && { leastPercent: 0, mostPercent: MOST_PERCENT }),
    url: url.href,
    everyMs: durationMs(every),
    timeoutMs: durationMs(timeout),
    maxBytes: sizeBytes(maxSize),
    addresses: feed.addresses.map((text) => checked(parseAddress(text))),
    proxy: feed.proxy === null ? null : checked(parseEndpoint(feed.proxy, null)),
    proxyPasswordFile: place(feed.proxyPasswordFile),
    tokenFile: place(feed.tokenFile),
    caFile: place(feed.caFile),
    signature:
      signature === null ? null : { key: signature.key.trim(), url: signature.url ?? besideUrl(url) },
  }
}

/** How old what is fetched may become unless it is said: three attempts are missed by then. */
export function feedAgeMs({ every }: Feed): number {
  return Math.max(3 * durationMs(every), DAY_MS)
}

/** A feed as it is written, every default in it. */
export function writeFeed(
  { everyMs, timeoutMs, maxBytes, ...feed }: FeedSettings,
  endpoint: (endpoint: NonNullable<FeedSettings['proxy']>) => string,
): Feed {
  return {
    ...feed,
    every: formatDuration(everyMs),
    timeout: formatDuration(timeoutMs),
    maxSize: formatSize(maxBytes),
    addresses: [...feed.addresses],
    proxy: feed.proxy === null ? null : endpoint(feed.proxy),
    signature: feed.signature === null ? null : { ...feed.signature },
  }
}

function besideUrl(url: URL): string {
  const beside = new URL(url)
  beside.pathname += '.minisig'
  return beside.href
}
