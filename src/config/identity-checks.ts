/** What no single key of `units` and `identity` shows: networks, codes and files that stand in two places. */
import { parseNetwork } from './address.ts'
import type { Checks } from './checks.ts'
import { checked } from './formats.ts'

/** Adds to `problems` whatever contradicts itself. */
export function checkIdentity(checks: Checks): void {
  checkNetworks(checks, 'networks', 'the network')
  checkNetworks(checks, 'wan', 'the public network')
  checkCodes(checks)
  checkLeases(checks)
}

/** Each network belongs to one unit, and stands there once. */
function checkNetworks({ config, problems, placeOf }: Checks, key: 'networks' | 'wan', called: string): void {
  const owners = new Map<string, string>()
  for (const [index, unit] of config.units.entries()) {
    for (const [position, text] of unit[key].entries()) {
      const network = checked(parseNetwork(text))
      const owner = owners.get(network)
      if (owner !== undefined) {
        const said = owner === unit.id ? 'stands here twice' : `belongs to unit ${owner} already`
        problems.add(
          placeOf(['units', index, key, position]),
          `unit ${unit.id}: ${called} ${network} ${said}`,
        )
      }
      owners.set(network, unit.id)
    }
  }
}

function checkCodes({ config, problems, placeOf }: Checks): void {
  const owners = new Map<string, string>()
  for (const [index, { id, code }] of config.units.entries()) {
    if (code === '') continue
    const owner = owners.get(code)
    if (owner !== undefined) {
      problems.add(
        placeOf(['units', index, 'code']),
        `unit ${id}: the code ${code} belongs to unit ${owner} already`,
      )
    }
    owners.set(code, id)
  }
}

function checkLeases({ config, problems, placeOf }: Checks): void {
  const seen = new Set<string>()
  for (const [index, { path }] of config.identity.leases.entries()) {
    if (seen.has(path)) {
      problems.add(
        placeOf(['identity', 'leases', index, 'path']),
        `identity.leases: ${path} stands here twice`,
      )
    }
    seen.add(path)
  }
}
