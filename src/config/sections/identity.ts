/** Who had an address when, and whose it is to the outside: `identity`. */
import { Type, type Static } from 'typebox'
import { formatEndpoint, parseEndpoint, parseNetwork } from '../address.ts'
import { formatDuration } from '../duration.ts'
import { checked, durationMs } from '../formats.ts'
import type { IdentitySettings } from '../settings.ts'

const LeasesSchema = Type.Array(
  Type.Object(
    {
      path: Type.String({
        format: 'path',
        description:
          'File of the DHCP server, or an export of it. It is watched; a file that is gone or cut off for a moment ends nothing.',
      }),
      format: Type.Enum(['auto', 'dnsmasq', 'isc', 'kea', 'windows-csv', 'mikrotik'], {
        description:
          'How the file is written. `dnsmasq`: its lease file. `isc`: dhcpd.leases, dhcpd6.leases. `kea`: the memfile, with the files its clean-up leaves beside it. `windows-csv`: `Get-DhcpServerv4Lease | Export-Csv`. `mikrotik`: `/ip dhcp-server lease export`, `print detail` or `print terse`. `auto` looks at the content.',
        default: 'auto',
      }),
    },
    { additionalProperties: false },
  ),
  { description: 'Leases: which machine had which address.', default: [], maxItems: 100 },
)

export const IdentitySchema = Type.Object(
  {
    leases: LeasesSchema,
    neighbours: Type.Object(
      {
        enabled: Type.Boolean({
          description:
            "Whether the kernel's neighbour table is read (`ip -json neigh`, Linux): the MAC addresses of machines on the server's own networks, by which the changing IPv6 addresses of one machine meet.",
          default: true,
        }),
        interval: Type.String({
          format: 'time-span',
          description: 'How often.',
          default: '60s',
          atLeast: '5s',
          atMost: '1h',
        }),
      },
      { description: "The kernel's neighbour table.", additionalProperties: false },
    ),
    register: Type.Union([Type.Null(), Type.String({ format: 'path' })], {
      description:
        'Register of machines: CSV (name, MAC, address, department, person in charge, place; the header may be Vietnamese) or, with a name in `.yaml`, a list of the same keys. It stands above all other sources.',
      default: null,
    }),
    reverse: Type.Object(
      {
        enabled: Type.Boolean({
          description:
            'Whether names of clients are looked up at the DNS server of the organisation itself, and nowhere else.',
          default: false,
        }),
        servers: Type.Array(Type.String({ format: 'server' }), {
          description:
            'Whom to ask. None: the server of the entry in `forward` whose zone holds the reverse name (10.in-addr.arpa); an address without one is not looked up.',
          default: [],
          maxItems: 8,
        }),
      },
      { description: 'Names from the DNS server of the organisation itself.', additionalProperties: false },
    ),
    forwarders: Type.Object(
      {
        networks: Type.Array(Type.String({ format: 'network' }), {
          description:
            'Forwarders of your own, each by its address, that name their machines in EDNS options: Client Subnet with the full address (/32, /128), MAC as dnsmasq writes it. Only theirs are believed. Where they name none they are shown as routers. See [operations](operations.md#machines-behind-a-forwarder).',
          default: [],
          maxItems: 1000,
        }),
      },
      { description: 'Forwarders of your own.', additionalProperties: false },
    ),
    routers: Type.Array(Type.String({ format: 'network' }), {
      description:
        'Addresses or networks with many machines behind each: NAT routers, forwarders, proxies. They are shown as such and never counted as one infected machine.',
      default: [],
      maxItems: 1000,
    }),
    botnetList: Type.Union([Type.Null(), Type.String({ format: 'path' })], {
      description:
        "The current list of the organisation's own public addresses that were seen in a botnet (text or CSV). Units whose `wan` is on it are raised in priority.",
      default: null,
    }),
  },
  {
    description:
      'Who a client is: which machine had an address when a name was asked for. Each source says where it knows it from and how sure it is.',
    additionalProperties: false,
  },
)

/** Normalises `identity`; `resolve` makes a path absolute. */
export function readIdentity(
  identity: Static<typeof IdentitySchema>,
  resolve: (path: string) => string,
): IdentitySettings {
  const networks = (texts: readonly string[]): string[] => texts.map((text) => checked(parseNetwork(text)))
  return {
    leases: identity.leases.map(({ path, format }) => ({ path: resolve(path), format })),
    neighbours: {
      enabled: identity.neighbours.enabled,
      intervalMs: durationMs(identity.neighbours.interval),
    },
    register: identity.register === null ? null : resolve(identity.register),
    reverse: {
      enabled: identity.reverse.enabled,
      servers: identity.reverse.servers.map((text) => checked(parseEndpoint(text, 53))),
    },
    forwarders: { networks: networks(identity.forwarders.networks) },
    routers: networks(identity.routers),
    botnetList: identity.botnetList === null ? null : resolve(identity.botnetList),
  }
}

/** The section that says the same, every key written out. */
export function writeIdentity(identity: IdentitySettings): Static<typeof IdentitySchema> {
  return {
    ...identity,
    leases: [...identity.leases],
    neighbours: {
      enabled: identity.neighbours.enabled,
      interval: formatDuration(identity.neighbours.intervalMs),
    },
    reverse: {
      enabled: identity.reverse.enabled,
      servers: identity.reverse.servers.map(formatEndpoint),
    },
    forwarders: { networks: [...identity.forwarders.networks] },
    routers: [...identity.routers],
  }
}
