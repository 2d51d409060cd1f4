/** Where the resolver listens, who may ask, and how many connections: `listen`, `bypass`, `workers`, `datagrams`, `access`, `tcp`. */
import { availableParallelism } from 'node:os'
import { Type, type Static } from 'typebox'
import { parseEndpoint, parseNetwork } from '../address.ts'
import { checked, durationMs } from '../formats.ts'
import { MAX_WORKERS, type Endpoint, type Settings } from '../settings.ts'

export const ListenSchema = Type.Array(Type.String({ format: 'listen' }), {
  description:
    'Addresses on which queries are answered, UDP and TCP. `0.0.0.0:53` and `[::]:53` stand for every address of the machine; answers leave from the address that was asked. Without a port: 53. Port 0 takes a free one (for tests).',
  default: ['127.0.0.1:5354'],
  minItems: 1,
  maxItems: 64,
})

export const BypassSchema = Type.Object(
  {
    listen: Type.Array(Type.String({ format: 'listen' }), {
      description:
        'Addresses and ports to which the firewall redirects queries that machines send to other resolvers (docs/network.md). They are answered like any other, and the machines stand in the metric `thanhloc_bypass_queries_total` and in `GET /api/v1/bypass`. Not among those under `listen`: nobody is told to ask here.',
      default: [],
      maxItems: 64,
    }),
  },
  {
    description: 'Machines that ask other resolvers than the one they were given.',
    additionalProperties: false,
  },
)

export const WorkersSchema = Type.Union(
  [Type.Literal('auto'), Type.Integer({ minimum: 1, maximum: MAX_WORKERS })],
  {
    description:
      'Resolver threads. `auto`: as many as the machine has processors, one on machines of two or fewer.',
    default: 'auto',
  },
)

export const DatagramsSchema = Type.Union(
  [Type.Literal('auto'), Type.Literal('batched'), Type.Literal('portable')],
  {
    description:
      'How UDP is read and written. `batched`: many packets a system call, Linux on x86-64 and arm64. `portable`: one by one, anywhere. `auto`: batched where it works; the line `ready` says which it is.',
    default: 'auto',
  },
)

export const AccessSchema = Type.Object(
  {
    networks: Type.Array(Type.String({ format: 'network' }), {
      description:
        'Networks whose queries are answered; all others get REFUSED. Never open a resolver to the whole Internet: it would be used for attacks.',
      default: [
        '127.0.0.0/8',
        '10.0.0.0/8',
        '172.16.0.0/12',
        '192.168.0.0/16',
        '169.254.0.0/16',
        'fc00::/7',
        'fe80::/10',
        '::1/128',
      ],
    }),
    queriesPerSecond: Type.Integer({
      description:
        'Replies a second for one client address (IPv6: one /64), over all threads; 0: no limit. Beyond it queries still count as hits and only replies are withheld. One address may be a whole site behind NAT: set it where no honest site comes, or exempt the site.',
      default: 2000,
      minimum: 0,
      maximum: 10_000_000,
    }),
    exempt: Type.Array(Type.String({ format: 'network' }), {
      description: 'Networks without a limit of queries: NAT gateways, other resolvers. Loopback always is.',
      default: [],
    }),
  },
  { description: 'Who may ask, and how much.', additionalProperties: false },
)

export const TcpSchema = Type.Object(
  {
    idle: Type.String({
      format: 'time-span',
      description: 'A connection that asks nothing for so long is closed (RFC 7766 §6.2.3).',
      default: '10s',
      atLeast: '1s',
      atMost: '10m',
    }),
    perClient: Type.Integer({
      description: 'Connections of one client address at the same time.',
      default: 64,
      minimum: 1,
      maximum: 100_000,
    }),
    total: Type.Integer({
      description: 'Connections of all clients at the same time, in each resolver thread.',
      default: 2000,
      minimum: 1,
      maximum: 100_000,
    }),
  },
  { description: 'Queries over TCP.', additionalProperties: false },
)

/** Normalises `listen`. */
export function readListen(listen: Static<typeof ListenSchema>): Endpoint[] {
  return listen.map((text) => checked(parseEndpoint(text, 53)))
}

/** The number of threads; `processors` is what the machine has. */
export function readWorkers(
  workers: Static<typeof WorkersSchema>,
  processors: number = availableParallelism(),
): number {
  if (workers !== 'auto') return workers
  return processors <= 2 ? 1 : Math.min(processors, MAX_WORKERS)
}

/** Normalises `access`. */
export function readAccess(access: Static<typeof AccessSchema>): Settings['access'] {
  return {
    networks: access.networks.map((text) => checked(parseNetwork(text))),
    queriesPerSecond: access.queriesPerSecond,
    exempt: access.exempt.map((text) => checked(parseNetwork(text))),
  }
}

/** Normalises `tcp`. */
export function readTcp(tcp: Static<typeof TcpSchema>): Settings['tcp'] {
  return { idleMs: durationMs(tcp.idle), perClient: tcp.perClient, total: tcp.total }
}
