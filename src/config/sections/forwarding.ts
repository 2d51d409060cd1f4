/** Where clean names go: `upstreams`, `forward`, `cache`. */
import { Type, type Static } from 'typebox'
import { parseEndpoint } from '../address.ts'
import { parseDomain } from '../domain.ts'
import { checked, durationMs, sizeBytes } from '../formats.ts'
import type { ForwardSettings, Settings } from '../settings.ts'

const Servers = Type.String({ format: 'server' })

export const UpstreamsSchema = Type.Object(
  {
    servers: Type.Array(Servers, {
      description:
        'Resolvers that clean names are forwarded to, port 53 unless given. None: those of the file in `resolvConf`, without our own addresses. Never a public resolver that nobody chose.',
      default: [],
      maxItems: 32,
    }),
    strategy: Type.Enum(['fastest', 'ordered'], {
      description:
        '`fastest`: the quickest by measurement, the others probed now and then. `ordered`: the first that works.',
      default: 'fastest',
    }),
    resolvConf: Type.String({
      format: 'path',
      description: 'The file that names the upstreams when `servers` is empty.',
      default: '/etc/resolv.conf',
    }),
  },
  { description: 'The resolvers behind this one.', additionalProperties: false },
)

export const ForwardSchema = Type.Array(
  Type.Object(
    {
      zones: Type.Array(Type.String({ format: 'domain' }), {
        description: 'Zones, each with all that is under it: an Active Directory domain, reverse zones.',
        minItems: 1,
      }),
      servers: Type.Array(Servers, {
        description: 'Servers for these zones alone; names in them are never asked elsewhere.',
        minItems: 1,
        maxItems: 32,
      }),
    },
    { additionalProperties: false },
  ),
  {
    description:
      'Zones with servers of their own. The longest zone decides. Their answers are not screened by address.',
    default: [],
  },
)

export const CacheSchema = Type.Object(
  {
    size: Type.String({
      format: 'size',
      description: 'Memory for answers, in each resolver thread. The least recently used go first.',
      default: '64MB',
      atLeast: '1MB',
      atMost: '16GB',
    }),
    stale: Type.String({
      format: 'time-span',
      description:
        'How long after its end an answer may still be given when no upstream answers (RFC 8767); 0s: never.',
      default: '1d',
      atMost: '7d',
    }),
    staleTtl: Type.String({
      format: 'time-span',
      description: 'TTL of such answers.',
      default: '30s',
      atLeast: '1s',
      atMost: '1h',
    }),
    maxTtl: Type.String({
      format: 'time-span',
      description: 'Longest time an answer is kept, whatever its TTL.',
      default: '1d',
      atLeast: '1s',
      atMost: '7d',
    }),
    maxNegativeTtl: Type.String({
      format: 'time-span',
      description: 'The same for "no such name" and "no such record" (RFC 2308).',
      default: '1h',
      atLeast: '1s',
      atMost: '1d',
    }),
  },
  { description: 'Answers kept in memory.', additionalProperties: false },
)

/** Normalises `upstreams`; `resolve` makes a path absolute. */
export function readUpstreams(
  upstreams: Static<typeof UpstreamsSchema>,
  resolve: (path: string) => string,
): Settings['upstreams'] {
  return {
    servers: upstreams.servers.map((text) => checked(parseEndpoint(text, 53))),
    strategy: upstreams.strategy,
    resolvConf: resolve(upstreams.resolvConf),
  }
}

/** Normalises `forward`. */
export function readForward(forward: Static<typeof ForwardSchema>): ForwardSettings[] {
  return forward.map((entry) => ({
    zones: entry.zones.map((text) => checked(parseDomain(text))),
    servers: entry.servers.map((text) => checked(parseEndpoint(text, 53))),
  }))
}

/** Normalises `cache`. */
export function readCache(cache: Static<typeof CacheSchema>): Settings['cache'] {
  return {
    maxBytes: sizeBytes(cache.size),
    staleMs: durationMs(cache.stale),
    staleTtlSeconds: durationMs(cache.staleTtl) / 1000,
    maxTtlSeconds: durationMs(cache.maxTtl) / 1000,
    maxNegativeTtlSeconds: durationMs(cache.maxNegativeTtl) / 1000,
  }
}
