/** What no single key of `units` and `identity` shows: public addresses, codes and files that stand in two places. */
import { parseNetwork } from './address.ts'
import { checked } from './formats.ts'
import type { Path, Place, Problems } from './problems.ts'
import type { Config } from './schema.ts'

interface Checks {
  readonly config: Config
  readonly problems: Problems
  readonly placeOf: (path: Path) => Place
}

/** Adds to `problems` whatever contradicts itself. */
export function checkIdentity(checks: Checks): void {
  checkWan(checks)
  checkCodes(checks)
  checkLeases(checks)
}

function checkWan({ config, problems, placeOf }: Checks): void {
  const owners = new Map<string, string>()
  for (const [index, unit] of config.units.entries()) {
    for (const [position, text] of unit.wan.entries()) {
      const network = checked(parseNetwork(text))
      const owner = owners.get(network)
      if (owner !== undefined) {
        const said = owner === unit.id ? 'stands here twice' : `belongs to unit ${owner} already`
        problems.add(
          placeOf(['units', index, 'wan', position]),
          `unit ${unit.id}: the public network ${network} ${said}`,
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
