/**
 * What no single value shows: things that refer to each other or exclude each other. Messages name the valid choices.
 * Takes the configuration as written, because each complaint needs the place of what was written.
 */
import { isIPv4, isIPv6 } from 'node:net'
import { formatEndpoint, isWildcard, parseEndpoint } from './address.ts'
import { checkAlerts } from './alert-checks.ts'
import type { Checks } from './checks.ts'
import { choices } from './choices.ts'
import { parseDomain } from './domain.ts'
import { checked } from './formats.ts'
import { checkGroups } from './group-checks.ts'
import { checkIdentity } from './identity-checks.ts'
import { parseHeld } from './keeping.ts'
import { checkSources } from './list-checks.ts'
import { checkNodes } from './node-checks.ts'
import { checkNotice } from './notice-checks.ts'
import { checkPrimaries } from './primary-checks.ts'
import type { Path } from './problems.ts'
import type { Endpoint } from './settings.ts'

/** Adds to `problems` whatever does not fit together in `config`. */
export function checkReferences(checks: Checks): void {
  checkListen(checks)
  checkIds(checks, 'lists')
  checkIds(checks, 'campaigns')
  checkIds(checks, 'units')
  checkSources(checks)
  checkPrimaries(checks)
  checkCampaigns(checks)
  checkUnits(checks)
  checkGroups(checks)
  checkForward(checks)
  checkUpstreams(checks)
  checkRecords(checks)
  checkAlerts(checks)
  checkIdentity(checks)
  checkHolds(checks)
  checkNodes(checks)
  checkNotice(checks)
}

function checkListen({ config, problems, placeOf }: Checks): void {
  const seen: Endpoint[] = []
  for (const { key, text, path } of listening(config)) {
    const endpoint = checked(parseEndpoint(text, 53))
    const other =
      endpoint.port === 0
        ? undefined
        : seen.find((earlier) => covers(earlier, endpoint) || covers(endpoint, earlier))
    if (other !== undefined) {
      const why =
        other.address === endpoint.address
          ? 'stands here twice'
          : `is already covered by ${formatEndpoint(other)}`
      const said =
        covers(endpoint, other) && other.address !== endpoint.address
          ? `covers ${formatEndpoint(other)} above`
          : why
      problems.add(placeOf(path), `${key}: ${formatEndpoint(endpoint)} ${said}: leave one of them out`)
    }
    seen.push(endpoint)
  }
}

/** Every address that is listened on, and where it stands. */
function listening({
  listen,
  bypass,
  notice,
}: Checks['config']): { readonly key: string; readonly text: string; readonly path: Path }[] {
  // prettier-ignore
  return [
    ...listen.map((text, index) => ({ key: 'listen', text, path: ['listen', index] })),
    ...bypass.listen.map((text, index) => ({ key: 'bypass.listen', text, path: ['bypass', 'listen', index] })),
    ...(['http', 'tls', 'tcp'] as const).flatMap((kind) =>
      notice[kind].map((text, index) => ({ key: `notice.${kind}`, text, path: ['notice', kind, index] }))),
    ...(notice.tproxy === null ? [] : [{ key: 'notice.tproxy', text: notice.tproxy, path: ['notice', 'tproxy'] }]),
  ]
}

function checkIds({ config, problems, placeOf }: Checks, section: 'lists' | 'campaigns' | 'units'): void {
  const seen = new Set<string>()
  for (const [index, { id }] of config[section].entries()) {
    if (seen.has(id))
      problems.add(
        placeOf([section, index, 'id']),
        `${section}: the id ${id} is taken; give this one another`,
      )
    seen.add(id)
  }
}

function checkCampaigns({ config, problems, placeOf }: Checks): void {
  const ids = config.campaigns.map((campaign) => campaign.id)
  for (const [index, list] of config.lists.entries()) {
    if (list.campaign === null || ids.includes(list.campaign)) continue
    problems.add(
      placeOf(['lists', index, 'campaign']),
      `list ${list.id}: there is no campaign ${list.campaign}${choices(list.campaign, ids, 'campaigns')}`,
    )
  }
  for (const [index, { id, from, until }] of config.lists.entries()) {
    if (from === null || until === null || from <= until) continue
    problems.add(placeOf(['lists', index, 'until']), `list ${id} ends ${until}, before it begins (${from})`)
  }
  for (const [index, { id, from, to }] of config.campaigns.entries()) {
    if (from === null || to === null || from <= to) continue
    problems.add(placeOf(['campaigns', index, 'to']), `campaign ${id} ends ${to}, before it begins (${from})`)
  }
}

function checkUnits({ config, problems, placeOf }: Checks): void {
  const parents = new Map(config.units.map((unit) => [unit.id, unit.parent]))
  for (const [index, unit] of config.units.entries()) {
    if (unit.parent !== null && !parents.has(unit.parent)) {
      const hint = choices(
        unit.parent,
        [...parents.keys()].filter((id) => id !== unit.id),
        'units',
      )
      problems.add(
        placeOf(['units', index, 'parent']),
        `unit ${unit.id}: there is no unit ${unit.parent}${hint}`,
      )
    }
    const circle = circleFrom(unit.id, parents)
    // Said once, at the unit that comes first in the circle.
    if (
      circle !== null &&
      circle.every((id) => config.units.findIndex((other) => other.id === id) >= index)
    ) {
      const way = [...circle, unit.id].join(' → ')
      problems.add(
        placeOf(['units', index, 'parent']),
        `unit ${unit.id} is its own parent: ${way}; one of these parents is wrong`,
      )
    }
  }
}

/** The ids on the way from `id` back to itself, or null. */
function circleFrom(id: string, parents: ReadonlyMap<string, string | null>): string[] | null {
  const way: string[] = []
  for (
    let at: string | null | undefined = id;
    at != null && way.length <= parents.size;
    at = parents.get(at)
  ) {
    if (at === id && way.length > 0) return way
    if (way.includes(at)) return null
    way.push(at)
  }
  return null
}

function checkForward(checks: Checks): void {
  const { config, problems, placeOf } = checks
  const seen = new Set<string>()
  for (const [index, entry] of config.forward.entries()) {
    for (const [position, text] of entry.zones.entries()) {
      const zone = checked(parseDomain(text))
      if (seen.has(zone)) {
        problems.add(
          placeOf(['forward', index, 'zones', position]),
          `forward: the zone ${zone} stands here twice`,
        )
      }
      seen.add(zone)
    }
    checkServers(checks, entry.servers, ['forward', index, 'servers'])
  }
}

function checkUpstreams(checks: Checks): void {
  checkServers(checks, checks.config.upstreams.servers, ['upstreams', 'servers'])
}

function checkServers({ config, problems, placeOf }: Checks, servers: readonly string[], path: Path): void {
  const own = listening(config).map(({ text }) => checked(parseEndpoint(text, 53)))
  const seen = new Set<string>()
  for (const [index, text] of servers.entries()) {
    const server = checked(parseEndpoint(text, 53))
    const spelled = formatEndpoint(server)
    if (seen.has(spelled)) problems.add(placeOf([...path, index]), `${spelled} stands here twice`)
    if (own.some((endpoint) => endpoint.address === server.address && endpoint.port === server.port)) {
      problems.add(
        placeOf([...path, index]),
        `${spelled} is this resolver itself: queries would go round in a loop`,
      )
    }
    seen.add(spelled)
  }
}

function checkRecords({ config, problems, placeOf }: Checks): void {
  const seen = new Set<string>()
  for (const [text, value] of Object.entries(config.records)) {
    const name = checked(parseDomain(text))
    const place = placeOf(['records', text])
    if (seen.has(name)) problems.add(place, `records: ${name} stands here twice; give it a list of addresses`)
    seen.add(name)
    if (typeof value === 'string' || Array.isArray(value)) continue
    const others = value.address.length + value.txt.length + (value.ptr === null ? 0 : 1)
    if (value.cname !== null && others > 0) {
      // RFC 1034 §3.6.2: an alias has no other data.
      problems.add(place, `records: ${name} is an alias (cname), and nothing else may stand beside it`)
    }
    if (value.cname === null && others === 0) {
      problems.add(place, `records: ${name} says nothing: give it an address, cname, ptr or txt`)
    }
  }
}

function checkHolds({ config, problems, placeOf }: Checks): void {
  for (const [index, { document, what }] of config.keep.holds.entries()) {
    if (document.trim() === '') {
      problems.add(
        placeOf(['keep', 'holds', index, 'document']),
        `keep.holds: the document of the hold on ${what} says nothing: give its number`,
      )
    }
    const { scope, target } = checked(parseHeld(what))
    if (scope === 'all' || scope === 'client') continue
    const ids = config[scope === 'unit' ? 'units' : 'campaigns'].map(({ id }) => id)
    if (ids.includes(target)) continue
    problems.add(
      placeOf(['keep', 'holds', index, 'what']),
      `keep.holds: there is no ${scope} ${target}${choices(target, ids, `${scope}s`)}`,
    )
  }
}

function covers(wide: Endpoint, narrow: Endpoint): boolean {
  if (wide.port !== narrow.port) return false
  if (wide.address === narrow.address) return true
  return (
    isWildcard(wide.address) &&
    isIPv4(wide.address) === isIPv4(narrow.address) &&
    isIPv4(wide.address) !== isIPv6(narrow.address)
  )
}
