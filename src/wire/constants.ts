/**
 * Numbers that are on the wire (IANA "Domain Name System Parameters"): those the resolver itself acts on. Every other
 * value passes through untouched as the number it is.
 */

/** Octets of the header (RFC 1035 §4.1.1). */
export const HEADER_BYTES = 12

/** The largest message: its length has 16 bits over TCP (RFC 1035 §4.2.2). */
export const MAX_MESSAGE_BYTES = 65_535

/** What fits a UDP datagram without EDNS (RFC 1035 §4.2.1). */
export const MIN_UDP_PAYLOAD = 512

/** What we advertise and the most we send over UDP: fits the IPv6 minimum MTU, so it is never fragmented. */
export const MAX_UDP_PAYLOAD = 1232

/** Record and query types. */
export const Type = {
  A: 1,
  NS: 2,
  MD: 3,
  MF: 4,
  CNAME: 5,
  SOA: 6,
  MB: 7,
  MG: 8,
  MR: 9,
  PTR: 12,
  HINFO: 13,
  MINFO: 14,
  MX: 15,
  TXT: 16,
  RP: 17,
  AFSDB: 18,
  RT: 21,
  SIG: 24,
  PX: 26,
  AAAA: 28,
  NXT: 30,
  SRV: 33,
  NAPTR: 35,
  KX: 36,
  DNAME: 39,
  OPT: 41,
  DS: 43,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  SVCB: 64,
  HTTPS: 65,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
} as const

/** Record and query classes. */
export const Class = { IN: 1, CH: 3, HS: 4, NONE: 254, ANY: 255 } as const

/** Kinds of message; only QUERY is implemented. */
export const Opcode = { Query: 0, IQuery: 1, Status: 2, Notify: 4, Update: 5, Dso: 6 } as const

/** Response codes; those above 15 need an OPT record (RFC 6891 §6.1.3). */
export const Rcode = {
  NoError: 0,
  FormErr: 1,
  ServFail: 2,
  NxDomain: 3,
  NotImp: 4,
  Refused: 5,
  BadVers: 16,
  BadCookie: 23,
} as const

/** Header bits, as they stand in the 16-bit flags word. */
export const Flag = {
  QR: 0x8000,
  AA: 0x0400,
  TC: 0x0200,
  RD: 0x0100,
  RA: 0x0080,
  AD: 0x0020,
  CD: 0x0010,
} as const

/** Extended DNS Errors (RFC 8914 §4). */
export const Ede = {
  Other: 0,
  StaleAnswer: 3,
  ForgedAnswer: 4,
  DnssecIndeterminate: 5,
  DnssecBogus: 6,
  CachedError: 13,
  NotReady: 14,
  Blocked: 15,
  Censored: 16,
  Filtered: 17,
  Prohibited: 18,
  StaleNxDomainAnswer: 19,
  NotAuthoritative: 20,
  NotSupported: 21,
  NoReachableAuthority: 22,
  NetworkError: 23,
  InvalidData: 24,
} as const

/** EDNS options we read or write; all others are ignored (RFC 8906 §3.2). */
export const EdnsOption = {
  Nsid: 3,
  ClientSubnet: 8,
  ExtendedError: 15,
  /** `--add-mac` of dnsmasq (EDNS0_OPTION_MAC), and its forms as text (EDNS0_OPTION_NOMDEVICEID). */
  Mac: 65_001,
  DeviceId: 65_073,
} as const

/** SvcParamKeys that carry addresses (RFC 9460 §7.3). */
export const SvcParam = { Ipv4Hint: 4, Ipv6Hint: 6 } as const
