/** Clients under a policy of their own: `groups`. */
import { Type, type Static } from 'typebox'
import { MAX_GROUPS } from '../../policy/meta.ts'
import { parseNetwork } from '../address.ts'
import { checked } from '../formats.ts'
import type { GroupSettings, UnitSettings } from '../settings.ts'
import { parentsOf, unitPath } from '../unit-path.ts'
import { withoutNetworks } from '../without-networks.ts'

const Identifier = { format: 'identifier' }

export const GroupsSchema = Type.Array(
  Type.Object(
    {
      id: Type.String({ ...Identifier, description: 'Unique.' }),
      networks: Type.Array(Type.String({ format: 'network' }), {
        description: 'Who belongs to it. Of networks of several groups the longest decides.',
        default: [],
        maxItems: 1000,
      }),
      units: Type.Array(Type.String(Identifier), {
        description:
          'Units whose networks belong to it, with all units under them. A network of a unit of no group that lies inside stays out.',
        default: [],
        maxItems: 1000,
      }),
      lists: Type.Record(
        Type.String(Identifier),
        Type.Enum(['sinkhole', 'nxdomain', 'nodata', 'refused', 'drop', 'log', 'off']),
        {
          description:
            'By id, what a list does for them instead of its own action; `off`: nothing, it is not even recorded.',
          default: {},
          keyFormat: 'identifier',
        },
      ),
    },
    { additionalProperties: false },
  ),
  {
    description:
      'Clients for whom single lists do something else: a list that only logs for most and blocks for a trial group, or one that blocks for all but one unit.',
    default: [],
    maxItems: MAX_GROUPS,
  },
)

/** Normalises `groups`; the networks of units are filled in. */
export function readGroups(
  groups: Static<typeof GroupsSchema>,
  units: readonly UnitSettings[],
): GroupSettings[] {
  const parents = parentsOf(units)
  const named = new Set(groups.flatMap((group) => group.units))
  // The nearest that any group names decides, so that a unit may have another group than the one it is under.
  const nearest = ({ id }: UnitSettings): string | undefined => unitPath(id, parents).find((one) => named.has(one)) // prettier-ignore
  // A unit of no group may have a network inside that of another; who is there belongs to it all the same.
  const apart = units.filter((unit) => nearest(unit) === undefined).flatMap((unit) => unit.networks)
  return groups.map(({ id, networks, units: ids, lists }) => {
    const own = networks.map((text) => checked(parseNetwork(text)))
    const ofUnits = units.filter((unit) => ids.includes(nearest(unit) ?? ''))
    return {
      id,
      networks: own,
      units: ids,
      lists,
      clients: [
        ...own,
        ...ofUnits.flatMap((unit) => unit.networks.flatMap((network) => lessInside(network, apart))),
      ],
    }
  })
}

/** `network` less those of `others` that are longer: of networks around it nothing is taken. */
function lessInside(network: string, others: readonly string[]): string[] {
  const length = (text: string): number => Number(text.split('/')[1])
  return withoutNetworks(
    network,
    others.filter((other) => length(other) > length(network)),
  )
}

/** As they were written. */
export function writeGroups(groups: readonly GroupSettings[]): Static<typeof GroupsSchema> {
  return groups.map(({ id, networks, units, lists }) => ({ id, networks: [...networks], units: [...units], lists: { ...lists } })) // prettier-ignore
}
