/**
 * The query by which the server sees whether it answers: TXT of a name that only this process knows, in class CH, which
 * is answered in front of lists, cache and upstreams. So it becomes no hit and is asked nowhere else.
 *
 *   <token>.self.thanhloc.invalid
 */
import { Class, HEADER_BYTES, Type } from '../wire/constants.ts'
import { textToName } from '../wire/name.ts'

/** The query in wire form, without OPT. `token`: see SharedState.loopToken. */
export function selfQuery(token: string): Uint8Array {
  const query = new Uint8Array(HEADER_BYTES + 256 + 4)
  const view = new DataView(query.buffer)
  view.setUint16(4, 1)
  const end = HEADER_BYTES + textToName(`${token}.self.thanhloc.invalid`, query.subarray(HEADER_BYTES))
  view.setUint16(end, Type.TXT)
  view.setUint16(end + 2, Class.CH)
  return query.slice(0, end + 4)
}

/** Whether the `length` octets of `request` are `query`, under any id. Cheap for every other query. */
export function isSelfQuery(query: Uint8Array, request: Uint8Array, length: number): boolean {
  if (length !== query.length || request[length - 1] !== Class.CH) return false
  for (let at = 2; at < length; at++) if (request[at] !== query[at]) return false
  return true
}

/** Whether `reply` is a response to `query`, whatever it says: also a REFUSED was read, judged and written. */
export function isAnswer(query: Uint8Array, reply: Uint8Array): boolean {
  if (reply.length < query.length || reply[0] !== query[0] || reply[1] !== query[1]) return false
  if ((reply[2]! & 0x80) === 0) return false
  return query.every((byte, at) => at < HEADER_BYTES || reply[at] === byte)
}
