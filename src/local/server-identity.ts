/** What the server says of itself in class CH (RFC 4892, and BIND's older names for it), as far as configured. */
import type { Settings } from '../config/settings.ts'
import { Class, Rcode, Type } from '../wire/constants.ts'
import type { Query } from '../wire/question.ts'
import { nameToText } from '../wire/name.ts'
import { appendTxt, beginResponse } from '../wire/respond.ts'

export class ServerIdentity {
  #texts: ReadonlyMap<string, string> = new Map()

  constructor(settings: Pick<Settings, 'server'>) {
    this.configure(settings)
  }

  configure({ server }: Pick<Settings, 'server'>): void {
    this.#texts = new Map([
      ['id.server', server.id],
      ['hostname.bind', server.id],
      ['version.server', server.version],
      ['version.bind', server.version],
    ])
  }

  /**
   * Writes the answer to a query of class CH: TXT for the names above, NODATA for their other types, REFUSED for what
   * is not configured and for every other name. Returns its length without OPT, or -1; the rcode stands in the header.
   */
  write(out: Uint8Array, request: Uint8Array, query: Query): number {
    // Rare, so text will do.
    const text = this.#texts.get(nameToText(query.key.bytes)) ?? ''
    const length = beginResponse(out, request, query, text === '' ? Rcode.Refused : Rcode.NoError)
    const isAsked = query.qtype === Type.TXT || query.qtype === Type.ANY
    if (length === -1 || text === '' || !isAsked) return length
    // RFC 4892 §3.1: TTL 0, as the next answer may come from another server of this address.
    return appendTxt(out, length, 0, Class.CH, text)
  }
}
