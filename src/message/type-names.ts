/** Record types by name, as people write them; others as RFC 3597 §5 says (`TYPE65280`). */

const TYPES: Readonly<Record<string, number>> = {
  A: 1, NS: 2, CNAME: 5, SOA: 6, PTR: 12, HINFO: 13, MX: 15, TXT: 16, RP: 17, AFSDB: 18, SIG: 24, KEY: 25, AAAA: 28,
  LOC: 29, SRV: 33, NAPTR: 35, CERT: 37, DNAME: 39, OPT: 41, DS: 43, SSHFP: 44, IPSECKEY: 45, RRSIG: 46, NSEC: 47,
  DNSKEY: 48, NSEC3: 50, NSEC3PARAM: 51, TLSA: 52, SMIMEA: 53, CDS: 59, CDNSKEY: 60, OPENPGPKEY: 61, CSYNC: 62,
  ZONEMD: 63, SVCB: 64, HTTPS: 65, SPF: 99, TSIG: 250, IXFR: 251, AXFR: 252, ANY: 255, URI: 256, CAA: 257,
} // prettier-ignore

const NAMES = new Map(Object.entries(TYPES).map(([name, code]) => [code, name]))

const CLASSES = new Map([[1, 'IN'], [3, 'CH'], [4, 'HS'], [254, 'NONE'], [255, 'ANY']]) // prettier-ignore

/** `AAAA`, or `TYPE65280`. */
export function typeName(code: number): string {
  return NAMES.get(code) ?? `TYPE${code}`
}

/** The number of `aaaa` or `TYPE65280`; null for no type. */
export function typeCode(text: string): number | null {
  const upper = text.toUpperCase()
  if (Object.hasOwn(TYPES, upper)) return TYPES[upper]!
  const match = /^TYPE(\d{1,5})$/.exec(upper)
  return match !== null && Number(match[1]) <= 0xffff ? Number(match[1]) : null
}

/** `IN`, or `CLASS7`. */
export function className(code: number): string {
  return CLASSES.get(code) ?? `CLASS${code}`
}

/** For "did you mean". */
export const TYPE_NAMES: readonly string[] = Object.keys(TYPES)
