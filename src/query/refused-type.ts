/** Query types that are no records: what cannot be asked of a forwarder. */
import { Rcode, Type } from '../wire/constants.ts'

/** Types 128 to 255 are for questions and transactions alone (RFC 6895 §3.1). */
const FIRST_META = 128
const LAST_META = 255

/** The rcode such a type is answered with; NOERROR: it may be asked. */
export function refusedType(qtype: number): number {
  // Zone transfers are somebody else's business (RFC 5936 §2.2.1 lets a server refuse).
  if (qtype === Type.AXFR || qtype === Type.IXFR) return Rcode.Refused
  // ANY is answered minimally later on (RFC 8482).
  if (qtype === Type.ANY) return Rcode.NoError
  if (qtype === Type.OPT) return Rcode.FormErr
  return qtype >= FIRST_META && qtype <= LAST_META ? Rcode.NotImp : Rcode.NoError
}
