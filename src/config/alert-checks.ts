/**
 * What no single key of an alert channel shows: which keys its type needs and which mean nothing to it, and that nothing
 * secret or unencrypted leaves the agency's own network.
 */
import { BlockList, isIPv4, isIPv6 } from 'node:net'
import type { Checks } from './checks.ts'
import type { Config } from './schema.ts'

type Channel = Config['alerts']['channels'][number]

const KEYS_OF = {
  webhook: ['url', 'secretFile'],
  email: ['host', 'port', 'security', 'from', 'to', 'username', 'passwordFile'],
  syslog: ['host', 'port', 'transport', 'facility'],
} as const satisfies Record<Channel['type'], readonly (keyof Channel)[]>

const NEEDED = {
  webhook: ['url'],
  email: ['host', 'from', 'to'],
  syslog: ['host'],
} as const satisfies Record<Channel['type'], readonly (keyof Channel)[]>

/** Loopback, private (RFC 1918, RFC 4193) and link-local networks. */
const OWN_NETWORKS = new BlockList()
for (const [network, prefix] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
] as const)
  // prettier-ignore
  OWN_NETWORKS.addSubnet(network, prefix, 'ipv4')
for (const [network, prefix] of [
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  OWN_NETWORKS.addSubnet(network, prefix, 'ipv6')

/** Octets of RFC 5321 §4.1.2 `Dot-string`, and a domain: what can stand in a command without quotes. */
const MAILBOX = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)*$/i

/** Adds to `problems` what does not fit together in `alerts`. */
export function checkAlerts(checks: Checks): void {
  const seen = new Set<string>()
  for (const [index, channel] of checks.config.alerts.channels.entries()) {
    const say = (key: string, message: string): void =>
      checks.problems.add(
        checks.placeOf(['alerts', 'channels', index, key]),
        `alert channel ${channel.id}: ${message}`,
      )
    if (seen.has(channel.id)) say('id', 'the id is taken; give this one another')
    seen.add(channel.id)
    checkKeys(channel, say)
    if (channel.type === 'webhook') checkUrl(channel, say)
    if (channel.type === 'email') checkEmail(channel, say)
  }
}

type Say = (key: string, message: string) => void

function checkKeys(channel: Channel, say: Say): void {
  const own: readonly string[] = KEYS_OF[channel.type]
  for (const key of new Set(Object.values(KEYS_OF).flat())) {
    if (isGiven(channel[key]) && !own.includes(key))
      say(key, `\`${key}\` means nothing to a channel of type ${channel.type}: leave it out`)
  }
  for (const key of NEEDED[channel.type])
    if (!isGiven(channel[key])) say(key, `type ${channel.type} needs \`${key}\``)
}

function isGiven(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== null
}

function checkUrl({ url }: Channel, say: Say): void {
  if (url === null) return
  const parsed = URL.parse(url)
  if (parsed === null || !/^https?:$/.test(parsed.protocol))
    return say('url', '`url` is not one of https: write https://host/path')
  if (parsed.username !== '' || parsed.password !== '')
    say(
      'url',
      '`url` holds a user or a password: a secret does not belong in the configuration; use `secretFile`',
    )
  if (parsed.hash !== '') say('url', '`url` has a part behind #, which no server is sent: leave it out')
  const host = parsed.hostname.replace(/^\[|\]$/g, '')
  if (parsed.protocol === 'http:' && !isOwn(host))
    say(
      'url',
      '`url` is plain http to a host that may be anywhere: use https, or a loopback or private address',
    )
}

function checkEmail({ from, to, host, security, username, passwordFile, address }: Channel, say: Say): void {
  for (const [key, mailbox] of [['from', from], ...to.map((one) => ['to', one] as const)] as const) {
    if (mailbox !== null && !MAILBOX.test(mailbox))
      say(key, `"${mailbox}" is not a mail address of plain letters: write name@host`)
  }
  if ((username === null) !== (passwordFile === null))
    say('username', '`username` and `passwordFile` go together: give both or neither')
  if (username !== null && /\p{Cc}/u.test(username)) say('username', '`username` holds a control character')
  if (security === 'none' && username !== null && !isOwn(address ?? host ?? ''))
    say(
      'security',
      'a password would leave unencrypted: use starttls or tls, or a loopback or private `address`',
    )
}

/** Whether `host` is surely this machine or its own network; a name may be anywhere. */
function isOwn(host: string): boolean {
  if (host === 'localhost') return true
  if (isIPv4(host)) return OWN_NETWORKS.check(host, 'ipv4')
  return isIPv6(host) && OWN_NETWORKS.check(host, 'ipv6')
}
