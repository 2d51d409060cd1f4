/** The formats by name. */
import type { Format } from '../entry.ts'
import { adblock } from './adblock.ts'
import { addresses } from './addresses.ts'
import type { NamedFormat } from './detect.ts'
import { dnsmasq } from './dnsmasq.ts'
import { domains } from './domains.ts'
import { hosts } from './hosts.ts'
import { rpz } from './rpz.ts'
import { unbound } from './unbound.ts'
import { wildcard } from './wildcard.ts'

export const FORMATS: Readonly<Record<NamedFormat, Format>> = {
  domains, hosts, adblock, dnsmasq, unbound, wildcard, rpz, addresses,
} // prettier-ignore
