/** Who is told of new cases and of troubles, and how: `alerts`. */
import { Type, type Static, type TSchema } from 'typebox'
import { parseAddress } from '../address.ts'
import { parseDomain } from '../domain.ts'
import { formatDuration } from '../duration.ts'
import { checked, durationMs } from '../formats.ts'
import type { AlertChannelSettings, AlertKind, Settings } from '../settings.ts'

const ALERT_KINDS = [
  'case-new',
  'case-reinfected',
  'priority-unit-hit',
  'list-stale',
  'list-failed',
  'upstreams-down',
  'store-trouble',
  'node-away',
] as const satisfies readonly AlertKind[]

/** In the order of their numbers, RFC 5424 §6.2.1. */
const FACILITIES = [
  'kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron', 'authpriv', 'ftp', 'ntp', 'audit',
  'alert', 'clock', 'local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7',
] as const // prettier-ignore

const Text = Type.String({ maxLength: 2048 })
const Path = Type.String({ format: 'path' })

/** A key that belongs to some types of channel only, or that may be left out. */
function orNone<T extends TSchema>(inner: T, description: string) {
  return Type.Union([Type.Null(), inner], { description, default: null })
}

const ChannelSchema = Type.Object(
  {
    id: Type.String({ format: 'identifier', description: 'Unique; appears in metrics, logs and `status`.' }),
    type: Type.Enum(['webhook', 'email', 'syslog'], {
      description:
        '`webhook`: JSON by HTTP POST. `email`: SMTP. `syslog`: RFC 5424 with a CEF body, for a SIEM.',
    }),
    on: Type.Array(Type.Enum([...ALERT_KINDS]), {
      description: 'What is sent here.',
      default: [...ALERT_KINDS],
      minItems: 1,
      maxItems: 20,
    }),
    detail: Type.Enum(['counts', 'full'], {
      description:
        '`counts`: kind, time, unit, campaign, document, case numbers and how many. `full`: also the machine (name, address) and the name it asked for, for receivers who may know.',
      default: 'counts',
    }),
    minInterval: Type.String({
      format: 'time-span',
      description:
        'Between two messages of one kind about the same machine, list or server. What comes meanwhile is counted in the next.',
      default: '1h',
      atLeast: '0s',
      atMost: '7d',
    }),
    perHour: Type.Integer({
      description: 'Most messages an hour, a tenth of them at once. Beyond it one message tells of many.',
      default: 60,
      minimum: 1,
      maximum: 36_000,
    }),
    timeout: Type.String({
      format: 'time-span',
      description: 'For one attempt. One that fails is repeated for three days.',
      default: '30s',
      atLeast: '1s',
      atMost: '5m',
    }),
    address: orNone(
      Type.String({ format: 'address' }),
      'Connect to this address instead of resolving the host name; certificates are checked for the name. Best given: a resolver that needs itself to say that it is in trouble may not be able to.',
    ),
    caFile: orNone(
      Path,
      "Certificates (PEM) to trust instead of the system's, for a certification authority of your own.",
    ),
    url: orNone(
      Text,
      '`webhook`: where to. https; http only to a loopback or private address. No user or password in it.',
    ),
    secretFile: orNone(
      Path,
      '`webhook`: file whose first line is the key of the signature (HMAC-SHA-256). None: not signed.',
    ),
    host: orNone(Type.String({ format: 'host' }), '`email`, `syslog`: the server, by name or address.'),
    port: orNone(
      Type.Integer({ minimum: 1, maximum: 65535 }),
      '`email`, `syslog`: its port. None: 587 with `starttls`, 465 with `tls`, 25 with `none`; syslog 514, 6514 with `tls`.',
    ),
    security: orNone(
      Type.Enum(['starttls', 'tls', 'none']),
      '`email`: `starttls` (when none is given) begins plain and goes on only encrypted, `tls` is encrypted from the start, `none` is for a server on this machine or network.',
    ),
    from: orNone(Text, '`email`: the sender, `thanhloc@so.tinh.example`.'),
    to: Type.Array(Type.String({ maxLength: 254 }), {
      description: '`email`: the recipients.',
      default: [],
      maxItems: 50,
    }),
    username: orNone(Text, '`email`: whom to log in as. None: no log-in.'),
    passwordFile: orNone(Path, '`email`: file whose first line is the password.'),
    transport: orNone(
      Type.Enum(['udp', 'tcp', 'tls']),
      '`syslog`: `udp` (when none is given; nobody learns of a datagram that is lost), `tcp` (RFC 6587, octets counted) or `tls` (RFC 5425).',
    ),
    facility: orNone(Type.Enum([...FACILITIES]), '`syslog`: the facility; none: `local0`.'),
  },
  { additionalProperties: false },
)

export const AlertsSchema = Type.Object(
  {
    channels: Type.Array(ChannelSchema, {
      description: 'Where alerts are sent. Nothing leaves this machine unless it is listed here.',
      default: [],
      maxItems: 20,
    }),
  },
  { description: 'Telling people and programs, see [alerts](alerts.md).', additionalProperties: false },
)

type ChannelConfig = Static<typeof ChannelSchema>

/** Normalises `alerts`, which `checkAlerts` has passed; `resolve` makes a path absolute. */
export function readAlerts(
  alerts: Static<typeof AlertsSchema>,
  resolve: (path: string) => string,
): Settings['alerts'] {
  return { channels: alerts.channels.map((channel) => readChannel(channel, resolve)) }
}

function readChannel(channel: ChannelConfig, resolve: (path: string) => string): AlertChannelSettings {
  const file = (path: string | null): string | null => (path === null ? null : resolve(path))
  const shared = {
    id: channel.id,
    on: ALERT_KINDS.filter((kind) => channel.on.includes(kind)),
    detail: channel.detail,
    minIntervalMs: durationMs(channel.minInterval),
    perHour: channel.perHour,
    timeoutMs: durationMs(channel.timeout),
    address: channel.address === null ? null : checked(parseAddress(channel.address)),
    caFile: file(channel.caFile),
  }
  switch (channel.type) {
    case 'webhook':
      return {
        ...shared,
        type: 'webhook',
        url: new URL(channel.url!).href,
        secretFile: file(channel.secretFile),
      }
    case 'email': {
      const security = channel.security ?? 'starttls'
      return {
        ...shared,
        type: 'email',
        host: readHost(channel.host!),
        port: channel.port ?? { starttls: 587, tls: 465, none: 25 }[security],
        security,
        from: channel.from!,
        to: channel.to,
        username: channel.username,
        passwordFile: file(channel.passwordFile),
      }
    }
    case 'syslog': {
      const transport = channel.transport ?? 'udp'
      return {
        ...shared,
        type: 'syslog',
        host: readHost(channel.host!),
        port: channel.port ?? (transport === 'tls' ? 6514 : 514),
        transport,
        facility: FACILITIES.indexOf(channel.facility ?? 'local0'),
      }
    }
  }
}

/** `alerts` as it is written, every default in it. */
export function writeAlerts(alerts: Settings['alerts']): Static<typeof AlertsSchema> {
  return { channels: alerts.channels.map(writeChannel) }
}

function writeChannel(channel: AlertChannelSettings): ChannelConfig {
  const { type, on, minIntervalMs, timeoutMs } = channel
  const foreign = {
    url: null,
    secretFile: null,
    host: null,
    port: null,
    security: null,
    from: null,
    to: [],
    username: null,
    passwordFile: null,
    transport: null,
    facility: null,
  }
  const shared = {
    ...foreign,
    id: channel.id,
    on: [...on],
    detail: channel.detail,
    minInterval: formatDuration(minIntervalMs),
    perHour: channel.perHour,
    timeout: formatDuration(timeoutMs),
    address: channel.address,
    caFile: channel.caFile,
  }
  switch (type) {
    case 'webhook':
      return { ...shared, type, url: channel.url, secretFile: channel.secretFile }
    case 'email': {
      const { host, port, security, from, to, username, passwordFile } = channel
      return { ...shared, type, host, port, security, from, to: [...to], username, passwordFile }
    }
    case 'syslog': {
      const { host, port, transport, facility } = channel
      return { ...shared, type, host, port, transport, facility: FACILITIES[facility]! }
    }
  }
}

function readHost(text: string): string {
  const address = parseAddress(text)
  return 'value' in address ? address.value : checked(parseDomain(text))
}
