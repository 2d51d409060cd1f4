/** Who is behind the clients, and how the program is run and seen: `units`, `store`, `admin`, `metrics`, `log`. */
import { Type, type Static } from 'typebox'
import { parseAddress, parseEndpoint, parseNetwork } from '../address.ts'
import { parseDomain } from '../domain.ts'
import { checked } from '../formats.ts'
import type { Settings, UnitSettings } from '../settings.ts'

export const UnitsSchema = Type.Array(
  Type.Object(
    {
      id: Type.String({ format: 'identifier', description: 'Unique; `parent` of other units refers to it.' }),
      name: Type.String({ description: 'Name of the organisation, as reports print it.', default: '' }),
      networks: Type.Array(Type.String({ format: 'network' }), {
        description: 'Its networks. The longest prefix decides to whom a client belongs.',
        default: [],
      }),
      parent: Type.Union([Type.Null(), Type.String({ format: 'identifier' })], {
        description: 'Id of the unit it belongs to.',
        default: null,
      }),
      contact: Type.String({ description: 'Who cleans a machine there: name, telephone.', default: '' }),
      wan: Type.Array(Type.String({ format: 'network' }), {
        description:
          'Public addresses or networks it is seen under from outside: what botnet lists name. See `identity.botnetList`.',
        default: [],
      }),
      code: Type.String({
        description: 'Its official code (mã định danh), as lists and document exchange name it.',
        default: '',
      }),
    },
    { additionalProperties: false },
  ),
  { description: 'Organisations: departments, wards, schools.', default: [], maxItems: 10_000 },
)

export const UnitsFileSchema = Type.Union([Type.Null(), Type.String({ format: 'path' })], {
  description:
    'CSV file with more units, from a spreadsheet: columns id, name, networks, parent, contact, wan, code (or mã, tên đơn vị, dải mạng, đơn vị cấp trên, liên hệ, ip công khai, mã định danh); several networks in a cell with a space or `;` between. Its mistakes are those of the configuration, with their line.',
  default: null,
})

export const StoreSchema = Type.Object(
  {
    path: Type.String({
      format: 'path',
      description: 'Directory of the database, the packed lists and the socket `admin.sock`.',
      default: 'data',
    }),
  },
  { description: 'Where hits and cases are kept.', additionalProperties: false },
)

const AdminListen = Type.Union([Type.Literal('off'), Type.String({ format: 'http' })], {
  description:
    'Address of the admin API and pages, or `off`; the socket in the data directory always stays. Beyond loopback it should have `tls`.',
  default: '127.0.0.1:8053',
})

export const AdminSchema = Type.Object(
  {
    listen: AdminListen,
    hosts: Type.Array(Type.String({ format: 'host' }), {
      description: 'Host names under which the API may be called, beside its address.',
      default: [],
    }),
    tokenFile: Type.Union([Type.Null(), Type.String({ format: 'path' })], {
      description:
        'File whose first line is a token that may do everything. The environment variable THANHLOC_ADMIN_TOKEN stands above it. Accounts and tokens with roles and an end are made by `thanhloc user` and `thanhloc token`.',
      default: null,
    }),
    tls: Type.Union(
      [
        Type.Null(),
        Type.Object(
          {
            certificate: Type.String({
              format: 'path',
              description: 'File of the certificate and those between it and the root, PEM.',
            }),
            key: Type.String({
              format: 'path',
              description: 'File of its private key, PEM without password.',
            }),
          },
          { additionalProperties: false },
        ),
      ],
      {
        description:
          'TLS (1.2 or later) at `listen`. The files are read again when they change; a pair that cannot be used leaves the one before in place.',
        default: null,
      },
    ),
  },
  { description: 'The admin API.', additionalProperties: false },
)

export const MetricsSchema = Type.Object(
  {
    listen: Type.Union([Type.Null(), Type.String({ format: 'http' })], {
      description: 'An address of its own for /metrics, so that Prometheus need not reach the admin API.',
      default: null,
    }),
  },
  {
    description: 'Metrics for Prometheus; always at /metrics of the admin API.',
    additionalProperties: false,
  },
)

export const LogSchema = Type.Object(
  {
    level: Type.Enum(['debug', 'info', 'warn', 'error'], {
      description: 'The least important lines that are written.',
      default: 'info',
    }),
  },
  { description: 'The log: JSON lines on standard output.', additionalProperties: false },
)

/** Normalises `units`. */
export function readUnits(units: Static<typeof UnitsSchema>): UnitSettings[] {
  return units.map((unit) => ({
    ...unit,
    networks: unit.networks.map((text) => checked(parseNetwork(text))),
    wan: unit.wan.map((text) => checked(parseNetwork(text))),
  }))
}

/** Normalises `store`. */
export function readStore(
  store: Static<typeof StoreSchema>,
  resolve: (path: string) => string,
): Settings['store'] {
  return { path: resolve(store.path) }
}

/** Normalises `admin`. */
export function readAdmin(
  admin: Static<typeof AdminSchema>,
  resolve: (path: string) => string,
): Settings['admin'] {
  return {
    listen: admin.listen === 'off' ? null : checked(parseEndpoint(admin.listen, null)),
    hosts: admin.hosts.map(readHost),
    tokenFile: admin.tokenFile === null ? null : resolve(admin.tokenFile),
    tls:
      admin.tls === null
        ? null
        : { certificate: resolve(admin.tls.certificate), key: resolve(admin.tls.key) },
  }
}

/** Normalises `metrics`. */
export function readMetrics(metrics: Static<typeof MetricsSchema>): Settings['metrics'] {
  return { listen: metrics.listen === null ? null : checked(parseEndpoint(metrics.listen, null)) }
}

function readHost(text: string): string {
  const address = parseAddress(text)
  return 'value' in address ? address.value : checked(parseDomain(text))
}
