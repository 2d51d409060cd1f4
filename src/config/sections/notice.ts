/** The page people see and the sinkhole that bots talk to: `notice`. */
import { Type, type Static } from 'typebox'
import { formatEndpoint, parseEndpoint } from '../address.ts'
import { checked } from '../formats.ts'
import type { Endpoint, NoticeServiceSettings } from '../settings.ts'

/** A connection's first bytes: what tells the protocol stands well within. */
const MAX_FIRST_BYTES = 4096

function endpoints(description: string) {
  return Type.Array(Type.String({ format: 'http' }), { description, default: [], maxItems: 64 })
}

export const NoticeSchema = Type.Object(
  {
    http: endpoints(
      'Where every address of a web page is answered with the notice: port 80 of the sinkhole address. None here, below and in `tproxy`: no notice service.',
    ),
    tls: endpoints(
      'Where the name a TLS connection asks for is noted and the connection refused, without a certificate: port 443 of the sinkhole address.',
    ),
    tcp: endpoints(
      'Other ports of the sinkhole address, whose first bytes are noted: mail, proxies, what the malware of a campaign is known to use. HTTP and TLS are recognised there too.',
    ),
    tproxy: Type.Union([Type.Null(), Type.String({ format: 'http' })], {
      description:
        'Where the firewall brings connections to all other ports of the sinkhole address (TPROXY). It needs the right CAP_NET_RAW; see [the notice service](notice.md#every-port).',
      default: null,
    }),
    socket: Type.String({
      format: 'path',
      description:
        'Socket by which the service speaks with the server. Its directory is made by the service manager and belongs to both; it is not the data directory, which the service may not enter.',
      default: '/run/thanhloc/notice.sock',
    }),
    firstBytes: Type.Integer({
      description:
        'First bytes of a connection that are looked at and hashed where it is neither HTTP nor TLS.',
      default: 512,
      minimum: 64,
      maximum: MAX_FIRST_BYTES,
    }),
    organisation: Type.String({
      description: 'Who speaks, at the head of the page: the name of the agency.',
      default: '',
      maxLength: 200,
    }),
    contact: Type.String({
      description:
        'Whom to call, where the network of the visitor belongs to no unit or its unit names nobody: name, telephone.',
      default: '',
      maxLength: 300,
    }),
  },
  {
    description:
      'What answers at the sinkhole address: a page that explains, and a record of every connection. It is done by a process of its own, `thanhloc notice`; see [the notice service](notice.md).',
    additionalProperties: false,
  },
)

/** Normalises `notice`; `resolve` makes a path absolute. */
export function readNotice(
  notice: Static<typeof NoticeSchema>,
  resolve: (path: string) => string,
): NoticeServiceSettings {
  return {
    ...notice,
    http: notice.http.map(readEndpoint),
    tls: notice.tls.map(readEndpoint),
    tcp: notice.tcp.map(readEndpoint),
    tproxy: notice.tproxy === null ? null : readEndpoint(notice.tproxy),
    socket: resolve(notice.socket),
  }
}

/** The section that says the same, every key written out. */
export function writeNotice(notice: NoticeServiceSettings): Static<typeof NoticeSchema> {
  return {
    ...notice,
    http: notice.http.map(formatEndpoint),
    tls: notice.tls.map(formatEndpoint),
    tcp: notice.tcp.map(formatEndpoint),
    tproxy: notice.tproxy === null ? null : formatEndpoint(notice.tproxy),
  }
}

function readEndpoint(text: string): Endpoint {
  return checked(parseEndpoint(text, null))
}
