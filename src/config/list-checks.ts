/** What no single key of a list shows: where its file comes from, and that what is fetched comes as it was published. */
import { isIP } from 'node:net'
import { hostOf, isThisMachine } from '../net/address.ts'
import type { Checks } from './checks.ts'
import type { Feed } from './sections/feeds.ts'

/** Bytes of a minisign public key: algorithm, key id, key. */
const KEY_BYTES = 42

/** Adds to `problems` what does not fit together in where lists come from. */
export function checkSources({ config, problems, placeOf }: Checks): void {
  for (const [index, { id, path, feed, approved, primary }] of config.lists.entries()) {
    if (path === null && feed === null && primary === null && !approved)
      problems.add(
        placeOf(['lists', index]),
        `list ${id}: name where it comes from: a file in \`path\`, a \`feed\` or a \`primary\`; or say \`approved: true\` for what is approved of imports`,
      )
    if (approved && (path !== null || primary !== null))
      problems.add(
        placeOf(['lists', index, 'approved']),
        `list ${id}: it holds what is approved of imports: leave \`path\` and \`primary\` out, or \`approved\``,
      )
    if (path !== null && feed !== null)
      problems.add(
        placeOf(['lists', index, 'feed']),
        `list ${id}: it comes from a file (\`path\`) or from a \`feed\`: leave one of them out`,
      )
    if (feed === null) continue
    for (const [key, problem] of feedProblems(feed))
      problems.add(placeOf(['lists', index, 'feed', key]), `list ${id}: ${problem}`)
  }
}

function* feedProblems(feed: Feed): Generator<readonly [key: keyof Feed, problem: string]> {
  const { signature, proxy, proxyPasswordFile, addresses, tokenFile } = feed
  const url = URL.parse(feed.url)
  const wrong = urlProblem(feed.url, feed)
  if (wrong !== null) yield ['url', `\`url\` ${wrong}`]
  const sha256 = feed.sha256 === null ? null : urlProblem(feed.sha256, feed)
  if (sha256 !== null) yield ['sha256', `\`sha256\` ${sha256}`]
  if (signature !== null) {
    const key = Buffer.from(signature.key, 'base64')
    if (key.length !== KEY_BYTES || key.toString('latin1', 0, 2) !== 'Ed')
      yield ['signature', '`signature.key` is no public key of minisign: one line of 56 characters, RW…']
    const place = signature.url === null ? null : urlProblem(signature.url, feed)
    if (place !== null) yield ['signature', `\`signature.url\` ${place}`]
  }
  if (proxyPasswordFile !== null && proxy === null)
    yield ['proxyPasswordFile', '`proxyPasswordFile` is for a `proxy`, and none is named']
  if (addresses.length > 0 && proxy !== null)
    yield ['addresses', 'with a `proxy` it is the proxy that connects: leave `addresses` out']
  if (addresses.length > 0 && url !== null && isIP(hostOf(url)) !== 0)
    yield ['addresses', '`url` holds an address already: leave `addresses` out']
  if (tokenFile !== null && url?.protocol === 'http:' && !isThisMachine(hostOf(url)) && !feed.allowHttp)
    yield ['tokenFile', '`url` is plain http, which shows the token to whoever is on the way: use https']
}

function urlProblem(text: string, { signature, allowHttp }: Feed): string | null {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol))
    return 'is not one of https: write https://host/list.txt'
  if (url.username !== '' || url.password !== '')
    return 'holds a user or a password: a secret does not belong in the configuration; use `tokenFile`'
  if (url.port === '0') return 'has port 0: no server answers there'
  if (url.protocol === 'https:' || allowHttp || signature !== null || isThisMachine(hostOf(url))) return null
  return 'is plain http, which whoever is on the way may change: use https, a `signature`, or say `allowHttp: true`'
}
