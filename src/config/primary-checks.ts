/** What no single key shows of lists that come from a primary name server. */
import { formatEndpoint, parseEndpoint } from './address.ts'
import type { Checks } from './checks.ts'
import { parseDomain } from './domain.ts'
import { checked } from './formats.ts'
import type { Config } from './schema.ts'

/** Adds to `problems` what does not fit together in `primary` of lists. */
export function checkPrimaries({ config, problems, placeOf }: Checks): void {
  const own = [...config.listen, ...config.bypass.listen].map((text) => checked(parseEndpoint(text, 53)))
  const zones = new Map<string, string>()
  for (const [index, list] of config.lists.entries()) {
    const { id, primary } = list
    if (primary === null) continue
    const say = (key: string, message: string): void =>
      problems.add(placeOf(['lists', index, key]), `list ${id}: ${message}`)
    const other = otherSource(list)
    if (other !== null)
      say('primary', `it comes from a \`primary\` or by \`${other}\`: leave one of them out`)
    if (list.format !== 'auto' && list.format !== 'rpz')
      say('format', `what comes from a \`primary\` is a response policy zone: leave \`format\` out`)
    const server = checked(parseEndpoint(primary.server, 53))
    if (own.some(({ address, port }) => address === server.address && port === server.port))
      say('primary', `${formatEndpoint(server)} is this resolver itself: name the primary of the zone`)
    const key = `${formatEndpoint(server)} ${checked(parseDomain(primary.zone))}`
    const first = zones.get(key)
    if (first !== undefined) say('primary', `list ${first} is that zone already: leave one of them out`)
    zones.set(key, first ?? id)
  }
}

function otherSource({ path, feed, approved }: Config['lists'][number]): string | null {
  if (path !== null) return 'path'
  if (feed !== null) return 'feed'
  return approved ? 'approved' : null
}
