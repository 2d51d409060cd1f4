/** The configuration a new installation begins with: the sample, with what this machine is put in its place. */
import { formatEndpoint } from '../config/address.ts'
import { parseSettings } from '../config/load.ts'
import type { Endpoint } from '../config/settings.ts'
import type { Places } from './places.ts'
import { Refusal } from './refusal.ts'

/** Where systemd-resolved writes the servers it was given, which /etc/resolv.conf hides behind 127.0.0.53. */
export const RESOLVED_SERVERS = '/run/systemd/resolve/resolv.conf'
const STUB = /^nameserver\s+127\.0\.0\.5[34]\s*$/m

export interface FirstConfiguration {
  readonly listen: readonly Endpoint[]
  /** Resolvers for clean names; none: those of `resolvConf`. */
  readonly upstreams: readonly Endpoint[]
  /** The file that names them; null: /etc/resolv.conf. */
  readonly resolvConf: string | null
}

const HEAD = `# yaml-language-server: $schema=/usr/lib/thanhloc/current/docs/config.schema.json
#
# Thanh Lọc: cấu hình của máy chủ này. Sửa xong: thanhloc check, rồi systemctl reload thanhloc
# The configuration of this server; an upgrade leaves it alone. After a change: thanhloc check, then
# systemctl reload thanhloc. All keys: /usr/lib/thanhloc/current/docs/configuration.md`

/**
 * The text of the file. Throws Refusal where it cannot be used, which `sample` (config/thanhloc.yaml) alone never
 * causes: a test holds that.
 */
export function firstConfiguration(sample: string, own: FirstConfiguration, places: Places): string {
  const quoted = (endpoints: readonly Endpoint[]): string =>
    `[${endpoints.map((endpoint) => `'${formatEndpoint(endpoint)}'`).join(', ')}]`
  const resolvConf = own.resolvConf === null ? '' : `\n  resolvConf: ${own.resolvConf}`
  const text = [
    [/^#[^]*?(?=\n\n)/, HEAD],
    [/^listen: .*$/m, `listen: ${quoted(own.listen)}`],
    [/^ {2}servers: \[\]$/m, `  servers: ${quoted(own.upstreams)}${resolvConf}`],
    [/^ {2}path: data$/m, `  path: ${places.data}`],
    [/\bbin\/thanhloc\b/g, 'thanhloc'],
  ].reduce((before, [what, by]) => replaced(before, what as RegExp, by as string), sample)
  const read = parseSettings(text, { file: places.configFile })
  if ('errors' in read) throw new Refusal(read.errors)
  return text
}

/** The file that names the machine's upstreams, from what its /etc/resolv.conf says; null: that one. */
export function resolvConfOf(text: string): string | null {
  return STUB.test(text) ? RESOLVED_SERVERS : null
}

function replaced(text: string, what: RegExp, by: string): string {
  if (!new RegExp(what.source, what.flags.replace('g', '')).test(text))
    throw new Error(`the sample configuration has no ${what.source}`)
  return text.replace(what, () => by)
}
