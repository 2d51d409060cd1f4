/** Serial numbers and timers of zones. */

/** RFC 1982 §3.2: whether `a` comes behind `b`; of two that are half the circle apart neither does. */
export function isNewer(a: number, b: number): boolean {
  const ahead = (a - b) >>> 0
  return ahead !== 0 && ahead < 0x8000_0000
}

/** The numbers of an SOA record (RFC 1035 §3.3.13), times in seconds. */
export interface Soa {
  readonly serial: number
  readonly refresh: number
  readonly retry: number
  readonly expire: number
}

/** RDATA of an SOA in text: `mname. rname. 7 3600 600 604800 60`. */
export function readSoa(rdata: string): Soa | null {
  const words = rdata.split(' ')
  const numbers = words.slice(2).map(Number)
  if (words.length !== 7 || !numbers.every((number) => Number.isInteger(number) && number >= 0)) return null
  const [serial, refresh, retry, expire] = numbers as [number, number, number, number]
  return { serial, refresh, retry, expire }
}
