/**
 * Names of servers that lists are fetched from. They are asked of the configured upstreams, or of the forward zone they
 * are in: this resolver must not need itself, and a list that blocks its own publisher would never be renewed.
 */
import { Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Endpoint, Settings } from '../config/settings.ts'
import { FeedError } from './feed-error.ts'

export type ResolveSettings = Pick<Settings, 'upstreams' | 'forward' | 'records'>

const TRY_MS = 2000
const TRIES = 2
/** Tried one after the other. */
const MAX_ADDRESSES = 4

/** Addresses of `host`, IPv4 first. Rejects with FeedError. */
export async function resolveHost(
  host: string,
  settings: ResolveSettings,
  signal: AbortSignal,
): Promise<string[]> {
  if (isIP(host) !== 0) return [host]
  const name = host.toLowerCase().replace(/\.$/, '')
  // RFC 6761 §6.3: nobody is asked.
  if (name === 'localhost') return ['127.0.0.1', '::1']
  const own = settings.records.find((record) => record.name === name)
  if (own !== undefined && own.a.length + own.aaaa.length > 0) return [...own.a, ...own.aaaa]
  const servers = serversFor(name, settings)
  if (servers.length === 0)
    throw new FeedError('failed', `nobody can be asked for the address of ${name}`, 'name `upstreams`, or `addresses` of this feed') // prettier-ignore
  const resolver = new Resolver({ timeout: TRY_MS, tries: TRIES })
  resolver.setServers(servers.map(({ address, port }) => (isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`))) // prettier-ignore
  signal.addEventListener('abort', () => resolver.cancel(), { once: true })
  const answers = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)])
  const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
  if (addresses.length > 0) return addresses.slice(0, MAX_ADDRESSES)
  const failure = answers.find((answer) => answer.status === 'rejected')
  throw new FeedError(
    'failed',
    `the upstreams do not tell the address of ${name}`,
    'see `upstreams` in `thanhloc status --full`; `addresses` of this feed makes it independent of them',
    { cause: failure?.reason },
  )
}

/** Those of the longest forward zone that holds `name`, else the general ones. */
export function serversFor(name: string, { upstreams, forward }: ResolveSettings): readonly Endpoint[] {
  let longest = -1
  let servers = upstreams.servers
  for (const entry of forward)
    for (const zone of entry.zones) {
      if (zone.length <= longest || (name !== zone && !name.endsWith(`.${zone}`))) continue
      longest = zone.length
      servers = entry.servers
    }
  return servers
}
