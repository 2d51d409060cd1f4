/** The records an administrator gives for one name, made ready to be written. */
import type { RecordSettings, Settings } from '../config/settings.ts'
import { parseAddress } from '../net/address.ts'
import { wireName } from '../wire/name.ts'

/** Such a name is ours alone: a type it has no record of is NODATA. */
export interface OwnRecord {
  readonly ttlSeconds: number
  /** 4 octets each. */
  readonly a: readonly Uint8Array[]
  /** 16 octets each. */
  readonly aaaa: readonly Uint8Array[]
  /** Wire form. Where there is a CNAME, it is all there is (RFC 1034 §3.6.2). */
  readonly cname: Uint8Array | null
  /** Wire form. */
  readonly ptr: Uint8Array | null
  readonly txt: readonly string[]
}

/** Throws a RangeError that says which record holds what cannot be read. */
export function ownRecord(settings: RecordSettings, sinkhole: Settings['sinkhole']): OwnRecord {
  try {
    return {
      ttlSeconds: settings.ttlSeconds,
      a: [...settings.a, ...(settings.sinkhole ? [sinkhole.ipv4] : [])].map((text) =>
        address(text).subarray(12),
      ),
      aaaa: [...settings.aaaa, ...(settings.sinkhole ? [sinkhole.ipv6] : [])].map(address),
      cname: settings.cname === null ? null : wireName(settings.cname),
      ptr: settings.ptr === null ? null : wireName(settings.ptr),
      txt: settings.txt,
    }
  } catch (cause) {
    throw new RangeError(`record ${settings.name}: ${(cause as Error).message}`, { cause })
  }
}

function address(text: string): Uint8Array {
  const bytes = new Uint8Array(16)
  if (!parseAddress(text, bytes)) throw new RangeError(`"${text}" is not an address`)
  return bytes
}
