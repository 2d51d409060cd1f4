/** Data of record types by its parts: what is read from words of a master file and written in them. */
import { Type } from '../../wire/constants.ts'

/**
 * How data is put together: `4` and `6` an address, `1` and `2` a number of so many octets, `n` a name, `s` a string, `w`
 * one that is written without quotes, `t` one string or more, `r` a text to the end, `h` hexadecimal digits to the end,
 * `-` what has no words here.
 */
export const SHAPES: ReadonlyMap<number, string> = new Map<number, string>([
  [Type.A, '4'],
  [Type.CNAME, 'n'],
  [Type.PTR, 'n'],
  [Type.HINFO, 'ss'],
  [Type.MX, '2n'],
  [Type.TXT, 't'],
  [Type.RP, 'nn'],
  [Type.AFSDB, '2n'],
  [Type.AAAA, '6'],
  [Type.SRV, '222n'],
  [Type.NAPTR, '22sssn'],
  [Type.KX, '2n'],
  [Type.SVCB, '2n-'],
  [Type.HTTPS, '2n-'],
  [44, '11h'], // SSHFP
  [52, '111h'], // TLSA
  [53, '111h'], // SMIMEA
  [99, 't'], // SPF
  [256, '22r'], // URI
  [257, '1wr'], // CAA
])
