/**
 * The enforced set as others read it: a response policy zone and a configuration of dnsmasq for resolvers, names for
 * filters, networks for firewalls (plain, nftables, RouterOS). What a format cannot say is left out and counted in its
 * last line: half a rule could block what nobody listed.
 */
import { isIPv4 } from 'node:net'
import { addressText } from '../net/address.ts'
import type { Enforced, EnforcedEntry, EnforcedPart } from '../policy/enforced.ts'
import type { LocalData, PackedRecord } from '../policy/rule-table.ts'
import { Type } from '../wire/constants.ts'
import { recordWords } from './formats/record-words.ts'

export const ENFORCED_FORMATS = ['rpz', 'domains', 'dnsmasq', 'addresses', 'nftables', 'mikrotik'] as const
export type EnforcedFormat = (typeof ENFORCED_FORMATS)[number]

export interface EnforcedHead {
  /** Seconds since 1970: of a zone the serial. */
  readonly seconds: number
  /** Addresses of the sinkhole. */
  readonly sinkhole: { readonly ipv4: string; readonly ipv6: string }
}

/** Writes one format. */
export interface EnforcedWriter {
  /** All it can speak of. */
  readonly part: EnforcedPart
  /** It can say that a part is let through. Otherwise what has such a part is left out. */
  readonly tellsExceptions: boolean
  /** It is read as a zone, in which a name ends the wildcards above it. */
  readonly isZone?: true
  head(head: EnforcedHead): string
  /** Empty: it comes with a later one, or with the foot. null: the format cannot say it. undefined: it has no need to. */
  entry(entry: EnforcedEntry, head: EnforcedHead): string | null | undefined
  /** `told` entries were written, `left` could not be. */
  foot(told: number, left: number): string
}

const TTL_SECONDS = 60
const comment =
  (mark: string) =>
  (told: number, left: number): string =>
    `${mark} ${told} entries${left === 0 ? '' : `, ${left} that cannot be told in this format`}; end\n`

const rpz: EnforcedWriter = {
  part: 'all',
  tellsExceptions: true,
  isZone: true,
  head: ({ seconds }) =>
    `$TTL ${TTL_SECONDS}\n@ SOA thanhloc.invalid. nobody.invalid. ${seconds} 300 60 604800 ${TTL_SECONDS}\n@ NS thanhloc.invalid.\n`,
  entry({ text, isAddress, self, below }, head) {
    const owner = isAddress ? `${triggerAddress(text)}.rpz-ip` : ownerOf(text)
    if (owner === null) return null
    const itself = self === null ? '' : zoneRecords(owner, self, head)
    return itself + (below === null ? '' : zoneRecords(`*.${owner}`, below, head))
  },
  foot: comment(';'),
}

/** Room for the name of the zone it is put in, and for `*.`. */
const MOST_OWNER = 190
/** A wildcard inside, or what reads as a trigger of another kind, would mean something else. */
const NO_OWNER = /(?:^|\.)\*(?:\.|$)|(?:^|\.)rpz-[^.]*$/

/** A name in its zone; null: it cannot be said there. One that breaks the file would let all others through. */
function ownerOf(text: string): string | null {
  if (text.length > MOST_OWNER || NO_OWNER.test(text)) return null
  return text.replaceAll(/["$();@]/g, '\\$&')
}

/** Name servers that check names load no zone with addresses for others (RFC 952, RFC 1123 §2.1). */
const HOST_NAME = /^(?:\*\.)?(?!-)[\da-z-]+(?<!-)(?:\.(?!-)[\da-z-]+(?<!-))*$/

const ZONE_ANSWERS: Readonly<Partial<Record<Enforced['action'], string>>> = {
  nxdomain: '.',
  // A zone cannot say it; that it does not exist is what comes nearest.
  refused: '.',
  nodata: '*.',
  drop: 'rpz-drop.',
  'tcp-only': 'rpz-tcp-only.',
  pass: 'rpz-passthru.',
}

function zoneRecords(owner: string, { action, data }: Enforced, { sinkhole }: EnforcedHead): string {
  const answer = ZONE_ANSWERS[action]
  if (answer !== undefined) return `${owner} CNAME ${answer}\n`
  if (data !== null) return localRecords(owner, data)
  if (!HOST_NAME.test(owner)) return `${owner} CNAME .\n`
  return `${owner} A ${sinkhole.ipv4}\n${owner} AAAA ${sinkhole.ipv6}\n`
}

/** What a zone gives; nothing rather than a part of it where a server would not load that. */
function localRecords(owner: string, data: LocalData): string {
  const isFit = HOST_NAME.test(owner) || data.every(({ type }) => !HOST_TYPES.has(type))
  return isFit ? data.map((record) => `${owner} ${localRecord(record)}\n`).join('') : `${owner} CNAME .\n`
}

/** Of hosts, whose owners are checked. */
const HOST_TYPES: ReadonlySet<number> = new Set([Type.A, Type.AAAA, Type.MX])

/** TTL, type and data of a zone's own record. */
function localRecord({ type, ttlSeconds, rdata }: PackedRecord): string {
  const ttl = ttlSeconds === null ? '' : `${ttlSeconds} `
  return ttl + recordWords(type, rdata)
}

/** As response policy zones spell a network: see rpz-address. */
function triggerAddress(text: string): string {
  const [address = '', length] = text.split('/')
  if (isIPv4(address)) return `${length ?? 32}.${address.split('.').toReversed().join('.')}`
  const [head = '', tail] = address.split('::')
  const words = (part: string): string[] => part.split(':').filter((word) => word !== '')
  const all = tail === undefined ? words(head) : [...words(head), 'zz', ...words(tail)]
  return `${length ?? 128}.${all.toReversed().join('.')}`
}

/** Blocked with all names under it: what a name alone means to a filter differs from one to the next. */
const isWhole = ({ self, below }: EnforcedEntry): boolean => isBlock(self) && isBlock(below)
const isBlock = (enforced: Enforced | null): boolean => enforced !== null && !isLetThrough(enforced)
/** By TCP a TCP-only name is answered: who cannot say so must not block it. */
const isLetThrough = ({ action }: Enforced): boolean => action === 'pass' || action === 'tcp-only'
/** Whether a part of it is let through, as far as others than response policy zones can say. */
export const hasException = ({ self, below }: EnforcedEntry): boolean =>
  (self !== null && isLetThrough(self)) || (below !== null && isLetThrough(below))
/** Nothing of it is blocked here: there is nothing to tell, and nothing is missing. */
const isPass = ({ self, below }: EnforcedEntry): boolean =>
  [self, below].every((enforced) => enforced === null || enforced.action === 'pass')
/** A name that is plain in every configuration file. */
const PLAIN = /^[\da-z_-]+(?:\.[\da-z_-]+)+$/

const domains: EnforcedWriter = {
  part: 'names',
  tellsExceptions: false,
  head: () => '# each with all names under it\n',
  entry(entry) {
    if (isPass(entry)) return undefined
    return isWhole(entry) && PLAIN.test(entry.text) ? `${entry.text}\n` : null
  },
  foot: comment('#'),
}

/** The addresses that a zone gives the name and all names under it; null: it gives none, or other records too. */
function ownAddresses({ self, below }: EnforcedEntry): string[] | null {
  const records = self!.data
  if (records === null || records !== below!.data || records.some(({ type }) => !ADDRESS_TYPES.has(type)))
    return null
  return records.map(({ type, rdata }) => (type === Type.A ? rdata.join('.') : addressText(rdata)))
}

const ADDRESS_TYPES: ReadonlySet<number> = new Set([Type.A, Type.AAAA])

const dnsmasq: EnforcedWriter = {
  part: 'names',
  tellsExceptions: true,
  head: () => '',
  entry(entry, { sinkhole }) {
    const { text } = entry
    if (!PLAIN.test(text)) return null
    // `#`: ask the usual servers, though a name above is blocked.
    if (hasException(entry)) return `server=/${text}/#\n`
    if (!isWhole(entry)) return null
    if (entry.self!.action !== 'sinkhole') return `address=/${text}/\n`
    const addresses = ownAddresses(entry) ?? [sinkhole.ipv4, sinkhole.ipv6]
    return addresses.map((address) => `address=/${text}/${address}\n`).join('')
  },
  foot: comment('#'),
}

/** `line` tells one network, `foot` what is left to tell behind the last. */
const networks = (
  head: string,
  line: (network: string) => string,
  foot: EnforcedWriter['foot'],
): EnforcedWriter => ({
  part: 'networks',
  tellsExceptions: false,
  head: () => head,
  entry(entry) {
    if (isPass(entry)) return undefined
    return isBlock(entry.self) ? line(entry.text) : null
  },
  foot,
})

const isIpv4Text = (network: string): boolean => isIPv4(network.split('/')[0]!)

const addresses = networks('', (network) => `${network}\n`, comment('#'))

/** RouterOS stops at a line it does not know, as one of IPv6 where that is not installed: all others stand before them. */
function mikrotik(): EnforcedWriter {
  const list = (family: 'ip' | 'ipv6'): string => `/${family} firewall address-list`
  const remove = (family: 'ip' | 'ipv6'): string => `${list(family)} remove [find list=thanhloc]\n`
  const waiting = [remove('ipv6')]
  const line = (network: string): string => {
    const isIpv4 = isIpv4Text(network)
    const text = `${list(isIpv4 ? 'ip' : 'ipv6')} add list=thanhloc address=${network}\n`
    if (isIpv4) return text
    waiting.push(text)
    return ''
  }
  return networks(remove('ip'), line, (...counts) => waiting.join('') + comment('#')(...counts))
}

/** Elements `nft` takes at once: one by one it takes minutes for a hundred thousand. */
const NFT_ELEMENTS = 1000

/** Sets of the documented table: the rules that use them are the firewall's own. */
function nftables(): EnforcedWriter {
  const head = ['4', '6'].map((family) => `add table inet thanhloc\nadd set inet thanhloc bad${family} { type ipv${family}_addr; flags interval; auto-merge; }\nflush set inet thanhloc bad${family}\n`).join('') // prettier-ignore
  const waiting = { '4': [] as string[], '6': [] as string[] }
  const told = (family: '4' | '6'): string => {
    const elements = waiting[family].splice(0)
    return elements.length === 0
      ? ''
      : `add element inet thanhloc bad${family} {\n${elements.join(',\n')}\n}\n`
  }
  const line = (network: string): string => {
    const family = isIpv4Text(network) ? '4' : '6'
    return waiting[family].push(network) < NFT_ELEMENTS ? '' : told(family)
  }
  return networks(head, line, (...counts) => told('4') + told('6') + comment('#')(...counts))
}

/** Makes the writer of one file. */
export const ENFORCED_WRITERS: Readonly<Record<EnforcedFormat, () => EnforcedWriter>> = {
  rpz: () => rpz,
  domains: () => domains,
  dnsmasq: () => dnsmasq,
  addresses: () => addresses,
  nftables,
  mikrotik,
}

/** What is said of it over HTTP. */
export const ENFORCED_TYPE = 'text/plain; charset=utf-8'
