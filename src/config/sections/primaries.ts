/** The name server a list comes from as a zone: `primary` of a list. */
import { Type, type Static } from 'typebox'
import { parseEndpoint } from '../address.ts'
import { parseDomain } from '../domain.ts'
import { checked, sizeBytes } from '../formats.ts'
import type { PrimarySettings } from '../settings.ts'
import { formatSize } from '../size.ts'

const TsigSchema = Type.Object(
  {
    name: Type.String({ format: 'domain', description: 'Name of the key, the same on both sides.' }),
    algorithm: Type.Enum(['hmac-sha256', 'hmac-sha384', 'hmac-sha512'], {
      description: 'How it signs.',
      default: 'hmac-sha256',
    }),
    secretFile: Type.String({
      format: 'path',
      description:
        'File that holds the secret: in Base64 in its first line, or as `tsig-keygen` writes it. It is read at every use.',
    }),
  },
  { additionalProperties: false },
)

const PrimaryObject = Type.Object(
  {
    server: Type.String({
      format: 'server',
      description: 'Address of the primary name server; port 53 unless given. It is asked by TCP.',
    }),
    zone: Type.String({ format: 'domain', description: 'The response policy zone there.' }),
    tsig: Type.Union([Type.Null(), TsigSchema], {
      description:
        'Key (TSIG) that both sides sign with. None: the zone is taken from whoever answers at that address.',
      default: null,
    }),
    maxSize: Type.String({
      format: 'size',
      description: 'The largest the zone may be, as it comes and as it is written down.',
      default: '256MB',
      atLeast: '1KB',
      atMost: '1GB',
    }),
  },
  { additionalProperties: false },
)

/** As written, defaults filled in. */
export type Primary = Static<typeof PrimaryObject>

export const PrimarySchema = Type.Union([Type.Null(), PrimaryObject], {
  description:
    'Name server from which the list is transferred as a zone (AXFR, IXFR, NOTIFY), instead of `path`; see [zones from a primary](zone-transfer.md).',
  default: null,
})

/** Normalises a primary; `resolve` makes a path absolute. */
export function readPrimary(
  { server, zone, tsig, maxSize }: Primary,
  resolve: (path: string) => string,
): PrimarySettings {
  return {
    server: checked(parseEndpoint(server, 53)),
    zone: checked(parseDomain(zone)),
    tsig:
      tsig === null
        ? null
        : { ...tsig, name: checked(parseDomain(tsig.name)), secretFile: resolve(tsig.secretFile) },
    maxBytes: sizeBytes(maxSize),
  }
}

/** A primary as it is written, every default in it. */
export function writePrimary(
  { server, maxBytes, ...primary }: PrimarySettings,
  endpoint: (endpoint: PrimarySettings['server']) => string,
): Primary {
  return { ...primary, server: endpoint(server), maxSize: formatSize(maxBytes) }
}
