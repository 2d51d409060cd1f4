/** What does not fit together in `groups`: units and lists that are not there, a network in two groups. */
import { parseNetwork } from './address.ts'
import type { Checks } from './checks.ts'
import { choices } from './choices.ts'
import { checked } from './formats.ts'

export function checkGroups({ config, problems, placeOf }: Checks): void {
  const owners = new Map<string, string>()
  const ownersOfUnits = new Map<string, string>()
  const units = config.units.map(({ id }) => id)
  const lists = config.lists.map(({ id }) => id)
  for (const [index, group] of config.groups.entries()) {
    const add = (path: readonly (string | number)[], what: string): void =>
      problems.add(placeOf(['groups', index, ...path]), `group ${group.id}: ${what}`)
    if (config.groups.findIndex(({ id }) => id === group.id) < index)
      add(['id'], 'the id is taken; give this one another')
    if (group.networks.length === 0 && group.units.length === 0)
      add([], 'it has neither networks nor units, so nobody belongs to it')
    const own = group.networks.map(
      (text, position) => [checked(parseNetwork(text)), ['networks', position]] as const,
    )
    const ofUnits = group.units.flatMap((id, position) => {
      const unit = config.units.find((one) => one.id === id)
      if (unit === undefined) add(['units', position], `there is no unit ${id}${choices(id, units, 'units')}`)
      const owner = ownersOfUnits.get(id)
      if (owner !== undefined && owner !== group.id)
        add(['units', position], `the unit ${id} belongs to group ${owner} already`)
      ownersOfUnits.set(id, group.id)
      return (unit?.networks ?? []).map((text) => [checked(parseNetwork(text)), ['units', position]] as const)
    })
    for (const [network, path] of [...own, ...ofUnits]) {
      const owner = owners.get(network)
      if (owner !== undefined && owner !== group.id)
        add(path, `the network ${network} belongs to group ${owner} already`)
      owners.set(network, group.id)
    }
    for (const id of Object.keys(group.lists))
      if (!lists.includes(id)) add(['lists', id], `there is no list ${id}${choices(id, lists, 'lists')}`)
  }
}
