/** What no single key of `nodes` shows: that nothing secret leaves unencrypted unasked, and that each is another server. */
import { hostOf, isThisMachine } from '../net/address.ts'
import { parseEndpoint } from './address.ts'
import type { Checks } from './checks.ts'
import { checked } from './formats.ts'
import type { Config } from './schema.ts'

type Node = Config['nodes'][number]

/** Adds to `problems` what does not fit together in `nodes`. */
export function checkNodes(checks: Checks): void {
  const { config, problems, placeOf } = checks
  const ids = new Set<string>()
  const places = new Map<string, string>()
  for (const [index, node] of config.nodes.entries()) {
    const say = (key: string, message: string): void =>
      problems.add(placeOf(['nodes', index, key]), `node ${node.id}: ${message}`)
    if (ids.has(node.id)) say('id', 'the id is taken; give this one another')
    ids.add(node.id)
    const wrong = problemOf(node)
    if (wrong !== null) {
      say('url', wrong)
      continue
    }
    const { origin } = new URL(node.url)
    const other = places.get(origin)
    if (other !== undefined) say('url', `${origin} is node ${other} already: leave one of them out`)
    places.set(origin, node.id)
    if (isOwn(origin, config.admin.listen))
      say('url', `${origin} is this server itself (admin.listen): name the other one`)
  }
}

/** What is wrong with the URL of `node`, or null. */
function problemOf({ url, allowHttp }: Node): string | null {
  const parsed = URL.parse(url)
  if (parsed === null || !/^https?:$/.test(parsed.protocol))
    return '`url` is not one of https: write https://10.0.0.6:8053'
  if (parsed.username !== '' || parsed.password !== '')
    return '`url` holds a user or a password: a secret does not belong in the configuration; use `tokenFile`'
  if (parsed.pathname !== '/' || parsed.search !== '' || parsed.hash !== '')
    return `\`url\` goes on behind the port, and what is asked for is added to it: write ${parsed.origin}`
  if (parsed.port === '0') return '`url` has port 0: no server answers there'
  if (parsed.protocol === 'http:' && !allowHttp && !isThisMachine(hostOf(parsed)))
    return '`url` is plain http, which shows the token and every hit to whoever is on the way: use https (`admin.tls` there), or say `allowHttp: true`'
  return null
}

function isOwn(origin: string, listen: string): boolean {
  if (listen === 'off') return false
  const { address, port } = checked(parseEndpoint(listen, null))
  const url = new URL(origin)
  const own = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
  return port === own && hostOf(url) === address
}
