/** What the resolver itself answers: `sinkhole`, `records`, `special`, `server`. */
import { isIPv4 } from 'node:net'
import { Type, type Static } from 'typebox'
import { parseAddress } from '../address.ts'
import { parseDomain } from '../domain.ts'
import { checked, durationMs } from '../formats.ts'
import type { RecordSettings, Settings } from '../settings.ts'

export const SinkholeSchema = Type.Object(
  {
    ipv4: Type.String({
      format: 'ipv4',
      description:
        'Answered for A of a blocked name. An address you own, best with nothing or the notice page on it. `0.0.0.0`: no address at all.',
      default: '0.0.0.0',
    }),
    ipv6: Type.String({
      format: 'ipv6',
      description: 'Answered for AAAA of a blocked name. `::`: no address at all.',
      default: '::',
    }),
    ttl: Type.String({
      format: 'time-span',
      description:
        'TTL of blocked answers; a list can have its own. Short, so that an undone block ends soon.',
      default: '60s',
      atLeast: '0s',
      atMost: '1d',
    }),
  },
  { description: 'What blocked names resolve to.', additionalProperties: false },
)

const Ttl = { format: 'time-span', atLeast: '0s', atMost: '7d' }

const RecordValue = Type.Object(
  {
    address: Type.Array(Type.String({ format: 'address' }), {
      description: 'IPv4 and IPv6 addresses.',
      default: [],
      maxItems: 32,
    }),
    cname: Type.Union([Type.Null(), Type.String({ format: 'domain' })], {
      description:
        'The name this one is an alias of; nothing else may stand beside it. One that is not among the records is asked for and judged as if the client had asked for it.',
      default: null,
    }),
    ptr: Type.Union([Type.Null(), Type.String({ format: 'domain' })], {
      description: 'The name of an address, for names under `in-addr.arpa` and `ip6.arpa`.',
      default: null,
    }),
    txt: Type.Array(Type.String({ maxLength: 255 }), {
      description: 'Texts of at most 255 octets.',
      default: [],
      maxItems: 16,
    }),
    ttl: Type.String({ ...Ttl, description: 'TTL of the record.', default: '5m' }),
  },
  { additionalProperties: false },
)

export const RecordsSchema = Type.Record(
  Type.String({ format: 'domain' }),
  Type.Union([
    Type.Literal('sinkhole'),
    Type.String({ format: 'address' }),
    Type.Array(Type.String({ format: 'address' }), { minItems: 1, maxItems: 32 }),
    RecordValue,
  ]),
  {
    description:
      'Names answered here: `sinkhole` (the sinkhole addresses: the name an officer tests with, never a case), an address, a list of addresses, or `{ address, cname, ptr, txt, ttl }`.',
    default: {},
    keyFormat: 'domain',
  },
)

export const SpecialSchema = Type.Object(
  {
    firefoxCanary: Type.Boolean({
      description:
        'Answer NXDOMAIN for `use-application-dns.net`, so that Firefox does not go round this resolver.',
      default: true,
    }),
    privateRelay: Type.Boolean({
      description:
        'Answer NXDOMAIN for `mask.icloud.com` and `mask-h2.icloud.com`, so that iCloud Private Relay does not go round this resolver.',
      default: true,
    }),
  },
  {
    description: 'Names by which programs ask whether they may go round the resolver.',
    additionalProperties: false,
  },
)

export const ServerSchema = Type.Object(
  {
    id: Type.String({
      description: 'Answer to `id.server` and `hostname.bind` (class CH), and NSID. Empty: refused.',
      default: '',
      maxLength: 63,
    }),
    version: Type.String({
      description: 'Answer to `version.server` and `version.bind` (class CH). Empty: refused.',
      default: '',
      maxLength: 63,
    }),
    nsid: Type.Boolean({
      description: 'Give `id` as NSID (RFC 5001) where a client asks for it.',
      default: false,
    }),
  },
  { description: 'What the server says of itself.', additionalProperties: false },
)

/** Normalises `sinkhole`. */
export function readSinkhole(sinkhole: Static<typeof SinkholeSchema>): Settings['sinkhole'] {
  return {
    ipv4: sinkhole.ipv4,
    ipv6: checked(parseAddress(sinkhole.ipv6)),
    ttlSeconds: durationMs(sinkhole.ttl) / 1000,
  }
}

/** Normalises `records`. */
export function readRecords(records: Static<typeof RecordsSchema>): RecordSettings[] {
  return Object.entries(records).map(([name, value]) => readRecord(checked(parseDomain(name)), value))
}

type RecordConfig = Static<typeof RecordsSchema>[string]

const DEFAULT_TTL_SECONDS = 300

function readRecord(name: string, value: RecordConfig): RecordSettings {
  const plain = {
    name,
    a: [],
    aaaa: [],
    sinkhole: false,
    cname: null,
    ptr: null,
    txt: [],
    ttlSeconds: DEFAULT_TTL_SECONDS,
  }
  if (value === 'sinkhole') return { ...plain, sinkhole: true }
  if (typeof value === 'string') return { ...plain, ...byFamily([value]) }
  if (Array.isArray(value)) return { ...plain, ...byFamily(value) }
  return {
    ...plain,
    ...byFamily(value.address),
    cname: value.cname === null ? null : checked(parseDomain(value.cname)),
    ptr: value.ptr === null ? null : checked(parseDomain(value.ptr)),
    txt: value.txt,
    ttlSeconds: durationMs(value.ttl) / 1000,
  }
}

function byFamily(addresses: readonly string[]): { a: string[]; aaaa: string[] } {
  const spelled = addresses.map((text) => checked(parseAddress(text)))
  return { a: spelled.filter((text) => isIPv4(text)), aaaa: spelled.filter((text) => !isIPv4(text)) }
}
